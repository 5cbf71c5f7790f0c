"""Compares this project's classifier with the stock `rasa init` pipeline on BANKING77.

BANKING77 (PolyAI, CC BY 4.0) has 77 close intents of a bank's help desk. The CSV files, columns `text` and
`category`, are not part of the project; give their paths:

    python -m benchmarks.banking77 train.csv test.csv

Both pipelines see the same examples, a fixed number an intent, chosen with a fixed seed.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import logging
import os
import random
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

SEED = 20261123
EXAMPLES = 10
OURS = """
recipe: default.v1
assistant_id: banking77
language: en
pipeline:
- name: bot.nlu.components.TopicIntentClassifier
  confidence: 0.0
  similarity: -1.0
policies: []
"""
STOCK = """
recipe: default.v1
assistant_id: banking77
language: en
pipeline:
- name: WhitespaceTokenizer
- name: RegexFeaturizer
- name: LexicalSyntacticFeaturizer
- name: CountVectorsFeaturizer
- name: CountVectorsFeaturizer
  analyzer: char_wb
  min_ngram: 1
  max_ngram: 4
- name: DIETClassifier
  epochs: 100
  constrain_similarities: true
  random_seed: 20261123
- name: EntitySynonymMapper
policies: []
"""

Row = tuple[str, str]


@dataclass(frozen=True)
class Measured:
    """One pipeline's figures: share of right intents, seconds to train, milliseconds a message."""

    name: str
    accuracy: float
    training_seconds: float
    median_milliseconds: float


def read_rows(path: Path) -> list[Row]:
    """Read (text, category) rows.

    Raises:
        SystemExit: if the file has no such columns.
    """
    with path.open(encoding="utf-8", newline="") as file:
        rows = [
            (" ".join(row["text"].split()), row["category"])
            for row in csv.DictReader(file)
            if row.get("text") and row.get("category")
        ]
    if not rows:
        raise SystemExit(f"{path} has no rows with the columns `text` and `category`.")
    return rows


def few(rows: Sequence[Row], examples: int) -> list[Row]:
    """The same `examples` rows of every category on every run."""
    groups: dict[str, list[str]] = defaultdict(list)
    for text, category in rows:
        groups[category].append(text)
    chance = random.Random(SEED)
    return [
        (text, category)
        for category in sorted(groups)
        for text in chance.sample(sorted(groups[category]), min(examples, len(groups[category])))
    ]


def training_file(rows: Sequence[Row]) -> str:
    """Rasa training data for `rows`."""
    groups: dict[str, list[str]] = defaultdict(list)
    for text, category in rows:
        for symbol, other in (("[", "("), ("]", ")"), ("{", "("), ("}", ")")):
            text = text.replace(symbol, other)
        groups[category].append(text)
    lines = ['version: "3.1"', "nlu:"]
    for category, texts in groups.items():
        lines += [f"- intent: {_name(category)}", "  examples: |"]
        lines += [f"    - {text}" for text in texts]
    return "\n".join(lines) + "\n"


def _name(category: str) -> str:
    return category.replace("/", "_")


def measure(name: str, config: str, train_rows: Sequence[Row], test: Sequence[Row]) -> Measured:
    """Train one pipeline and classify the test rows one by one."""
    from rasa.core.agent import Agent
    from rasa.model_training import train_nlu

    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        (base / "config.yml").write_text(config, encoding="utf-8")
        (base / "nlu.yml").write_text(training_file(train_rows), encoding="utf-8")
        start = time.perf_counter()
        model = train_nlu(str(base / "config.yml"), str(base / "nlu.yml"), str(base / "models"))
        seconds = time.perf_counter() - start
        if model is None:
            raise SystemExit(f"{name}: training gave no model.")
        agent = Agent.load(model)
        hits, spent = asyncio.run(_classify(agent, test))
    return Measured(name, hits / len(test), seconds, sorted(spent)[len(spent) // 2])


async def _classify(agent: object, test: Sequence[Row]) -> tuple[int, list[float]]:
    hits, spent = 0, []
    for text, category in test:
        start = time.perf_counter()
        parsed = await agent.parse_message(text)  # type: ignore[attr-defined]
        spent.append((time.perf_counter() - start) * 1000.0)
        hits += parsed["intent"]["name"] == _name(category)
    return hits, spent


def main() -> None:
    """Read the arguments, measure both pipelines and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("train", type=Path)
    parser.add_argument("test", type=Path)
    parser.add_argument("--examples", type=int, default=EXAMPLES, help="examples an intent")
    parser.add_argument("--only", choices=["ours", "stock"], help="measure one pipeline only")
    arguments = parser.parse_args()
    import structlog

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    train_rows = few(read_rows(arguments.train), arguments.examples)
    test = read_rows(arguments.test)
    pipelines = {"ours": OURS, "stock": STOCK}
    print(f"{len(train_rows)} training and {len(test)} test messages", file=sys.stderr)
    print("pipeline  accuracy  training s  ms a message (median)")
    for name, config in pipelines.items():
        if arguments.only in (None, name):
            m = measure(name, config, train_rows, test)
            print(
                f"{m.name:8}  {m.accuracy:8.3f}  {m.training_seconds:10.1f}  {m.median_milliseconds:8.1f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
