"""How many appointments one person may have ahead of them: so that nobody, and no machine, can take what many need.

A person is known by what they gave to be reached. The desk and the telephone are exempt: there, somebody has spoken to them. So is
the kiosk in the hall.
"""

from datetime import datetime

from sqlalchemy import bindparam, or_, select, text
from sqlmodel import Session

from booking.catalogue import read_catalogue
from booking.details import Details
from booking.errors import TooManyBookings
from booking.promises import BOOKED, Appointment
from booking.references import hash_of
from booking.store import store_of, table_of
from booking.visits import Visit

EXEMPT = ("in_person", "phone", "kiosk")
MOST_IN_ALL = 10
APPOINTMENTS = table_of(Appointment)
# In every booking, so it is made once. Whoever gave no telephone number (NULL) is nobody else who gave none.
_AHEAD = (
    select(APPOINTMENTS.c.services)
    .where(or_(APPOINTMENTS.c.email == bindparam("email"), APPOINTMENTS.c.phone == bindparam("phone")))
    .where(APPOINTMENTS.c.state == BOOKED, APPOINTMENTS.c.end_at > bindparam("now"))
    .limit(MOST_IN_ALL)
)


def check_caps(session: Session, now: datetime, details: Details, visit: Visit, channel: str) -> None:
    """Raises TooManyBookings. Two bookings of one person at the same moment take turns from here on."""
    if channel in EXEMPT or not store_of(session).caps:
        return
    _take_turns(session, details)
    ahead = _ahead(session, now, details)
    if len(ahead) >= MOST_IN_ALL:
        raise TooManyBookings(MOST_IN_ALL)
    known = read_catalogue(session).known_services
    for slug in visit.services:
        if sum(slug in services for services in ahead) >= known[slug].max_active:
            raise TooManyBookings(known[slug].max_active, slug)


def _ahead(session: Session, now: datetime, details: Details) -> list[tuple[str, ...]]:
    """The services of every appointment that whoever gave this contact still has ahead of them."""
    who = {"email": details.email or None, "phone": details.phone or None}
    return [tuple(services) for services in session.connection().scalars(_AHEAD, {**who, "now": now})]


def _take_turns(session: Session, details: Details) -> None:
    """On SQLite writers take turns anyway. In one order, so that two who gave the same e-mail and number don't wait for ever."""
    if store_of(session).is_sqlite:
        return
    for contact in sorted(filter(None, (details.email, details.phone))):
        number = int(hash_of(contact)[:15], 16)
        session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})
