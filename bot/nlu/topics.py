"""The topic classifier: one linear model over all intents and topics, with calibrated confidence.

"I don't know" is decided by three numbers together: the calibrated probability of the best topic, its lead
over the second, and how similar the message is to the nearest training example. A softmax alone gives
confident nonsense for messages unlike anything it has seen.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from bot.nlu.augment import reworded

CHARACTER_COMPONENTS = 256
CHARACTER_WEIGHT = 0.5
REGULARIZATION = 8.0
FOLDS = 4
# More iterations cost training time and gained nothing on held-out messages.
ITERATIONS = 30
SEED = 20261123
ARRAYS_FILE = "topics.npz"
WORDS_FILE = "topics.json"

Floats = npt.NDArray[np.float32]


class Encoder(Protocol):
    """Turns texts into rows of numbers."""

    def encode(self, texts: Sequence[str]) -> Floats:
        """Encode `texts` into an array of shape (len(texts), dimension)."""


@dataclass(frozen=True)
class Ranking:
    """What the classifier makes of one message.

    Attributes:
        scores: (intent, calibrated probability), best first, summing to one.
        similarity: cosine similarity, -1 to 1, to the nearest training example.
        nearest: the intent of that example.
    """

    scores: list[tuple[str, float]]
    similarity: float
    nearest: str


class CharacterVectors:
    """Character n-gram TF-IDF reduced to a dense vector; carries misspelled, SMS-style text."""

    def __init__(self, vocabulary: dict[str, int], idf: Floats, projection: Floats) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer

        self.vocabulary, self.idf, self.projection = vocabulary, idf, projection
        self._vectorizer = TfidfVectorizer(
            analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, vocabulary=vocabulary
        )
        self._vectorizer.idf_ = idf.astype(np.float64)

    @classmethod
    def fit(cls, texts: Sequence[str]) -> CharacterVectors:
        """Learn vocabulary, weights and projection from `texts`."""
        from sklearn.decomposition import TruncatedSVD
        from sklearn.feature_extraction.text import TfidfVectorizer

        vectorizer = TfidfVectorizer(
            analyzer="char_wb",
            ngram_range=(2, 5),
            sublinear_tf=True,
            min_df=2,
            max_features=15000,
        )
        matrix = vectorizer.fit_transform(texts)
        size = min(CHARACTER_COMPONENTS, matrix.shape[1] - 1, matrix.shape[0] - 1)
        reduction = TruncatedSVD(max(size, 1), n_iter=2, random_state=SEED).fit(matrix)
        lengths = np.linalg.norm(reduction.transform(matrix), axis=1)
        scale = CHARACTER_WEIGHT / max(float(lengths.mean()), 1e-9)
        vocabulary = {term: int(index) for term, index in vectorizer.vocabulary_.items()}
        projection = (reduction.components_.T * scale).astype(np.float32)
        return cls(vocabulary, vectorizer.idf_.astype(np.float32), projection)

    def encode(self, texts: Sequence[str]) -> Floats:
        """Encode `texts` into an array of shape (len(texts), components)."""
        result: Floats = (self._vectorizer.transform(texts) @ self.projection).astype(np.float32)
        return result


class TopicClassifier:
    """Ranks all intents for a message."""

    def __init__(
        self,
        encoder: Encoder,
        characters: CharacterVectors,
        arrays: dict[str, npt.NDArray[Any]],
        intents: list[str],
    ) -> None:
        self._encoder = encoder
        self._characters = characters
        self._arrays = arrays
        self.intents = intents

    @classmethod
    def train(
        cls,
        encoder: Encoder,
        texts: Sequence[str],
        labels: Sequence[str],
        similar_dimensions: int | None = None,
    ) -> TopicClassifier:
        """Fit on messages and their intents and on rewordings of them, calibrating on a fold.

        Args:
            encoder: gives the messages' vectors.
            texts: the messages.
            labels: their intents.
            similar_dimensions: how many of the vectors' first numbers likeness is measured on.

        Raises:
            ValueError: if there are fewer than two intents.
        """
        intents = sorted(set(labels))
        if len(intents) < 2:
            raise ValueError("Training needs examples of at least two intents.")
        texts = _prepared(texts)
        index = {intent: number for number, intent in enumerate(intents)}
        more_texts, more_labels = reworded(texts, labels)
        everything = [*texts, *more_texts]
        targets = np.array([index[label] for label in [*labels, *more_labels]])
        characters = CharacterVectors.fit(texts)
        dense = encoder.encode(everything)
        features = np.hstack([dense, characters.encode(everything)])
        temperature, start = _temperature(features, targets, len(intents))
        weights, bias = _fit(features, targets, len(intents), start)
        directions = _directions(dense[: len(texts), :similar_dimensions])
        arrays: dict[str, npt.NDArray[Any]] = {
            "weights": weights,
            "bias": bias,
            "temperature": np.array(temperature, np.float32),
            "examples": directions.astype(np.float16),
            "targets": targets[: len(texts)].astype(np.int32),
        }
        return cls(encoder, characters, arrays, intents)

    def rank(self, texts: Sequence[str]) -> list[Ranking]:
        """Rank all intents for each text."""
        if not texts:
            return []
        arrays = self._arrays
        texts = _prepared(texts)
        dense = self._encoder.encode(texts)
        features = np.hstack([dense, self._characters.encode(texts)])
        probabilities = _softmax((features @ arrays["weights"].T + arrays["bias"]) / arrays["temperature"])
        examples = self._examples()
        similarities = _directions(dense[:, : examples.shape[1]]) @ examples.T
        nearest = similarities.argmax(axis=1)
        orders = np.argsort(-probabilities, axis=1)
        return [
            Ranking(
                [(self.intents[i], float(probabilities[row, i])) for i in orders[row]],
                float(similarities[row, nearest[row]]),
                self.intents[int(arrays["targets"][nearest[row]])],
            )
            for row in range(len(texts))
        ]

    def _examples(self) -> Floats:
        examples: Floats = self._arrays["examples"]
        if examples.dtype != np.float32:
            examples = self._arrays["examples"] = examples.astype(np.float32)
        return examples

    def save(self, folder: Path) -> None:
        """Write the model's files into `folder`, without the encoder's."""
        arrays = {**self._arrays, "examples": self._examples().astype(np.float16)}
        np.savez_compressed(
            folder / ARRAYS_FILE,
            idf=self._characters.idf,
            projection=self._characters.projection,
            **arrays,
        )
        words = {"intents": self.intents, "vocabulary": self._characters.vocabulary}
        (folder / WORDS_FILE).write_text(json.dumps(words), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, encoder: Encoder) -> TopicClassifier:
        """Read the files that `save` wrote.

        Raises:
            OSError, ValueError, KeyError: if a file is missing or damaged.
        """
        words = json.loads((folder / WORDS_FILE).read_text(encoding="utf-8"))
        with np.load(folder / ARRAYS_FILE, allow_pickle=False) as archive:
            arrays = {key: archive[key] for key in archive.files}
        characters = CharacterVectors(words["vocabulary"], arrays.pop("idf"), arrays.pop("projection"))
        return cls(encoder, characters, arrays, words["intents"])


def _fit(
    features: Floats,
    targets: npt.NDArray[Any],
    classes: int,
    start: tuple[Floats, Floats] | None = None,
) -> tuple[Floats, Floats]:
    """Fit one weight row per class; `start` gives rows to begin from."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(
        C=REGULARIZATION,
        max_iter=ITERATIONS,
        tol=1e-3,
        random_state=SEED,
        warm_start=start is not None,
    )
    if start is not None and classes > 2:
        model.coef_, model.intercept_ = (part.astype(features.dtype) for part in start)
        model.classes_ = np.arange(classes)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(features, targets)
    weights = np.zeros((classes, features.shape[1]), np.float32)
    bias = np.full(classes, -1e3, np.float32)
    if len(model.classes_) == 2:
        weights[model.classes_[1]], bias[model.classes_[1]] = model.coef_[0], model.intercept_[0]
        bias[model.classes_[0]] = 0.0
    else:
        weights[model.classes_], bias[model.classes_] = model.coef_, model.intercept_
    return weights, bias


