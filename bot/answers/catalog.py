"""The answers as written in `data/nlu/`: examples, texts and provenance of each topic."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, Extra

from bot.paths import NLU_DATA

UTTER = "utter_"
SMS = "sms"


class Provenance(BaseModel):
    """Where an answer comes from and who stands for it.

    Attributes:
        title: what the answer is about, in plain words, at most 32 characters.
        facts: ids in `facts.yml` that the answer rests on.
        review: `pending` until a clinician has signed.
        related: topics a person is likely to ask next.
    """

    title: str
    facts: list[str]
    author: str
    written_on: dt.date
    review: Literal["pending", "approved"]
    reviewer: str | None
    reviewed_on: dt.date | None
    next_review: dt.date
    related: list[str] = []

    class Config:
        """Reject misspelled fields."""

        extra = Extra.forbid


@dataclass(frozen=True)
class Answer:
    """One approved answer.

    Attributes:
        intent: full intent, such as `faq/cost` or `out_of_scope`.
        web: text for the web, REST and the shell, with placeholders.
        sms: text for SMS, with placeholders.
    """

    intent: str
    web: str
    sms: str
    provenance: Provenance

    @property
    def topic(self) -> str:
        """The taxonomy id the answer belongs to."""
        return topic_of(self.intent)


class CatalogError(ValueError):
    """A content file under `data/nlu/` is malformed; the message names file and answer."""


def topic_of(intent: str) -> str:
    """Map an intent to its taxonomy id: `faq/cost` to `cost`, `booking/new` to `booking`."""
    base, _, rest = intent.partition("/")
    return rest if base == "faq" else base


def content_files(folder: Path = NLU_DATA) -> list[Path]:
    """All content files in a stable order."""
    return sorted(folder.glob("*.yml"))


def _load(path: Path) -> dict[str, Any]:
    try:
        loaded = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        raise CatalogError(f"{path}: {' '.join(str(error).split())}") from error
    if not isinstance(loaded, dict):
        raise CatalogError(f"{path}: expected `nlu:` and `responses:`.")
    return loaded


def examples(folder: Path = NLU_DATA) -> Iterator[tuple[str, str]]:
    """Yield (intent, message) for every training example."""
    for path in content_files(folder):
        for block in _load(path).get("nlu", []):
            for line in block["examples"].splitlines():
                if line.startswith("- "):
                    yield block["intent"], line[2:].strip()


def parse_answer(intent: str, variations: list[dict[str, Any]]) -> Answer:
    """Read one response's variations: one for all channels with metadata, one for SMS.

    Raises:
        CatalogError: if a variation or a provenance field is missing or malformed.
    """
    web = [variation for variation in variations if "channel" not in variation]
    sms = [variation for variation in variations if variation.get("channel") == SMS]
    if len(web) != 1 or len(sms) != 1:
        raise CatalogError(f"{intent}: needs one text for all channels and one for SMS.")
    for variation in (web[0], sms[0]):
        if not isinstance(variation.get("text"), str) or not variation["text"].strip():
            raise CatalogError(f"{intent}: a variation has no `text`.")
    try:
        provenance = Provenance.parse_obj(web[0].get("metadata") or {})
    except ValueError as error:
        raise CatalogError(f"{intent}: {error}") from error
    return Answer(intent, web[0]["text"], sms[0]["text"], provenance)


@lru_cache(maxsize=4)
def answers(folder: Path = NLU_DATA) -> dict[str, Answer]:
    """All answers by intent.

    Raises:
        CatalogError: naming the file and the answer at fault.
    """
    found: dict[str, Answer] = {}
    for path in content_files(folder):
        for key, variations in (_load(path).get("responses") or {}).items():
            intent = key[len(UTTER) :]
            try:
                found[intent] = parse_answer(intent, variations)
            except CatalogError as error:
                raise CatalogError(f"{path.name}: {error}") from error
    return found
