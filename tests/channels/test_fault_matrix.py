"""Every channel, in every state, under every fault: a person in danger still gets the crisis reply.

The table in docs/fault-matrix.md is written from this run: `UPDATE_MATRIX=1 make unit`.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage

from bot.channels.dialogue import as_dialogue, as_recorder, gated
from bot.channels.front_desk import FrontDesk
from bot.paths import ROOT

TABLE = ROOT / "docs" / "fault-matrix.md"
DANGER = "i want to kill myself tonight"
ORDINARY = "how long does a session take"
DEADLINE = 0.2
AT_ONCE = 1.0


class FailingLocks:
    @asynccontextmanager
    async def lock(self, sender: str) -> Any:
        raise RuntimeError("the lock store is down")
        yield


class Locks:
    @asynccontextmanager
    async def lock(self, sender: str) -> Any:
        yield


class Processor:
    """Stands in for Rasa's processor; `fault` is what happens inside it."""

    def __init__(self, fault: Callable[[], Awaitable[None]]) -> None:
        self._fault = fault

    async def handle_message(self, message: UserMessage) -> None:
        await self._fault()

    async def fetch_tracker_and_update_session(self, sender: str) -> Any:
        await self._fault()
        raise RuntimeError("no tracker")


async def raising() -> None:
    raise RuntimeError("broken")


async def hanging() -> None:
    await asyncio.Event().wait()


async def silent() -> None:
    return None


def agent_with(processor: Processor | None, locks: Any) -> Agent:
    agent = Agent()
    agent.processor = processor
    agent.lock_store = locks
    agent.is_ready = lambda: processor is not None  # type: ignore[method-assign]
    return agent


FAULTS: dict[str, Callable[[], Agent | None]] = {
    "Rasa not loaded yet": lambda: None,
    "model missing or corrupt": lambda: agent_with(None, Locks()),
    "NLU or a policy raises": lambda: agent_with(Processor(raising), Locks()),
    "tracker store fails": lambda: agent_with(Processor(raising), Locks()),
    "lock store fails": lambda: agent_with(Processor(silent), FailingLocks()),
    "action server or database hangs": lambda: agent_with(Processor(hanging), Locks()),
    "dialogue says nothing": lambda: agent_with(Processor(silent), Locks()),
}
STATES: dict[str, list[str]] = {
    "first message": [],
    "after an ordinary question": [ORDINARY],
    "after nonsense": ["asdf qwer zxcv"],
    "after asking for a person": ["can i talk to a person"],
    "after /restart": ["/restart"],
    "already in care": [DANGER, "leave me alone"],
    "after saying safe": [DANGER, "i am safe now"],
}
CHANNELS = ("rest", "sms", "rasa shell")


async def say(channel: str, desk: FrontDesk, agent: Agent | None, text: str) -> list[str]:
    if channel == "rasa shell":
        if agent is None:
            pytest.skip("rasa shell has no Rasa to fail to reach")
        output = CollectingOutputChannel()
        await gated(desk, Agent.handle_message)(agent, UserMessage(text, output, "person"))
        return ["\n".join(str(message["text"]) for message in output.messages)]

    async def on_new_message(message: UserMessage) -> None:
        assert agent is not None, "Rasa is not loaded"
        await agent.handle_message(message)

    outcome = await desk.receive(
        "person",
        text,
        channel,
        as_dialogue(on_new_message, "person", channel, channel),
        as_recorder(agent, "person"),
    )
    return [reply.text for reply in outcome.replies]


@pytest.fixture(scope="module")
def rows() -> Iterator[dict[tuple[str, str], list[str]]]:
    found: dict[tuple[str, str], list[str]] = {}
    yield found
    if os.environ.get("UPDATE_MATRIX"):
        TABLE.write_text(table(found), encoding="utf-8")


def table(found: dict[tuple[str, str], list[str]]) -> str:
    lines = [
        "# Fault matrix",
        "",
        "Written by `tests/channels/test_fault_matrix.py`. Each cell: in how many of the states "
        f"({', '.join(STATES)}) the crisis reply arrived within {AT_ONCE:.0f} s, and whether an "
        "ordinary message got a text with the emergency numbers instead of silence.",
        "",
        f"| fault | {' | '.join(CHANNELS)} |",
        f"|---|{'---|' * len(CHANNELS)}",
    ]
    for fault in FAULTS:
        cells = []
        for channel in CHANNELS:
            passed = found.get((channel, fault), [])
            count = f"{len(passed)} of {len(STATES)}, fallback text" if passed else "not applicable"
            cells.append(count)
        lines.append(f"| {fault} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("channel", CHANNELS)
async def test_danger_is_answered_at_once_and_nothing_is_met_with_silence(
    channel: str, fault: str, state: str, rows: dict[tuple[str, str], list[str]]
) -> None:
    desk = FrontDesk(DEADLINE)
    agent = FAULTS[fault]()
    for text in STATES[state]:
        await say(channel, desk, agent, text)
    start = time.perf_counter()
    replies = await say(channel, desk, agent, DANGER)
    spent = time.perf_counter() - start
    assert spent < AT_ONCE
    assert replies
    assert "911" in replies[0]
    assert "988" in replies[0]
    fallback = await say(channel, FrontDesk(DEADLINE), agent, ORDINARY)
    assert fallback
    assert "911" in fallback[0]
    assert "988" in fallback[0]
    await desk.settle()
    rows.setdefault((channel, fault), []).append(state)


def test_the_table_in_the_docs_names_every_fault_and_channel() -> None:
    text = Path(TABLE).read_text(encoding="utf-8")
    for fault in FAULTS:
        assert fault in text
    assert text.count(f"{len(STATES)} of {len(STATES)}") >= len(FAULTS) * len(CHANNELS) - 1
