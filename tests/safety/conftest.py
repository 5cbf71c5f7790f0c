from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.safety.guard import Guard, assess


@pytest.fixture
def lexicon_alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[Guard]:
    """The process's guard without its trained model: only the lexicon decides."""
    alone = Guard(None, None)
    monkeypatch.setattr("bot.safety.guard.guard", lambda: alone)
    assess.cache_clear()
    yield alone
    assess.cache_clear()
