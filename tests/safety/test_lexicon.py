from __future__ import annotations

import json
import random
import re
from collections import Counter
from pathlib import Path

import pytest

from bot.safety.judgement import Level
from bot.safety.lexicon import PATHS, FigureOfSpeech, Pattern, lexicon, without_look_around
from bot.safety.normalize import normalize

MESSAGES = sorted((Path(__file__).parent / "messages").glob("*.jsonl"))
ENTRIES = [*lexicon().patterns, *lexicon().figures]


def plain(text: str) -> str:
    return normalize(text).plain


def named(entry: FigureOfSpeech) -> str:
    return entry.id


def found(text: str) -> list[str]:
    return [hit.pattern.id for hit in lexicon().hits(lexicon().without_figures(plain(text)))]


@pytest.mark.parametrize("pattern", lexicon().patterns, ids=named)
def test_a_pattern_finds_what_it_must_and_nothing_that_it_must_not(pattern: Pattern) -> None:
    assert [text for text in pattern.must if pattern.id not in found(text)] == []
    assert [text for text in pattern.must_not if pattern.id in found(text)] == []


@pytest.mark.parametrize("figure", lexicon().figures, ids=named)
def test_a_figure_of_speech_covers_what_it_must_and_nothing_that_it_must_not(figure: FigureOfSpeech) -> None:
    compiled = re.compile(figure.pattern)
    assert [text for text in figure.must if not compiled.search(plain(text))] == []
    assert [text for text in figure.must_not if compiled.search(plain(text))] == []


@pytest.mark.parametrize("entry", ENTRIES, ids=named)
def test_every_entry_has_examples_of_both_kinds_and_matches_no_empty_text(entry: FigureOfSpeech) -> None:
    assert entry.must
    assert entry.must_not
    assert not re.search(entry.pattern, "")


def test_ids_are_unique_and_end_with_their_language() -> None:
    assert [name for name, count in Counter(entry.id for entry in ENTRIES).items() if count > 1] == []
    assert [entry.id for entry in ENTRIES if not entry.id.endswith(f"_{entry.lang}")] == []


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_file_holds_its_own_language_only(path: Path) -> None:
    language = path.stem.removeprefix("lexicon_")
    ids = re.findall(r"^- id: (\w+)$", path.read_text(encoding="utf-8"), re.M)
    assert {entry.id for entry in ENTRIES if entry.lang == language} == set(ids)


def test_patterns_speak_of_the_writer_or_of_another_person_and_are_acute_or_possible() -> None:
    assert {pattern.about for pattern in lexicon().patterns} == {"self", "other"}
    assert {pattern.level for pattern in lexicon().patterns} == {Level.ACUTE, Level.POSSIBLE}


def test_acute_hits_come_before_possible_ones() -> None:
    levels = [
        hit.pattern.level for hit in lexicon().hits(plain("my suicidal thoughts are back, i want to die"))
    ]
    assert levels == sorted(levels, key=lambda level: level is not Level.ACUTE)
    assert set(levels) == {Level.ACUTE, Level.POSSIBLE}


@pytest.mark.parametrize(
    ("pattern", "bare"),
    [
        (r"\bdie\b", r"\bdie\b"),
        (r"\bdie(?! laughing)\b", r"\bdie\b"),
        (r"(?<!not )die(?= now)", "die"),
        (r"a(?!b(?:c|d(?!e))f)g", "ag"),
        (r"a(?![()\]]|\))b", "ab"),
        (r"(?:a|b)(?!c)", "(?:a|b)"),
    ],
)
def test_the_quick_pass_reads_patterns_without_their_look_around(pattern: str, bare: str) -> None:
    assert without_look_around(pattern) == bare


def slowly_found(text: str) -> list[str]:
    return sorted(pattern.id for pattern in lexicon().patterns if re.search(pattern.pattern, text))


def quickly_found(text: str) -> list[str]:
    return sorted(hit.pattern.id for hit in lexicon().hits(text))


@pytest.mark.parametrize("path", MESSAGES, ids=lambda path: path.stem)
def test_the_quick_pass_loses_no_pattern_on_any_message(path: Path) -> None:
    texts = [plain(json.loads(line)["text"]) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [text for text in texts if quickly_found(text) != slowly_found(text)] == []


def test_the_quick_pass_loses_no_pattern_on_long_texts_full_of_danger() -> None:
    chance = random.Random(20261123)
    examples = [plain(text) for entry in ENTRIES for text in entry.must]
    texts = [" ".join(chance.choices(examples, k=70)) for _ in range(15)]
    assert all(slowly_found(text) for text in texts)
    assert [text for text in texts if quickly_found(text) != slowly_found(text)] == []
