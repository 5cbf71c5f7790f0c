"""Rewordings of training messages: other words for the treatment, never another topic."""

from __future__ import annotations

import re

import pytest

from bot.answers.catalog import examples
from bot.nlu.augment import reworded


def variants(text: str, intent: str = "faq/cost") -> set[str]:
    """Rewordings of one message over many draws."""
    texts, _ = reworded([text] * 200, [intent] * 200)
    return set(texts)


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("is ketamine expensive", r"is [a-z ]+ expensive"),
        ("price of an infusion today", r"price of an [a-z ]+ today"),
        ("Ketamine treatment: the price?", r"[a-z ]+: the price\?"),
        ("are infusions dear", r"are [a-z ]+s dear"),
        ("what does the drip cost", r"what does [a-z ]+ cost"),
    ],
)
def test_the_word_for_the_treatment_is_exchanged_and_the_rest_is_kept(text: str, pattern: str) -> None:
    found = variants(text)
    assert len(found) >= 5
    assert all(re.fullmatch(pattern, other) for other in found)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("how much is it", "faq/cost"),
        ("is medicine expensive", "faq/cost"),
        ("book an infusion", "booking/new"),
        ("ketamine from the street", "illicit_use/recreational_use"),
        ("what is ketamine", "faq/what_is_ketamine"),
        ("spravato or infusion", "faq/spravato_vs_iv"),
        ("therapy after the infusion", "faq/therapy_integration"),
    ],
)
def test_a_message_is_left_alone_where_no_word_or_the_word_itself_tells_the_topic(
    text: str, intent: str
) -> None:
    assert reworded([text], [intent]) == ([], [])


def test_each_rewording_keeps_the_intent_of_its_message() -> None:
    texts = ["is ketamine dear", "hello", "does the infusion hurt", "is spravato dear"]
    intents = ["faq/cost", "greeting/hello", "faq/does_it_hurt", "faq/cost"]
    found, labels = reworded(texts, intents)
    assert labels == ["faq/cost", "faq/does_it_hurt", "faq/cost"]
    assert [text.rsplit(" ", 1)[1] for text in found] == ["dear", "hurt", "dear"]


@pytest.mark.parametrize(
    "text",
    [
        "is ketamine expensive",
        "price of an infusion",
        "how many sessions",
        "are infusions dear",
        "cost of treatments",
        "are my appointments paid",
    ],
)
def test_a_rewording_differs_from_its_message(text: str) -> None:
    assert text not in variants(text)


def test_the_same_messages_are_reworded_the_same_way_every_time() -> None:
    pairs = list(examples())
    texts, intents = [text for _, text in pairs], [intent for intent, _ in pairs]
    once = reworded(texts, intents)
    assert once == reworded(texts, intents)
    assert len(once[0]) == len(once[1]) > 1000
