"""Opening hours: open or closed, when next, and on the days that clocks change."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from bot.clinic.hours import clock, describe, open_state, weekly
from bot.clinic.settings import WEEKDAYS

if TYPE_CHECKING:
    from bot.clinic.settings import ClinicSettings
    from tests.conftest import MakeClinic

LOS_ANGELES = ZoneInfo("America/Los_Angeles")
EVERY_DAY = {day: ["09:00-17:00"] for day in WEEKDAYS}


def at(text: str) -> dt.datetime:
    """A Los Angeles time such as `2026-11-23 09:00`, which is a Monday."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=LOS_ANGELES)


@pytest.mark.parametrize(
    ("moment", "sentence"),
    [
        ("2026-11-23 09:00", "The clinic is open now, until noon."),
        ("2026-11-23 11:59", "The clinic is open now, until noon."),
        ("2026-11-23 13:00", "The clinic is open now, until 5 pm."),
        ("2026-11-24 16:59", "The clinic is open now, until 5 pm."),
        ("2026-11-27 10:00", "The clinic is open now, until 1 pm."),
    ],
)
def test_it_says_until_when_the_clinic_is_open(clinic: ClinicSettings, moment: str, sentence: str) -> None:
    assert describe(clinic, at(moment)) == sentence


@pytest.mark.parametrize(
    ("moment", "when"),
    [
        ("2026-11-23 00:00", "today at 9 am"),
        ("2026-11-23 08:59", "today at 9 am"),
        ("2026-11-23 12:00", "today at 1 pm"),
        ("2026-11-23 12:30", "today at 1 pm"),
        ("2026-11-23 17:00", "tomorrow at 9 am"),
        ("2026-11-23 23:59", "tomorrow at 9 am"),
        ("2026-11-27 13:00", "Monday at 9 am"),
        ("2026-11-28 10:00", "Monday at 9 am"),
        ("2026-11-29 10:00", "tomorrow at 9 am"),
    ],
)
def test_it_says_when_a_closed_clinic_opens_next(clinic: ClinicSettings, moment: str, when: str) -> None:
    assert describe(clinic, at(moment)) == f"The clinic is closed now; it opens {when}."


@pytest.mark.parametrize(
    ("moment", "when"),
    [
        ("2026-11-25 18:00", "Friday at 9 am"),
        ("2026-11-26 10:00", "tomorrow at 9 am"),
    ],
)
def test_a_closed_date_is_passed_over(make_clinic: MakeClinic, moment: str, when: str) -> None:
    clinic = make_clinic(closed_dates=["2026-11-26"])
    assert describe(clinic, at(moment)) == f"The clinic is closed now; it opens {when}."


@pytest.mark.parametrize(
    ("closed_days", "when"),
    [
        (6, "Sunday at 9 am"),
        (7, "Monday, November 30 at 9 am"),
        (20, "Sunday, December 13 at 9 am"),
    ],
)
def test_an_opening_a_week_or_more_away_is_dated(
    make_clinic: MakeClinic, closed_days: int, when: str
) -> None:
    closed = [dt.date(2026, 11, 23) + dt.timedelta(days=offset) for offset in range(closed_days)]
    clinic = make_clinic(hours=EVERY_DAY, closed_dates=closed)
    assert describe(clinic, at("2026-11-23 10:00")) == f"The clinic is closed now; it opens {when}."


def test_a_clinic_that_never_opens_is_closed_without_a_promise(make_clinic: MakeClinic) -> None:
    clinic = make_clinic(hours={day: [] for day in WEEKDAYS})
    assert describe(clinic, at("2026-11-23 10:00")) == "The clinic is closed now."


def test_hours_may_last_until_midnight(make_clinic: MakeClinic) -> None:
    clinic = make_clinic(hours={**EVERY_DAY, "monday": ["18:00-24:00"]})
    assert describe(clinic, at("2026-11-23 23:59")) == "The clinic is open now, until midnight."
    assert not open_state(clinic, at("2026-11-24 00:00")).open


