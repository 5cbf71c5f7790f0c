"""Undoes what hides a danger message: look-alike letters, leetspeak, stretching, code words.

The result is plain lower-case ASCII words with single spaces, the form that the lexicon's patterns and the
character model read. The multilingual encoder reads `readable`, the same text with its accents and
punctuation kept.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

CODE_WORDS_PATH = Path(__file__).with_name("code_words.yml")
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0]"
)
_LOOK_ALIKES = str.maketrans(
    "аеорсухівјѕԁһкмтніпгьвßαβεηικνορτυχωγδλμσѡɑɡıŀɩᴀʙᴄᴅᴇɢʜɪᴊᴋʟᴍɴᴏᴘʀᴛᴜᴠᴡʏᴢ’ʼ`´‘",
    "aeopcyxibjsdhkmthinrbbsabenikvoptuxwgdlmswagiliabcdeghijklmnoprtuvwyz'''''",
)
_LEET = str.maketrans("0134578@$!", "oieastbasi")
_LEET_WORD = re.compile(r"(?<![\w$@!])(?=[\w$@!]*[a-z])(?=[\w$@!]*[0134578@$!])[a-z0-9$@!]{2,20}")
_NOT_LEET = re.compile(
    r"\d+(?:st|nd|rd|th|mg|ml|kg|lbs?|x|k|am|pm|h|hrs?|min|mins|s|d|yo|y|f|m|g|cc|mcg|wks?|usd)?"
    r"|[a-z]+[!$]+|\$\d+\w*|[a-z]?\d{2,}|b4|gr8|l8r|m8|2day|4ever|covid19|5ht\w*"
)
_STRETCHED = re.compile(r"([a-z])\1{2,}")
_SPELLED = re.compile(r"(?<![a-z])(?:[a-z][\s.\-_*,/|]{1,3}){3,}[a-z](?![a-z])")
_INSIDE = re.compile(r"(?<=[a-z])[*_\-.|~^]+(?=[a-z])")
_APOSTROPHE = re.compile(r"(?<=[a-z])'(?=[a-z])")
_NOT_WORD = re.compile(r"[^a-z0-9]+")
_SLASH_PAYLOAD = re.compile(r"^\s*/\S*?(?:\{[^}]*\})?(?:@[\d.]+)?(?=\s|$)")


@dataclass(frozen=True)
class Normalized:
    """One message in the two forms that the guard reads.

    Attributes:
        readable: lower case, code words spelled out, accents and punctuation kept.
        plain: the same in ASCII words and digits only, apostrophes closed up (`dont`).
    """

    readable: str
    plain: str


@lru_cache(maxsize=1)
def _code_words() -> list[tuple[re.Pattern[str], str]]:
    loaded = yaml.safe_load(CODE_WORDS_PATH.read_text(encoding="utf-8"))
    return [(re.compile(row["pattern"]), row["means"]) for row in loaded["code_words"]]


@lru_cache(maxsize=1)
def _emoji() -> dict[str, str]:
    loaded = yaml.safe_load(CODE_WORDS_PATH.read_text(encoding="utf-8"))
    return {row["emoji"]: f" {row['means']} " for row in loaded["emoji"]}


def normalize(text: str) -> Normalized:
    """Normalize one message; never raises, whatever the characters."""
    text = _INVISIBLE.sub("", text)
    for symbol, meaning in _emoji().items():
        if symbol in text:
            text = text.replace(symbol, meaning)
    text = unicodedata.normalize("NFKC", text).casefold()
    text = _INVISIBLE.sub("", text).translate(_LOOK_ALIKES)
    readable = _revealed(_SLASH_PAYLOAD.sub(_spoken_payload, text))
    plain = _ascii(readable)
    plain = _APOSTROPHE.sub("", plain)
    plain = _NOT_WORD.sub(" ", plain).strip()
    for pattern, meaning in _code_words():
        plain = pattern.sub(meaning, plain)
    return Normalized(" ".join(readable.split()), plain)


def _spoken_payload(match: re.Match[str]) -> str:
    return " " + re.sub(r"[/_{}\":@]", " ", match.group()) + " "


def _ascii(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def _revealed(text: str) -> str:
    text = _INSIDE.sub(_joined_if_masked, text)
    text = _LEET_WORD.sub(_unleet, text)
    text = _SPELLED.sub(lambda match: re.sub(r"[^a-z]", "", match.group()), text)
    return _STRETCHED.sub(r"\1", text)


def _joined_if_masked(match: re.Match[str]) -> str:
    return "" if match.group()[0] in "*_|~^" else match.group()


def _unleet(match: re.Match[str]) -> str:
    word = match.group()
    if _NOT_LEET.fullmatch(word) or sum(letter.isalpha() for letter in word) < 2:
        return word
    return word.translate(_LEET)
