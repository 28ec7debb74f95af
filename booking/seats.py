"""Giving counter time away, and taking it back: the only door to the seat table.

Both guards against double booking are here. `open_page` locks the location's page of the book, so that what is then read stays
true until the commit; and the database refuses a seat that overlaps another of its counter, whoever forgot to lock or to look.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, delete, insert
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, select

from booking.catalogue import look_again, read_catalogue
from booking.counter_time import Terms, in_order, taken_around, terms
from booking.errors import BeyondHorizon, ClosedThen, NotValid, PastTime, Problem, SlotTaken, TooShortNotice, UnknownLocation
from booking.hours import local_day
from booking.interval import Span, instant_of, minute_of
from booking.promises import Book, Hold, Seat
from booking.reseating import counter_made_free
from booking.slots import NOTHING_TAKEN
from booking.store import insert_for, store_of, table_of, violates
from booking.visits import Visit

GUARD = "seat_overlap"
SEATS = table_of(Seat)
# In every booking, so these statements are made once, and without the machinery that makes objects of rows.
_SWEEP = delete(SEATS).where(SEATS.c.location == bindparam("here"), SEATS.c.lapses_at <= bindparam("now"))
_NEW_SEAT = insert(SEATS)


def open_page(session: Session, now: datetime, location: str) -> None:
    """Lock a location's page of the book until the transaction ends, and sweep it of holds that lapsed.

    Raises UnknownLocation.
    """
    if location not in read_catalogue(session).known_locations:
        raise UnknownLocation(location)
    connection = session.connection()
    connection.execute(_next_version(store_of(session).engine.dialect.name), {"location": location, "version": 1})
    # Whoever had the page before may have changed the town: what was read of it while waiting is stale.
    look_again(session)
    connection.execute(_SWEEP, {"here": location, "now": now})


def take_seat(session: Session, now: datetime, visit: Visit, start: datetime, channel: str) -> tuple[Seat, datetime]:
    """A new seat for this visit, still without an owner, and when the visit ends. The page must be open.

    When no counter has a gap, others may sit down elsewhere for it (reseating.py).

    Raises NotBookable with its reason, SlotTaken when others have every place, NotValid.
    """
    offered = terms(session, now, visit, channel)
    minute = _checked_start(offered, now, start)
    counter = _free_counter(session, offered, minute, start)
    first, last = _with_buffers(offered, minute)
    seat = Seat(location=visit.location, counter_id=counter, start_minute=first, end_minute=last)
    return seat, instant_of(minute + offered.quote.minutes)


def check_still_served(session: Session, now: datetime, held: Hold, seat: Seat) -> None:
    """A time that was kept may have begun since, or been closed by a change of the town. Raises NotBookable with its reason."""
    start = held.start_at
    if start < now:
        raise PastTime(start)
    opened = terms(session, now, held.visit, held.channel).opened
    counter = opened.counter_ids.index(seat.counter_id) if seat.counter_id in opened.counter_ids else None
    if counter is None or not opened.counters.is_open(counter, minute_of(start), minute_of(held.end_at)):
        raise ClosedThen(start)


def keep_seat(session: Session, seat: Seat, start: datetime) -> None:
    """Write the seat. Raises SlotTaken when the database refuses it."""
    with _refused_as_taken(start):
        if seat.id is None:
            session.connection().execute(_NEW_SEAT, seat.model_dump(exclude={"id"}))
        else:
            session.flush()


def give_back(session: Session, *, hold_id: int | None = None, appointment_id: int | None = None) -> None:
    owner = col(Seat.hold_id) == hold_id if hold_id is not None else col(Seat.appointment_id) == appointment_id
    session.execute(delete(Seat).where(owner))


def seat_of(session: Session, held: Hold) -> Seat | None:
    """None when the hold has lapsed and was swept away."""
    return session.exec(select(Seat).where(Seat.hold_id == held.id)).one_or_none()


def hand_over(seat: Seat, appointment_id: int) -> None:
    """A hold's seat becomes the appointment's."""
    seat.hold_id, seat.lapses_at, seat.appointment_id = None, None, appointment_id


def checked_instant(start: object) -> datetime:
    """A start as UTC. Raises NotValid for anything but an aware datetime."""
    try:
        if isinstance(start, datetime) and start.utcoffset() is not None:
            return start.astimezone(UTC)
    except OverflowError:
        pass  # the first and the last day of the calendar have no other zones
    raise NotValid((Problem("start", "not-an-instant"),))


def _checked_start(offered: Terms, now: datetime, start: datetime) -> int:
    """The minute of a start that the rules allow, whether or not a place is left. Raises NotBookable."""
    if start < now:
        raise PastTime(start)
    if start.second or start.microsecond:
        raise ClosedThen(start)
    minute = minute_of(start)
    if minute < offered.earliest:
        raise TooShortNotice(start, instant_of(offered.earliest))
    if local_day(offered.zone, minute) > offered.last_day:
        raise BeyondHorizon(start, offered.last_day)
    empty = [NOTHING_TAKEN] * len(offered.opened.counter_ids)
    if not offered.opened.counters.serving(empty, offered.quote.length, minute):
        raise ClosedThen(start)
    return minute


def _free_counter(session: Session, offered: Terms, minute: int, start: datetime) -> int:
    opened = offered.opened
    taken = in_order(opened, taken_around(session, *_with_buffers(offered, minute), opened.counter_ids))
    free = opened.counters.serving(taken, offered.quote.length, minute)
    if len(free) > offered.kept:
        return opened.counter_ids[free[0]]
    with _refused_as_taken(start):
        counter = counter_made_free(session, offered, minute)
    if counter is None:
        raise SlotTaken(start)
    return counter


@cache
def _next_version(dialect: str) -> Any:
    turn = insert_for(dialect, table_of(Book))
    return turn.on_conflict_do_update(index_elements=["location"], set_={"version": table_of(Book).c.version + 1})


@contextmanager
def _refused_as_taken(start: datetime) -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        if violates(error, GUARD):
            raise SlotTaken(start) from None
        raise


def _with_buffers(offered: Terms, minute: int) -> Span:
    quote = offered.quote
    return minute - quote.before_minutes, minute + quote.minutes + quote.after_minutes
