"""What somebody sees of their own things: words only, nothing of the tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from booking.acting import done_by
from booking.catalogue import Catalogue, read_catalogue
from booking.outbox import SMS
from booking.people import Resident
from booking.promises import BOOKED, Appointment
from booking.residents import appointments_of, contacts_of, to_be_joined
from booking.tidings import BOOKING
from locales import dates
from locales.catalogue import _
from portal.appointments.words import language_words, needs_words, place_words, services_words, zone_of
from portal.contacts import contact_words, phone_words
from portal.identity.places import Place, places_of
from portal.identity.sessions import Who

MOST_PAST = 20


@dataclass(frozen=True)
class Visit:
    """`is_ahead`: it counts and is still to come, so there is something to open. `booked_by` is who booked it for them, or ""."""

    reference: str
    what_for: str
    moment: str
    place: str
    state: str
    is_ahead: bool
    booked_by: str = ""


@dataclass(frozen=True)
class Mine:
    """`name` is "" until they say it. `asked_about` is what was booked with `asked_contact` and may be theirs."""

    name: str = ""
    contacts: list[str] = field(default_factory=list)
    language: str = ""
    needs: str = ""
    reached_by: str = ""
    ahead: list[Visit] = field(default_factory=list)
    past: list[Visit] = field(default_factory=list)
    asked_about: list[Visit] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)


def mine(session: Session, now: datetime, who: Who) -> Mine:
    """In the language being spoken. Raises NoResultFound for somebody who isn't a resident."""
    resident_id = who.resident_id or 0
    catalogue, resident = read_catalogue(session), session.get_one(Resident, resident_id)
    visits = appointments_of(session, resident_id)
    ahead = [each for each in visits if each.state == BOOKED and each.end_at > now]
    past = [each for each in visits if each not in ahead]
    return Mine(
        name=resident.name,
        contacts=[
            contact_words(catalogue, each) or _number(catalogue, each.phone) for each in contacts_of(session, resident_id)
        ],
        language=language_words(resident.language),
        needs=needs_words(resident),
        reached_by=_("Text message, where we have a number") if resident.reached_by == SMS else _("E-mail, where we have one"),
        ahead=[visit_shown(catalogue, now, each, done_by(session, each, BOOKING)) for each in ahead],
        past=[visit_shown(catalogue, now, each) for each in reversed(past[-MOST_PAST:])],
        asked_about=[visit_shown(catalogue, now, each) for each in to_be_joined(session, now, resident_id)],
        places=places_of(session, now, catalogue, who),
    )


def visit_shown(catalogue: Catalogue, now: datetime, appointment: Appointment, booked_by: str = "") -> Visit:
    visit = appointment.visit
    return Visit(
        reference=appointment.reference,
        what_for=services_words(catalogue, visit.services),
        moment=dates.moment(appointment.start_at, zone_of(catalogue, visit.location)),
        place=place_words(catalogue, visit),
        state="" if appointment.state == BOOKED else _("cancelled"),
        is_ahead=appointment.state == BOOKED and appointment.end_at > now,
        booked_by=booked_by,
    )


def _number(catalogue: Catalogue, phone: str) -> str:
    return phone_words(phone, catalogue.town.phone_country) if phone else ""
