"""Late binding: when no counter has a gap for a visit, those who have been told no counter yet may sit down elsewhere.

A start can be had when everybody of that day, the new visit and as many more as are kept for the desk could be seated at counters
that can serve them. Those who look and those who book both ask it here, of the same visits in the same seats.

Who stays where they are: whoever's counter time has begun or begins within the minute, whose own counter could no longer be
given to such a visit (the town has changed since), and whose time reaches over midnight. So a day can be asked alone.
"""

import json
from bisect import bisect_left
from collections.abc import Callable, Iterable
from datetime import date, datetime
from functools import cache
from typing import NamedTuple

from sqlalchemy import Text, cast, delete, func, insert, select
from sqlmodel import Session, col

from booking.catalogue import Catalogue, read_catalogue
from booking.counter_time import InsteadOf, Opened, Terms, opened_for, that_count
from booking.errors import Refusal
from booking.hours import day_span, local_day
from booking.interval import Span, first_minute_from, minute_of
from booking.promises import Appointment, Hold, Seat
from booking.seating import Seating, Sitting, Wanted
from booking.slots import NOTHING_TAKEN, Taken
from booking.store import remembered
from booking.visits import Visit, quote_for

MOST_KINDS = 1024
LONGEST_SEAT = 2 * 1440  # minutes; the table refuses longer ones


def starts_made_free(
    session: Session, offered: Terms, taken: list[Taken], days: tuple[date, date], instead_of: InsteadOf | None = None
) -> list[int]:
    """Starts on these local days, both included, that can be had only when somebody sits down elsewhere.

    `taken` is that of the counters in their order. Notice and horizon are not asked.
    """
    counters, length = offered.opened.counters, offered.quote.length
    earliest, until = day_span(offered.zone, days[0])[0], day_span(offered.zone, days[1])[1]
    free = {start for start, _ in counters.free_places(taken, length, earliest, until, offered.kept)}
    full = [start for start in counters.starts(length, earliest, until) if start not in free]
    if not full:
        return []
    seating_on = _seatings(session, offered, local_day(offered.zone, full[0]), local_day(offered.zone, full[-1]), instead_of)
    return [
        start
        for start in full
        if seating_on(local_day(offered.zone, start)).has_room(_wanted(offered, start), offered.kept + 1)
    ]


def counter_made_free(session: Session, offered: Terms, start: int) -> int | None:
    """A counter, by id, that is free for the visit from `start`, now that others sit elsewhere; None when nothing helps.

    The page must be open, and swept. What is changed in the seat table is undone with the transaction.
    """
    day = local_day(offered.zone, start)
    room = _seatings(session, offered, day, day)(day).room(_wanted(offered, start), offered.kept + 1)
    if room is None:
        return None
    if room.moves:
        _sit_elsewhere(session, room.moves)
    return room.counter


def _wanted(offered: Terms, start: int) -> Wanted:
    length, opened = offered.quote.length, offered.opened
    nobody = [NOTHING_TAKEN] * len(opened.counter_ids)
    able = tuple(opened.counter_ids[number] for number in opened.counters.serving(nobody, length, start))
    return Wanted(start - length.before, start + length.minutes + length.after, able)


def _sit_elsewhere(session: Session, moves: dict[int, int]) -> None:
    """Everybody gets up before anybody sits down: the database looks at one seat at a time, and refuses two at one counter."""
    theirs = col(Seat.id).in_(moves)
    seats = session.scalars(select(Seat).where(theirs)).all()
    elsewhere = [seat.model_dump(exclude={"id"}) | {"counter_id": moves[seat.id or 0]} for seat in seats]
    session.execute(delete(Seat).where(theirs))
    session.execute(insert(Seat), elsewhere)


class _Row(NamedTuple):
    """A seat, and what its owner comes for. `visit` is (services as JSON, mode)."""

    start: int
    end: int
    counter: int
    seat: int
    visit: tuple[str, str]
    starts_at: datetime
    ends_at: datetime


