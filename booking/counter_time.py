"""The time of counters, for one kind of visit at one moment: opened by the rules, taken by promises.

Two things are remembered, each as long as it is true: the opened time of the counters that can serve a kind of visit (until the
catalogue or the local day changes), and the taken time of a location (until its page of the book changes, in whichever process,
or the next hold lapses). Nothing else is remembered, so an answer given twice is the answer computed anew.
"""

from bisect import bisect_right
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, bindparam, or_
from sqlmodel import Session, col, select

from booking.catalogue import CHANNELS, Absence, Catalogue, ClosureRow, Counter, OpeningRow, StaffMember, read_catalogue
from booking.errors import NotValid, Problem
from booking.hours import Closure, OpeningRule, holiday_names, local_day, openings, presence
from booking.interval import Span, common, first_minute_from
from booking.promises import LONGEST_SEAT, Book, Hold, Seat
from booking.references import hash_of
from booking.slots import NOTHING_TAKEN, Counters, Taken, taken_by_counter
from booking.store import remembered, table_of
from booking.visits import Quote, Visit, qualified, quote_for

AT_THE_DESK = ("in_person", "phone")
MOST_REMEMBERED = 256

T = TypeVar("T")

SEATS = table_of(Seat)
# In every booking, so it is made once.
_TAKEN_AROUND = select(SEATS.c.counter_id, SEATS.c.start_minute, SEATS.c.end_minute).where(
    SEATS.c.counter_id.in_(bindparam("counters", expanding=True)),
    # A short range of the index, however old the book.
    SEATS.c.start_minute > bindparam("since"),
    SEATS.c.start_minute < bindparam("last"),
    SEATS.c.end_minute > bindparam("first"),
)


@dataclass(frozen=True)
class Opened:
    """The counters that can serve a kind of visit, and when: `counters[i]` is about the counter `counter_ids[i]`.

    They stand in the order in which they are given away: the one that can do least first, so that the versatile stay free.
    """

    counter_ids: tuple[int, ...]
    counters: Counters


@dataclass(frozen=True)
class InsteadOf:
    """What the one who asks would give back for a new time: the appointment they move, by id, or what is kept for them, by token."""

    appointment: int | None = None
    hold: str = ""


@dataclass(frozen=True)
class Terms:
    """On what terms a visit can be had now: not before `earliest` (a minute), not after `last_day`, less the places `kept`."""

    now: datetime
    visit: Visit
    quote: Quote
    zone: ZoneInfo
    today: date
    last_day: date
    earliest: int
    kept: int
    opened: Opened


def terms(session: Session, now: datetime, visit: Visit, channel: str) -> Terms:
    """Raises NotBookable in all its reasons but those about a start, and NotValid."""
    if channel not in CHANNELS:
        raise NotValid((Problem("channel", "wrong-type"),))
    catalogue = read_catalogue(session)
    quote = remembered(session, ("quote", visit), catalogue.revision, lambda: quote_for(catalogue, visit))
    zone = ZoneInfo(catalogue.locations[visit.location].timezone)
    today = now.astimezone(zone).date()
    return Terms(
        now=now,
        visit=visit,
        quote=quote,
        zone=zone,
        today=today,
        last_day=quote.last_day(today),
        earliest=first_minute_from(now + timedelta(minutes=quote.notice_minutes)),
        kept=0 if channel in AT_THE_DESK else quote.desk_places,
        opened=opened_for(session, catalogue, visit, quote, today),
    )


def page_now(session: Session, now: datetime, location: str, zone: ZoneInfo) -> "Page":
    """What is promised at a location from today on, remembered by the page's version."""
    version = page_version(session, location)
    today = local_day(zone, first_minute_from(now))
    return remembered(session, ("taken", location), (version, today), lambda: _page(session, location, now))


def page_version(session: Session, location: str) -> int | None:
    """Rises with everything that changes what is promised at a location; None before the first promise."""
    return session.exec(select(Book.version).where(Book.location == location)).one_or_none()


def taken_by_others(session: Session, now: datetime, location: str, instead_of: InsteadOf) -> dict[int, Taken]:
    """Taken time by counter id, but for what the one who asks would give back. Read anew."""
    since = first_minute_from(now - timedelta(days=2))
    columns = select(Seat.counter_id, Seat.start_minute, Seat.end_minute)
    others = that_count(session, now, instead_of)
    rows = session.exec(columns.where(Seat.location == location, Seat.end_minute > since, *others))
    return taken_by_counter([(counter, first, last) for counter, first, last in rows])


def that_count(session: Session, now: datetime, instead_of: InsteadOf | None) -> list[ColumnElement[bool]]:
    """Conditions on seats: not those of lapsed holds, nor what the one who asks would give back."""
    lives = or_(col(Seat.lapses_at).is_(None), col(Seat.lapses_at) > now)
    if instead_of is None:
        return [lives]
    owners = ((col(Seat.appointment_id), instead_of.appointment), (col(Seat.hold_id), _hold_id(session, instead_of)))
    return [lives, *(owner.is_distinct_from(theirs) for owner, theirs in owners if theirs is not None)]


def _hold_id(session: Session, instead_of: InsteadOf) -> int | None:
    if instead_of.appointment and not instead_of.hold:
        # One that is unconfirmed has no seat but its hold's.
        return session.exec(select(Hold.id).where(Hold.appointment_id == instead_of.appointment)).first()
    if not instead_of.hold:
        return None
    return session.exec(select(Hold.id).where(Hold.token_hash == hash_of(instead_of.hold))).one_or_none()


