"""What the house's own past says about waiting, read from its tickets; and how often what was told came true."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from booking.catalogue import read_catalogue
from booking.estimates import NOTHING_KNOWN, Estimate, Experience, Past, came_true
from booking.lobby import line_now, newcomers_at
from booking.store import remembered
from booking.tickets import Ticket

REMEMBERS = timedelta(days=60)


@dataclass(frozen=True)
class Hits:
    """Of `told` waits that were told beforehand and have ended, `kept` were no longer than was told."""

    told: int
    kept: int


@dataclass(frozen=True)
class LineFor:
    """How many wait for a service; how many would be before whoever came for it now, people for other matters too, and how long that one
    would wait. Nothing is known of that while nobody who can serve them is at a counter (`is_attended`).
    """

    waiting: int
    ahead: int
    is_attended: bool
    wait: Estimate


def lines_at(session: Session, now: datetime, location: str) -> dict[str, LineFor]:
    """By service, each that somebody can or does wait for there, in the order of the town file."""
    line = line_now(session, now, location)
    waiting = Counter(line.services.values())
    lines = {}
    for service, placed in newcomers_at(session, now, location, line).items():
        ahead = placed.ahead.people
        wait = wait_for_next(session, now, location, service, ahead) if placed.is_attended else NOTHING_KNOWN
        lines[service] = LineFor(waiting[service], ahead, placed.is_attended, wait)
    return lines


def wait_told(session: Session, now: datetime, ticket: Ticket, ahead: int) -> Estimate:
    """The range for somebody with so many people ahead of them."""
    return wait_for_next(session, ticket.since, ticket.location, ticket.service, ahead, now)


def wait_for_next(
    session: Session, since: datetime, location: str, service: str, ahead: int, now: datetime | None = None
) -> Estimate:
    """For somebody who comes at `since`, with so many people ahead of them."""
    hour = since.astimezone(_zone(session, location)).hour
    return experience_of(session, now or since, location).estimate(service, hour, ahead)


def experience_of(session: Session, now: datetime, location: str) -> Experience:
    """Waits of those who came without an appointment and were called: of sixty days, looked up anew every quarter of an hour."""
    quarter = int(now.timestamp()) // 900
    return remembered(session, f"past of {location}", quarter, lambda: Experience(_past_of(session, now, location)))


def _past_of(session: Session, now: datetime, location: str) -> list[Past]:
    zone = _zone(session, location)
    called = select(Ticket.service, Ticket.drawn_at, Ticket.told_ahead, Ticket.first_called_at).where(
        Ticket.location == location,
        Ticket.drawn_at > now - REMEMBERS,
        col(Ticket.first_called_at).is_not(None),
        col(Ticket.appointment_id).is_(None),
        Ticket.postponed == 0,
    )
    return [
        Past(service, drawn_at.astimezone(zone).hour, ahead, called_at - drawn_at)
        for service, drawn_at, ahead, called_at in session.exec(called)
        if called_at
    ]


def hits(session: Session, now: datetime, location: str) -> Hits:
    told = select(Ticket.told_low, Ticket.told_high, Ticket.drawn_at, Ticket.first_called_at).where(
        Ticket.location == location, Ticket.drawn_at > now - REMEMBERS, col(Ticket.first_called_at).is_not(None)
    )
    outcomes = [came_true(low, high, called - drawn) for low, high, drawn, called in session.exec(told) if called]
    return Hits(sum(each is not None for each in outcomes), sum(each is True for each in outcomes))


def _zone(session: Session, location: str) -> ZoneInfo:
    return ZoneInfo(read_catalogue(session).known_locations[location].timezone)
