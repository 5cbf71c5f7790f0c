"""The topic classifier on a tiny encoder: it learns, its numbers are probabilities, it survives a save."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from bot.nlu.topics import ARRAYS_FILE, WORDS_FILE, Floats, TopicClassifier

THINGS = {
    "faq/cost": ("price", "money", "bill", "fee"),
    "faq/nausea": ("sick", "vomit", "stomach", "queasy"),
    "greeting/hello": ("hello", "hi", "morning", "hey"),
}
FRAMES = ("{} please", "about the {}", "what of {} then", "{} and {}", "so {}?", "tell me {}")
TEXTS = [frame.format(word, word) for words in THINGS.values() for word in words for frame in FRAMES]
LABELS = [intent for intent, words in THINGS.items() for _ in words for _ in FRAMES]


def words_of(text: str) -> list[str]:
    return text.lower().replace("?", " ").split()


KNOWN = sorted({word for text in TEXTS for word in words_of(text)})
PLACES = {word: place for place, word in enumerate(KNOWN)}
HALF = len(PLACES) // 2


class WordCounts:
    """An encoder without weights: counts the words that training knows."""

    def encode(self, texts: Sequence[str]) -> Floats:
        rows = np.zeros((len(texts), len(PLACES)), np.float32)
        for row, text in enumerate(texts):
            for word in words_of(text):
                if word in PLACES:
                    rows[row, PLACES[word]] += 1.0
        return rows


@pytest.fixture(scope="module")
def classifier() -> TopicClassifier:
    return TopicClassifier.train(WordCounts(), TEXTS, LABELS)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("how much money is that", "faq/cost"),
        ("send me the bill", "faq/cost"),
        ("i vomit a lot", "faq/nausea"),
        ("my stomach hurts", "faq/nausea"),
        ("hey you", "greeting/hello"),
        ("VOMITT", "faq/nausea"),
    ],
)
def test_it_learns_what_messages_are_about(classifier: TopicClassifier, text: str, intent: str) -> None:
    (ranking,) = classifier.rank([text])
    assert ranking.scores[0][0] == intent


@pytest.mark.parametrize("text", ["price please", "zzz", "", "😀", "hello " * 200])
def test_a_ranking_is_a_distribution_over_all_intents_best_first(
    classifier: TopicClassifier, text: str
) -> None:
    (ranking,) = classifier.rank([text])
    scores = [score for _, score in ranking.scores]
    assert sum(scores) == pytest.approx(1.0)
    assert scores == sorted(scores, reverse=True)
    assert {intent for intent, _ in ranking.scores} == set(THINGS)
    assert -1.001 <= ranking.similarity <= 1.001


def test_messages_are_ranked_in_the_order_given_and_each_for_itself(classifier: TopicClassifier) -> None:
    texts = ["price please", "so queasy?", "tell me hello"]
    together = classifier.rank(texts)
    alone = [classifier.rank([text])[0] for text in texts]
    assert [ranking.nearest for ranking in together] == list(THINGS)
    for one, other in zip(together, alone, strict=True):
        assert dict(one.scores) == pytest.approx(dict(other.scores))
        assert one.similarity == pytest.approx(other.similarity)


def test_no_messages_have_no_rankings(classifier: TopicClassifier) -> None:
    assert classifier.rank([]) == []


def test_a_training_example_is_like_itself_and_strange_words_are_like_nothing(
    classifier: TopicClassifier,
) -> None:
    known, strange = classifier.rank(["about the vomit", "qqqq"])
    assert known.similarity == pytest.approx(1.0, abs=1e-3)
    assert known.nearest == "faq/nausea"
    assert strange.similarity == 0.0


def test_training_again_gives_the_same_classifier(classifier: TopicClassifier) -> None:
    again = TopicClassifier.train(WordCounts(), TEXTS, LABELS)
    assert again.rank(["price and queasy", "morning"]) == classifier.rank(["price and queasy", "morning"])


def test_a_saved_classifier_ranks_as_before(classifier: TopicClassifier, tmp_path: Path) -> None:
    texts = ["how much is it", "i feel sick", "hi", "zzz", ""]
    before = classifier.rank(texts)
    classifier.save(tmp_path)
    loaded = TopicClassifier.load(tmp_path, WordCounts())
    after = loaded.rank(texts)
    assert loaded.intents == classifier.intents
    assert [ranking.scores for ranking in after] == [ranking.scores for ranking in before]
    assert [ranking.nearest for ranking in after] == [ranking.nearest for ranking in before]
    assert [r.similarity for r in after] == pytest.approx([r.similarity for r in before], abs=1e-3)


@pytest.mark.parametrize("name", [ARRAYS_FILE, WORDS_FILE])
def test_a_missing_file_is_an_error(classifier: TopicClassifier, tmp_path: Path, name: str) -> None:
    classifier.save(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(OSError, match=name):
        TopicClassifier.load(tmp_path, WordCounts())


def test_likeness_may_be_measured_on_the_first_numbers_alone() -> None:
    half = TopicClassifier.train(WordCounts(), TEXTS, LABELS, similar_dimensions=HALF)
    words = [word for things in THINGS.values() for word in things]
    for word, ranking in zip(words, half.rank(words), strict=True):
        assert (ranking.similarity > 0.3) is (PLACES[word] < HALF), word


def test_two_intents_are_enough() -> None:
    count = LABELS.index("greeting/hello")
    classifier = TopicClassifier.train(WordCounts(), TEXTS[:count], LABELS[:count])
    cost, nausea = classifier.rank(["the fee", "vomit"])
    assert (cost.scores[0][0], nausea.scores[0][0]) == ("faq/cost", "faq/nausea")
    assert sum(score for _, score in cost.scores) == pytest.approx(1.0)


@pytest.mark.parametrize("labels", [[], ["faq/cost"] * 4])
def test_fewer_than_two_intents_are_refused(labels: list[str]) -> None:
    with pytest.raises(ValueError, match="at least two intents"):
        TopicClassifier.train(WordCounts(), ["price"] * len(labels), labels)
