"""Judges a message: lexicon first, then the classifier on the whole text and on its parts."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

from bot.paths import GUARD
from bot.safety.corpus import LABELS
from bot.safety.judgement import CATEGORIES, Assessment, Category, Level
from bot.safety.lexicon import Hit, lexicon
from bot.safety.model import DANGER, GuardModel, danger
from bot.safety.normalize import Normalized, normalize
from bot.text.encoders import multilingual
from bot.text.use_multilingual import UseMultilingual

logger = logging.getLogger(__name__)

WHOLE_TOKENS = 96
SHORT_WORDS = 45
WINDOW_WORDS = 24
WINDOW_STEP = 12
ENCODED_WINDOWS = 5
WINDOW_MARGIN = 0.12
INFORMATIONAL = LABELS.index("informational")
_SPANISH = re.compile(
    r"\b(?:que|de|la|el|los|las|un|una|por|para|con|mi|me|te|se|ya|estoy|quiero|tengo|esta|pero"
    r"|como|muy|hola|gracias|nada|hacer|ayuda|vida|morir|cuando|porque|necesito|ella|hijo|hija)\b"
)
_ENGLISH = re.compile(
    r"\b(?:the|and|to|of|is|it|my|i|im|you|for|in|that|was|with|have|want|not|dont|am|how|what"
    r"|this|are|me|do|can|just|but|so)\b"
)
_MINOR = re.compile(
    r"\b(?:im|i am|soy|tengo) (?:only |just |solo )?(?:8|9|1[0-7])\b(?! (?:mg|weeks|months|days|times"
    r"|years (?:old )?(?:sober|clean|married|into)|semanas|meses|dias|veces|hijos|citas|sesiones))"
    r"|\b(?:he|she|my (?:son|daughter|kid|brother|sister)|mi (?:hijo|hija)) (?:is |just turned |tiene )"
    r"(?:only )?(?:[5-9]|1[0-7])\b(?! (?:mg|weeks|months|days))"
    r"|\b(?:middle school|high school(?:er)?|[6-9]th grade|10th grade|11th grade|freshman in high"
    r"|secundaria|prepa(?:ratoria)?|la escuela|my teacher|mi maestra?|my foster)\b"
    r"|\b1[0-7] ?(?:yo|y o|years old|anos)\b"
)


class Guard:
    """Assesses messages. Without a trained model the lexicon alone decides."""

    def __init__(self, model: GuardModel | None, encoder: UseMultilingual | None) -> None:
        self._model = model
        self._encoder = encoder
        settings = model.settings if model else {}
        self._possible = float(settings.get("possible", 0.5))
        self._acute = float(settings.get("acute", 0.8))

    @property
    def has_model(self) -> bool:
        """False if only the lexicon is at work."""
        return self._model is not None

    def assess(self, text: str) -> Assessment:
        """Judge one message of any length; never raises."""
        try:
            normalized = normalize(text)
        except Exception:
            logger.exception("guard.normalize.failed")
            normalized = Normalized(text.lower(), text.lower())
        plain = lexicon().without_figures(normalized.plain)
        hits = lexicon().hits(plain)
        by_words = _from_hits(hits, normalized.plain)
        if by_words.level is Level.ACUTE or self._model is None or self._encoder is None:
            return by_words
        try:
            by_model = self._judge(normalized, self._model, self._encoder)
        except Exception:
            logger.exception("guard.model.failed")
            return by_words
        if by_model.level is Level.ACUTE or by_words.level is not Level.POSSIBLE:
            return by_model
        return by_words

    def _judge(self, normalized: Normalized, model: GuardModel, encoder: UseMultilingual) -> Assessment:
        words = normalized.plain.split()
        if not words:
            return Assessment(Level.NONE)
        readable = normalized.readable.split()
        spans = _windows(len(words))
        texts = [" ".join(words[start:end]) for start, end in spans]
        scores = model.letter_scores([normalized.plain, *texts])
        chosen = _most_suspicious(scores[1:])
        ratio = len(readable) / len(words)
        parts = [_ends(normalized.readable, encoder)]
        parts += [" ".join(readable[int(spans[i][0] * ratio) : int(spans[i][1] * ratio) + 1]) for i in chosen]
        vectors = encoder.encode(parts)
        kept = scores[[0, *(i + 1 for i in chosen)]]
        probabilities = model.probabilities(vectors, kept)
        chances = danger(probabilities)
        chances[1:] = np.maximum(chances[1:] - WINDOW_MARGIN, 0.0)
        best = int(chances.argmax())
        language = language_of(normalized.plain)
        if chances[best] < self._possible:
            informational = probabilities[0].argmax() == INFORMATIONAL
            level = Level.INFORMATIONAL if informational else Level.NONE
            return Assessment(level, language=language, score=float(chances[best]), source="model")
        one = slice(best, best + 1)
        urgent = model.side("acute", vectors[one], kept[one])[0] > 0.5
        level = Level.ACUTE if urgent and chances[best] >= self._acute else Level.POSSIBLE
        return Assessment(
            level,
            Category(CATEGORIES[int(probabilities[best, :DANGER].argmax())]),
            about_other=bool(model.side("other", vectors[one], kept[one])[0] > 0.5),
            minor=bool(_MINOR.search(normalized.plain)),
            language=language,
            score=float(chances[best]),
            source="model",
        )


def _windows(words: int) -> list[tuple[int, int]]:
    if words <= SHORT_WORDS:
        return []
    starts = range(0, max(words - WINDOW_WORDS // 2, 1), WINDOW_STEP)
    return [(start, min(start + WINDOW_WORDS, words)) for start in starts]


def _most_suspicious(scores: np.ndarray) -> list[int]:  # type: ignore[type-arg]
    if not len(scores):
        return []
    lead = scores[:, :DANGER].max(axis=1) - scores[:, DANGER:].max(axis=1)
    return [int(i) for i in np.argsort(-lead)[:ENCODED_WINDOWS]]


def _ends(readable: str, encoder: UseMultilingual) -> str:
    words = readable.split()
    if len(words) <= WHOLE_TOKENS:
        return readable
    half = WHOLE_TOKENS // 2
    return " ".join([*words[:half], *words[-half:]])


def _from_hits(hits: Sequence[Hit], plain: str) -> Assessment:
    language = language_of(plain)
    if not hits:
        return Assessment(Level.NONE, language=language)
    first = hits[0].pattern
    return Assessment(
        first.level,
        first.category,
        about_other=first.about == "other",
        minor=bool(_MINOR.search(plain)),
        language=first.lang if first.lang in ("en", "es") else language,
        score=1.0,
        source="lexicon",
    )


def language_of(plain: str) -> str:
    """`es` if plain text holds more common Spanish than English words, else `en`."""
    return "es" if len(_SPANISH.findall(plain)) > len(_ENGLISH.findall(plain)) else "en"


def load_guard(folder: Path = GUARD) -> Guard:
    """The guard with its trained model, or with the lexicon alone if the model cannot be read."""
    try:
        return Guard(GuardModel.load(folder), multilingual(folder))
    except Exception as error:
        logger.error("guard.model.missing: %s; the lexicon alone is at work", error)
        return Guard(None, None)


@lru_cache(maxsize=1)
def guard() -> Guard:
    """The process's guard."""
    return load_guard()


@lru_cache(maxsize=4096)
def assess(text: str) -> Assessment:
    """Judge `text` with the process's guard, remembering recent judgements."""
    return guard().assess(text)