def _prepared(texts: Sequence[str]) -> list[str]:
    """What case and closing punctuation say depends on the writer, not on the topic."""
    return [" ".join(text.lower().split()).rstrip(" ?!.") or text for text in texts]


def _directions(vectors: Floats) -> Floats:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    result: Floats = vectors / np.maximum(lengths, 1e-9)
    return result


def _softmax(scores: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    shifted = np.exp(scores.astype(np.float64) - scores.max(axis=1, keepdims=True))
    result: npt.NDArray[np.float64] = shifted / shifted.sum(axis=1, keepdims=True)
    return result


def _temperature(
    features: Floats, targets: npt.NDArray[Any], classes: int
) -> tuple[float, tuple[Floats, Floats] | None]:
    """The softmax temperature with the least log loss on one held-out fold.

    Returns:
        The temperature and the fold's weights, from which the full fit can start.
    """
    held_out = np.random.default_rng(SEED).permutation(len(targets)) % FOLDS == 0
    weights, bias = _fit(features[~held_out], targets[~held_out], classes)
    scores = features[held_out] @ weights.T + bias
    truth = targets[held_out]
    best, best_loss = 1.0, np.inf
    for temperature in np.geomspace(0.2, 3.0, 40):
        chosen = _softmax(scores / temperature)[np.arange(len(truth)), truth]
        loss = float(-np.log(np.maximum(chosen, 1e-9)).mean())
        if loss < best_loss:
            best, best_loss = float(temperature), loss
    complete = len(np.unique(targets[~held_out])) == classes
    return best, (weights, bias) if complete else None
