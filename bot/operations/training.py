"""Trains a model when the data have changed since the last one."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import time
from pathlib import Path

from bot.paths import MODELS, ROOT
from bot.safety.training import is_current as guard_is_current

STAMP = MODELS / "trained.json"
SOURCES = ("config.yml", "domain.yml", "data/**/*.yml", "data/**/*.txt", "bot/nlu/*.py")


class TrainingFailed(RuntimeError):
    """Training ended with an error."""


def data_hash() -> str:
    """Hash of everything a model is made from."""
    digest = hashlib.sha256()
    for pattern in SOURCES:
        for path in sorted(ROOT.glob(pattern)):
            digest.update(str(path.relative_to(ROOT)).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def current_model() -> Path | None:
    """The model trained on the data as they are, if there is one."""
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    model = MODELS / str(stamp.get("model"))
    fits = stamp.get("data") == data_hash() and model.is_file() and guard_is_current()
    return model if fits else None


def ensure_trained() -> Path:
    """Train unless there is a model for the current data; returns the model.

    Raises:
        TrainingFailed: with the last lines of what the training printed.
    """
    model = current_model()
    if model is not None:
        return model
    print("Training a model for the current data (about a minute or two) ...", flush=True)
    start = time.monotonic()
    command = [sys.executable, "-m", "rasa", "train", "--quiet", "--skip-validation"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    newest = sorted(MODELS.glob("*.tar.gz"), key=lambda path: path.stat().st_mtime)
    if done.returncode != 0 or not newest:
        tail = "\n".join((done.stdout + done.stderr).strip().splitlines()[-12:])
        raise TrainingFailed(f"Training failed. What it said last:\n{tail}")
    STAMP.write_text(json.dumps({"model": newest[-1].name, "data": data_hash()}), encoding="utf-8")
    print(f"Trained in {time.monotonic() - start:.0f} s: {newest[-1].name}", flush=True)
    return newest[-1]
