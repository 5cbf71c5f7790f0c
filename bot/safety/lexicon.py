"""The reviewed pattern lexicon: what is recognized without any model."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml
from pydantic import BaseModel, Extra

from bot.safety.judgement import Category, Level

PATHS = [Path(__file__).with_name(f"lexicon_{language}.yml") for language in ("en", "es")]
BLANK = " xx "


class FigureOfSpeech(BaseModel):
    """An idiom that only sounds like danger; its words are blanked out before the judgement."""

    id: str
    lang: str
    pattern: str
    must: list[str]
    must_not: list[str]

    class Config:
        """Reject misspelled fields."""

        extra = Extra.forbid


class Pattern(FigureOfSpeech):
    """A family of wordings for one danger."""

    category: Category
    level: Level
    about: str


@dataclass(frozen=True)
class Hit:
    """One pattern that matched."""

    pattern: Pattern
    start: int
    end: int


@dataclass(frozen=True)
class Lexicon:
    """All patterns, compiled."""

    patterns: list[tuple[re.Pattern[str], Pattern]]
    figures: list[tuple[re.Pattern[str], FigureOfSpeech]]

    def without_figures(self, plain: str) -> str:
        """`plain` with its figures of speech blanked out."""
        for compiled, _ in self.figures:
            plain = compiled.sub(BLANK, plain)
        return " ".join(plain.split())

    def hits(self, plain: str) -> list[Hit]:
        """Patterns found in `plain`, acute ones first."""
        found = [
            Hit(pattern, match.start(), match.end())
            for compiled, pattern in self.patterns
            for match in [compiled.search(plain)]
            if match
        ]
        return sorted(found, key=lambda hit: hit.pattern.level is not Level.ACUTE)


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The lexicon of all languages."""
    files = [yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader) for path in PATHS]
    patterns = [Pattern.parse_obj(row) for loaded in files for row in loaded["patterns"]]
    figures = [
        FigureOfSpeech.parse_obj(row) for loaded in files for row in loaded["figures_of_speech"]
    ]
    return Lexicon(
        [(re.compile(item.pattern), item) for item in patterns],
        [(re.compile(item.pattern), item) for item in figures],
    )
