"""The facts: each numbered once, sourced, and dated where it can expire."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from bot.answers.facts import PATH, Fact, facts

RAW: dict[str, Any] = yaml.safe_load(PATH.read_text(encoding="utf-8"))
IDS = sorted(facts())
OWN = re.compile(r"\bF\d{3}\b")
GOOD = {"id": "F001", "statement": "It is so.", "source": "SEED P01", "checked": "2026"}


def test_no_fact_is_numbered_twice() -> None:
    counts = Counter(row["id"] for row in RAW["facts"])
    assert {key: times for key, times in counts.items() if times > 1} == {}
    assert len(RAW["facts"]) == len(facts())


@pytest.mark.parametrize("key", IDS)
def test_a_fact_is_one_sourced_statement(key: str) -> None:
    fact = facts()[key]
    assert re.fullmatch(r"F\d{3}", key)
    assert fact.statement.endswith((".", ".)"))
    assert fact.source.strip()
    assert re.match(r"\d{4}|n\.d\.", fact.checked)


@pytest.mark.parametrize("key", [key for key in IDS if OWN.search(facts()[key].source)])
def test_a_fact_that_rests_on_others_names_facts_that_exist(key: str) -> None:
    named = set(OWN.findall(facts()[key].source))
    assert named <= set(facts()) - {key}


def test_a_fact_expires_if_and_only_if_it_is_dated() -> None:
    dated = {key for key, fact in facts().items() if "date" in fact.tags}
    assert dated == {key for key, fact in facts().items() if fact.expires}
    assert dated


@pytest.mark.parametrize(
    "change",
    [
        {"tags": ["dated"]},
        {"expires": "soon"},
        {"checked_on": "2026"},
        {"source": None},
    ],
)
def test_a_malformed_fact_is_refused(change: dict[str, Any]) -> None:
    assert Fact.parse_obj(GOOD).tags == []
    with pytest.raises(ValidationError, match=next(iter(change))):
        Fact.parse_obj({**GOOD, **change})
