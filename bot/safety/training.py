"""Trains the guard's classifier and sets its thresholds, for recall first."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.answers.catalog import examples
from bot.paths import ENCODERS, GUARD, NLU_DATA, SAFETY_DATA
from bot.safety.corpus import LABELS, Labelled, messages
from bot.safety.model import ARRAYS_FILE, DANGER, SETTINGS_FILE, train
from bot.safety.normalize import normalize
from bot.text import encoders, use_multilingual
from bot.text.encoders import Remembering, multilingual

TARGET_RECALL = 0.91
ACUTE_FALSE_ALARMS = 0.01
CLINIC_SAFE_EVERY = 2
ABOUT_DANGER = (
    "medical_advice/symptom",
    "medical_advice/mixing",
    "faq/crisis_outside_session",
    "faq/suicidal_ideation",
)


def fingerprint() -> str:
    """Hash of everything the guard's model is made from."""
    digest = hashlib.sha256()
    package = Path(__file__).parent
    sources = [*SAFETY_DATA.glob("*.txt"), *NLU_DATA.glob("*.yml")]
    code = ("model.py", "training.py", "normalize.py", "code_words.yml", "corpus.py")
    for path in [*sorted(sources), *(package / name for name in code)]:
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def is_current(folder: Path = GUARD) -> bool:
    """True if the trained guard belongs to the data as they are now."""
    try:
        settings = json.loads((folder / SETTINGS_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    files = (ARRAYS_FILE, *use_multilingual.FILES)
    complete = all((folder / name).is_file() for name in files)
    return complete and settings.get("fingerprint") == fingerprint()


def _clinic_messages() -> Iterator[Labelled]:
    """Every second clinic question as harmless, so that the guard knows the clinic's own words."""
    plain = [pair for pair in examples() if pair[0] not in ABOUT_DANGER]
    for _, text in plain[::CLINIC_SAFE_EVERY]:
        yield Labelled(text, "safe", "none", "en", "self", "clinic")


def train_guard(folder: Path = GUARD) -> dict[str, Any]:
    """Train and save the guard; returns the settings written, thresholds included.

    The threshold for `possible` is the highest at which `TARGET_RECALL` of the danger messages are
    found by models that had not seen them; the one for `acute` keeps acute replies to at most
    `ACUTE_FALSE_ALARMS` of the harmless ones.
    """
    encoders.build(ENCODERS)
    rows = [*messages(), *_clinic_messages()]
    normalized = [normalize(row.text) for row in rows]
    encoder = Remembering(multilingual(ENCODERS), ENCODERS / "guard_vectors.npz")
    vectors = encoder.encode([item.readable for item in normalized])
    encoder.save()
    model, unseen = train(
        vectors,
        [item.plain for item in normalized],
        [row.label for row in rows],
        [row.level == "acute" for row in rows],
        [row.about == "other" for row in rows],
    )
    labels = np.array([LABELS.index(row.label) for row in rows])
    possible, acute = thresholds(unseen, labels)
    model.settings.update(possible=possible, acute=acute, fingerprint=fingerprint())
    unfinished = folder.with_name(folder.name + ".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    model.save(unfinished)
    for name in use_multilingual.FILES:
        shutil.copyfile(ENCODERS / name, unfinished / name)
    shutil.rmtree(folder, ignore_errors=True)
    unfinished.rename(folder)
    return model.settings


def thresholds(unseen: npt.NDArray[Any], labels: npt.NDArray[Any]) -> tuple[float, float]:
    """Choose (possible, acute) from honest probabilities of danger and true labels."""
    in_danger = unseen[labels < DANGER]
    harmless = unseen[labels == LABELS.index("safe")]
    possible = float(np.quantile(in_danger, 1.0 - TARGET_RECALL))
    acute = max(float(np.quantile(harmless, 1.0 - ACUTE_FALSE_ALARMS)), possible)
    return min(possible, 0.9), min(acute, 0.95)
