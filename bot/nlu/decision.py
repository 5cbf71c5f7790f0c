"""From a ranking to a decision: answer, ask back, or say that it was not understood."""

from __future__ import annotations

from dataclasses import dataclass

from bot.answers.catalog import topic_of
from bot.nlu.topics import Ranking

OUT_OF_SCOPE = "out_of_scope"
FALLBACK = "nlu_fallback"


@dataclass(frozen=True)
class Thresholds:
    """When a topic is sure enough to be answered.

    Attributes:
        confidence: least calibrated probability of the best topic.
        similarity: least cosine similarity to the nearest training example.
        sure: a probability from which on similarity no longer matters.
    """

    confidence: float = 0.2
    similarity: float = 0.57
    sure: float = 0.8


@dataclass(frozen=True)
class Decision:
    """What to do with a message.

    Attributes:
        intent: the full intent to act on, `out_of_scope` or `nlu_fallback`.
        confidence: calibrated probability, 0 to 1, of the best topic.
        topics: (topic id, probability), best first; an intent's variants are summed.
    """

    intent: str
    confidence: float
    topics: list[tuple[str, float]]


def decide(ranking: Ranking, thresholds: Thresholds | None = None) -> Decision:
    """Choose the intent for one ranked message."""
    limits = thresholds or Thresholds()
    sums: dict[str, float] = {}
    best_variant: dict[str, str] = {}
    for intent, probability in ranking.scores:
        topic = topic_of(intent)
        sums[topic] = sums.get(topic, 0.0) + probability
        best_variant.setdefault(topic, intent)
    topics = sorted(sums.items(), key=lambda item: -item[1])
    topic, confidence = topics[0]
    unlike = ranking.similarity < limits.similarity and confidence < limits.sure
    if topic == OUT_OF_SCOPE:
        return Decision(OUT_OF_SCOPE, confidence, topics)
    if unlike or confidence < limits.confidence:
        return Decision(FALLBACK, confidence, topics)
    return Decision(best_variant[topic], confidence, topics)
