"""The texts for a person in danger, from `replies.yml`, with numbers from `resources.yml`."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from bot.clinic.settings import SettingsError, clinic_settings
from bot.safety.resources import resources

PATH = Path(__file__).with_name("replies.yml")


@lru_cache(maxsize=1)
def _situations() -> dict[str, dict[str, dict[str, list[str]]]]:
    loaded: dict[str, Any] = yaml.load(PATH.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    situations: dict[str, dict[str, dict[str, list[str]]]] = loaded["situations"]
    return situations


@lru_cache(maxsize=2)
def _placeholders(language: str) -> dict[str, str]:
    values = {key: resource.phrase(language) for key, resource in resources().items()}
    try:
        values["clinic_phone"] = clinic_settings().phone
    except SettingsError:
        values["clinic_phone"] = "-"
    return values


def situations() -> list[str]:
    """All situations that have replies."""
    return list(_situations())


def variants(situation: str, language: str, channel: str) -> list[str]:
    """All texts for a situation; SMS has its own, every other channel reads the web texts."""
    texts = _situations()[situation][language]["sms" if channel == "sms" else "web"]
    return [text.strip().format_map(_placeholders(language)) for text in texts]


def reply(situation: str, language: str = "en", channel: str = "web", turn: int = 0) -> str:
    """The text for a situation; `turn` counts its uses, so that no text comes twice in a row."""
    texts = variants(situation, language, channel)
    return texts[turn % len(texts)]