def taken_around(session: Session, start: int, end: int, counter_ids: Sequence[int]) -> dict[int, Taken]:
    """Taken time by counter id that meets [start, end), read anew. For verbs that hold the page and have swept it."""
    asked = {"counters": counter_ids, "since": start - LONGEST_SEAT, "first": start, "last": end}
    rows = session.connection().execute(_TAKEN_AROUND, asked)
    return taken_by_counter([(counter, first, last) for counter, first, last in rows])


def in_order(opened: Opened, taken: dict[int, Taken]) -> list[Taken]:
    return [taken.get(counter, NOTHING_TAKEN) for counter in opened.counter_ids]


class Page:
    """The seats of one version of a page. Which of them still count changes only when a hold lapses."""

    def __init__(self, lasting: list[tuple[int, int, int]], lapsing: list[tuple[int, int, int, datetime]]):
        self._lasting = lasting
        self._lapsing = lapsing
        self._taken: tuple[int, dict[int, Taken]] | None = None
        self._begins = sorted({start for _, start, *_ in chain(lasting, lapsing)})
        self._found: dict[Hashable, Any] = {}

    def taken(self, now: datetime) -> dict[int, Taken]:
        """Taken time by counter id. Lapsed holds take nothing."""
        live = [seat[:3] for seat in self._lapsing if seat[3] > now]
        kept = self._taken
        if not kept or kept[0] != len(live):
            kept = self._taken = (len(live), taken_by_counter(chain(self._lasting, live)))
        return kept[1]

    def recall(self, now: datetime, question: Hashable, find: Callable[[], T]) -> T:
        """What `find` gave: an answer that holds until a seat's time begins or a hold lapses."""
        begun = bisect_right(self._begins, first_minute_from(now))
        key = (begun, sum(seat[3] > now for seat in self._lapsing), question)
        if key in (known := self._found):
            return known[key]
        if len(known) >= MOST_REMEMBERED:
            known = self._found = {}
        known[key] = answer = find()
        return answer


def _page(session: Session, location: str, now: datetime) -> Page:
    # A day's grace, so that a visit under way and a clock that steps back are both covered.
    since = first_minute_from(now - timedelta(days=2))
    here = (Seat.location == location, Seat.end_minute > since)
    span = (Seat.counter_id, Seat.start_minute, Seat.end_minute)
    lasting = session.exec(select(*span).where(*here, col(Seat.lapses_at).is_(None)))
    lapsing = session.exec(select(*span, col(Seat.lapses_at)).where(*here, col(Seat.lapses_at).is_not(None)))
    until = [(counter, first, last, lapses_at) for counter, first, last, lapses_at in lapsing if lapses_at]
    return Page(list(lasting), until)


def opened_for(session: Session, catalogue: Catalogue, visit: Visit, quote: Quote, today: date) -> Opened:
    """The counters that can serve such a visit, and when, from today to the end of its horizon."""
    kind = ("opened", visit.location, visit.mode, quote.skills, quote.horizon_days)
    return remembered(session, kind, (catalogue.revision, today), lambda: _open(catalogue, visit, quote, today))


def _open(catalogue: Catalogue, visit: Visit, quote: Quote, today: date) -> Opened:
    able = qualified(catalogue, visit.location, visit.mode, quote.skills)
    able.sort(key=lambda pair: (len(pair[0].skills), len(pair[0].modes), pair[0].number, pair[0].slug))
    days = (today, quote.last_day(today))
    times = [counter_openings(catalogue, counter, people, days) for counter, people in able]
    return Opened(tuple(counter.id or 0 for counter, _ in able), Counters(times))


def counter_openings(
    catalogue: Catalogue, counter: Counter, people: list[StaffMember] | None, days: tuple[date, date]
) -> list[Span]:
    """When the counter is open and at least one of `people` is there. Their absences cut, they never make a grid of their own."""
    zone = ZoneInfo(catalogue.locations[counter.location].timezone)
    rules = [rule_of(row) for row in _rules_of(catalogue, counter)]
    closures = [closure_of(row) for row in catalogue.closures if _concerns(row, counter)]
    holidays = set(holidays_of(catalogue, days, catalogue.town.default_language))
    opened = openings(rules, closures, holidays, zone, *days)
    if not people:
        return opened
    return common(opened, presence([_absences_of(catalogue, person) for person in people], zone, *days))


def _rules_of(catalogue: Catalogue, counter: Counter) -> list[OpeningRow]:
    own = [row for row in catalogue.openings if row.counter == counter.slug]
    return own or [row for row in catalogue.openings if row.location == counter.location and row.counter is None]


def _concerns(row: ClosureRow, counter: Counter) -> bool:
    return row.counter == counter.slug if row.counter else row.location in (None, counter.location)


def _absences_of(catalogue: Catalogue, person: StaffMember) -> list[Closure]:
    return [closure_of(row) for row in catalogue.absences if row.staff == person.slug]


def holidays_of(catalogue: Catalogue, days: tuple[date, date], language: str) -> dict[date, str]:
    """The holidays of the years that `days` touch, public and the town's own, each with its name."""
    town = catalogue.town
    own: dict[date | tuple[int, int], str] = {}
    for row in catalogue.own_holidays:
        month, day = (row.month_day or "0-0").split("-")
        own[row.day or (int(month), int(day))] = row.name.get(language) or row.name[town.default_language]
    years = range(days[0].year, days[1].year + 1)
    return holiday_names(town.holiday_country, town.holiday_subdivision, years, own, language)


def rule_of(row: OpeningRow) -> OpeningRule:
    return OpeningRule(
        weekdays=frozenset(row.weekdays),
        opens=row.opens,
        closes=row.closes,
        every_weeks=row.every_weeks,
        first_day=row.first_day,
        last_day=row.last_day,
        on_day=row.on_day,
        despite_holiday=row.despite_holiday,
    )


def closure_of(row: ClosureRow | Absence) -> Closure:
    return Closure(row.starts, row.ends)
