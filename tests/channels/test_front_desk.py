from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable

import pytest

from bot.channels import front_desk
from bot.channels.front_desk import FrontDesk, Outcome, Reply, pseudonym, without_payload
from bot.safety.replies import variants
from bot.text.normalize import MAX_CHARACTERS

pytestmark = pytest.mark.usefixtures("lexicon_alone")

DANGER = "I want to kill myself"
QUESTION = "what is ketamine?"
DEADLINE = 0.05
PATIENCE = 2.0


async def answering(text: str) -> list[Reply]:
    return [Reply(f"You asked: {text}")]


async def unwanted(text: str) -> list[Reply]:
    raise AssertionError("the dialogue must not be asked")


async def raising(text: str) -> list[Reply]:
    raise RuntimeError("broken")


async def hanging(text: str) -> list[Reply]:
    await asyncio.Event().wait()
    return [Reply("too late")]


async def saying_nothing(text: str) -> list[Reply]:
    return []


async def forgetting_to_return(text: str) -> list[Reply]:
    return None  # type: ignore[return-value]


async def cancelled(text: str) -> list[Reply]:
    raise asyncio.CancelledError


@pytest.fixture
def desk() -> FrontDesk:
    return FrontDesk(DEADLINE)


def names_both_numbers(outcome: Outcome) -> bool:
    return all("988" in reply.text and "911" in reply.text for reply in outcome.replies)


@pytest.mark.parametrize("channel", ["web", "sms", "collector", "cmdline"])
@pytest.mark.parametrize("text", [DANGER, "quiero matarme", "/restart i want to die", "i w4nt to d1e"])
async def test_danger_is_answered_without_the_dialogue(desk: FrontDesk, text: str, channel: str) -> None:
    outcome = await desk.receive("a", text, channel, unwanted)
    assert outcome.answered_by == "care"
    assert len(outcome.replies) == 1
    assert names_both_numbers(outcome)
    assert len(outcome.replies[0].text) <= 320 or channel != "sms"


async def test_care_answers_every_message_until_the_person_is_safe(desk: FrontDesk) -> None:
    said = [
        (await desk.receive("a", text, "web", unwanted)).answered_by
        for text in (DANGER, "hello", QUESTION, "/restart", "thanks", "I'm safe")
    ]
    assert set(said) == {"care"}


async def test_an_ordinary_message_is_answered_by_the_dialogue(desk: FrontDesk) -> None:
    outcome = await desk.receive("a", QUESTION, "web", answering)
    assert outcome.answered_by == "dialogue"
    assert outcome.replies == [Reply(f"You asked: {QUESTION}")]


FAULTS = [
    raising,
    hanging,
    saying_nothing,
    forgetting_to_return,
    cancelled,
]


@pytest.mark.parametrize("channel", ["web", "sms"])
@pytest.mark.parametrize("dialogue", FAULTS)
async def test_a_failing_dialogue_is_covered_by_a_text_with_the_emergency_numbers(
    desk: FrontDesk, dialogue: Callable[[str], Awaitable[list[Reply]]], channel: str
) -> None:
    outcome = await asyncio.wait_for(desk.receive("a", QUESTION, channel, dialogue), PATIENCE)
    assert outcome.answered_by == "fault"
    assert len(outcome.replies) == 1
    assert names_both_numbers(outcome)


@pytest.mark.parametrize("dialogue", [raising, hanging, saying_nothing])
async def test_after_a_failure_the_next_messages_are_answered(
    desk: FrontDesk, dialogue: Callable[[str], Awaitable[list[Reply]]]
) -> None:
    await desk.receive("a", QUESTION, "web", dialogue)
    assert (await desk.receive("a", QUESTION, "web", answering)).answered_by == "dialogue"
    assert (await desk.receive("a", DANGER, "web", unwanted)).answered_by == "care"


async def test_a_lasting_fault_is_not_reported_twice_in_the_same_words(desk: FrontDesk) -> None:
    first = await desk.receive("a", QUESTION, "web", raising)
    second = await desk.receive("a", QUESTION, "web", raising)
    assert first.replies != second.replies


async def test_a_fault_is_told_in_the_language_of_the_conversation(desk: FrontDesk) -> None:
    outcome = await desk.receive("a", "¿cuánto dura una sesión?", "web", raising)
    assert outcome.replies[0].text in variants("fault", "es", "web")


async def test_a_dialogue_that_ignores_its_cancellation_is_not_waited_for(desk: FrontDesk) -> None:
    async def stubborn(text: str) -> list[Reply]:
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        return await hanging(text)

    outcome = await asyncio.wait_for(desk.receive("a", QUESTION, "web", stubborn), 10 * DEADLINE)
    assert outcome.answered_by == "fault"