# Clocks change at 2 am on Sunday 2026-03-08 (forward) and Sunday 2026-11-01 (back).
@pytest.mark.parametrize(
    ("utc", "is_open"),
    [
        ("2026-03-07T16:59", False),
        ("2026-03-07T17:00", True),
        ("2026-03-08T15:59", False),
        ("2026-03-08T16:00", True),
        ("2026-03-08T23:59", True),
        ("2026-03-09T00:00", False),
        ("2026-10-31T15:59", False),
        ("2026-10-31T16:00", True),
        ("2026-11-01T16:59", False),
        ("2026-11-01T17:00", True),
        ("2026-11-02T00:59", True),
        ("2026-11-02T01:00", False),
    ],
)
def test_hours_follow_the_local_clock_when_it_changes(
    make_clinic: MakeClinic, utc: str, is_open: bool
) -> None:
    now = dt.datetime.fromisoformat(utc).replace(tzinfo=dt.timezone.utc)
    assert open_state(make_clinic(hours=EVERY_DAY), now).open is is_open


@pytest.mark.parametrize("evening", ["2026-03-07 23:30", "2026-10-31 23:30"])
def test_tomorrow_is_tomorrow_in_the_night_that_clocks_change(make_clinic: MakeClinic, evening: str) -> None:
    clinic = make_clinic(hours=EVERY_DAY)
    assert describe(clinic, at(evening)) == "The clinic is closed now; it opens tomorrow at 9 am."


@pytest.mark.parametrize("utc", ["2026-11-01T08:30", "2026-11-01T09:30"])
def test_both_of_the_hours_that_the_clock_shows_twice_are_open(make_clinic: MakeClinic, utc: str) -> None:
    clinic = make_clinic(hours={**EVERY_DAY, "sunday": ["01:00-02:00"]})
    now = dt.datetime.fromisoformat(utc).replace(tzinfo=dt.timezone.utc)
    assert open_state(clinic, now).open


@pytest.mark.parametrize(
    "hours",
    [
        EVERY_DAY,
        {**EVERY_DAY, "sunday": ["01:00-04:00", "22:00-24:00"], "monday": ["00:00-01:00"]},
    ],
)
def test_the_clinic_keeps_the_opening_and_closing_times_that_it_names(
    make_clinic: MakeClinic, hours: dict[str, Any]
) -> None:
    clinic = make_clinic(hours=hours, closed_dates=["2026-11-26", "2026-12-25"])
    start = dt.datetime(2026, 1, 1, tzinfo=dt.timezone.utc)
    second = dt.timedelta(seconds=1)
    for step in range(0, 366 * 24, 7):
        state = open_state(clinic, start + dt.timedelta(hours=step))
        assert (state.until is not None) is state.open
        if state.until is not None:
            assert not open_state(clinic, state.until).open or state.until.hour == 0
            assert open_state(clinic, state.until - second).open
        else:
            assert state.opens is not None
            assert open_state(clinic, state.opens).open
            assert not open_state(clinic, state.opens - second).open


def test_a_moment_in_another_zone_is_the_same_moment(clinic: ClinicSettings) -> None:
    tokyo = at("2026-11-24 10:00").astimezone(ZoneInfo("Asia/Tokyo"))
    assert describe(clinic, tokyo) == "The clinic is open now, until 5 pm."


@pytest.mark.parametrize(
    ("time", "words"),
    [
        ("00:00", "midnight"),
        ("00:15", "12:15 am"),
        ("09:00", "9 am"),
        ("11:59", "11:59 am"),
        ("12:00", "noon"),
        ("12:05", "12:05 pm"),
        ("17:30", "5:30 pm"),
        ("23:00", "11 pm"),
    ],
)
def test_a_time_is_written_as_people_say_it(time: str, words: str) -> None:
    assert clock(dt.datetime.fromisoformat(f"2026-11-23 {time}")) == words


@pytest.mark.parametrize(
    ("hours", "line"),
    [
        (EVERY_DAY, "Monday to Sunday 9 am to 5 pm"),
        (
            {**EVERY_DAY, "saturday": [], "sunday": []},
            "Monday to Friday 9 am to 5 pm; Saturday to Sunday closed",
        ),
        (
            {**EVERY_DAY, "monday": ["09:00-12:00", "13:00-17:30"], "sunday": ["20:00-24:00"]},
            "Monday 9 am to noon and 1 pm to 5:30 pm; Tuesday to Saturday 9 am to 5 pm; "
            "Sunday 8 pm to midnight",
        ),
    ],
)
def test_the_week_is_told_on_one_line(make_clinic: MakeClinic, hours: dict[str, Any], line: str) -> None:
    assert weekly(make_clinic(hours=hours)) == line
