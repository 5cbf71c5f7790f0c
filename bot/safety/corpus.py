"""The guard's training messages, read from `data/safety/`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.paths import SAFETY_DATA
from bot.safety.judgement import CATEGORIES

LABELS = (*CATEGORIES, "informational", "safe")


class CorpusError(ValueError):
    """A training file is malformed; the message names file and line."""


@dataclass(frozen=True)
class Labelled:
    """One training message; the fields are those of the files' header lines."""

    text: str
    label: str
    level: str
    lang: str
    about: str
    style: str


def messages(folder: Path = SAFETY_DATA) -> Iterator[Labelled]:
    """Yield all messages of all files in a stable order.

    Raises:
        CorpusError: if a header is malformed or a message stands before the first header.
    """
    for path in sorted(folder.glob("*.txt")):
        header: list[str] | None = None
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            line = line.strip()
            if line.startswith("##"):
                header = line.lstrip("#").split()
                if len(header) != 5 or header[0] not in LABELS:
                    raise CorpusError(f"{path.name}:{number}: expected `## category level lang about style`.")
            elif line and not line.startswith("# "):
                if header is None:
                    raise CorpusError(f"{path.name}:{number}: a message before any header.")
                yield Labelled(line, *header)
