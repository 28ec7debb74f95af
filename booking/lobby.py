"""A location's line as it stands in the database: locked, read, and put into the values that `line.py` orders."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol, cast

from sqlmodel import Session, col, select, update

from booking.catalogue import Catalogue, Counter, read_catalogue
from booking.errors import UnknownCounter, UnknownLocation
from booking.line import Caller, Placed, Policy, Waiting, line_up, place_of
from booking.store import insert_on
from booking.tickets import IN_HAND, WAITING, Lobby, OpenCounter, Ticket
from booking.visits import qualified

IN_PERSON = "in_person"
# Whoever is served longer than it usually takes is done in a moment, but not before a counter that is free.
A_MOMENT = timedelta(minutes=1)
NEWCOMER = 2**63 - 1  # comes after everybody who has come


def open_lobby(session: Session, location: str) -> None:
    """Lock the line of a location until the transaction ends. Raises UnknownLocation."""
    if location not in read_catalogue(session).known_locations:
        raise UnknownLocation(location)
    session.execute(insert_on(session, Lobby).values(location=location, version=1).on_conflict_do_nothing())
    session.execute(update(Lobby).where(col(Lobby.location) == location).values(version=col(Lobby.version) + 1))


def policy_of(catalogue: Catalogue) -> Policy:
    return Policy(**catalogue.town.line)


def waiting_at(session: Session, location: str) -> list[Ticket]:
    waits = select(Ticket).where(Ticket.location == location, Ticket.state == WAITING)
    return list(session.exec(waits.order_by(col(Ticket.since), col(Ticket.id))))


def open_counters(session: Session, location: str) -> dict[str, OpenCounter]:
    """By slug, those at which somebody sits, in the order of the town file."""
    slugs = [counter.slug for counter in read_catalogue(session).counters_at(location)]
    there = {row.counter: row for row in session.exec(select(OpenCounter).where(col(OpenCounter.counter).in_(slugs)))}
    return {slug: there[slug] for slug in slugs if slug in there}


def in_hand(session: Session, counter: str) -> Ticket | None:
    held = select(Ticket).where(Ticket.counter == counter, col(Ticket.state).in_(IN_HAND))
    return session.exec(held).one_or_none()


def counter_named(session: Session, slug: str) -> Counter:
    """Raises UnknownCounter."""
    counter = read_catalogue(session).counters.get(slug) if isinstance(slug, str) else None
    if counter is None:
        raise UnknownCounter()
    return counter


def serves(catalogue: Catalogue, counter: str, staff: str | None, service: str) -> bool:
    """Whether this counter, with this person at it, can serve the service by its skill."""
    there, wanted = catalogue.counters.get(counter), catalogue.known_services.get(service)
    if there is None or wanted is None or IN_PERSON not in there.modes or wanted.skill not in there.skills:
        return False
    member = catalogue.staff.get(staff or "")
    return member is None or wanted.skill in member.skills


class Waits(Protocol):
    """What of a ticket makes its place: a Ticket, or a row with these columns."""

    id: int | None
    location: str
    service: str
    since: datetime
    due_at: datetime | None
    has_priority: bool
    lets_pass: int
    rests_until: datetime | None


def values_of(session: Session, tickets: Iterable[Waits], open_ones: Mapping[str, OpenCounter]) -> list[Waiting]:
    """A counter that pauses calls nobody: whom no other can serve is in the line of those that could if somebody who can sat there."""
    catalogue = read_catalogue(session)
    able: dict[tuple[str, str], _Able] = {}

    def able_for(ticket: Waits) -> _Able:
        wanted = ticket.location, ticket.service
        if wanted not in able:
            able[wanted] = _able(catalogue, open_ones, *wanted)
        return able[wanted]

    return [
        Waiting(
            ticket=each.id or 0,
            since=each.since,
            due_at=each.due_at,
            has_priority=each.has_priority,
            counters=able_for(each).counters,
            lets_pass=each.lets_pass,
            rests_until=each.rests_until,
            lasts=able_for(each).lasts,
            is_attended=able_for(each).is_attended,
        )
        for each in tickets
    ]


@dataclass(frozen=True)
class _Able:
    counters: frozenset[str]
    lasts: timedelta
    is_attended: bool


def _able(catalogue: Catalogue, open_ones: Mapping[str, OpenCounter], location: str, service: str) -> _Able:
    wanted = catalogue.known_services[service]
    lasts = timedelta(minutes=wanted.minutes)
    calling = {slug for slug, row in open_ones.items() if row.paused_at is None and serves(catalogue, slug, row.staff, service)}
    if calling:
        return _Able(frozenset(calling), lasts, is_attended=True)
    could = {each.slug for each, _ in qualified(catalogue, location, IN_PERSON, frozenset({wanted.skill}))}
    # Not under its own name: whoever sits there now can't serve them, and isn't kept from anybody by them.
    return _Able(frozenset(map(_with_somebody_else, could or {""})), lasts, is_attended=False)


def _with_somebody_else(counter: str) -> str:
    return f"{counter}, with somebody else"


@dataclass(frozen=True)
class LineNow:
    """The line of a house as it stands, and what makes its order. `services`: what each ticket that waits is for."""

    waiting: list[Waiting]
    services: dict[int, str]
    open_ones: dict[str, OpenCounter]
    callers: list[Caller]
    policy: Policy
    now: datetime

    def order(self) -> list[Placed]:
        """Everybody, as they will be called."""
        return line_up(self.waiting, self.policy, self.now, self.callers)

    def place_of(self, ticket: int) -> Placed | None:
        return place_of(ticket, self.waiting, self.policy, self.now, self.callers)


def line_now(session: Session, now: datetime, location: str) -> LineNow:
    open_ones, rows = open_counters(session, location), _waits_at(session, location)
    return LineNow(
        waiting=values_of(session, rows, open_ones),
        services={each.id or 0: each.service for each in rows},
        open_ones=open_ones,
        callers=_callers(session, now, location, open_ones),
        policy=policy_of(read_catalogue(session)),
        now=now,
    )


def line_at(session: Session, now: datetime, location: str) -> list[Placed]:
    """Everybody who waits there, in the order in which they will be called."""
    return line_now(session, now, location).order()


def place_at(session: Session, now: datetime, ticket: Ticket) -> Placed | None:
    """Where this ticket stands; None while it doesn't wait."""
    if ticket.state != WAITING:
        return None
    return line_now(session, now, ticket.location).place_of(ticket.id or 0)


