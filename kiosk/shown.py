"""What the kiosk's screens say, in the language being spoken: what people come here for, who is expected when, the number they get."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, func, select

from booking.catalogue import Catalogue, Service, read_catalogue
from booking.lobby import IN_PERSON, policy_of
from booking.promises import BOOKED, Appointment
from booking.queue import Drawn, standing_of
from booking.tickets import LEFT, NOT_THERE, Ticket
from booking.visits import qualified
from booking.waits import LineFor, lines_at
from locales import dates
from locales.catalogue import _, own_name
from portal.appointments.words import need_words
from portal.lobby.addresses import ticket_address
from portal.lobby.shown import people_words, wait_words
from portal.site import listed, said, welcome_service
from portal.ui.qr import code_drawing

MOST_REASONS = 5  # and "something else": six tiles
LATELY = timedelta(days=28)


@dataclass(frozen=True)
class Reason:
    """Something that people come to this house for. `wait` is "" where nobody knows."""

    slug: str
    name: str
    sign: str
    wait: str = ""


@dataclass(frozen=True)
class ReasonsOf:
    """A topic, and what belongs to it."""

    name: str
    reasons: list[Reason] = field(default_factory=list)


@dataclass(frozen=True)
class Slip:
    """A number as the person takes it along. `known`: what we know that they need."""

    number: str = ""
    what_for: str = ""
    wait: str = ""
    people: str = ""
    language: str = ""
    known: str = ""
    bring: list[str] = field(default_factory=list)
    address: str = ""
    drawing: str = ""
    modules: int = 0
    place: str = ""
    taken: str = ""


def offered_here(catalogue: Catalogue, location: str) -> list[Service]:
    """Of what the town offers in this house, that for which it has a counter, in the town's own order."""
    return [
        each
        for each in catalogue.services.values()
        if location in each.locations and qualified(catalogue, location, IN_PERSON, frozenset({each.skill}))
    ]


def main_reasons(session: Session, now: datetime, location: str) -> list[Reason]:
    """What most people took a number for lately, and then the town's own order."""
    catalogue = read_catalogue(session)
    lately = Ticket.location == location, Ticket.drawn_at > now - LATELY, col(Ticket.appointment_id).is_(None)
    taken: dict[str, int] = dict(
        session.exec(select(Ticket.service, func.count()).where(*lately).group_by(Ticket.service)).all()  # type: ignore[arg-type]
    )
    unsure = welcome_service()
    offered = [each for each in offered_here(catalogue, location) if unsure is None or each.slug != unsure.slug]
    offered.sort(key=lambda each: -taken.get(each.slug, 0))
    lines = lines_at(session, now, location)
    return [Reason(each.slug, said(each.name), each.icon, _wait(lines.get(each.slug))) for each in offered[:MOST_REASONS]]


def all_reasons(session: Session, location: str) -> list[ReasonsOf]:
    """Everything that can be done here, by topic."""
    catalogue = read_catalogue(session)
    offered = offered_here(catalogue, location)
    groups = (
        ReasonsOf(said(topic.name), [Reason(each.slug, said(each.name), each.icon) for each in offered if each.topic == slug])
        for slug, topic in catalogue.topics.items()
    )
    return [each for each in groups if each.reasons]


@dataclass(frozen=True)
class Expected:
    """Somebody who has an appointment here about now. Never shown whole: only `initials`."""

    reference: str
    time: str
    initials: str


def expected_now(session: Session, now: datetime, location: str) -> list[Expected]:
    """Those who may check in at this moment and haven't."""
    catalogue = read_catalogue(session)
    zone = ZoneInfo(catalogue.known_locations[location].timezone)
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    due = select(Appointment).where(
        Appointment.location == location,
        Appointment.mode == IN_PERSON,
        Appointment.state == BOOKED,
        Appointment.start_at >= midnight,
        Appointment.start_at <= now + policy_of(catalogue).span("early"),
    )
    rows = list(session.exec(due.order_by(col(Appointment.start_at), col(Appointment.id))))
    theirs = select(Ticket.appointment_id, Ticket.state).where(col(Ticket.appointment_id).in_([row.id for row in rows]))
    there = {appointment for appointment, state in session.exec(theirs) if state not in (LEFT, NOT_THERE)}
    return [
        Expected(row.reference, dates.time(row.start_at, zone), initials(row.name))
        for row in rows
        if row.id not in there and midnight.date() == row.start_at.astimezone(zone).date()
    ]


def initials(name: str) -> str:
    """ "Ana Maria Silva" -> "A. S.": enough for her to know herself, and for others not to know her."""
    words = name.split()
    return " ".join(f"{word[0].upper()}." for word in dict.fromkeys((words[0], words[-1]))) if words else "?"


def slip_of(session: Session, now: datetime, drawn: Drawn, *, is_theirs: bool = True) -> Slip:
    """`is_theirs` is False where nobody has shown that: then it says the number, how long and where, but neither what for, nor what they
    need, nor the code with which a number is followed and given back.
    """
    catalogue, ticket = read_catalogue(session), drawn.ticket
    standing, house = standing_of(session, now, drawn.ticket), catalogue.known_locations[drawn.ticket.location]
    zone = ZoneInfo(house.timezone)
    address = ticket_address(ticket.language, drawn.code) if is_theirs else ""
    drawing, modules = code_drawing(address) if address else ("", 0)
    known = [need_words(need) for need in ticket.needs]
    return Slip(
        number=ticket.words,
        what_for=said(catalogue.known_services[ticket.service].name) if is_theirs else "",
        wait=wait_words(standing.wait) if standing.placed else "",
        people=people_words(standing.placed.ahead.people) if standing.placed else "",
        language=own_name(ticket.language),
        known=_(", ").join([*([_("priority")] if ticket.has_priority else []), *known]) if is_theirs else "",
        bring=listed(catalogue.known_services[ticket.service].bring) if is_theirs else [],
        address=address,
        drawing=drawing,
        modules=modules,
        place=said(house.name),
        taken=dates.moment(now, zone),
    )


def _wait(line: LineFor | None) -> str:
    """How long for whoever takes a number now; "" where nobody knows."""
    return wait_words(line.wait) if line and line.wait.low is not None else ""
