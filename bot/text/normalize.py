"""Input hygiene shared by every channel: what a message is before anything reads it."""

from __future__ import annotations

import re
import unicodedata

MAX_CHARACTERS = 4000
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SPACE = re.compile(r"\s+")


def clean(text: str) -> str:
    """Drop control characters and lone surrogates and fold white space, keeping line order."""
    whole = text.encode("utf-8", "ignore").decode("utf-8")
    return _SPACE.sub(" ", _CONTROL.sub(" ", unicodedata.normalize("NFC", whole))).strip()


def shorten(text: str, limit: int = MAX_CHARACTERS) -> str:
    """Cut `text` to `limit` characters, keeping its beginning and its end.

    What matters in a long message often stands at its end, so a plain cut would lose it.
    """
    if len(text) <= limit:
        return text
    half = (limit - 5) // 2
    return f"{text[:half]} ... {text[-half:]}"
