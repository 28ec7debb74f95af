"""Which starts are free, for those who look. Whoever books goes through `seats.py`, which asks the same counters."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from booking.counter_time import InsteadOf, Terms, in_order, taken_by_others, taken_now, terms
from booking.errors import NotValid, Problem
from booking.hours import day_span, local_day
from booking.interval import first_minute_from, instant_of
from booking.slots import NOTHING_TAKEN
from booking.visits import Visit


@dataclass(frozen=True)
class FreeStart:
    """A start (UTC) that can be booked at this moment, and how many people could still book it."""

    start: datetime
    places: int


def free_places(
    session: Session,
    now: datetime,
    visit: Visit,
    first_day: date,
    last_day: date,
    channel: str = "online",
    *,
    instead_of: InsteadOf | None = None,
) -> list[FreeStart]:
    """Every start that can be booked now on these local days, both included, earliest first; [] when there is none.

    What would be given back `instead_of` the new start is free for the one who asks, though for nobody else.

    Raises NotBookable when the visit itself can't be had there (unknown, not offered, too many people), and NotValid.
    """
    if type(first_day) is not date or type(last_day) is not date:
        raise NotValid((Problem("first_day", "wrong-type"),))
    offered = terms(session, now, visit, channel)
    return _as_starts(_free(session, now, offered, first_day, last_day, instead_of))


def next_places(
    session: Session,
    now: datetime,
    visit: Visit,
    count: int = 3,
    channel: str = "online",
    *,
    instead_of: InsteadOf | None = None,
) -> list[FreeStart]:
    """The next `count` free starts. Raises as `free_places`."""
    return _as_starts(_whole_horizon(session, now, visit, channel, instead_of)[:count])


def nearest(
    session: Session,
    now: datetime,
    visit: Visit,
    start: datetime,
    count: int = 3,
    channel: str = "online",
    *,
    instead_of: InsteadOf | None = None,
) -> list[FreeStart]:
    """The `count` free starts nearest to `start`, before or after it, earliest first. Raises as `free_places`."""
    wanted, free = first_minute_from(start), _whole_horizon(session, now, visit, channel, instead_of)
    near = sorted(free, key=lambda place: abs(place[0] - wanted))[:count]
    return _as_starts(sorted(near))


def days_if_empty(
    session: Session, now: datetime, visit: Visit, first_day: date, last_day: date, channel: str = "online"
) -> set[date]:
    """The local days that would have a start if nobody had booked: on these, no free start means full. Raises as `free_places`."""
    offered = terms(session, now, visit, channel)
    nobody = [NOTHING_TAKEN] * len(offered.opened.counter_ids)
    until = day_span(offered.zone, min(last_day, offered.last_day))[1]
    earliest = max(offered.earliest, day_span(offered.zone, first_day)[0])
    starts = offered.opened.counters.free_places(nobody, offered.quote.length, earliest, until, offered.kept)
    return {local_day(offered.zone, start) for start, _ in starts}


def _whole_horizon(
    session: Session, now: datetime, visit: Visit, channel: str, instead_of: InsteadOf | None
) -> list[tuple[int, int]]:
    offered = terms(session, now, visit, channel)
    return _free(session, now, offered, offered.today, offered.last_day, instead_of)


def _as_starts(free: list[tuple[int, int]]) -> list[FreeStart]:
    return [FreeStart(instant_of(start), places) for start, places in free]


def _free(
    session: Session, now: datetime, offered: Terms, first_day: date, last_day: date, instead_of: InsteadOf | None = None
) -> list[tuple[int, int]]:
    first, last = max(first_day, offered.today), min(last_day, offered.last_day)
    if first > last:
        return []
    earliest = max(offered.earliest, day_span(offered.zone, first)[0])
    until = day_span(offered.zone, last)[1]
    opened = offered.opened
    location = offered.visit.location
    is_taken = (
        taken_by_others(session, now, location, instead_of) if instead_of else taken_now(session, now, location, offered.zone)
    )
    taken = in_order(opened, is_taken)
    return opened.counters.free_places(taken, offered.quote.length, earliest, until, offered.kept)
