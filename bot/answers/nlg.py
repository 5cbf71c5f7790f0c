"""Rasa adapter: answers are domain texts with the clinic's details filled in."""

from __future__ import annotations

import datetime as dt
from typing import Any

from rasa.core.nlg.generator import NaturalLanguageGenerator, ResponseVariationFilter
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, SessionStarted
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from bot.answers.catalog import UTTER
from bot.answers.compose import as_message, compose
from bot.channels.dialogue import install_gate
from bot.channels.front_desk import FrontDesk
from bot.clinic.settings import clinic_settings
from bot.safety.components import CRISIS, care_step


class ClinicAnswers(NaturalLanguageGenerator):  # type: ignore[misc]
    """Words a response for a channel; the first of a conversation discloses the assistant."""

    def __init__(self, endpoint_config: EndpointConfig | None = None, domain: Domain | None = None) -> None:
        self._settings = clinic_settings()
        install_gate(FrontDesk())

    async def generate(
        self,
        utter_action: str,
        tracker: DialogueStateTracker,
        output_channel: str,
        **kwargs: Any,
    ) -> dict[str, Any] | None:
        """Return the message for `utter_action`, or None if the domain has no such response."""
        responses = kwargs.get("domain_responses") or {}
        if utter_action not in responses:
            return None
        variations = ResponseVariationFilter(responses).responses_for_utter_action(
            utter_action, output_channel, tracker.current_slot_values()
        )
        if not variations:
            return None
        intent = utter_action[len(UTTER) :]
        if intent == CRISIS:
            taken = care_step(tracker)
            if taken is not None and taken.situation is not None:
                return {"text": taken.text(output_channel), "metadata": {"intent": CRISIS}}
        wording = compose(
            intent,
            variations[0]["text"],
            channel=output_channel,
            settings=self._settings,
            now=dt.datetime.now(dt.timezone.utc),
            first=_is_first_reply(tracker),
        )
        provenance = responses[utter_action][0].get("metadata") or {}
        return as_message(wording, intent=intent, facts=provenance.get("facts", []))


def _is_first_reply(tracker: DialogueStateTracker) -> bool:
    for event in reversed(tracker.events):
        if isinstance(event, BotUttered):
            return False
        if isinstance(event, SessionStarted):
            return True
    return True
