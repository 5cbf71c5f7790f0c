"""The facts that answers rest on, read from `facts.yml`."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, Extra

PATH = Path(__file__).with_name("facts.yml")


class Fact(BaseModel):
    """One sourced statement.

    Attributes:
        checked: date of the source as given there, `n.d.` if undated.
        expires: day after which a dated fact must be checked again.
    """

    id: str
    statement: str
    source: str
    checked: str
    tags: list[Literal["fix", "weak", "date", "rec"]] = []
    expires: dt.date | None = None

    class Config:
        """Reject misspelled fields."""

        extra = Extra.forbid


@lru_cache(maxsize=1)
def facts() -> dict[str, Fact]:
    """All facts by id."""
    loaded = yaml.load(PATH.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return {fact.id: fact for fact in map(Fact.parse_obj, loaded["facts"])}
