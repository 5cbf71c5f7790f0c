"""The reviewed pattern lexicon: what is recognized without any model."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import re2
import yaml
from pydantic import BaseModel, Extra

from bot.safety.judgement import Category, Level

PATHS = [Path(__file__).with_name(f"lexicon_{language}.yml") for language in ("en", "es")]
BLANK = " xx "
SET_BYTES = 256 * 1024 * 1024
_LOOK_AROUND = re.compile(r"\(\?(?:<?[=!])")


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


class Matcher:
    """Many patterns, of which few match: one linear pass tells which are worth a closer look.

    RE2 knows no look-around, so it is given the patterns without theirs, which match at least as much;
    Python's `re` then decides with the full pattern.
    """

    def __init__(self, patterns: Sequence[str]) -> None:
        self._compiled = [re.compile(pattern) for pattern in patterns]
        options = re2.Options()
        options.max_mem = SET_BYTES
        options.log_errors = False
        self._set = re2.Set.SearchSet(options)
        for pattern in patterns:
            self._set.Add(without_look_around(pattern))
        self._set.Compile()

    def search(self, text: str) -> Iterator[tuple[int, re.Match[str]]]:
        """Yield (pattern number, first match) in the patterns' order."""
        for number in sorted(self._set.Match(text) or ()):
            match = self._compiled[number].search(text)
            if match:
                yield number, match

    def blank(self, text: str) -> str:
        """Blank out every match of every pattern."""
        for number in sorted(self._set.Match(text) or ()):
            text = self._compiled[number].sub(BLANK, text)
        return text


def without_look_around(pattern: str) -> str:
    """`pattern` without its look-ahead and look-behind groups."""
    result, position = [], 0
    for match in _LOOK_AROUND.finditer(pattern):
        if match.start() < position:
            continue
        result.append(pattern[position : match.start()])
        position = _group_end(pattern, match.start())
    return "".join([*result, pattern[position:]])


def _group_end(pattern: str, start: int) -> int:
    depth, position, in_class = 0, start, False
    while position < len(pattern):
        letter = pattern[position]
        if letter == "\\":
            position += 1
        elif letter == "[":
            in_class = True
        elif letter == "]":
            in_class = False
        elif letter == "(" and not in_class:
            depth += 1
        elif letter == ")" and not in_class:
            depth -= 1
            if depth == 0:
                return position + 1
        position += 1
    return position


class Lexicon:
    """All patterns and figures of speech."""

    def __init__(self, patterns: list[Pattern], figures: list[FigureOfSpeech]) -> None:
        self.patterns = patterns
        self.figures = figures
        self._patterns = Matcher([item.pattern for item in patterns])
        self._figures = Matcher([item.pattern for item in figures])

    def without_figures(self, plain: str) -> str:
        """`plain` with its figures of speech blanked out."""
        return " ".join(self._figures.blank(plain).split())

    def hits(self, plain: str) -> list[Hit]:
        """Patterns found in `plain`, acute ones first."""
        found = [
            Hit(self.patterns[number], match.start(), match.end())
            for number, match in self._patterns.search(plain)
        ]
        return sorted(found, key=lambda hit: hit.pattern.level is not Level.ACUTE)


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The lexicon of all languages."""
    files = [yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader) for path in PATHS]
    patterns = [Pattern.parse_obj(row) for loaded in files for row in loaded["patterns"]]
    figures = [FigureOfSpeech.parse_obj(row) for loaded in files for row in loaded["figures_of_speech"]]
    return Lexicon(patterns, figures)
