"""Opening hours: whether the clinic is open, and when it opens next."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from bot.clinic.settings import WEEKDAYS, ClinicSettings

LOOK_AHEAD_DAYS = 60


@dataclass(frozen=True)
class OpenState:
    """Whether the clinic is open at a moment.

    Attributes:
        open: true within opening hours.
        until: local closing time when open.
        opens: local time of the next opening when closed, None if none within 60 days.
    """

    open: bool
    until: dt.datetime | None = None
    opens: dt.datetime | None = None


def open_state(settings: ClinicSettings, now: dt.datetime) -> OpenState:
    """Return the state at `now`, an aware datetime in any zone."""
    local = now.astimezone(settings.zone)
    upcoming: list[dt.datetime] = []
    for offset in range(LOOK_AHEAD_DAYS):
        day = local.date() + dt.timedelta(days=offset)
        if day in settings.closed_dates:
            continue
        for span in settings.hours[WEEKDAYS[day.weekday()]]:
            start, end = _at(day, span.start, settings), _at(day, span.end, settings)
            if start <= local < end:
                return OpenState(True, until=end)
            if start > local:
                upcoming.append(start)
        if upcoming:
            break
    return OpenState(False, opens=min(upcoming, default=None))


def _at(day: dt.date, minutes: int, settings: ClinicSettings) -> dt.datetime:
    extra, minute_of_day = divmod(minutes, 24 * 60)
    clock = dt.time(minute_of_day // 60, minute_of_day % 60)
    return dt.datetime.combine(day + dt.timedelta(days=extra), clock, settings.zone)


def clock(moment: dt.datetime) -> str:
    """Write a time as people say it: `9 am`, `5:30 pm`, `noon`, `midnight`."""
    if moment.minute == 0 and moment.hour in (0, 12):
        return "noon" if moment.hour == 12 else "midnight"
    hour = moment.hour % 12 or 12
    minutes = f":{moment.minute:02d}" if moment.minute else ""
    return f"{hour}{minutes} {'am' if moment.hour < 12 else 'pm'}"


def describe(settings: ClinicSettings, now: dt.datetime) -> str:
    """One sentence on whether the clinic is open now or when it opens."""
    state = open_state(settings, now)
    if state.until:
        return f"The clinic is open now, until {clock(state.until)}."
    if state.opens is None:
        return "The clinic is closed now."
    local = now.astimezone(settings.zone)
    days = (state.opens.date() - local.date()).days
    if days == 0:
        day = "today"
    elif days == 1:
        day = "tomorrow"
    elif days < 7:
        day = f"{state.opens:%A}"
    else:
        day = f"{state.opens:%A}, {state.opens:%B} {state.opens.day}"
    return f"The clinic is closed now; it opens {day} at {clock(state.opens)}."


def weekly(settings: ClinicSettings) -> str:
    """The week's hours on one line, equal neighbouring days joined."""
    groups: list[tuple[list[str], str]] = []
    for day in WEEKDAYS:
        text = " and ".join(f"{_minutes(span.start)} to {_minutes(span.end)}" for span in settings.hours[day])
        if groups and groups[-1][1] == text:
            groups[-1][0].append(day)
        else:
            groups.append(([day], text))
    parts = []
    for days, text in groups:
        names = [day.capitalize() for day in days]
        label = names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}"
        parts.append(f"{label} {text or 'closed'}")
    return "; ".join(parts)


def _minutes(minutes: int) -> str:
    return clock(dt.datetime(2000, 1, 1) + dt.timedelta(minutes=minutes))
