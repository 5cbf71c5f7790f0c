"""Input hygiene: what is dropped from a message, and what of a long one is kept."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.text.normalize import MAX_CHARACTERS, clean, shorten

ANYTHING = st.text(st.characters() | st.sampled_from("\x00\x07\x7f\x85\ud800\udfff\u0301\u2028 \t\n"))


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("plain words", "plain words"),
        ("  two   spaces\t\tand tabs ", "two spaces and tabs"),
        ("one\n\ntwo\r\nthree\u2028four", "one two three four"),
        ("a\x00b\x07c\x7fd\x9fe", "a b c d e"),
        ("half \ud83d of an emoji", "half of an emoji"),
        ("\udcff", ""),
        ("\x00\x01\n", ""),
        ("", ""),
        ("cafe\u0301", "caf\u00e9"),
        ("no\u00a0break", "no break"),
        ("whole 😀 👩‍👩‍👧 ¿sí?", "whole 😀 👩‍👩‍👧 ¿sí?"),
    ],
)
def test_a_message_is_cleaned(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


@settings(derandomize=True, deadline=None)
@given(ANYTHING)
def test_a_cleaned_message_can_be_sent_and_stored_and_needs_no_more_cleaning(text: str) -> None:
    cleaned = clean(text)
    cleaned.encode("utf-8")
    assert not [c for c in cleaned if unicodedata.category(c) == "Cc"]
    assert "  " not in cleaned
    assert cleaned == cleaned.strip()
    assert clean(cleaned) == cleaned


@pytest.mark.parametrize("length", [0, 1, 19, 20])
def test_a_text_within_the_limit_is_kept_whole(length: int) -> None:
    assert shorten("x" * length, 20) == "x" * length


def test_a_long_text_keeps_its_beginning_and_its_end() -> None:
    assert shorten("begin" + "x" * 100 + "endof", 15) == "begin ... endof"


@settings(derandomize=True, deadline=None)
@given(st.text(max_size=200), st.integers(min_value=7, max_value=60))
def test_a_shortened_text_is_within_the_limit_and_loses_only_its_middle(text: str, limit: int) -> None:
    cut = shorten(text, limit)
    assert len(cut) <= limit
    if len(text) > limit:
        half = (limit - 5) // 2
        assert cut.startswith(text[:half])
        assert cut.endswith(text[-half:])
        assert len(cut) >= limit - 1
    else:
        assert cut == text


def test_the_limit_is_the_longest_message_that_is_read() -> None:
    assert len(shorten("x" * (MAX_CHARACTERS + 1))) <= MAX_CHARACTERS
    assert shorten("x" * MAX_CHARACTERS) == "x" * MAX_CHARACTERS
