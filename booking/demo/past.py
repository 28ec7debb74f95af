"""The four weeks before a demonstration's day, so that what is told about waiting is drawn from something.

Every open day is gone through as it might have been: people come at random while the house is open by the town file, and are served in
the order in which they came, for about as long as their service takes. That would be ten thousand verbs, so the rows are written as the
verbs would leave them: a number for everybody without gaps, each step recorded, and told nothing about how long, as nothing was known.
A day on which numbers were given out is left alone.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sql
from sqlmodel import Session

from booking.catalogue import Catalogue, read_catalogue
from booking.counters import HANDLED
from booking.estimates import UNKNOWN
from booking.halls import hall_openings
from booking.interval import Span, instant_of
from booking.queue import KIOSK, PURPOSE, series_of
from booking.references import new_capability
from booking.store import store_of, table_of
from booking.tickets import FINISHED, Ticket, TicketChange, TicketSeries

DAYS = 28
LANGUAGES, SPOKEN_BY = ("pt", "en", "es", "ar"), (82, 8, 6, 4)
LAST_ONE_COMES = timedelta(minutes=30)  # before the house closes
GREETING = timedelta(seconds=40)


@dataclass(frozen=True)
class Team:
    """Counters that share a line, each with who sits there; one person comes for them in so many minutes."""

    counters: tuple[tuple[str, str], ...]
    services: tuple[str, ...]
    minutes_between: float


TEAMS = (
    Team(
        (("pacos-1", "rosa-teixeira"), ("pacos-2", "tiago-moreira")),
        (
            *("residence-certificate", "fees-fines", "parking-permit", "street-problem"),
            *("waste-join", "bulky-waste", "water-contract", "lost-property"),
        ),
        9,
    ),
    Team(
        (("pacos-3", "helena-carvalho"), ("pacos-4", "rui-pimentel")),
        ("planning-application-status", "advertising-permit", "street-vending", "building-licence"),
        17,
    ),
    Team(
        (("pacos-5", "marta-figueiredo"), ("pacos-6", "andre-sequeira")),
        ("school-place", "disabled-transport", "rent-guarantee", "social-services"),
        21,
    ),
)


@dataclass(frozen=True)
class Served:
    """Somebody who came, was called and went; `ahead` waited for the same counters when they came."""

    service: str
    came_at: datetime
    called_at: datetime
    ended_at: datetime
    ahead: int
    counter: str
    staff: str


def write_past(session: Session, house: str, until: datetime) -> None:
    """Everybody who was served there in these weeks and had gone by `until`, which is today."""
    catalogue = read_catalogue(session)
    zone = ZoneInfo(catalogue.known_locations[house].timezone)
    today = until.astimezone(zone).date()
    numbered = table_of(TicketSeries).c
    known = set(session.scalars(sql.select(numbered.day).where(numbered.location == house)))
    days = [day for ago in range(DAYS, -1, -1) if (day := today - timedelta(days=ago)) not in known]
    tickets: list[dict[str, Any]] = []
    series: list[dict[str, Any]] = []
    for day in days:
        chance, numbers = Random(f"{house} {day}"), Counter()
        for each in _served_on(catalogue, house, day, until, chance):
            letter = series_of(catalogue, each.service)
            numbers[letter] += 1
            [language] = chance.choices(LANGUAGES, SPOKEN_BY)
            tickets.append(_ticket(session, house, day, (letter, numbers[letter]), each, language))
        series += [{"location": house, "day": day, "series": letter, "last": last} for letter, last in numbers.items()]
    if tickets:
        session.execute(sql.insert(table_of(TicketSeries)), series)
        session.execute(sql.insert(table_of(Ticket)), tickets)
        session.execute(sql.insert(table_of(TicketChange)), list(_changes(session, house, days)))


def _served_on(catalogue: Catalogue, house: str, day: date, until: datetime, chance: Random) -> list[Served]:
    """In the order in which they came."""
    served = [
        each
        for opening in hall_openings(catalogue, house, day, day)
        for team in TEAMS
        for each in _served_by(catalogue, team, opening, chance)
        if each.ended_at <= until
    ]
    return sorted(served, key=lambda each: each.came_at)


def _served_by(catalogue: Catalogue, team: Team, opening: Span, chance: Random) -> Iterator[Served]:
    opens, closes = map(instant_of, opening)
    free_at = dict.fromkeys(team.counters, opens)
    calls: list[datetime] = []
    came_at = opens
    while (came_at := came_at + _minutes(chance.expovariate(1 / team.minutes_between))) < closes - LAST_ONE_COMES:
        counter, staff = seat = min(team.counters, key=free_at.__getitem__)
        service = chance.choice(team.services)
        called_at = max(came_at, free_at[seat]) + _minutes(chance.uniform(0.1, 1))
        ended_at = called_at + GREETING + _minutes(catalogue.services[service].minutes * chance.uniform(0.5, 1.2))
        yield Served(service, came_at, called_at, ended_at, sum(each > came_at for each in calls), counter, staff)
        free_at[seat] = ended_at
        calls.append(called_at)


def _ticket(session: Session, house: str, day: date, number: tuple[str, int], served: Served, language: str) -> dict[str, Any]:
    capability = new_capability(store_of(session).secret, PURPOSE)
    row = Ticket(
        location=house,
        day=day,
        series=number[0],
        number=number[1],
        key_salt=capability.salt,
        key_hash=capability.key_hash,
        service=served.service,
        language=language,
        channel=KIOSK,
        state=FINISHED,
        drawn_at=served.came_at,
        since=served.came_at,
        counter=served.counter,
        owner=served.staff,
        called_at=served.called_at,
        first_called_at=served.called_at,
        calls=1,
        begun_at=served.called_at + GREETING,
        ended_at=served.ended_at,
        outcome=HANDLED,
        delivered=(served.service,),
        told_ahead=served.ahead,
        told_basis=UNKNOWN,
    )
    return row.model_dump(exclude={"id"})


def _changes(session: Session, house: str, days: list[date]) -> Iterator[dict[str, Any]]:
    theirs = table_of(Ticket).c
    columns = (theirs.id, theirs.channel, theirs.owner, theirs.counter)
    instants = (theirs.drawn_at, theirs.called_at, theirs.begun_at, theirs.ended_at)
    written = sql.select(*columns, *instants).where(theirs.location == house, theirs.day.in_(days)).order_by(theirs.id)
    for number, channel, staff, counter, drawn_at, *later in session.connection().execute(written):
        yield {"ticket_id": number, "at": drawn_at, "what": "drawn", "by": channel, "counter": None, "note": ""}
        for what, at in zip(("called", "begun", "finished"), later, strict=True):
            yield {"ticket_id": number, "at": at, "what": what, "by": staff, "counter": counter, "note": ""}


def _minutes(count: float) -> timedelta:
    return timedelta(minutes=count)
