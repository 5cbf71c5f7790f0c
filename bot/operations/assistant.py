"""The whole assistant in one process, without a server."""

from __future__ import annotations

import logging
import sys
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.answers.catalog import topic_of
from bot.channels.front_desk import FrontDesk, Outcome
from bot.paths import MODELS
from bot.safety.judgement import Level

ASK_DEADLINE = 60.0
OUTPUT_CHANNELS = {"web": "collector", "sms": "sms", "shell": "queue"}


class NoModel(RuntimeError):
    """There is no trained model."""


@dataclass(frozen=True)
class Answered:
    """What the assistant made of one message; `as_json` documents the fields."""

    text: str
    topic: str
    topics: list[str]
    confidence: float
    crisis: dict[str, Any] | None
    replies: list[dict[str, Any]]
    facts: list[str]
    milliseconds: float
    ranking: list[str]

    def as_json(self) -> dict[str, Any]:
        """The object that `bot ask --json` prints."""
        found: dict[str, Any] = {"text": self.text, "topic": self.topic}
        if len(self.topics) > 1:
            found["topics"] = self.topics
        return {
            **found,
            "confidence": round(self.confidence, 4),
            "crisis": self.crisis,
            "replies": self.replies,
            "facts": self.facts,
            "ms": round(self.milliseconds, 1),
        }


def latest_model(folder: Path = MODELS) -> Path:
    """The newest trained model.

    Raises:
        NoModel: saying how to train one.
    """
    found = sorted(folder.glob("*.tar.gz"), key=lambda path: path.stat().st_mtime)
    if not found:
        raise NoModel("There is no trained model yet. Run `make train`.")
    return found[-1]


def _quiet() -> None:
    """Rasa logs events, messages among them, to standard output unless told otherwise."""
    import structlog

    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


class Assistant:
    """Answers messages as the server would, each conversation by its sender."""

    def __init__(self, channel: str = "web", model: Path | None = None) -> None:
        """Load the trained model.

        Raises:
            NoModel: if there is none.
        """
        path = model or latest_model()
        _quiet()
        from rasa.core.agent import Agent
        from rasa.utils.endpoints import EndpointConfig

        self._channel = channel
        self._agent = Agent.load(
            str(path),
            generator=EndpointConfig(type="bot.answers.nlg.ClinicAnswers"),
            action_endpoint=EndpointConfig("http://127.0.0.1:5055/webhook"),
        )
        self._desk = FrontDesk(ASK_DEADLINE)

    async def ask(self, text: str, sender: str | None = None) -> Answered:
        """Answer one message; without a sender it is a conversation of its own."""
        from bot.channels.dialogue import as_dialogue, as_recorder

        person = sender or uuid.uuid4().hex
        output = OUTPUT_CHANNELS[self._channel]
        start = time.perf_counter()
        outcome = await self._desk.receive(
            person,
            text,
            "sms" if self._channel == "sms" else "web",
            as_dialogue(self._agent.handle_message, person, output, self._channel),
            as_recorder(self._agent, person),
        )
        spent = (time.perf_counter() - start) * 1000.0
        await self._desk.settle()
        return await self._described(text, person, outcome, spent)

    async def _described(self, text: str, person: str, outcome: Outcome, spent: float) -> Answered:
        replies = [{"text": item.text, "buttons": item.buttons} for item in outcome.replies]
        crisis = None
        if outcome.step is not None and outcome.step.assessment.level is not Level.NONE:
            found = outcome.step.assessment
            category = found.category.value if found.category else None
            crisis = {"category": category, "level": found.level.value}
        if outcome.answered_by != "dialogue":
            topic = "crisis" if outcome.answered_by == "care" else "fault"
            score = outcome.step.assessment.score if outcome.step else 0.0
            return Answered(text, topic, [topic], score, crisis, replies, [], spent, [topic])
        tracker = await self._agent.tracker_store.get_or_create_tracker(person)
        parsed = tracker.latest_message.parse_data if tracker.latest_message else {}
        said = [event for event in reversed(tracker.events) if event.type_name == "bot"]
        details = (said[0].metadata.get("metadata") or {}) if said else {}
        intent = str(details.get("intent") or "not_understood")
        topic = "fallback" if intent == "not_understood" else topic_of(intent)
        ranked = parsed.get("topic_ranking") or []
        confidence = next(
            (float(item["confidence"]) for item in ranked if item["name"] == topic),
            float((parsed.get("intent") or {}).get("confidence") or 0.0),
        )
        order = [item["name"] for item in ranked]
        facts = list(details.get("facts") or [])
        return Answered(text, topic, [topic], confidence, crisis, replies, facts, spent, order)
