"""The REST channel: Rasa's wire format behind the front desk, with every bad input answered."""

from __future__ import annotations

import json
import logging
import uuid
from typing import Any

from rasa.core.channels.channel import InputChannel
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.channels.dialogue import OnNewMessage, as_dialogue, as_recorder
from bot.channels.front_desk import FrontDesk, Reply, fault_text

logger = logging.getLogger(__name__)

MAX_BODY_BYTES = 512 * 1024
MAX_SENDER_CHARACTERS = 200
OUTPUT_CHANNEL = "collector"


class BadInput(ValueError):
    """The request cannot be read; the message tells the caller what is wrong."""


def read_message(body: bytes) -> tuple[str, str]:
    """Read (sender, message) from a request body.

    A missing sender gets a fresh id, so that strangers never share a conversation.

    Raises:
        BadInput: naming what is missing or malformed.
    """
    if not body.strip():
        raise BadInput('The body is empty. Send JSON such as {"message": "hello"}.')
    if len(body) > MAX_BODY_BYTES:
        raise BadInput(f"The body is larger than {MAX_BODY_BYTES} bytes.")
    try:
        loaded: Any = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise BadInput("The body is not valid JSON in UTF-8.") from error
    if not isinstance(loaded, dict):
        raise BadInput("The body must be a JSON object.")
    message = loaded.get("message")
    if not isinstance(message, str):
        raise BadInput("`message` is missing or not a text.")
    sender = loaded.get("sender")
    if sender is None or sender == "":
        sender = uuid.uuid4().hex
    if isinstance(sender, (int, float)):
        sender = str(sender)
    if not isinstance(sender, str) or len(sender) > MAX_SENDER_CHARACTERS:
        raise BadInput(f"`sender` must be a text of at most {MAX_SENDER_CHARACTERS} characters.")
    return sender, message


class RestChannel(InputChannel):  # type: ignore[misc]
    """`POST /webhooks/rest/webhook` with `sender` and `message`, answered with a list of replies."""

    def __init__(self, desk: FrontDesk | None = None) -> None:
        self._desk = desk or FrontDesk()

    @classmethod
    def name(cls) -> str:
        """The channel's name and URL part, the same as Rasa's own."""
        return "rest"

    def blueprint(self, on_new_message: OnNewMessage) -> Blueprint:
        """The channel's routes."""
        routes = Blueprint("rest_channel")

        @routes.get("/")
        async def health(request: Request) -> HTTPResponse:
            return response.json({"status": "ok"})

        @routes.get("/ready")
        async def ready(request: Request) -> HTTPResponse:
            agent = getattr(request.app.ctx, "agent", None)
            loaded = agent is not None and agent.is_ready()
            return response.json({"ready": loaded}, status=200 if loaded else 503)

        @routes.post("/webhook")
        async def receive(request: Request) -> HTTPResponse:
            try:
                sender, message = read_message(request.body or b"")
            except BadInput as error:
                return response.json({"error": str(error), "text": fault_text()}, status=400)
            agent = getattr(request.app.ctx, "agent", None)
            outcome = await self._desk.receive(
                sender,
                message,
                "web",
                as_dialogue(on_new_message, sender, OUTPUT_CHANNEL, self.name()),
                as_recorder(agent, sender),
            )
            return response.json([_as_json(sender, item) for item in outcome.replies])

        return routes


def _as_json(sender: str, item: Reply) -> dict[str, Any]:
    message: dict[str, Any] = {"recipient_id": sender, "text": item.text}
    if item.buttons:
        message["buttons"] = item.buttons
    return message
