"""When a location is open to everybody: what the door says, whichever counters are staffed behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from booking.catalogue import Catalogue, ClosureRow, Words
from booking.counter_time import closure_of, holidays_of, rule_of
from booking.hours import day_span, openings
from booking.interval import Span, first_minute_from, instant_of, union

LOOKS_AHEAD = timedelta(days=30)


@dataclass(frozen=True)
class HallNow:
    """Open until `closes_at`, or closed until `opens_at`; both None when it doesn't open within a month. Instants in UTC."""

    closes_at: datetime | None
    opens_at: datetime | None


@dataclass(frozen=True)
class Shut:
    """Why a day on which the hall would open is shut: a public holiday, or what the town wrote about the closure."""

    is_holiday: bool
    reason: Words


def hall_now(catalogue: Catalogue, location: str, now: datetime) -> HallNow:
    """In a demonstration the door stands open day and night; nothing else about time does (demo/day.py)."""
    minute, zone = first_minute_from(now), _zone(catalogue, location)
    today = now.astimezone(zone).date()
    if catalogue.is_demonstrated:
        return HallNow(instant_of(day_span(zone, today)[1]), None)
    for opens, closes in union(hall_openings(catalogue, location, today, today + LOOKS_AHEAD)):
        if opens <= minute < closes:
            return HallNow(instant_of(closes), None)
        if minute < opens:
            return HallNow(None, instant_of(opens))
    return HallNow(None, None)


def hall_openings(
    catalogue: Catalogue, location: str, first_day: date, last_day: date, *, as_ruled: bool = False
) -> list[Span]:
    """Spans of minutes (UTC) on these local days; `as_ruled` leaves out what closures and holidays take away."""
    rules = [rule_of(row) for row in catalogue.openings if row.location == location and row.counter is None]
    closures = [] if as_ruled else [closure_of(row) for row in _closures(catalogue, location)]
    holidays = [] if as_ruled else set(holidays_of(catalogue, (first_day, last_day), catalogue.town.default_language))
    return openings(rules, closures, holidays, _zone(catalogue, location), first_day, last_day)


def shut_on(catalogue: Catalogue, location: str, day: date, language: str) -> Shut | None:
    """Why the hall doesn't open on `day` although its weekday would; None when it opens, or never does on such a day."""
    if hall_openings(catalogue, location, day, day) or not hall_openings(catalogue, location, day, day, as_ruled=True):
        return None
    if name := holidays_of(catalogue, (day, day), language).get(day):
        return Shut(True, {language: name})
    midnight, next_midnight = day_span(_zone(catalogue, location), day)
    first, last = (
        instant_of(minute).astimezone(_zone(catalogue, location)).replace(tzinfo=None) for minute in (midnight, next_midnight)
    )
    reasons = (row.reason for row in _closures(catalogue, location) if row.starts < last and row.ends > first)
    return Shut(False, next(reasons, {}))


def _closures(catalogue: Catalogue, location: str) -> list[ClosureRow]:
    return [row for row in catalogue.closures if row.counter is None and row.location in (None, location)]


def _zone(catalogue: Catalogue, location: str) -> ZoneInfo:
    return ZoneInfo(catalogue.known_locations[location].timezone)
