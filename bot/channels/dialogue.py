"""Rasa adapters between the front desk and the dialogue."""

from __future__ import annotations

import functools
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import ActionExecuted, BotUttered, UserUttered

from bot.channels.front_desk import Dialogue, FrontDesk, Recorder, Reply, without_payload

logger = logging.getLogger(__name__)

OnNewMessage = Callable[[UserMessage], Awaitable[Any]]
CRISIS_ACTION = "utter_crisis"
_PASSED = "front_desk_passed"


class NamedCollector(CollectingOutputChannel):  # type: ignore[misc]
    """Collects replies under the name of the channel they are for, which decides their wording."""

    def __init__(self, channel: str) -> None:
        super().__init__()
        self._channel = channel

    def name(self) -> str:
        """The channel the replies are for."""
        return self._channel

    async def send_text_message(self, recipient_id: str, text: str, **kwargs: Any) -> None:
        """Keep a reply's paragraphs in one message."""
        await self._persist_message(self._message(recipient_id, text=text.strip()))


def as_reply(message: dict[str, Any]) -> Reply:
    """Read one message that Rasa collected."""
    return Reply(str(message.get("text") or ""), list(message.get("buttons") or []))


def as_dialogue(on_new_message: OnNewMessage, sender: str, channel: str, source: str) -> Dialogue:
    """The dialogue behind `on_new_message` as the front desk wants it.

    Args:
        on_new_message: Rasa's handler.
        sender: the conversation's id.
        channel: the output channel's name.
        source: the input channel's name.
    """

    async def ask(text: str) -> list[Reply]:
        collector = NamedCollector(channel)
        message = UserMessage(
            without_payload(text),
            collector,
            sender,
            input_channel=source,
            metadata={_PASSED: True},
        )
        await on_new_message(message)
        return [as_reply(item) for item in collector.messages if item.get("text")]

    return ask


def as_recorder(agent: Agent | None, sender: str) -> Recorder | None:
    """Stores a turn that the front desk answered itself; None while no agent is there."""
    try:
        if agent is None or not agent.is_ready():
            return None
    except Exception:
        logger.exception("dialogue.readiness.failed")
        return None

    async def record(text: str, said: str) -> None:
        async with agent.lock_store.lock(sender):
            processor = agent.processor
            tracker = await processor.fetch_tracker_and_update_session(sender)
            now = time.time()
            crisis = {"name": "crisis", "confidence": 1.0}
            parsed = {"text": text, "intent": crisis, "intent_ranking": [crisis], "entities": []}
            tracker.update(UserUttered(text, crisis, [], parsed, timestamp=now), agent.domain)
            tracker.update(ActionExecuted(CRISIS_ACTION, timestamp=now), agent.domain)
            tracker.update(
                BotUttered(said, metadata={"utter_action": CRISIS_ACTION}, timestamp=now),
                agent.domain,
            )
            tracker.update(ActionExecuted(ACTION_LISTEN_NAME, timestamp=now), agent.domain)
            await processor.save_tracker(tracker)

    return record


def install_gate(desk: FrontDesk) -> None:
    """Put the front desk before Rasa's agent, for the channels that are not ours.

    `rasa shell` and any built-in channel hand their messages to `Agent.handle_message`; that one method
    is wrapped, so a message from any channel is judged and never met with silence. Messages that passed
    the desk in a channel of ours are let through.
    """
    original = Agent.handle_message
    if not getattr(original, "guarded", False):
        handle_message = gated(desk, original)
        handle_message.guarded = True  # type: ignore[attr-defined]
        Agent.handle_message = handle_message


def gated(
    desk: FrontDesk, original: Callable[[Agent, UserMessage], Awaitable[Any]]
) -> Callable[[Agent, UserMessage], Awaitable[None]]:
    """`Agent.handle_message` behind the front desk."""

    @functools.wraps(original)
    async def handle_message(agent: Agent, message: UserMessage) -> None:
        if (message.metadata or {}).get(_PASSED):
            await original(agent, message)
            return
        output = message.output_channel
        sent = _Counting(output)

        async def ask(text: str) -> list[Reply]:
            message.text = text
            message.metadata = {**(message.metadata or {}), _PASSED: True}
            message.output_channel = sent
            await original(agent, message)
            return [Reply("")] if sent.count else []

        outcome = await desk.receive(
            message.sender_id,
            message.text or "",
            output.name() if output else "",
            ask,
            as_recorder(agent, message.sender_id),
        )
        for reply in outcome.replies if output is not None else []:
            if reply.text.strip():
                await output.send_response(message.sender_id, {"text": reply.text.strip()})

    return handle_message


class _Counting:
    """An output channel that counts what it passes on."""

    def __init__(self, output: Any) -> None:
        self._output = output
        self.count = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._output, name)

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Send and count one message."""
        self.count += 1
        await self._output.send_response(recipient_id, message)
