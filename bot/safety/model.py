"""The guard's classifier: a multilingual encoder and character and word n-grams, stacked.

Two models judge a text from different sides: a small network reads its meaning (the encoder's vector, the
same space for English and Spanish), a linear one its letters and words (misspellings, slang). A third joins
their scores; it is fitted on predictions for messages that the first two had not seen, so its probabilities
are honest.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from bot.safety.corpus import LABELS
from bot.safety.judgement import CATEGORIES

ARRAYS_FILE = "guard.npz"
SETTINGS_FILE = "guard.json"
BUCKETS = 2**16
FOLDS = 3
HIDDEN = 256
EPOCHS = 25
FLOOR = 1e-6
SEED = 20261123
DANGER = len(CATEGORIES)

Floats = npt.NDArray[np.float32]
FloatArray = npt.NDArray[Any]


class Encoder(Protocol):
    """Turns texts into unit vectors."""

    def encode(self, texts: Sequence[str]) -> Floats:
        """Encode `texts` into an array of shape (len(texts), dimension)."""


class Letters:
    """Hashed character and word n-grams; nothing to fit."""

    def __init__(self) -> None:
        from sklearn.feature_extraction.text import HashingVectorizer

        common = {"n_features": BUCKETS, "alternate_sign": False, "norm": "l2", "lowercase": False}
        self._parts = [
            HashingVectorizer(analyzer="char_wb", ngram_range=(3, 5), binary=True, **common),
            HashingVectorizer(
                analyzer="word", ngram_range=(1, 3), token_pattern=r"\w+", binary=True, **common
            ),
        ]

    def encode(self, plain: Sequence[str]) -> Any:
        """Sparse matrix of shape (len(plain), 2 * BUCKETS)."""
        from scipy.sparse import hstack

        return hstack([part.transform(plain) for part in self._parts]).tocsr()


class GuardModel:
    """Class probabilities of texts, in the order of `corpus.LABELS`, and two side questions."""

    def __init__(self, arrays: dict[str, FloatArray], settings: dict[str, Any]) -> None:
        self._arrays = arrays
        self.settings = settings
        self._letters = Letters()

    def letter_scores(self, plain: Sequence[str]) -> FloatArray:
        """Scores of the letters model, shape (texts, labels)."""
        features = self._letters.encode(plain)
        scores: FloatArray = features @ self._arrays["letters"] + self._arrays["letters_bias"]
        return scores

    def probabilities(self, vectors: Floats, letter_scores: FloatArray) -> FloatArray:
        """Label probabilities, shape (texts, labels), rows summing to one."""
        a = self._arrays
        hidden = np.maximum(vectors @ a["hidden"] + a["hidden_bias"], 0.0)
        meaning = np.log(_softmax(hidden @ a["meaning"] + a["meaning_bias"]) + FLOOR)
        return _softmax(np.hstack([meaning, letter_scores]) @ a["stack"] + a["stack_bias"])

    def side(self, question: str, vectors: Floats, letter_scores: FloatArray) -> FloatArray:
        """Probability, shape (texts,), that `acute` or `other` holds of a danger message."""
        a = self._arrays
        features = np.hstack([vectors, letter_scores])
        score: FloatArray = features @ a[question] + a[f"{question}_bias"]
        chance: FloatArray = 1.0 / (1.0 + np.exp(-score))
        return chance

    def save(self, folder: Path) -> None:
        """Write the model's files into `folder`."""
        np.savez_compressed(folder / ARRAYS_FILE, **self._arrays)
        (folder / SETTINGS_FILE).write_text(json.dumps(self.settings, indent=1), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> GuardModel:
        """Read the files that `save` wrote.

        Raises:
            OSError, ValueError, KeyError: if a file is missing or damaged.
        """
        settings = json.loads((folder / SETTINGS_FILE).read_text(encoding="utf-8"))
        with np.load(folder / ARRAYS_FILE, allow_pickle=False) as archive:
            arrays = {key: archive[key] for key in archive.files}
        if settings["labels"] != list(LABELS):
            raise ValueError("The guard model was trained for other labels.")
        return cls(arrays, settings)


def danger(probabilities: FloatArray) -> FloatArray:
    """Probability, shape (texts,), of any kind of danger."""
    result: FloatArray = probabilities[:, :DANGER].sum(axis=1)
    return result


def train(
    vectors: Floats,
    plain: Sequence[str],
    labels: Sequence[str],
    acute: Sequence[bool],
    other: Sequence[bool],
) -> tuple[GuardModel, FloatArray]:
    """Fit the guard.

    Args:
        vectors: encoder vectors, shape (messages, dimension).
        plain: the messages in plain form.
        labels: one of `corpus.LABELS` for each message.
        acute: whether the message's level is acute; read for danger messages only.
        other: whether somebody else is in danger; read for danger messages only.

    Returns:
        The model, and each message's probability of danger as judged by a model that had not seen it.
    """
    targets = np.array([LABELS.index(label) for label in labels])
    letters = Letters().encode(plain)
    folds = np.random.default_rng(SEED).permutation(len(targets)) % FOLDS
    unseen = np.zeros((len(targets), 2 * len(LABELS)), np.float32)
    for fold in range(FOLDS):
        fit, rest = folds != fold, folds == fold
        network = _network(vectors[fit], targets[fit])
        words, words_bias = _words(letters[fit], targets[fit])
        meaning = np.log(network.predict_proba(vectors[rest]) + FLOOR)
        unseen[rest] = np.hstack([meaning, letters[rest] @ words + words_bias])
    stack, stack_bias = _linear(unseen, targets, 1.0)
    network = _network(vectors, targets)
    words, words_bias = _words(letters, targets)
    arrays: dict[str, FloatArray] = {
        "hidden": network.coefs_[0],
        "hidden_bias": network.intercepts_[0],
        "meaning": network.coefs_[1],
        "meaning_bias": network.intercepts_[1],
        "letters": words.astype(np.float32),
        "letters_bias": words_bias,
        "stack": stack,
        "stack_bias": stack_bias,
    }
    in_danger = targets < DANGER
    features = np.hstack([vectors, unseen[:, len(LABELS) :]])[in_danger]
    for name, flags in (("acute", acute), ("other", other)):
        weights, weights_bias = _linear(features, np.array(flags)[in_danger].astype(int), 3.0)
        arrays[name], arrays[f"{name}_bias"] = weights[:, 1], weights_bias[1]
    honest = _softmax(unseen @ stack + stack_bias)
    return GuardModel(arrays, {"labels": list(LABELS)}), danger(honest)


def _network(vectors: Floats, targets: npt.NDArray[Any]) -> Any:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    model = MLPClassifier((HIDDEN,), alpha=1e-3, max_iter=EPOCHS, learning_rate_init=1e-3, random_state=SEED)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(vectors, targets)
    return model


def _linear(features: FloatArray, targets: npt.NDArray[Any], strength: float) -> tuple[Floats, Floats]:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=strength, max_iter=60, tol=1e-3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(features, targets)
    return _columns(model)


def _words(features: Any, targets: npt.NDArray[Any]) -> tuple[Floats, Floats]:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=6.0, solver="liblinear", tol=5e-2)
    model.fit(features, targets)
    return _columns(model)


def _columns(model: Any) -> tuple[Floats, Floats]:
    weights, bias = model.coef_.T, model.intercept_
    if weights.shape[1] == 1:
        weights = np.hstack([-weights / 2, weights / 2]) * 2
        bias = np.array([-bias[0], bias[0]])
        weights[:, 0], bias[0] = 0.0, 0.0
    return weights.astype(np.float32), bias.astype(np.float32)


def _softmax(scores: FloatArray) -> FloatArray:
    shifted = np.exp(scores - scores.max(axis=1, keepdims=True))
    result: FloatArray = shifted / shifted.sum(axis=1, keepdims=True)
    return result
