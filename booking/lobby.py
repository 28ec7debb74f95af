"""A location's line as it stands in the database: locked, read, and put into the values that `line.py` orders."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlmodel import Session, col, select, update

from booking.catalogue import Catalogue, Counter, read_catalogue
from booking.errors import UnknownCounter, UnknownLocation
from booking.line import Placed, Policy, Waiting, line_up
from booking.store import insert_on
from booking.tickets import IN_HAND, WAITING, Lobby, OpenCounter, Ticket
from booking.visits import qualified

IN_PERSON = "in_person"


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


def values_of(session: Session, tickets: Iterable[Ticket], open_ones: dict[str, OpenCounter]) -> list[Waiting]:
    """For whom no open counter can serve, the counters that could if they were open: so that they are in somebody's line."""
    catalogue = read_catalogue(session)
    able: dict[tuple[str, str], frozenset[str]] = {}

    def counters(ticket: Ticket) -> frozenset[str]:
        wanted = ticket.location, ticket.service
        if wanted not in able:
            seated = {slug for slug, row in open_ones.items() if serves(catalogue, slug, row.staff, ticket.service)}
            skill = frozenset({catalogue.known_services[ticket.service].skill})
            able[wanted] = frozenset(
                seated or {each.slug for each, _ in qualified(catalogue, ticket.location, IN_PERSON, skill)}
            )
        return able[wanted]

    return [
        Waiting(
            ticket=each.id or 0,
            since=each.since,
            due_at=each.due_at,
            has_priority=each.has_priority,
            counters=counters(each),
            lets_pass=each.lets_pass,
            rests_until=each.rests_until,
        )
        for each in tickets
    ]


def line_at(session: Session, now: datetime, location: str) -> list[Placed]:
    """Everybody who waits there, in the order in which they will be called."""
    open_ones = open_counters(session, location)
    tickets = waiting_at(session, location)
    values = values_of(session, tickets, open_ones)
    # With one counter it is known who calls next, and how many it called in a row; with several, whoever is free first.
    favoured = next(iter(open_ones.values())).favoured if len(open_ones) == 1 else 0
    return line_up(values, policy_of(read_catalogue(session)), now, _pace(session, tickets, len(open_ones)), favoured)


def _pace(session: Session, tickets: list[Ticket], counters: int) -> timedelta:
    """How long until the next one is called, as the town file says how long each takes."""
    services = read_catalogue(session).known_services
    lengths = [services[each.service].minutes for each in tickets]
    return timedelta(minutes=sum(lengths) / len(lengths) / max(counters, 1)) if lengths else timedelta(0)