def _seatings(
    session: Session, offered: Terms, first_day: date, last_day: date, instead_of: InsteadOf | None = None
) -> Callable[[date], Seating]:
    """The seating of each of these local days, read at once and worked out when it is asked for."""
    length = offered.quote.length
    beyond = max(length.before, length.after)

    def around(day: date) -> Span:
        begins, ends = day_span(offered.zone, day)
        return begins - beyond, ends + beyond

    rows = _rows(session, offered, (around(first_day)[0], around(last_day)[1]), instead_of)
    starts = [row.start for row in rows]
    who_can = _who_can(session, offered)
    settled = first_minute_from(offered.now)

    @cache
    def seating_on(day: date) -> Seating:
        (begins, ends), (first, last) = day_span(offered.zone, day), around(day)
        near = rows[bisect_left(starts, first - LONGEST_SEAT) : bisect_left(starts, last)]
        movable = (max(begins, settled + 1), ends)
        return Seating([_sitting(row, movable, who_can(row.visit)) for row in near if row.end > first])

    return seating_on


def _rows(session: Session, offered: Terms, span: Span, instead_of: InsteadOf | None) -> list[_Row]:
    visit = (
        func.coalesce(cast(Hold.services, Text), cast(Appointment.services, Text)),
        func.coalesce(Hold.mode, Appointment.mode),
        func.coalesce(Hold.start_at, Appointment.start_at),
        func.coalesce(Hold.end_at, Appointment.end_at),
    )
    first, last = span
    seat = (col(Seat.start_minute), col(Seat.end_minute), col(Seat.counter_id), col(Seat.id))
    met = (
        select(*seat, *visit)
        .select_from(Seat)
        .outerjoin(Hold, col(Hold.id) == Seat.hold_id)
        .outerjoin(Appointment, col(Appointment.id) == Seat.appointment_id)
        .where(col(Seat.location) == offered.visit.location, col(Seat.start_minute) < last)
        # The upper bound, which nobody passes, keeps what is looked through to a short range of the index.
        .where(col(Seat.end_minute) > first, col(Seat.end_minute) < last + LONGEST_SEAT)
        .where(*that_count(session, offered.now, instead_of))
    )
    rows = session.execute(met.order_by(col(Seat.start_minute)))
    return [
        _Row(start, end, counter, seat, (services, mode), *when) for start, end, counter, seat, services, mode, *when in rows
    ]


def _who_can(session: Session, offered: Terms) -> Callable[[tuple[str, str]], Opened | None]:
    """Who can serve a visit, given as (services as JSON, mode); None when the town doesn't offer it any more."""
    catalogue, location = read_catalogue(session), offered.visit.location
    today = offered.today
    known = remembered(session, ("who can", location), (catalogue.revision, today), dict[tuple[str, str], list[Opened]])

    def who_can(kind: tuple[str, str]) -> Opened | None:
        found = known.get(kind)
        if found is None:
            if len(known) >= MOST_KINDS:
                known.clear()
            visit = Visit(tuple(json.loads(kind[0])), location, kind[1])
            found = known[kind] = _opened(session, catalogue, visit, today)
        return found[0] if found else None

    return who_can


def _opened(session: Session, catalogue: Catalogue, visit: Visit, today: date) -> list[Opened]:
    try:
        return [opened_for(session, catalogue, visit, quote_for(catalogue, visit), today)]
    except Refusal:
        return []


def _sitting(row: _Row, movable: Span, opened: Opened | None) -> Sitting:
    able = ()
    if opened and movable[0] <= row.start and row.end <= movable[1]:
        able = tuple(_open_for(opened, minute_of(row.starts_at), minute_of(row.ends_at)))
    return Sitting(row.start, row.end, able if row.counter in able else (row.counter,), row.counter, row.seat)


def _open_for(opened: Opened, start: int, end: int) -> Iterable[int]:
    return (each for number, each in enumerate(opened.counter_ids) if opened.counters.is_open(number, start, end))
