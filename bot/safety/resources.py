"""Emergency resources, read from `resources.yml`, the one place where their numbers stand."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from pathlib import Path

import yaml
from pydantic import BaseModel, Extra

PATH = Path(__file__).with_name("resources.yml")
FRESH_DAYS = 180


class Resource(BaseModel):
    """One emergency resource; see `resources.yml` for the fields' meaning."""

    id: str
    key: str
    name: str
    call: str | None
    text: str | None
    text_note: str | None
    chat: str | None
    languages: list[str]
    hours: str
    source: str
    verified: dt.date
    how: str
    say: dict[str, str]

    class Config:
        """Reject misspelled fields."""

        extra = Extra.forbid

    def phrase(self, language: str = "en") -> str:
        """How a reply names this resource, without the closing full stop."""
        template = self.say.get(language, self.say["en"])
        return template.format(call=self.call, text=self.text)


@lru_cache(maxsize=1)
def resources() -> dict[str, Resource]:
    """All resources by key, in the order of a crisis reply."""
    loaded = yaml.safe_load(PATH.read_text(encoding="utf-8"))["resources"]
    return {item.key: item for item in map(Resource.parse_obj, loaded)}


def phrase(key: str, language: str = "en") -> str:
    """The phrase for the resource `key`, such as `call 911` for `emergency`."""
    return resources()[key].phrase(language)


def unverified(today: dt.date) -> list[Resource]:
    """Resources whose last verification lies more than `FRESH_DAYS` days before `today`."""
    limit = today - dt.timedelta(days=FRESH_DAYS)
    return [resource for resource in resources().values() if resource.verified < limit]
