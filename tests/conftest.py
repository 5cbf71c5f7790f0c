"""Fixtures shared by all tests: a made-up clinic and the trained assistant."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from bot.clinic.settings import ClinicSettings

if TYPE_CHECKING:
    from bot.operations.assistant import Answered

MakeClinic = Callable[..., ClinicSettings]

REQUIRED = {
    "name": "Example Practice",
    "city": "Los Angeles",
    "time_zone": "America/Los_Angeles",
    "phone": "(213) 555-0142",
    "website": "https://clinic.example.com",
    "booking_url": "https://clinic.example.com/book",
    "privacy_notice_url": "https://clinic.example.com/privacy",
    "hours": {
        "monday": ["09:00-12:00", "13:00-17:00"],
        "tuesday": ["09:00-17:00"],
        "wednesday": ["09:00-17:00"],
        "thursday": ["09:00-17:00"],
        "friday": ["09:00-13:00"],
        "saturday": [],
        "sunday": [],
    },
}


@pytest.fixture(autouse=True)
def _no_clinic_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the developer's own `CLINIC_...` variables out of the tests."""
    for name in list(os.environ):
        if name.upper().startswith("CLINIC_"):
            monkeypatch.delenv(name)


@pytest.fixture
def required() -> dict[str, Any]:
    """The required fields as the settings file has them; a copy that a test may change."""
    return {**REQUIRED, "hours": {day: list(spans) for day, spans in REQUIRED["hours"].items()}}


@pytest.fixture
def make_clinic() -> MakeClinic:
    """Settings of the made-up clinic; keywords change or add fields."""

    def make(**changes: Any) -> ClinicSettings:
        return ClinicSettings(**{**REQUIRED, **changes})

    return make


@pytest.fixture
def clinic(make_clinic: MakeClinic) -> ClinicSettings:
    """The made-up clinic with its required fields only."""
    return make_clinic()


class TrainedAssistant:
    """The whole assistant on an event loop of its own, so that plain tests can ask it."""

    def __init__(self) -> None:
        from bot.operations.assistant import Assistant

        self._assistant = Assistant()
        self._loop = asyncio.new_event_loop()

    def ask(self, text: str, sender: str | None = None) -> Answered:
        """Answer one message; without a sender it is a conversation of its own."""
        return self._loop.run_until_complete(self._assistant.ask(text, sender))

    def close(self) -> None:
        """Close the event loop."""
        self._loop.close()


@pytest.fixture(scope="session")
def assistant() -> Iterator[TrainedAssistant]:
    """The newest trained model, loaded once for all tests marked `model`."""
    trained = TrainedAssistant()
    yield trained
    trained.close()