def newcomers_at(session: Session, now: datetime, location: str, line: LineNow | None = None) -> dict[str, Placed]:
    """Where whoever came now, without priority, would stand: for each service that somebody can or does wait for there. How many are
    before them is `ahead.people`: of that service and of all others that the same counters serve.
    """
    catalogue, line = read_catalogue(session), line or line_now(session, now, location)
    offered = [slug for slug, each in catalogue.services.items() if location in each.locations and IN_PERSON in each.modes]
    by_counters: dict[frozenset[str], Placed | None] = {}
    newcomers: dict[str, Placed] = {}
    for slug in dict.fromkeys([*offered, *line.services.values()]):
        able = _able(catalogue, line.open_ones, location, slug)
        if able.counters not in by_counters:
            newcomer = Waiting(NEWCOMER, now, counters=able.counters, lasts=able.lasts, is_attended=able.is_attended)
            by_counters[able.counters] = replace(line, waiting=[*line.waiting, newcomer]).place_of(NEWCOMER)
        if placed := by_counters[able.counters]:
            newcomers[slug] = placed
    return newcomers


def only_served_at(line: LineNow, counter: str) -> set[int]:
    """The tickets of those who wait and whom no counter but this one can serve now: nobody is there for them once it closes."""
    return {each.ticket for each in line.waiting if each.counters == {counter}}


_PLACED_BY = (
    Ticket.id,
    Ticket.location,
    Ticket.service,
    Ticket.since,
    Ticket.due_at,
    Ticket.has_priority,
    Ticket.lets_pass,
    Ticket.rests_until,
)


def _waits_at(session: Session, location: str) -> list[Waits]:
    """Not whole tickets: whoever draws one reads the line of all, while it is locked."""
    waits = select(*map(col, _PLACED_BY)).where(Ticket.location == location, Ticket.state == WAITING)
    return list(cast(Iterable[Waits], session.execute(waits)))


def _callers(session: Session, now: datetime, location: str, open_ones: Mapping[str, OpenCounter]) -> list[Caller]:
    """Each counter at which somebody sits: free now, or once whoever is there is done, as the town file says how long each takes."""
    services = read_catalogue(session).known_services
    there = select(Ticket.counter, Ticket.called_at, Ticket.service).where(
        Ticket.location == location, col(Ticket.state).in_(IN_HAND)
    )
    done_at = {
        counter: max(now + A_MOMENT, called_at + timedelta(minutes=services[service].minutes))
        for counter, called_at, service in session.exec(there)
        if called_at
    }
    callers = [Caller(slug, done_at.get(slug, now), row.favoured) for slug, row in open_ones.items()]
    return [*callers, *(Caller(_with_somebody_else(slug), now, row.favoured) for slug, row in open_ones.items())]
