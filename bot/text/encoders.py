"""Both sentence encoders as one: their vectors joined, their files in one folder."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Protocol
from zipfile import BadZipFile

import numpy as np

from bot.text import minilm, use_multilingual
from bot.text.minilm import EncoderError, MiniLM, Vectors
from bot.text.use_multilingual import UseMultilingual

MINILM_MODEL = "minilm.onnx"
MINILM_TOKENIZER = "minilm.json"
FILES = (MINILM_MODEL, MINILM_TOKENIZER, *use_multilingual.FILES)
USE_WEIGHT = 0.7


class SentenceEncoder:
    """MiniLM for English nuance joined with a multilingual encoder for everything else."""

    dimension = minilm.DIMENSION + use_multilingual.DIMENSION

    def __init__(self, folder: Path, threads: int = 1) -> None:
        """Open the encoders whose files stand in `folder`; `threads` more than one for training.

        Raises:
            EncoderError: if a file is missing.
        """
        missing = [name for name in FILES if not (folder / name).is_file()]
        if missing:
            raise EncoderError(f"{folder} lacks {', '.join(missing)}; run `make train`.")
        self.english = MiniLM(
            (folder / MINILM_MODEL).read_bytes(),
            (folder / MINILM_TOKENIZER).read_text(encoding="utf-8"),
            threads,
        )
        self.multilingual = multilingual(folder)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode `texts` into an array of shape (len(texts), 896)."""
        joined: Vectors = np.hstack(
            [self.english.encode(texts), USE_WEIGHT * self.multilingual.encode(texts)]
        )
        return joined


class Encoder(Protocol):
    """Turns texts into rows of numbers."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode `texts` into an array of shape (len(texts), dimension)."""


class Remembering:
    """An encoder that keeps the vectors of texts on disk, so that training again encodes only new ones."""

    def __init__(self, encoder: Encoder, path: Path) -> None:
        self._encoder = encoder
        self._path = path
        self._known: dict[str, Vectors] = {}
        self._used: set[str] = set()
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
                self._known = dict(zip(archive["keys"].tolist(), archive["vectors"], strict=True))
        except (OSError, ValueError, KeyError, EOFError, BadZipFile):
            self._known = {}

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode `texts`, each different text at most once ever."""
        keys = [hashlib.sha256(text.encode("utf-8", "replace")).hexdigest() for text in texts]
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._known}
        if new:
            self._known.update(zip(new, self._encoder.encode(list(new.values())), strict=True))
        self._used.update(keys)
        return np.array([self._known[key] for key in keys], np.float32)

    def save(self) -> None:
        """Write the vectors used since the start to disk."""
        keys = sorted(self._used)
        vectors = np.array([self._known[key] for key in keys], np.float32)
        np.savez(self._path, keys=np.array(keys), vectors=vectors)


@lru_cache(maxsize=2)
def multilingual(folder: Path) -> UseMultilingual:
    """The multilingual encoder of `folder`, one instance a process."""
    return UseMultilingual(folder)


def build(folder: Path) -> None:
    """Write all encoder files into `folder` unless they are there.

    Raises:
        EncoderError: if the packages' weights are missing or altered.
    """
    if all((folder / name).is_file() for name in FILES):
        return
    unfinished = folder.with_name(folder.name + ".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    use_multilingual.build(unfinished)
    model, tokenizer = minilm.build()
    (unfinished / MINILM_MODEL).write_bytes(model)
    (unfinished / MINILM_TOKENIZER).write_text(tokenizer, encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    unfinished.rename(folder)


def copy(source: Path, target: Path) -> None:
    """Copy the encoder files from one folder to another."""
    for name in FILES:
        shutil.copyfile(source / name, target / name)
