from __future__ import annotations

import asyncio
import io
import itertools
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest
from rasa.core.channels.channel import UserMessage
from sanic import Sanic

from bot.channels.front_desk import FrontDesk
from bot.channels.rest import MAX_BODY_BYTES, MAX_SENDER_CHARACTERS, BadInput, RestChannel, read_message

pytestmark = pytest.mark.usefixtures("lexicon_alone")

Handler = Callable[[UserMessage], Awaitable[None]]
DANGER = "I want to kill myself"
DEADLINE = 0.05
PATIENCE = aiohttp.ClientTimeout(total=10)
NAMES = itertools.count()


def body(message: object = "hello", **more: object) -> bytes:
    return json.dumps({"sender": "a", "message": message, **more}).encode()


@pytest.mark.parametrize(
    ("raw", "sender", "message"),
    [
        (body("hello"), "a", "hello"),
        (body("hello", sender=" x "), " x ", "hello"),
        (body("", sender="x"), "x", ""),
        (body("hello", sender=7), "7", "hello"),
        (body("hello", sender=1.5), "1.5", "hello"),
        (body("hello", sender="x" * MAX_SENDER_CHARACTERS), "x" * MAX_SENDER_CHARACTERS, "hello"),
        (body("hello", stream=True, input_channel="x", metadata={"a": 1}), "a", "hello"),
        ('  {"message": "¿qué?", "sender": "ñ"}\n'.encode(), "ñ", "¿qué?"),
        (b'{"message": "\\ud83d\\ude00", "sender": "a"}', "a", "\U0001f600"),
        (b'{"message": "a\\u0000b", "sender": "a"}', "a", "a\x00b"),
    ],
)
def test_a_good_body_is_read(raw: bytes, sender: str, message: str) -> None:
    assert read_message(raw) == (sender, message)


@pytest.mark.parametrize("more", [{}, {"sender": None}, {"sender": ""}])
def test_strangers_without_a_sender_never_share_a_conversation(more: dict[str, object]) -> None:
    raw = json.dumps({"message": "hello", **more}).encode()
    senders = {read_message(raw)[0] for _ in range(20)}
    assert len(senders) == 20
    assert all(senders)


