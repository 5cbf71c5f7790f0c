"""The encoders' files are the published ones, and no text is encoded twice."""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from bot.text.encoders import FILES, Remembering, SentenceEncoder
from bot.text.minilm import EncoderError, Vectors, package_file

PACKAGE = "made_up_weights"
CONTENT = b"the published weights"
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of an installed package that cannot be imported, only found."""
    folder = tmp_path / PACKAGE / "model"
    folder.mkdir(parents=True)
    (tmp_path / PACKAGE / "__init__.py").write_text("raise ImportError('imported')", encoding="utf-8")
    (tmp_path / "made_up_module.py").touch()
    path = folder / "weights.bin"
    path.write_bytes(CONTENT)
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.invalidate_caches()
    return path


def test_the_published_file_is_found_without_importing_its_package(weights: Path) -> None:
    assert package_file(PACKAGE, "model", "weights.bin", sha256=SHA256) == weights


@pytest.mark.parametrize("content", [b"", CONTENT + b".", CONTENT.upper()])
def test_a_changed_file_is_rejected(weights: Path, content: bytes) -> None:
    weights.write_bytes(content)
    with pytest.raises(EncoderError, match=r"weights\.bin is not the published file: its SHA-256 differs"):
        package_file(PACKAGE, "model", "weights.bin", sha256=SHA256)


@pytest.mark.usefixtures("weights")
def test_a_missing_file_is_named() -> None:
    with pytest.raises(EncoderError, match=r"other\.bin is missing; run `make setup`"):
        package_file(PACKAGE, "model", "other.bin", sha256=SHA256)


@pytest.mark.usefixtures("weights")
@pytest.mark.parametrize("package", ["made_up_absent_package", "made_up_module"])
def test_a_missing_package_is_named(package: str) -> None:
    with pytest.raises(EncoderError, match=f"The package {package} is not installed; run `make setup`"):
        package_file(package, "model", "weights.bin", sha256=SHA256)


def test_a_folder_that_lacks_files_says_which(tmp_path: Path) -> None:
    for name in FILES[1:]:
        (tmp_path / name).touch()
    with pytest.raises(EncoderError, match=f"lacks {FILES[0]}; run `make train`"):
        SentenceEncoder(tmp_path)


class Counting:
    """An encoder that notes what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.asked += texts
        return np.array([[len(text), text.count("a")] for text in texts], np.float32)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "vectors.npz"


def test_each_text_is_encoded_once(store: Path) -> None:
    counting = Counting()
    remembering = Remembering(counting, store)
    remembering.encode(["a", "bb", "a"])
    remembering.encode(["bb", "ccc", "a"])
    assert counting.asked == ["a", "bb", "ccc"]


def test_vectors_come_in_the_order_of_the_texts(store: Path) -> None:
    remembering = Remembering(Counting(), store)
    remembering.encode(["ccc"])
    vectors = remembering.encode(["bb", "aa", "ccc", "bb"])
    assert vectors.tolist() == [[2, 0], [2, 2], [3, 0], [2, 0]]
    assert vectors.dtype == np.float32


def test_a_text_encoded_in_an_earlier_run_is_not_encoded_again(store: Path) -> None:
    first = Remembering(Counting(), store)
    before = first.encode(["a", "bb"])
    first.save()
    counting = Counting()
    after = Remembering(counting, store).encode(["bb", "a", "new"])
    assert counting.asked == ["new"]
    assert after[:2].tolist() == before[::-1].tolist()


def test_a_text_that_is_no_longer_used_is_forgotten(store: Path) -> None:
    first = Remembering(Counting(), store)
    first.encode(["old", "kept"])
    first.save()
    second = Remembering(Counting(), store)
    second.encode(["kept"])
    second.save()
    counting = Counting()
    Remembering(counting, store).encode(["old", "kept"])
    assert counting.asked == ["old"]


@pytest.mark.parametrize("damage", ["empty", "other content", "cut short"])
def test_a_damaged_store_is_as_good_as_none(store: Path, damage: str) -> None:
    first = Remembering(Counting(), store)
    first.encode(["a", "bb"])
    first.save()
    whole = store.read_bytes()
    store.write_bytes({"empty": b"", "other content": b"words", "cut short": whole[:200]}[damage])
    counting = Counting()
    assert Remembering(counting, store).encode(["a"]).tolist() == [[1, 1]]
    assert counting.asked == ["a"]
