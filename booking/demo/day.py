"""A day under way in Vila Clara, whatever the hour: people in line, colleagues at counters, others gone home already.

All of it is done by the verbs that everybody uses, at moments of the last hour and a quarter, so that nothing of it is other than a real
day would leave it. Counters stay free for whoever tries it out, Rosa Teixeira's (`pacos-1`) among them, and people wait for each.

The door stands open day and night (halls.py); appointments keep the hours of the town file, so at night nobody waits with one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from secrets import token_urlsafe
from zoneinfo import ZoneInfo

from sqlmodel import Session

from booking.appointments import book_at_once
from booking.availability import free_places
from booking.catalogue import read_catalogue
from booking.closing import open_day
from booking.counters import HANDLED, begin, call_next, finish, not_there, open_counter, park
from booking.deeds import done, earlier_subject, is_done
from booking.demo.past import write_past
from booking.details import Details
from booking.hours import day_span
from booking.interval import instant_of
from booking.lobby import IN_PERSON, open_counters
from booking.queue import DESK, KIOSK, ONLINE, Wish, check_in, draw
from booking.visits import Visit

HOUSE = "pacos"
DEED = "begin the demonstration's day"
# How long it has been going on; less where midnight is nearer.
UNDER_WAY = timedelta(minutes=75)
BOOKED_BEFORE = timedelta(days=2)


@dataclass(frozen=True)
class Comes:
    service: str
    language: str = "pt"
    has_priority: bool = False
    needs: tuple[str, ...] = ()
    channel: str = KIOSK


@dataclass(frozen=True)
class ChecksIn:
    reference: str


@dataclass(frozen=True)
class Sits:
    counter: str
    staff: str


@dataclass(frozen=True)
class Calls:
    counter: str


@dataclass(frozen=True)
class Serves:
    counter: str


@dataclass(frozen=True)
class Parks:
    counter: str
    note: str


@dataclass(frozen=True)
class WaitsInVain:
    counter: str


@dataclass(frozen=True)
class Finishes:
    counter: str


Step = Comes | ChecksIn | Sits | Calls | Serves | Parks | WaitsInVain | Finishes

DOCUMENTS, BUILDING, FAMILY = "pacos-2", "pacos-3", "pacos-5"
# Minutes ago, and what happened then.
STORY: tuple[tuple[int, Step], ...] = (
    (75, Sits(DOCUMENTS, "tiago-moreira")),
    (75, Comes("residence-certificate")),
    (74, Comes("planning-application-status")),
    (74, Sits(BUILDING, "helena-carvalho")),
    (73, Calls(DOCUMENTS)),
    (73, Comes("school-place")),
    (73, Sits(FAMILY, "marta-figueiredo")),
    (72, Calls(BUILDING)),
    (72, Serves(DOCUMENTS)),
    (71, Calls(FAMILY)),
    (71, Serves(BUILDING)),
    (70, Serves(FAMILY)),
    (68, Comes("fees-fines")),
    (63, Comes("parking-permit", "en")),
    (61, Finishes(DOCUMENTS)),
    (60, Calls(DOCUMENTS)),
    (59, Serves(DOCUMENTS)),
    (57, Comes("lost-property")),
    (52, Comes("street-vending", "ar")),
    (50, Comes("water-contract")),
    (49, Finishes(BUILDING)),
    (48, Calls(BUILDING)),
    (48, Finishes(DOCUMENTS)),
    (47, Calls(DOCUMENTS)),
    (47, Serves(BUILDING)),
    (46, Serves(DOCUMENTS)),
    (45, Comes("social-services", needs=("interpreter",), language="ar")),
    (43, Comes("bulky-waste")),
    (41, Finishes(FAMILY)),
    (40, Parks(DOCUMENTS, "Vai buscar os documentos do carro")),
    (39, Calls(FAMILY)),
    (39, Calls(DOCUMENTS)),
    (38, Serves(FAMILY)),
    (37, Comes("residence-certificate", "es")),
    (35, WaitsInVain(DOCUMENTS)),
    (34, Calls(DOCUMENTS)),
    (33, Serves(DOCUMENTS)),
    (31, Comes("disabled-parking", has_priority=True, needs=("step_free",))),
    (28, Comes("advertising-permit", "en")),
    (26, Comes("residence-certificate", channel=ONLINE)),
    (23, Comes("waste-join", "ar")),
    (20, Comes("rent-guarantee")),
    (18, Finishes(DOCUMENTS)),
    (17, Calls(DOCUMENTS)),
    (16, Serves(DOCUMENTS)),
    (14, Comes("parking-permit")),
    (13, Comes("planning-application-status", "es")),
    (11, Comes("residence-certificate", has_priority=True)),
    (9, Comes("disabled-transport", has_priority=True)),
    (7, Comes("complaint", "en", needs=("more_time",), channel=DESK)),
    (5, Comes("building-licence")),
    (4, Finishes(BUILDING)),
    (3, Finishes(DOCUMENTS)),
    (2, Calls(DOCUMENTS)),
    (2, Serves(DOCUMENTS)),
    (2, Comes("parking-permit")),
    (1, Calls(BUILDING)),
)
# Who booked for about now: what for, in which language, who, and a number at which nobody answers and no message arrives.
EXPECTED = (
    ("residence-certificate", "pt", "Beatriz Antunes", "259 000 111"),
    ("planning-application-status", "en", "Owen Hughes", "259 000 112"),
    ("school-place", "es", "Lucía Ferrer", "259 000 113"),
)
EARLY_BY, AT_MOST_AGO, AT_MOST_AHEAD = timedelta(minutes=12), timedelta(minutes=12), timedelta(minutes=30)


def day_is_due(session: Session, now: datetime) -> bool:
    """Is this a demonstration, without the day that it has today?"""
    return read_catalogue(session).is_demonstrated and not is_done(session, DEED, _name_of(_today(session, now)))


def begin_day(session: Session, now: datetime) -> bool:
    """Let the day be under way; once a day, in the demo town, in demo mode. Whether it was begun now.

    A counter at which somebody sits already is left to them.
    """
    if not read_catalogue(session).is_demonstrated:
        return False
    today = _today(session, now)
    if earlier_subject(session, now, DEED, _name_of(today)) is not None:
        return False
    midnight = instant_of(day_span(_zone(session), today)[0])
    since = max(midnight, now - UNDER_WAY)
    # Page before line, as everywhere (queue.check_in).
    appointments = list(_expected(session, now, since))
    open_day(session, now, HOUSE)
    write_past(session, HOUSE, since)
    _play(session, sorted([*_told(now, since), *appointments], key=lambda pair: pair[0]))
    done(session, DEED, _name_of(today), len(STORY))
    return True


def _told(now: datetime, since: datetime) -> Iterator[tuple[datetime, Step]]:
    """The story at its moments: where midnight is nearer than it is long, it goes faster."""
    for ago, step in STORY:
        yield now - (now - since) * (timedelta(minutes=ago) / UNDER_WAY), step


def _expected(session: Session, now: datetime, since: datetime) -> Iterator[tuple[datetime, Step]]:
    """Appointments at about now that somebody made two days ago, where the town file has a time for them, and when they checked in."""
    booked_at, today = now - BOOKED_BEFORE, _today(session, now)
    for service, language, name, phone in EXPECTED:
        visit = Visit((service,), HOUSE, IN_PERSON)
        free = free_places(session, booked_at, visit, today, today, "in_person")
        start = next((each.start for each in free if -AT_MOST_AGO <= each.start - now <= AT_MOST_AHEAD), None)
        if start:
            details = Details(name, phone=phone, language=language)
            booked = book_at_once(session, booked_at, visit, start, details, once=token_urlsafe(), channel="in_person")
            yield max(since, min(start, now) - EARLY_BY), ChecksIn(booked.reference)


def _play(session: Session, steps: list[tuple[datetime, Step]]) -> None:
    theirs = set(open_counters(session, HOUSE))
    for at, step in steps:
        if getattr(step, "counter", None) not in theirs:
            _take(session, at, step)


def _take(session: Session, at: datetime, step: Step) -> None:
    once = token_urlsafe()
    match step:
        case Comes(service, language, has_priority, needs, channel):
            draw(session, at, Wish(HOUSE, service, language, has_priority, needs, channel), once=once)
        case ChecksIn(reference):
            check_in(session, at, HOUSE, reference, once=once)
        case Sits(counter, staff):
            open_counter(session, at, counter, staff)
        case Calls(counter):
            call_next(session, at, counter, once=once)
        case Serves(counter):
            begin(session, at, counter)
        case Parks(counter, note):
            park(session, at, counter, note)
        case WaitsInVain(counter):
            not_there(session, at, counter)
        case Finishes(counter):
            finish(session, at, counter, HANDLED)


def _today(session: Session, now: datetime) -> date:
    return now.astimezone(_zone(session)).date()


def _zone(session: Session) -> ZoneInfo:
    return ZoneInfo(read_catalogue(session).known_locations[HOUSE].timezone)


def _name_of(day: date) -> str:
    return f"{HOUSE} on {day.isoformat()}"
