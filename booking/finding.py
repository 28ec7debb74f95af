"""Staff look somebody up, and say what for: by a contact, a booking code, or a name, each typed in full.

A name finds only whom a place of theirs has to do with; what is seen of a record is what belongs to their places and departments. That
a record was opened is recorded with its purpose, for whose record it is to read (audit.py).
"""

from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session, col, func, or_, select

from booking.audit import READ, STAFF, record
from booking.catalogue import Catalogue, StaffMember, read_catalogue
from booking.details import known_by, one_line, tidied_contact
from booking.errors import NotValid, Problem, Refusal
from booking.people import Resident, ResidentContact
from booking.promises import UNCONFIRMED, Appointment
from booking.references import parsed_reference

PURPOSES = ("appointment", "visit", "correction", "complaint", "duplicate")
MOST_FOUND = 10
LONGEST_TYPED = 254


@dataclass(frozen=True)
class Person:
    """A resident, or somebody known by one appointment only; exactly one of the two is set."""

    resident_id: int | None = None
    appointment_id: int | None = None

    @property
    def subject(self) -> str:
        """As the audit record names it."""
        return f"resident {self.resident_id}" if self.resident_id else f"appointment {self.appointment_id}"


@dataclass(frozen=True)
class Opened:
    """A record as this member of the staff may see it. `elsewhere`: how many more appointments there are that they may not."""

    person: Person
    resident: Resident | None
    appointments: list[Appointment] = field(default_factory=list)
    elsewhere: int = 0


def find_people(session: Session, member: StaffMember, typed: str) -> list[Person]:
    """Whoever this fits, residents first; at most MOST_FOUND. Raises NotValid about `who`."""
    problems: list[Problem] = []
    line = one_line(typed, "who", LONGEST_TYPED, problems, needed=True)
    if problems:
        raise NotValid(tuple(problems))
    catalogue = read_catalogue(session)
    found = [
        *_by_reference(session, catalogue, line),
        *_by_contact(session, catalogue, line),
        *_by_name(session, catalogue, member, line),
    ]
    return list(dict.fromkeys(found))[:MOST_FOUND]


def open_record(session: Session, now: datetime, member: StaffMember, person: Person, purpose: str) -> Opened:
    """What there is of them for this member of the staff; that it was looked at is recorded.

    Raises NotValid about `purpose` or, the same for wrong and absent, `who`.
    """
    if purpose not in PURPOSES:
        raise NotValid((Problem("purpose", "missing"),))
    catalogue = read_catalogue(session)
    resident = session.get(Resident, person.resident_id) if person.resident_id else None
    if person.resident_id:
        theirs = Appointment.resident_id == person.resident_id
    else:
        theirs = (col(Appointment.id) == person.appointment_id) & col(Appointment.resident_id).is_(None)
    rows = list(session.exec(select(Appointment).where(theirs, Appointment.name != "").order_by(col(Appointment.start_at))))
    seen = [each for each in rows if is_theirs(catalogue, member, each)]
    if (resident is None or resident.erased_at or resident.merged_into) and not (seen and not person.resident_id):
        raise NotValid((Problem("who", "missing"),))
    record(
        session,
        now,
        actor_kind=STAFF,
        actor=member.slug,
        act=READ,
        subject_kind="resident" if person.resident_id else "appointment",
        subject=person.subject,
        purpose=purpose,
    )
    return Opened(person, resident, seen, len(rows) - len(seen))


def is_theirs(catalogue: Catalogue, member: StaffMember, appointment: Appointment) -> bool:
    """Is it at one of their places, and about something of their departments?"""
    topics = {catalogue.known_services[slug].topic for slug in appointment.services}
    is_of_theirs = not member.topics or bool(topics & set(member.topics))
    return is_of_theirs and appointment.location in catalogue.locations_of(member)


def _by_reference(session: Session, catalogue: Catalogue, line: str) -> list[Person]:
    try:
        reference = parsed_reference(line, catalogue.town.reference_prefix)
    except Refusal:
        return []
    return _of(session.exec(select(Appointment).where(Appointment.reference == reference)).all())


def _by_contact(session: Session, catalogue: Catalogue, line: str) -> list[Person]:
    try:
        contact = known_by(tidied_contact(line, catalogue.town))
    except NotValid:
        return []
    held = session.get(ResidentContact, contact)
    theirs = select(Appointment).where(Appointment.contact == contact, Appointment.state != UNCONFIRMED)
    booked = session.exec(theirs.order_by(col(Appointment.id).desc()).limit(MOST_FOUND)).all()
    return [*([Person(resident_id=held.resident_id)] if held else []), *_of(booked)]


def _by_name(session: Session, catalogue: Catalogue, member: StaffMember, line: str) -> list[Person]:
    """The database folds the letters it can; the rest has to be typed as it is written."""
    places, name = catalogue.locations_of(member), line.lower()
    called = or_(func.lower(col(Appointment.name)) == name, Appointment.name == line)
    here = select(Appointment).where(called, col(Appointment.location).in_(places), Appointment.state != UNCONFIRMED)
    booked = session.exec(here.order_by(col(Appointment.id).desc()).limit(MOST_FOUND)).all()
    return _of([each for each in booked if is_theirs(catalogue, member, each)])


def _of(appointments) -> list[Person]:
    return [
        Person(resident_id=each.resident_id) if each.resident_id else Person(appointment_id=each.id)
        for each in appointments
        if each.name
    ]
