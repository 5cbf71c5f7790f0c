"""Rasa adapters of the guard: a component that names the crisis, a policy that answers it first."""

from __future__ import annotations

from typing import Any

from rasa.core.featurizers.tracker_featurizers import TrackerFeaturizer
from rasa.core.policies.policy import Policy, PolicyPrediction, SupportedData
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event, UserUttered
from rasa.shared.core.generator import TrackerWithCachedStates
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.safety.care import Step, fold
from bot.safety.guard import assess
from bot.safety.training import fingerprint, is_current, train_guard

CRISIS = "crisis"
CRISIS_ACTION = "utter_crisis"
PRIORITY = 100


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class CrisisDetector(GraphComponent, IntentClassifier):  # type: ignore[misc]
    """Sets the intent `crisis` on a message of a person in danger, whatever was found before."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """No settings: the guard has its own."""
        return {}

    def __init__(self, resource: Resource, model_storage: ModelStorage) -> None:
        self._resource = resource
        self._model_storage = model_storage

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> CrisisDetector:
        """Create the component."""
        return cls(resource, model_storage)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> CrisisDetector:
        """The guard's own files are read by the guard, so that it works without the archive."""
        return cls(resource, model_storage)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Train again whenever the guard's data have changed."""
        return fingerprint()

    def train(self, training_data: TrainingData) -> Resource:
        """Train the guard unless it belongs to the data as they are."""
        if not is_current():
            train_guard()
        with self._model_storage.write_to(self._resource) as folder:
            (folder / "guard.txt").write_text(fingerprint(), encoding="utf-8")
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Nothing later in training needs this component's output."""
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Put the crisis intent first and tell category and level."""
        for message in messages:
            assessment = assess(str(message.get(TEXT) or ""))
            if not assessment.level.danger:
                continue
            intent = {"name": CRISIS, "confidence": assessment.score}
            ranking = [intent, *(message.get("intent_ranking") or [])]
            message.set(INTENT, intent, add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
            message.set(
                CRISIS,
                {
                    "category": assessment.category.value if assessment.category else None,
                    "level": assessment.level.value,
                },
                add_to_output=True,
            )
        return messages


def care_step(tracker: DialogueStateTracker) -> Step | None:
    """Where the conversation stands after the tracker's last message, told from all its messages."""
    return fold(event.text or "" for event in tracker.events if isinstance(event, UserUttered))


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=False)
class CarePolicy(Policy):  # type: ignore[misc]
    """Answers a person in danger before any rule, form or command, and keeps the conversation in care."""

    @staticmethod
    def supported_data() -> SupportedData:
        """The policy learns nothing from stories."""
        return SupportedData.ML_AND_RULE_DATA

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """A priority above all of Rasa's policies."""
        return {"priority": PRIORITY}

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        featurizer: TrackerFeaturizer | None = None,
    ) -> None:
        super().__init__(config, model_storage, resource, execution_context, featurizer)

    def train(
        self,
        training_trackers: list[TrackerWithCachedStates],
        domain: Domain,
        **kwargs: Any,
    ) -> Resource:
        """Nothing to learn."""
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> CarePolicy:
        """Create the policy; there is nothing to read."""
        return cls(config, model_storage, resource, execution_context)

    def predict_action_probabilities(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        rule_only_data: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> PolicyPrediction:
        """Predict the crisis reply after a message in danger or in care, then listening."""
        action = self._next_action(tracker)
        if action is None or action not in domain.action_names_or_texts:
            return self._prediction(self._default_predictions(domain))
        scores = [0.0] * domain.num_actions
        scores[domain.index_for_action(action)] = 1.0
        return self._prediction(scores, is_no_user_prediction=True)

    def _next_action(self, tracker: DialogueStateTracker) -> str | None:
        last = _last_action_or_message(tracker)
        if isinstance(last, UserUttered):
            taken = care_step(tracker)
            return CRISIS_ACTION if taken and taken.situation else None
        if isinstance(last, ActionExecuted) and last.action_name == CRISIS_ACTION:
            return str(ACTION_LISTEN_NAME)
        return None


def _last_action_or_message(tracker: DialogueStateTracker) -> Event | None:
    for event in reversed(tracker.events):
        if isinstance(event, (UserUttered, ActionExecuted)):
            return event
    return None
