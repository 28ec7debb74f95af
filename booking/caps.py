"""How many appointments one person may have ahead of them: so that nobody, and no machine, can take what many need.

A person is known by what they gave to be reached, the e-mail address if there is one: it is what they have shown to be theirs, and
nobody can use up what another may have by adding their telephone number. The desk and the telephone are exempt: there, somebody has
spoken to them. So is the kiosk in the hall.
"""

from datetime import datetime

from sqlalchemy import bindparam, select, text
from sqlmodel import Session

from booking.catalogue import read_catalogue
from booking.details import Details, known_by
from booking.errors import TooManyBookings
from booking.promises import BOOKED, Appointment
from booking.references import hash_of
from booking.store import store_of, table_of
from booking.visits import Visit

EXEMPT = ("in_person", "phone", "kiosk")
MOST_IN_ALL = 10
APPOINTMENTS = table_of(Appointment)
# In every booking, so it is made once.
_AHEAD = (
    select(APPOINTMENTS.c.services)
    .where(APPOINTMENTS.c.contact == bindparam("contact"))
    .where(APPOINTMENTS.c.state == BOOKED, APPOINTMENTS.c.end_at > bindparam("now"))
    .limit(MOST_IN_ALL)
)


def check_caps(session: Session, now: datetime, details: Details, visit: Visit, channel: str) -> None:
    """Raises TooManyBookings. Two bookings of one person at the same moment take turns from here on."""
    if channel in EXEMPT or not store_of(session).caps:
        return
    take_turns(session, known_by(details))
    ahead = _ahead(session, now, details)
    if len(ahead) >= MOST_IN_ALL:
        raise TooManyBookings(MOST_IN_ALL)
    known = read_catalogue(session).known_services
    for slug in visit.services:
        if sum(slug in services for services in ahead) >= known[slug].max_active:
            raise TooManyBookings(known[slug].max_active, slug)


def _ahead(session: Session, now: datetime, details: Details) -> list[tuple[str, ...]]:
    """The services of every appointment that whoever gave this contact still has ahead of them."""
    who = {"contact": known_by(details), "now": now}
    return [tuple(services) for services in session.connection().scalars(_AHEAD, who)]


def take_turns(session: Session, contact: str) -> None:
    """What is counted of one contact is counted one after the other. On SQLite writers take turns anyway."""
    if not store_of(session).is_sqlite:
        number = int(hash_of(contact)[:15], 16)
        session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})
