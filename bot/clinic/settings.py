"""Loads and validates `clinic.yml`, the one place where the clinic's details stand."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from pydantic import BaseModel, BaseSettings, Extra, HttpUrl, ValidationError, validator
from pydantic.env_settings import SettingsError as BadVariable

DEFAULT_PATH = Path(__file__).resolve().parents[2] / "clinic.yml"
PATH_VARIABLE = "CLINIC_SETTINGS"
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_PHONE = re.compile(r"(?:\+?1[-. ]?)?\(?[2-9]\d\d\)?[-. ]?[2-9]\d\d[-. ]?\d{4}")
_SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")


class SettingsError(ValueError):
    """The clinic's settings cannot be used; the message names each bad field."""


class Span(BaseModel):
    """One stretch of opening hours in minutes after local midnight, `start` < `end`."""

    start: int
    end: int


def _span(value: object) -> Span:
    match = _SPAN.fullmatch(str(value))
    if not match:
        raise ValueError(f"{value!r} is not a span such as '09:00-17:00'")
    a, b, c, d = (int(part) for part in match.groups())
    span = Span(start=a * 60 + b, end=c * 60 + d)
    if span.start >= span.end or span.end > 24 * 60:
        raise ValueError(f"{value!r} does not end after it starts")
    return span


def _spans(value: object) -> list[object]:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError as error:
            raise ValueError(f"{value!r} is not a list of spans") from error
    if value is None:
        return []
    if not isinstance(value, list):
        raise ValueError(f"{value!r} is not a list of spans")
    return value


class Price(BaseModel):
    """An exact price that the clinic publishes."""

    item: str
    price: str

    class Config:
        """Reject misspelled fields."""

        extra = Extra.forbid


class ClinicSettings(BaseSettings):
    """The clinic's details; field meanings are documented in `clinic.yml`."""

    name: str
    city: str
    time_zone: str
    phone: str
    website: HttpUrl
    booking_url: HttpUrl
    privacy_notice_url: HttpUrl
    address: str | None = None
    directions: str | None = None
    hours: dict[str, list[Span]]
    closed_dates: list[dt.date] = []
    after_hours_phone: str | None = None
    forms_offered: list[str] | None = None
    plans_accepted: list[str] | None = None
    prices: list[Price] | None = None
    payment_options: str | None = None
    video_visits: bool | None = None
    cancellation_policy: str | None = None

    class Config:
        """Environment variables win over the file."""

        env_prefix = "CLINIC_"
        env_nested_delimiter = "__"
        extra = Extra.forbid

        @classmethod
        def customise_sources(
            cls, init_settings: Any, env_settings: Any, file_secret_settings: Any
        ) -> tuple[Any, ...]:
            """Put the environment before the file's values, which come as arguments."""
            return env_settings, init_settings

    @validator("name", "city")
    def _filled(cls, value: str) -> str:
        if not value.strip():
            raise ValueError("must not be empty")
        return value.strip()

    @validator("phone", "after_hours_phone")
    def _phone(cls, value: str | None) -> str | None:
        if value is not None and not _PHONE.fullmatch(value.strip()):
            raise ValueError(f"{value!r} is not a US phone number such as (213) 555-0142")
        return value

    @validator("time_zone")
    def _zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(f"{value!r} is not a time zone such as America/Los_Angeles") from error
        return value

    @validator("closed_dates", pre=True, each_item=True)
    def _date(cls, value: object) -> object:
        if not isinstance(value, (str, dt.date)):
            raise ValueError(f"{value!r} is not a date such as '2026-12-25'")
        return value

    @validator("hours", pre=True)
    def _hours(cls, value: object) -> dict[str, list[Span]]:
        if not isinstance(value, dict):
            raise ValueError("must give a list of spans for each weekday")
        unknown = sorted(set(map(str, value)) - set(WEEKDAYS))
        if unknown:
            raise ValueError(f"unknown weekday {', '.join(unknown)}")
        missing = [day for day in WEEKDAYS if day not in value]
        if missing:
            raise ValueError(f"{', '.join(missing)} missing (use [] for a closed day)")
        return {
            day: sorted((_span(item) for item in _spans(value[day])), key=lambda span: span.start)
            for day in WEEKDAYS
        }

    @property
    def zone(self) -> ZoneInfo:
        """The clinic's time zone."""
        return ZoneInfo(self.time_zone)


def read_settings(path: Path) -> ClinicSettings:
    """Read and validate the settings file, environment variables applied.

    Raises:
        SettingsError: naming the file and every missing or malformed field.
    """
    try:
        loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}.") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        detail = " ".join(str(error).split())
        raise SettingsError(f"{path} is not valid YAML: {detail}") from error
    if not isinstance(loaded, dict):
        raise SettingsError(f"{path} must hold fields such as `phone: ...`.")
    odd = [key for key in loaded if not isinstance(key, str)]
    if odd:
        raise SettingsError(f"{path}: {odd[0]}: extra fields not permitted")
    try:
        return ClinicSettings(**loaded)
    except BadVariable as error:
        raise SettingsError(f"{path}: {error}; it must hold JSON") from error
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(str(part) for part in item['loc'])}: {item['msg']}" for item in error.errors()
        )
        raise SettingsError(f"{path}: {problems}") from error


@lru_cache(maxsize=1)
def clinic_settings() -> ClinicSettings:
    """The settings in force for this process.

    Raises:
        SettingsError: see `read_settings`.
    """
    return read_settings(Path(os.environ.get(PATH_VARIABLE, DEFAULT_PATH)))
