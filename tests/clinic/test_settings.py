"""The clinic's settings: every mistake in the file or the environment is named."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.clinic.settings import (
    DEFAULT_PATH,
    ClinicSettings,
    SettingsError,
    Span,
    clinic_settings,
    read_settings,
)

Write = Callable[[object], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write_file(content: object) -> Path:
        path = tmp_path / "clinic.yml"
        path.write_text(content if isinstance(content, str) else yaml.safe_dump(content), encoding="utf-8")
        return path

    return write_file


@pytest.fixture
def _fresh_cache() -> Iterator[None]:
    clinic_settings.cache_clear()
    yield
    clinic_settings.cache_clear()


def test_the_clinic_file_of_this_checkout_can_be_used() -> None:
    assert read_settings(DEFAULT_PATH).name


def test_required_fields_alone_are_enough(write: Write, required: dict[str, Any]) -> None:
    settings = read_settings(write(required))
    assert settings.phone == "(213) 555-0142"
    assert settings.address is None
    assert settings.closed_dates == []


@pytest.mark.parametrize(
    "field",
    ["name", "city", "time_zone", "phone", "website", "booking_url", "privacy_notice_url", "hours"],
)
@pytest.mark.parametrize("how", ["left out", "null"])
def test_a_missing_required_field_is_named(
    write: Write, required: dict[str, Any], field: str, how: str
) -> None:
    if how == "null":
        required[field] = None
    else:
        del required[field]
    with pytest.raises(SettingsError, match=rf"[:;] {field}: "):
        read_settings(write(required))


def test_all_bad_fields_are_named_at_once(write: Write, required: dict[str, Any]) -> None:
    del required["name"]
    required["phone"] = "12"
    with pytest.raises(SettingsError, match=r" name: .*; phone: "):
        read_settings(write(required))


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("name", "   ", "name: must not be empty"),
        ("city", "", "city: must not be empty"),
        ("phone", "12", "phone: '12' is not a US phone number"),
        ("phone", "555-0142", "phone: '555-0142' is not a US phone number"),
        ("phone", "(013) 555-0142", "phone: .* is not a US phone number"),
        ("phone", "+44 20 7946 0958", "phone: .* is not a US phone number"),
        ("phone", "(213) 555-0142 ext 4", "phone: .* is not a US phone number"),
        ("after_hours_phone", "ask Bob", "after_hours_phone: 'ask Bob' is not a US phone number"),
        ("time_zone", "Mars/Olympus", "time_zone: 'Mars/Olympus' is not a time zone"),
        ("time_zone", "America", "time_zone: 'America' is not a time zone"),
        ("time_zone", "PST", "time_zone: 'PST' is not a time zone"),
        ("time_zone", "", "time_zone: '' is not a time zone"),
        ("website", "clinic.example.com", "website: invalid or missing URL scheme"),
        ("booking_url", "ftp://clinic.example.com", "booking_url: URL scheme not permitted"),
        ("privacy_notice_url", "https://", "privacy_notice_url: "),
        ("closed_dates", ["26.11.2026"], r"closed_dates\.0: invalid date format"),
        ("closed_dates", ["2027-02-29"], r"closed_dates\.0: invalid date format"),
        ("closed_dates", ["2026-12-25", "soon"], r"closed_dates\.1: invalid date format"),
        ("closed_dates", [20261126], r"closed_dates\.0: "),
        ("video_visits", "maybe", "video_visits: value could not be parsed to a boolean"),
        ("plans_accepted", "Example Health", "plans_accepted: value is not a valid list"),
        ("prices", [{"item": "visit"}], r"prices\.0\.price: field required"),
        ("prices", [{"item": "visit", "price": "$1", "tax": "$2"}], r"prices\.0\.tax: extra fields"),
    ],
)
def test_a_malformed_field_is_named(
    write: Write, required: dict[str, Any], field: str, value: object, message: str
) -> None:
    with pytest.raises(SettingsError, match=rf"[:;] {message}"):
        read_settings(write({**required, field: value}))


@pytest.mark.parametrize(
    "phone",
    ["(213) 555-0142", "213-555-0142", "213.555.0142", "+1 213 555 0142", "1-213-555-0142", "2135550142"],
)
def test_a_us_phone_number_may_be_written_in_the_usual_ways(
    write: Write, required: dict[str, Any], phone: str
) -> None:
    assert read_settings(write({**required, "phone": phone})).phone == phone


@pytest.mark.parametrize(
    ("spans", "message"),
    [
        (["9-5"], "'9-5' is not a span such as '09:00-17:00'"),
        (["9:00-17:00"], "'9:00-17:00' is not a span"),
        (["09:00 to 17:00"], "'09:00 to 17:00' is not a span"),
        (["09:60-17:00"], "'09:60-17:00' is not a span"),
        (["25:00-26:00"], "'25:00-26:00' is not a span"),
        (["17:00-09:00"], "'17:00-09:00' does not end after it starts"),
        (["09:00-09:00"], "'09:00-09:00' does not end after it starts"),
        (["09:00-24:30"], "'09:00-24:30' does not end after it starts"),
        ("09:00-17:00", ""),
        (9, ""),
    ],
)
def test_malformed_hours_are_named(
    write: Write, required: dict[str, Any], spans: object, message: str
) -> None:
    required["hours"]["tuesday"] = spans
    with pytest.raises(SettingsError, match=rf": hours: {message}"):
        read_settings(write(required))


def test_a_missing_weekday_is_named(write: Write, required: dict[str, Any]) -> None:
    del required["hours"]["sunday"]
    with pytest.raises(SettingsError, match=r"hours: sunday missing \(use \[\] for a closed day\)"):
        read_settings(write(required))


@pytest.mark.parametrize("day", ["funday", "Monday", 1])
def test_an_unknown_weekday_is_named(write: Write, required: dict[str, Any], day: object) -> None:
    required["hours"][day] = []
    with pytest.raises(SettingsError, match=f"hours: unknown weekday {day}"):
        read_settings(write(required))


@pytest.mark.parametrize("hours", [[], "09:00-17:00", 9])
def test_hours_must_be_given_by_weekday(write: Write, required: dict[str, Any], hours: object) -> None:
    with pytest.raises(SettingsError, match="hours: must give a list of spans for each weekday"):
        read_settings(write({**required, "hours": hours}))


def test_spans_are_read_as_minutes_in_the_day_s_order(write: Write, required: dict[str, Any]) -> None:
    required["hours"]["tuesday"] = ["13:00-24:00", "08:30-12:00"]
    spans = read_settings(write(required)).hours["tuesday"]
    assert spans == [Span(start=510, end=720), Span(start=780, end=1440)]


@pytest.mark.parametrize("field", ["phnoe", "opening_hours", "emergency_phone"])
def test_an_unknown_field_is_named(write: Write, required: dict[str, Any], field: str) -> None:
    with pytest.raises(SettingsError, match=f": {field}: extra fields not permitted"):
        read_settings(write({**required, field: "x"}))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "must hold fields such as"),
        ("- name\n", "must hold fields such as"),
        ("name: [", "is not valid YAML"),
        ("name: \x01", "is not valid YAML"),
        ("1: one\n", "1: "),
        ("yes: one\n", "True"),
    ],
)
def test_a_file_that_holds_no_fields_is_refused_by_name(write: Write, content: str, message: str) -> None:
    with pytest.raises(SettingsError, match=rf"clinic\.yml.*{message}"):
        read_settings(write(content))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"absent\.yml cannot be read: No such file"):
        read_settings(tmp_path / "absent.yml")


def test_a_file_in_another_encoding_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "clinic.yml"
    path.write_bytes("name: Café\n".encode("latin-1"))
    with pytest.raises(SettingsError, match=r"clinic\.yml is not valid YAML"):
        read_settings(path)


@pytest.mark.parametrize(
    ("variable", "value", "field", "expected"),
    [
        ("CLINIC_PHONE", "(213) 555-0199", "phone", "(213) 555-0199"),
        ("CLINIC_NAME", "Other Practice", "name", "Other Practice"),
        ("CLINIC_VIDEO_VISITS", "true", "video_visits", True),
        ("CLINIC_CLOSED_DATES", '["2027-01-01"]', "closed_dates", [dt.date(2027, 1, 1)]),
        ("CLINIC_PLANS_ACCEPTED", '["Example Health"]', "plans_accepted", ["Example Health"]),
    ],
)
def test_an_environment_variable_overrides_a_field(
    monkeypatch: pytest.MonkeyPatch,
    write: Write,
    required: dict[str, Any],
    variable: str,
    value: str,
    field: str,
    expected: object,
) -> None:
    monkeypatch.setenv(variable, value)
    assert getattr(read_settings(write(required)), field) == expected


def test_an_environment_variable_overrides_one_day_s_hours(
    monkeypatch: pytest.MonkeyPatch, write: Write, required: dict[str, Any]
) -> None:
    monkeypatch.setenv("CLINIC_HOURS__TUESDAY", '["10:00-11:00"]')
    hours = read_settings(write(required)).hours
    assert hours["tuesday"] == [Span(start=600, end=660)]
    assert hours["friday"] == [Span(start=540, end=780)]


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("CLINIC_PHONE", "12", "phone: '12' is not a US phone number"),
        ("CLINIC_HOURS__TUESDAY", '["9-5"]', "hours.*'9-5' is not a span"),
        ("CLINIC_HOURS__FUNDAY", "[]", "hours.*unknown weekday funday"),
        ("CLINIC_CLOSED_DATES", "soon", "(?i)closed_dates"),
        ("CLINIC_HOURS", "always", "(?i)hours"),
    ],
)
def test_a_malformed_environment_variable_is_named(
    monkeypatch: pytest.MonkeyPatch,
    write: Write,
    required: dict[str, Any],
    variable: str,
    value: str,
    message: str,
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError) as caught:
        read_settings(write(required))
    caught.match(message)


@pytest.mark.usefixtures("_fresh_cache")
def test_the_settings_in_force_come_from_the_file_that_the_environment_names(
    monkeypatch: pytest.MonkeyPatch, write: Write, required: dict[str, Any]
) -> None:
    monkeypatch.setenv("CLINIC_SETTINGS", str(write({**required, "name": "Elsewhere"})))
    found: ClinicSettings = clinic_settings()
    assert found.name == "Elsewhere"