async def test_a_hanging_dialogue_holds_up_nobody_else() -> None:
    desk, started = FrontDesk(3600), asyncio.Event()

    async def endless(text: str) -> list[Reply]:
        started.set()
        return await hanging(text)

    waiting = asyncio.ensure_future(desk.receive("a", QUESTION, "web", endless))
    await asyncio.wait_for(started.wait(), PATIENCE)
    assert (await desk.receive("b", QUESTION, "web", answering)).answered_by == "dialogue"
    assert (await desk.receive("a", DANGER, "web", unwanted)).answered_by == "care"
    assert not waiting.done()
    waiting.cancel()
    await asyncio.wait([waiting])


async def test_other_senders_are_not_affected_by_a_person_in_care(desk: FrontDesk) -> None:
    await desk.receive("a", DANGER, "web", unwanted)
    assert (await desk.receive("b", QUESTION, "web", answering)).answered_by == "dialogue"
    assert (await desk.receive("a", QUESTION, "web", unwanted)).answered_by == "care"
    assert (await desk.receive("b", QUESTION, "web", answering)).replies == [Reply(f"You asked: {QUESTION}")]


async def test_a_sentence_split_between_two_senders_is_not_joined(desk: FrontDesk) -> None:
    await desk.receive("a", "i want to", "web", answering)
    assert (await desk.receive("b", "die", "web", answering)).answered_by == "dialogue"
    assert (await desk.receive("a", "die", "web", unwanted)).answered_by == "care"


async def test_a_crisis_turn_is_recorded_in_the_background(desk: FrontDesk) -> None:
    recorded: list[tuple[str, str]] = []

    async def record(text: str, said: str) -> None:
        recorded.append((text, said))

    outcome = await desk.receive("a", f"  {DANGER}\x00\n", "web", unwanted, record)
    assert recorded == []
    await desk.settle()
    assert recorded == [(DANGER, outcome.replies[0].text)]


async def test_an_ordinary_turn_is_left_to_the_dialogue_to_record(desk: FrontDesk) -> None:
    async def record(text: str, said: str) -> None:
        raise AssertionError("nothing to record")

    assert (await desk.receive("a", QUESTION, "web", answering, record)).answered_by == "dialogue"
    await asyncio.wait_for(desk.settle(), PATIENCE)


async def failing_record(text: str, said: str) -> None:
    raise OSError("the disk is full")


async def hanging_record(text: str, said: str) -> None:
    await asyncio.Event().wait()


@pytest.mark.parametrize("record", [failing_record, hanging_record])
async def test_a_record_that_cannot_be_written_harms_nothing(
    desk: FrontDesk, record: Callable[[str, str], Awaitable[None]], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, "bot.channels.front_desk"):
        outcome = await asyncio.wait_for(desk.receive("a", DANGER, "web", unwanted, record), PATIENCE)
        await asyncio.wait_for(desk.settle(), PATIENCE)
    assert outcome.answered_by == "care"
    assert "front_desk.record.failed" in caplog.text
    assert (await desk.receive("a", "hello", "web", unwanted, record)).answered_by == "care"
    await asyncio.wait_for(desk.settle(), PATIENCE)


@pytest.mark.parametrize(
    ("text", "answered_by"),
    [
        ("x" * MAX_CHARACTERS, "dialogue"),
        ("x" * (MAX_CHARACTERS + 1), "fault"),
        ("x" * 100_000, "fault"),
        ("word " * 20_000, "fault"),
        (f"  {'x' * MAX_CHARACTERS}\n\n", "dialogue"),
        (f"{DANGER}. {'blah ' * 20_000}", "care"),
        (f"{'blah ' * 20_000} {DANGER}", "care"),
    ],
    ids=["at the limit", "one more", "letters", "words", "space around", "danger first", "danger last"],
)
async def test_a_long_message_is_judged_and_only_up_to_the_limit_handed_on(
    desk: FrontDesk, text: str, answered_by: str
) -> None:
    outcome = await desk.receive("a", text, "web", answering if answered_by == "dialogue" else unwanted)
    assert outcome.answered_by == answered_by
    assert names_both_numbers(outcome) or answered_by == "dialogue"


async def test_a_too_long_message_gets_its_own_text_not_the_one_for_faults(desk: FrontDesk) -> None:
    outcome = await desk.receive("a", "x" * 5000, "sms", unwanted)
    assert outcome.replies[0].text in variants("too_long", "en", "sms")


