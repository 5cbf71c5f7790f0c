"""The front desk: every message of every channel passes here before the dialogue sees it.

It recognizes danger and answers it at once, whatever else is broken, and it never stays silent: if the
dialogue fails or takes too long, a text that names the emergency numbers goes out instead. Imports no rasa.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field, replace
from typing import Any

from bot.safety.care import CareState, Step, step
from bot.safety.guard import assess
from bot.safety.judgement import Level
from bot.safety.replies import reply
from bot.safety.resources import phrase, resources
from bot.text.normalize import MAX_CHARACTERS, clean, shorten

logger = logging.getLogger(__name__)

DEADLINE_SECONDS = 5.0
CONVERSATIONS = 20_000
_PAYLOAD = re.compile(r"^\s*/+")


@dataclass(frozen=True)
class Reply:
    """One message to the person."""

    text: str
    buttons: list[dict[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Outcome:
    """What the desk did with one message.

    Attributes:
        replies: what to send, never empty.
        step: the judgement and the care state after it.
        answered_by: `care`, `dialogue` or `fault`.
    """

    replies: list[Reply]
    step: Step | None
    answered_by: str


Dialogue = Callable[[str], Coroutine[Any, Any, list[Reply]]]
Recorder = Callable[[str, str], Awaitable[None]]


def pseudonym(sender: str) -> str:
    """A short hash of a sender for logs; the sender itself is never logged."""
    return hashlib.sha256(sender.encode("utf-8", "replace")).hexdigest()[:12]


class FrontDesk:
    """Receives messages and answers them."""

    def __init__(self, deadline: float = DEADLINE_SECONDS) -> None:
        """Set the time, in seconds, that the dialogue has for an answer."""
        self._deadline = deadline
        resources()
        assess("warm up")
        self._states: OrderedDict[str, CareState] = OrderedDict()
        self._background: set[asyncio.Task[None]] = set()

    async def receive(
        self,
        sender: str,
        text: str,
        channel: str,
        dialogue: Dialogue,
        record: Recorder | None = None,
    ) -> Outcome:
        """Answer one message.

        Args:
            sender: identifies the conversation.
            text: what the person wrote, unaltered.
            channel: the channel's name; decides wording and length.
            dialogue: answers an ordinary message.
            record: stores a message answered here (message, reply) in the conversation's history;
                called in the background, its failure is logged and harms nothing.
        """
        taken = self._judge(sender, text, channel)
        if taken is not None:
            self._note_event(sender, channel, taken)
            if taken.situation is not None:
                said = _worded(taken, channel)
                if record is not None:
                    self._in_background(record(shorten(clean(text)), said))
                return Outcome([Reply(said)], taken, "care")
        message = clean(text)
        if len(message) > MAX_CHARACTERS:
            return Outcome([Reply(self._fault("too_long", sender, channel))], taken, "fault")
        replies = await self._ask(dialogue, message)
        if not replies:
            return Outcome([Reply(self._fault("fault", sender, channel))], taken, "fault")
        note = taken.note_text(channel) if taken else None
        if note:
            last = replies[-1]
            joint = " " if channel == "sms" else "\n\n"
            replies = [*replies[:-1], Reply(f"{last.text}{joint}{note}", last.buttons)]
        return Outcome(replies, taken, "dialogue")

    async def settle(self) -> None:
        """Wait until all background records are written."""
        if self._background:
            await asyncio.gather(*self._background)

    def _judge(self, sender: str, text: str, channel: str) -> Step | None:
        try:
            taken = step(self._states.get(sender, CareState(channel=channel)), shorten(text))
        except Exception:
            logger.exception("front_desk.judgement.failed")
            return _plain_judgement(text)
        self._states[sender] = taken.state
        self._states.move_to_end(sender)
        while len(self._states) > CONVERSATIONS:
            self._states.popitem(last=False)
        return taken

    async def _ask(self, dialogue: Dialogue, message: str) -> list[Reply]:
        task = asyncio.ensure_future(dialogue(message))
        done, _ = await asyncio.wait({task}, timeout=self._deadline)
        if not done:
            task.cancel()
            task.add_done_callback(_forget)
            logger.error("front_desk.dialogue.timeout after %s s", self._deadline)
            return []
        if task.cancelled() or task.exception() is not None:
            failure = "cancelled" if task.cancelled() else type(task.exception()).__name__
            logger.error("front_desk.dialogue.failed: %s", failure)
            return []
        return task.result()

    def _fault(self, situation: str, sender: str, channel: str) -> str:
        state = self._states.get(sender, CareState(channel=channel))
        turn = state.used.get(situation, 0)
        if sender in self._states:
            self._states[sender] = replace(state, used={**state.used, situation: turn + 1})
        return fault_text(situation, state.language, channel, turn)

    def _in_background(self, work: Awaitable[None]) -> None:
        async def run() -> None:
            try:
                await asyncio.wait_for(work, self._deadline)
            except Exception as error:
                logger.error("front_desk.record.failed: %s", type(error).__name__)

        task = asyncio.ensure_future(run())
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    def _note_event(self, sender: str, channel: str, taken: Step) -> None:
        assessment = taken.assessment
        if assessment.level in (Level.NONE, Level.INFORMATIONAL):
            return
        category = assessment.category.value if assessment.category else "unknown"
        logger.warning(
            "crisis category=%s level=%s channel=%s sender=%s situation=%s at=%d",
            category,
            assessment.level.value,
            channel,
            pseudonym(sender),
            taken.situation,
            int(time.time()),
        )


def _plain_judgement(text: str) -> Step | None:
    """What is left when the care replies cannot be read: danger is still recognized."""
    try:
        assessment = assess(shorten(text))
    except Exception:
        logger.exception("front_desk.guard.failed")
        return None
    situation = "suicide_acute" if assessment.level.danger else None
    return Step(CareState(), situation, 0, None, assessment)


def _worded(taken: Step, channel: str) -> str:
    try:
        return taken.text(channel)
    except Exception:
        logger.exception("front_desk.replies.failed")
        return (
            f"I'm an automated assistant and can't send help. In danger now: {phrase('emergency')}. "
            f"At any hour: {phrase('lifeline')}. Are you safe right now?"
        )


def _forget(task: asyncio.Task[list[Reply]]) -> None:
    """Take note of how an abandoned dialogue ended, so that asyncio does not complain of it."""
    if not task.cancelled():
        task.exception()


def fault_text(situation: str = "fault", language: str = "en", channel: str = "web", turn: int = 0) -> str:
    """What is said instead of an answer; names the emergency numbers even if no reply can be read."""
    try:
        return reply(situation, language, channel, turn)
    except Exception:
        logger.exception("front_desk.replies.failed")
        return (
            "Sorry, something went wrong on my side. "
            f"In danger now: {phrase('emergency')}. In a crisis: {phrase('lifeline')}."
        )


def without_payload(text: str) -> str:
    """`text` such that the dialogue cannot take it for an intent or a command."""
    return _PAYLOAD.sub("", text)