BAD = {
    "empty": (b"", "empty"),
    "blank": (b" \r\n\t ", "empty"),
    "not JSON": (b"hello", "not valid JSON"),
    "cut short": (b'{"message": "hel', "not valid JSON"),
    "two objects": (b'{"message": "a"}{"message": "b"}', "not valid JSON"),
    "form": (b"sender=a&message=hello", "not valid JSON"),
    "not UTF-8": (b'{"message": "\xff\xfe"}', "not valid JSON"),
    "Latin-1": ('{"message": "¿qué?"}'.encode("latin-1"), "not valid JSON"),
    "UTF-16": ('{"message": "hello"}'.encode("utf-16"), "not valid JSON"),
    "control bytes": (b"\x00\x01\x02", "not valid JSON"),
    "too deep": (b"[" * 100_000, "not valid JSON"),
    "deep object": (b'{"a":' * 60_000, "not valid JSON"),
    "endless number": (b'{"message": ' + b"9" * 100_000 + b"}", "not valid JSON"),
    "array": (b'["hello"]', "must be a JSON object"),
    "array of messages": (b'[{"sender": "a", "message": "hello"}]', "must be a JSON object"),
    "text": (b'"hello"', "must be a JSON object"),
    "number": (b"7", "must be a JSON object"),
    "null": (b"null", "must be a JSON object"),
    "missing message": (b'{"sender": "a"}', "`message` is missing"),
    "nothing in it": (b"{}", "`message` is missing"),
    "misspelled message": (b'{"sender": "a", "Message": "hello"}', "`message` is missing"),
    "null message": (body(None), "`message` is missing"),
    "number message": (body(5), "`message` is missing"),
    "list message": (body(["hello"]), "`message` is missing"),
    "object message": (body({"text": "hello"}), "`message` is missing"),
    "list sender": (body("hello", sender=["a"]), "`sender` must be"),
    "object sender": (body("hello", sender={"id": 1}), "`sender` must be"),
    "long sender": (body("hello", sender="x" * (MAX_SENDER_CHARACTERS + 1)), "`sender` must be"),
    "long number sender": (b'{"message": "hello", "sender": ' + b"9" * 4000 + b"}", "`sender` must be"),
    "2 MB": (body("x" * 2_000_000), "larger than"),
    "2 MB of nothing": (b"\x00" * 2_000_000, "larger than"),
    "one byte more": (b"x" * (MAX_BODY_BYTES + 1), "larger than"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_body_is_refused_with_its_reason(name: str) -> None:
    raw, reason = BAD[name]
    with pytest.raises(BadInput, match=reason):
        read_message(raw)


@pytest.fixture(autouse=True)
def _many_apps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its test mode Sanic starts only one app in a process."""
    monkeypatch.setattr(Sanic, "test_mode", True)


class Rest:
    """A running server with the real channel."""

    def __init__(self, base: str, client: aiohttp.ClientSession) -> None:
        self._base = base
        self._client = client

    async def post(self, raw: bytes) -> tuple[int, Any]:
        async with self._client.post(f"{self._base}/webhook", data=io.BytesIO(raw)) as answer:
            return answer.status, await answer.json()

    async def get(self, path: str) -> tuple[int, Any]:
        async with self._client.get(f"{self._base}{path}") as answer:
            return answer.status, await answer.json()

    async def say(self, message: str, sender: str = "a") -> list[str]:
        status, replies = await self.post(body(message, sender=sender))
        assert status == 200
        assert {reply["recipient_id"] for reply in replies} == {sender}
        return [reply["text"] for reply in replies]


@asynccontextmanager
async def running(handler: Handler, agent: Any = None) -> AsyncIterator[Rest]:
    app = Sanic(f"rest-{next(NAMES)}", configure_logging=False)
    app.ctx.agent = agent
    app.blueprint(RestChannel(FrontDesk(DEADLINE)).blueprint(handler), url_prefix="/webhooks/rest")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        server = await app.create_server(sock=free, return_asyncio_server=True, access_log=False)
        try:
            await server.startup()
            base = f"http://127.0.0.1:{free.getsockname()[1]}/webhooks/rest"
            async with aiohttp.ClientSession(timeout=PATIENCE) as client:
                yield Rest(base, client)
        finally:
            await server.close()


async def answering(message: UserMessage) -> None:
    await message.output_channel.send_text_message(message.sender_id, f"You asked: {message.text}")


async def saying_nothing(message: UserMessage) -> None:
    return None


async def raising(message: UserMessage) -> None:
    raise RuntimeError("broken")


async def hanging(message: UserMessage) -> None:
    await asyncio.Event().wait()


async def refusing(message: UserMessage) -> None:
    raise AssertionError("the dialogue must not be asked")


def names_both_numbers(texts: list[str]) -> bool:
    return bool(texts) and all("988" in text and "911" in text for text in texts)


async def test_an_ordinary_message_gets_the_answer_of_the_dialogue() -> None:
    async with running(answering) as rest:
        status, replies = await rest.post(body("what is ketamine?", sender="me"))
    assert status == 200
    assert replies == [{"recipient_id": "me", "text": "You asked: what is ketamine?"}]


async def test_buttons_are_handed_on() -> None:
    buttons = [{"title": "Yes", "payload": "yes"}]

    async def offering(message: UserMessage) -> None:
        await message.output_channel.send_text_with_buttons(message.sender_id, "Well?", buttons)

    async with running(offering) as rest:
        assert await rest.post(body()) == (200, [{"recipient_id": "a", "text": "Well?", "buttons": buttons}])


@pytest.mark.parametrize("name", BAD)
async def test_a_bad_body_is_answered_with_its_reason_and_the_emergency_numbers(name: str) -> None:
    raw, reason = BAD[name]
    async with running(refusing) as rest:
        status, answer = await rest.post(raw)
        assert status == 400
        assert reason in answer["error"]
        assert names_both_numbers([answer["text"]])
        assert names_both_numbers(await rest.say(DANGER))


UNUSUAL = {
    "empty message": "",
    "blank message": "  \n ",
    "100,000 characters": "x" * 100_000,
    "100,000 characters of words": "hello " * 16_667,
    "control characters": "\x00\x01\x1b[31m\x7f\x9f",
    "a word among control characters": "\x00hello\x07",
    "emoji only": "😀👍🏽👩‍👩‍👧‍👦",
    "lone surrogate": "hello \ud800",
    "right to left": "\u202eolleh",
    "JSON in the message": '{"message": "hello"}',
    "markup": "<script>alert(1)</script>",
    "command": "/restart",
    "intent payload": '/faq{"a": "b"}',
    "combining marks": "h" + "\u0301" * 3000,
}


@pytest.mark.parametrize("handler", [answering, saying_nothing, raising, hanging])
@pytest.mark.parametrize("name", UNUSUAL)
async def test_an_unusual_message_is_never_met_with_silence_or_a_server_error(
    name: str, handler: Handler
) -> None:
    async with running(handler) as rest:
        texts = await rest.say(UNUSUAL[name])
    assert texts
    assert all(text.strip() for text in texts)
    assert handler is answering or names_both_numbers(texts)


@pytest.mark.parametrize(
    "sender", ["ñandú", "\ud800", "a\x00b", "../../etc", "' OR 1=1 --", "x" * MAX_SENDER_CHARACTERS]
)
async def test_an_unusual_sender_is_answered(sender: str) -> None:
    async with running(answering) as rest:
        assert await rest.say("hello", sender) == ["You asked: hello"]


AGENTS = {
    "missing": None,
    "not ready": SimpleNamespace(is_ready=lambda: False),
    "without parts": SimpleNamespace(is_ready=lambda: True),
}


@pytest.mark.parametrize("handler", [raising, hanging, saying_nothing, refusing])
@pytest.mark.parametrize("agent", AGENTS)
async def test_danger_is_answered_whatever_is_broken(agent: str, handler: Handler) -> None:
    async with running(handler, AGENTS[agent]) as rest:
        assert names_both_numbers(await rest.say(DANGER))
        assert names_both_numbers(await rest.say("quiero matarme", "b"))
        assert names_both_numbers(await rest.say(f"/restart {DANGER}", "c"))
        assert names_both_numbers(await rest.say("x" * 100_000 + f" {DANGER}", "d"))


async def test_danger_is_answered_even_if_the_agent_cannot_tell_whether_it_is_ready() -> None:
    def broken() -> bool:
        raise RuntimeError("broken")

    async with running(refusing, SimpleNamespace(is_ready=broken)) as rest:
        assert names_both_numbers(await rest.say(DANGER))


async def test_a_person_in_care_stays_there_and_others_are_served() -> None:
    async with running(answering) as rest:
        assert names_both_numbers(await rest.say(DANGER))
        assert await rest.say("hello", "b") == ["You asked: hello"]
        assert await rest.say("hello") != ["You asked: hello"]


async def test_many_messages_at_once_get_each_their_own_answer() -> None:
    async with running(answering) as rest:
        answers = await asyncio.gather(*(rest.say(f"question {i}", f"person {i}") for i in range(30)))
    assert answers == [[f"You asked: question {i}"] for i in range(30)]


@pytest.mark.parametrize("command", ["/restart", "/faq", "//restart", "  /session_start"])
async def test_the_dialogue_never_gets_a_command(command: str) -> None:
    async with running(answering) as rest:
        assert await rest.say(command) == [f"You asked: {command.strip(' /')}"]


@pytest.mark.parametrize(
    ("path", "agent", "status", "answer"),
    [
        ("/", "missing", 200, {"status": "ok"}),
        ("/ready", "missing", 503, {"ready": False}),
        ("/ready", "not ready", 503, {"ready": False}),
        ("/ready", "without parts", 200, {"ready": True}),
    ],
)
async def test_the_server_tells_whether_it_is_ready(
    path: str, agent: str, status: int, answer: object
) -> None:
    async with running(refusing, AGENTS[agent]) as rest:
        assert await rest.get(path) == (status, answer)
