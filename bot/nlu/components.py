"""Rasa adapters of the topic classifier."""

from __future__ import annotations

import os
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.decision import FALLBACK, Decision, Thresholds, decide
from bot.nlu.topics import Ranking, TopicClassifier
from bot.paths import ENCODERS
from bot.text import encoders, minilm
from bot.text.encoders import Remembering, SentenceEncoder

RANKING_LENGTH = 10


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TopicIntentClassifier(GraphComponent, IntentClassifier):  # type: ignore[misc]
    """Decides intent and retrieval topic of a message in one step, "not understood" included."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The thresholds of `Thresholds`, each of which `config.yml` may override."""
        defaults = Thresholds()
        return {
            "confidence": defaults.confidence,
            "similarity": defaults.similarity,
            "sure": defaults.sure,
        }

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        classifier: TopicClassifier | None = None,
    ) -> None:
        self._thresholds = Thresholds(
            confidence=config["confidence"],
            similarity=config["similarity"],
            sure=config["sure"],
        )
        self._model_storage = model_storage
        self._resource = resource
        self._classifier = classifier

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> TopicIntentClassifier:
        """Create an untrained component."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> TopicIntentClassifier:
        """Load the trained classifier and its encoders from the model archive."""
        with model_storage.read_from(resource) as folder:
            classifier = TopicClassifier.load(folder, SentenceEncoder(folder))
        return cls(config, model_storage, resource, classifier)

    def train(self, training_data: TrainingData) -> Resource:
        """Fit on all intent examples and put model and encoders into the archive."""
        examples = [
            (message.get(TEXT), _full_intent(message))
            for message in training_data.intent_examples
            if message.get(TEXT)
        ]
        encoders.build(ENCODERS)
        encoder = Remembering(
            SentenceEncoder(ENCODERS, threads=os.cpu_count() or 1), ENCODERS / "topic_vectors.npz"
        )
        texts, labels = [text for text, _ in examples], [label for _, label in examples]
        self._classifier = TopicClassifier.train(encoder, texts, labels, minilm.DIMENSION)
        encoder.save()
        with self._model_storage.write_to(self._resource) as folder:
            encoders.copy(ENCODERS, folder)
            self._classifier.save(folder)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Nothing later in training needs this component's output."""
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Set intent, ranking and the response selector's properties on each message."""
        if self._classifier is None:
            return messages
        rankings = self._classifier.rank([str(message.get(TEXT) or "") for message in messages])
        for message, ranking in zip(messages, rankings, strict=True):
            _annotate(message, ranking, decide(ranking, self._thresholds))
        return messages


def _full_intent(message: Message) -> str:
    return str(message.get_full_intent())


def _annotate(message: Message, ranking: Ranking, decision: Decision) -> None:
    totals: dict[str, float] = {}
    for intent, probability in ranking.scores:
        base = intent.partition("/")[0]
        totals[base] = totals.get(base, 0.0) + probability
    chosen, _, topic = decision.intent.partition("/")
    bases = sorted(totals.items(), key=lambda item: (item[0] != chosen, -item[1]))
    entries = [{"name": name, "confidence": value} for name, value in bases[:RANKING_LENGTH]]
    if chosen == FALLBACK:
        entries.insert(0, {"name": FALLBACK, "confidence": 1.0 - decision.confidence})
    message.set(INTENT, entries[0], add_to_output=True)
    message.set("intent_ranking", entries, add_to_output=True)
    message.set(
        "topic_ranking",
        [{"name": name, "confidence": value} for name, value in decision.topics[:RANKING_LENGTH]],
        add_to_output=True,
    )
    message.set("topic_similarity", ranking.similarity, add_to_output=True)
    if topic:
        selector = {"all_retrieval_intents": [chosen], chosen: _selection(decision, ranking)}
        message.set("response_selector", selector, add_to_output=True)


def _selection(decision: Decision, ranking: Ranking) -> dict[str, Any]:
    group = decision.intent.partition("/")[0] + "/"
    ordered = sorted(
        (item for item in ranking.scores if item[0].startswith(group)),
        key=lambda item: item[0] != decision.intent,
    )
    return {
        "response": {
            "responses": [],
            "confidence": decision.confidence,
            "intent_response_key": decision.intent,
            "utter_action": f"utter_{decision.intent}",
        },
        "ranking": [
            {"confidence": probability, "intent_response_key": intent}
            for intent, probability in ordered[:RANKING_LENGTH]
        ],
    }
