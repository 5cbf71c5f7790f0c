"""From a ranking to a decision: answer, out of scope, or not understood."""

from __future__ import annotations

import pytest

from bot.nlu.decision import FALLBACK, OUT_OF_SCOPE, Thresholds, decide
from bot.nlu.topics import Ranking

LIMITS = Thresholds(confidence=0.2, similarity=0.45, sure=0.8)


def ranking(similarity: float, **scores: float) -> Ranking:
    """A ranking by hand; `faq__cost=0.5` is the intent `faq/cost`."""
    named = [(intent.replace("__", "/"), score) for intent, score in scores.items()]
    return Ranking(sorted(named, key=lambda item: -item[1]), similarity, named[0][0])


@pytest.mark.parametrize(
    ("confidence", "similarity", "intent"),
    [
        (0.95, 0.95, "faq/cost"),
        (0.30, 0.60, "faq/cost"),
        (0.20, 0.45, "faq/cost"),
        (0.19, 0.95, FALLBACK),
        (0.30, 0.44, FALLBACK),
        (0.79, 0.10, FALLBACK),
        (0.80, 0.10, "faq/cost"),
        (0.19, 0.10, FALLBACK),
    ],
)
def test_a_topic_is_answered_if_it_is_probable_and_like_an_example_or_very_probable(
    confidence: float, similarity: float, intent: str
) -> None:
    rest = (1 - confidence) / 8
    others = {f"faq__other{number}": rest for number in range(8)}
    decision = decide(ranking(similarity, faq__cost=confidence, **others), LIMITS)
    assert decision.intent == intent
    assert decision.confidence == confidence
    assert decision.topics[0] == ("cost", confidence)


@pytest.mark.parametrize(("confidence", "similarity"), [(0.95, 0.95), (0.40, 0.05), (0.15, 0.95)])
def test_out_of_scope_needs_no_certainty(confidence: float, similarity: float) -> None:
    rest = (1 - confidence) / 10
    others = {f"faq__other{number}": rest for number in range(10)}
    decision = decide(ranking(similarity, out_of_scope=confidence, **others), LIMITS)
    assert (decision.intent, decision.confidence) == (OUT_OF_SCOPE, confidence)


def test_the_variants_of_a_topic_count_together_and_the_best_of_them_is_chosen() -> None:
    decision = decide(ranking(0.9, faq__cost=0.4, booking__new=0.25, booking__change=0.35), LIMITS)
    assert decision.intent == "booking/change"
    assert decision.confidence == pytest.approx(0.6)
    assert decision.topics == [("booking", pytest.approx(0.6)), ("cost", 0.4)]


def test_faq_topics_do_not_count_together() -> None:
    decision = decide(ranking(0.9, faq__cost=0.3, faq__financing=0.3, booking__new=0.4), LIMITS)
    assert decision.intent == "booking/new"


def test_topics_keep_the_whole_probability_best_first() -> None:
    found = decide(
        ranking(0.9, faq__cost=0.5, booking__new=0.3, booking__change=0.1, greeting__bye=0.1)
    ).topics
    shares = [share for _, share in found]
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) == pytest.approx(1.0)
    assert len(found) == 3


@pytest.mark.parametrize(
    ("limits", "intent"),
    [
        (Thresholds(confidence=0.6), FALLBACK),
        (Thresholds(confidence=0.5), "faq/cost"),
        (Thresholds(similarity=0.7), FALLBACK),
        (Thresholds(similarity=0.7, sure=0.5), "faq/cost"),
    ],
)
def test_the_thresholds_decide(limits: Thresholds, intent: str) -> None:
    assert decide(ranking(0.6, faq__cost=0.5, faq__financing=0.5), limits).intent == intent
