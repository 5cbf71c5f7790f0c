"""Turns an approved text into what a person reads on one channel."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

from bot.answers.catalog import SMS, topic_of
from bot.clinic.settings import ClinicSettings
from bot.clinic.wording import phrases
from bot.safety.resources import phrase

BUTTON_CHANNELS = ("collector", "web")
CONTACT_TOPICS = frozenset(
    {
        "booking",
        "human_handoff",
        "cost",
        "insurance_coverage",
        "prior_authorization",
        "financing",
        "clinic_location_hours",
        "clinic_policies",
        "consultation_evaluation",
        "telehealth",
        "referral_needed",
    }
)
_NOT_DIGITS = re.compile(r"\D")


@dataclass(frozen=True)
class Wording:
    """A channel's reply before it is sent.

    Attributes:
        text: what the person reads.
        buttons: title, type and payload (a link) of each button, empty where there are none.
    """

    text: str
    buttons: list[dict[str, str]]


def disclosure(channel: str, settings: ClinicSettings) -> str:
    """The first words of every conversation (Cal. B&P 17941)."""
    if channel == SMS:
        return (
            f"{settings.name}: automated assistant, not a person, not for emergencies "
            f"({phrase('emergency')}; {phrase('lifeline')}). Texts are not private."
        )
    return (
        f"I'm an automated assistant for {settings.name}, not a person, and nobody reads along. "
        f"I'm not for emergencies: in danger, {phrase('emergency')}; "
        f"in a crisis, {phrase('lifeline')}."
    )


def compose(
    intent: str,
    template: str,
    *,
    channel: str,
    settings: ClinicSettings,
    now: dt.datetime,
    first: bool = False,
) -> Wording:
    """Fill `template` for `channel`; `first` puts the disclosure before it.

    Raises:
        KeyError: if the template names an unknown placeholder.
    """
    text = template.format_map(phrases(settings, now)).strip()
    if first:
        joint = " " if channel == SMS else "\n\n"
        text = f"{disclosure(channel, settings)}{joint}{text}"
    return Wording(text, _buttons(intent, channel, settings))


def _buttons(intent: str, channel: str, settings: ClinicSettings) -> list[dict[str, str]]:
    if channel not in BUTTON_CHANNELS or topic_of(intent) not in CONTACT_TOPICS:
        return []
    digits = _NOT_DIGITS.sub("", settings.phone)[-10:]
    return [
        {
            "title": "Ask for an appointment",
            "type": "web_url",
            "payload": str(settings.booking_url),
        },
        {"title": f"Call {settings.phone}", "type": "web_url", "payload": f"tel:+1{digits}"},
    ]


def as_message(wording: Wording, **metadata: Any) -> dict[str, Any]:
    """The message dictionary that Rasa's output channels take."""
    message: dict[str, Any] = {"text": wording.text, "metadata": metadata}
    if wording.buttons:
        message["buttons"] = wording.buttons
    return message
