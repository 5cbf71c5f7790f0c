from __future__ import annotations

import ast
import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from bot.paths import ROOT
from bot.safety.resources import FRESH_DAYS, PATH, Resource, phrase, resources, unverified

RESOURCES = list(resources().values())
DIGITS = re.compile(r"\d(?:[\d-]{1,12}\d)")
TOLL_FREE = re.compile(r"\b8(?:00|33|44|55|66|77|88)\)?[-. ][0-9A-Z]{3}[-. ][0-9A-Z]{4}\b")
# Code that recognizes numbers and shows them to nobody; everything else names them by placeholder.
RECOGNIZERS = {
    ("bot/safety/care.py", "988"),
    ("bot/safety/care.py", "911"),
    ("bot/operations/evaluation.py", "988"),
    ("bot/operations/evaluation.py", "911"),
    ("bot/answers/checks.py", r"\b(?:911|988)\b|\d{3}-\d{3,4}"),
}


def numbers() -> list[str]:
    """Every number of every resource, digits only."""
    texts = [text for item in RESOURCES for text in (item.call, item.text, *item.say.values()) if text]
    return sorted({re.sub(r"\D", "", found) for text in texts for found in DIGITS.findall(text)})


def spellings(number: str) -> re.Pattern[str]:
    """`number` however it is grouped, with or without a leading 1; not inside a name such as `call_988`."""
    prefix = r"(?:1[-. (]{0,2})?" if len(number) == 11 else ""
    digits = r"[-. ()]{0,2}".join(number[-10:])
    return re.compile(rf"(?<!\w){prefix}{digits}(?!\w)")


NUMBERS = [spellings(number) for number in numbers()]


def names_a_number(text: str) -> bool:
    return bool(TOLL_FREE.search(text)) or any(number.search(text) for number in NUMBERS)


def texts_in_python(path: Path) -> Iterator[str]:
    """The string literals of a module, docstrings left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value


def texts_in_yaml(loaded: Any) -> Iterator[str]:
    """All keys and values of a loaded file."""
    if isinstance(loaded, dict):
        for key, value in loaded.items():
            yield str(key)
            yield from texts_in_yaml(value)
    elif isinstance(loaded, list):
        for value in loaded:
            yield from texts_in_yaml(value)
    elif loaded is not None:
        yield str(loaded)


def written_texts() -> list[tuple[str, str]]:
    """(file, text) of everything that a person may come to read."""
    found = []
    for path in sorted([*ROOT.glob("bot/**/*.py"), *ROOT.glob("actions/**/*.py")]):
        found += [(path, text) for text in texts_in_python(path)]
    for path in (ROOT / "bot/safety/replies.yml", ROOT / "domain.yml", ROOT / "clinic.yml"):
        found += [(path, text) for text in texts_in_yaml(yaml.safe_load(path.read_text(encoding="utf-8")))]
    for path in sorted(ROOT.glob("data/**/*.yml")):
        loaded = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        found += [(path, text) for text in texts_in_yaml(loaded.get("responses"))]
    return [(path.relative_to(ROOT).as_posix(), text) for path, text in found]


@pytest.mark.parametrize("number", ["911", "988", "741741", "838255", "678678", "18008547771"])
def test_the_numbers_to_look_for_come_from_the_resources(number: str) -> None:
    assert number in numbers()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("call 911.", True),
        ("988", True),
        ("call 9-8-8", True),
        ("text 741-741", True),
        ("text 741741 now", True),
        ("(800) 854-7771", True),
        ("1-800-854-7771", True),
        ("18008547771", True),
        ("1-800-111-2222", True),
        ("1-800-FDA-1088", True),
        ("in 1988", False),
        ("9110 dollars", False),
        ("400 to 800 dollars", False),
        ("(213) 555-0142", False),
        ("{emergency} or {call_988}", False),
    ],
)
def test_a_number_is_noticed_however_it_is_written(text: str, named: bool) -> None:
    assert names_a_number(text) is named


def test_no_emergency_number_stands_outside_the_resources() -> None:
    stray = {(path, text) for path, text in written_texts() if names_a_number(text)}
    assert stray - RECOGNIZERS == set()


def test_every_exception_still_stands_in_the_code() -> None:
    assert set(written_texts()) >= RECOGNIZERS


def test_texts_of_every_kind_of_file_are_looked_at() -> None:
    kinds = {path.split("/")[0] for path, _ in written_texts()}
    assert kinds == {"bot", "data", "domain.yml", "clinic.yml"}
    assert len(written_texts()) > 1000


def test_ids_and_keys_are_unique() -> None:
    rows = yaml.safe_load(PATH.read_text(encoding="utf-8"))["resources"]
    assert (
        len({row["id"] for row in rows}) == len({row["key"] for row in rows}) == len(rows) == len(RESOURCES)
    )


def test_the_first_two_resources_are_the_emergency_number_and_the_lifeline() -> None:
    assert list(resources())[:2] == ["emergency", "lifeline"]


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda item: item.key)
def test_a_resource_can_be_reached_and_traced(resource: Resource) -> None:
    assert resource.call or resource.text
    assert re.fullmatch(r"E\d\d", resource.id)
    assert re.match(r"https?://\S+$", resource.source)
    assert resource.chat is None or re.match(r"https://\S+$", resource.chat)
    assert set(resource.languages) <= {"en", "es"}
    assert "en" in resource.languages
    assert resource.how.strip()


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("resource", RESOURCES, ids=lambda item: item.key)
def test_a_phrase_names_the_number_in_each_language(resource: Resource, language: str) -> None:
    said = phrase(resource.key, language)
    assert names_a_number(said)
    assert not re.search(r"[{}]|None", said)
    assert not said.endswith(".")


def test_an_unknown_language_falls_back_to_english() -> None:
    assert phrase("emergency", "fr") == phrase("emergency", "en")


@pytest.mark.parametrize(
    "change",
    [
        {"phone": "911"},
        {"verified": "soon"},
        {"call": {"a": 1}},
        {"say": None},
        {"languages": None},
        {"id": None},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_misspelled_or_malformed_field_is_rejected(change: dict[str, Any]) -> None:
    row = yaml.safe_load(PATH.read_text(encoding="utf-8"))["resources"][0]
    assert Resource.parse_obj(row)
    with pytest.raises(ValidationError, match=next(iter(change))):
        Resource.parse_obj({**row, **change})


@pytest.mark.parametrize(
    ("age", "listed"), [(0, False), (179, False), (180, False), (181, True), (1000, True)]
)
def test_resources_verified_more_than_180_days_ago_are_listed(age: int, listed: bool) -> None:
    oldest = min(resource.verified for resource in RESOURCES)
    keys = {resource.key for resource in RESOURCES if resource.verified == oldest}
    today = oldest + dt.timedelta(days=age)
    assert FRESH_DAYS == 180
    assert (keys <= {resource.key for resource in unverified(today)}) is listed