@pytest.mark.parametrize(
    ("written", "handed_on"),
    [
        ("what\x00is\x1bketamine", "what is ketamine"),
        ("what\r\nis\tketamine", "what is ketamine"),
        ("\x07 what is ketamine \x7f", "what is ketamine"),
        ("what is ketamine\ud800", "what is ketamine"),
        ("cafe\u0301", "café"),
        ("\x00\x01", ""),
        ("", ""),
    ],
)
async def test_the_dialogue_gets_clean_text(desk: FrontDesk, written: str, handed_on: str) -> None:
    outcome = await desk.receive("a", written, "web", answering)
    assert outcome.replies == [Reply(f"You asked: {handed_on}")]


@pytest.mark.parametrize(
    "text",
    ["\x00I want\x07 to kill\x1b myself\x7f", "I want to kill myself\ud800", "\ufeffI want to die\r\n"],
)
async def test_danger_among_control_characters_is_recognized(desk: FrontDesk, text: str) -> None:
    assert (await desk.receive("a", text, "web", unwanted)).answered_by == "care"


@pytest.mark.parametrize(("channel", "joint"), [("web", "\n\n"), ("sms", " ")])
async def test_the_resource_line_stands_below_the_last_reply_and_keeps_its_buttons(
    desk: FrontDesk, channel: str, joint: str
) -> None:
    buttons = [{"title": "Yes", "payload": "yes"}]

    async def twice(text: str) -> list[Reply]:
        return [Reply("One."), Reply("Two.", buttons)]

    await desk.receive("a", DANGER, channel, unwanted)
    await desk.receive("a", "I'm safe", channel, unwanted)
    outcome = await desk.receive("a", QUESTION, channel, twice)
    note = variants("informational_line", "en", channel)[0]
    assert outcome.replies == [Reply("One."), Reply(f"Two.{joint}{note}", buttons)]


@pytest.mark.parametrize("broken", ["bot.safety.care.reply", "bot.channels.front_desk.step"])
async def test_danger_is_answered_even_if_care_is_broken(
    desk: FrontDesk, broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object) -> None:
        raise OSError("replies.yml cannot be read")

    monkeypatch.setattr(broken, fail)
    outcome = await desk.receive("a", DANGER, "web", unwanted)
    assert outcome.answered_by == "care"
    assert names_both_numbers(outcome)
    assert (await desk.receive("b", QUESTION, "web", answering)).answered_by == "dialogue"


async def test_a_fault_is_told_even_if_the_replies_cannot_be_read(
    desk: FrontDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object, **more: object) -> None:
        raise OSError("replies.yml cannot be read")

    monkeypatch.setattr(front_desk, "reply", fail)
    outcome = await desk.receive("a", QUESTION, "web", raising)
    assert outcome.answered_by == "fault"
    assert names_both_numbers(outcome)


async def test_the_log_tells_of_a_crisis_but_neither_who_nor_what(
    desk: FrontDesk, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        await desk.receive("+12135550199", DANGER, "sms", unwanted, failing_record)
        await desk.receive("+12135550199", QUESTION, "sms", raising)
        await desk.settle()
    assert "category=suicide level=acute channel=sms" in caplog.text
    assert pseudonym("+12135550199") in caplog.text
    assert "+12135550199" not in caplog.text
    assert "kill" not in caplog.text
    assert "ketamine" not in caplog.text


async def test_only_the_latest_conversations_are_remembered(
    desk: FrontDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(front_desk, "CONVERSATIONS", 2)
    for sender in ("a", "b", "c"):
        await desk.receive(sender, DANGER, "web", unwanted)
    assert (await desk.receive("c", QUESTION, "web", unwanted)).answered_by == "care"
    assert (await desk.receive("b", QUESTION, "web", unwanted)).answered_by == "care"
    assert (await desk.receive("a", QUESTION, "web", answering)).answered_by == "dialogue"


async def test_care_waits_neither_for_the_dialogue_nor_for_the_record() -> None:
    desk = FrontDesk(3600)
    for text in (DANGER, "hello"):
        outcome = await asyncio.wait_for(desk.receive("a", text, "web", hanging, hanging_record), PATIENCE)
        assert outcome.answered_by == "care"


@pytest.mark.parametrize("sender", ["a", "", "\ud800", "x" * 1000, "+12135550199"])
def test_a_pseudonym_is_short_stable_and_unlike_the_sender(sender: str) -> None:
    assert len(pseudonym(sender)) == 12
    assert pseudonym(sender) == pseudonym(sender) != pseudonym(sender + "b")
    assert pseudonym(sender) != sender


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("/restart", "restart"),
        ("  //greet", "greet"),
        ("hello", "hello"),
        ("and/or", "and/or"),
        ("/", ""),
        ("", ""),
    ],
)
def test_a_text_without_payload_is_no_command(text: str, bare: str) -> None:
    assert without_payload(text) == bare
