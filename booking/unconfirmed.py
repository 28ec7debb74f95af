"""An appointment whose contact nobody has confirmed yet: whether a code is asked for, where it goes, who keeps the time meanwhile.

The time is kept by a hold, for a quarter of an hour; when that runs out it can still be confirmed while nobody else has taken the
time, as with every hold. Nothing is asked at the desk, on the telephone and at the kiosk, where somebody has spoken to them.
"""

from datetime import datetime, timedelta

from sqlmodel import Session, select

from booking.caps import EXEMPT
from booking.details import Contacted, known_by
from booking.errors import NotValid, Problem
from booking.holds import new_hold, seat_hold
from booking.one_time_codes import LASTS, code_of, latest_code, new_code
from booking.outbox import EMAIL, overtake
from booking.promises import Appointment, Hold, Seat
from booking.store import store_of
from booking.tidings import channel_of, tell_code

KEPT = timedelta(minutes=15)


def asks_for_code(session: Session, channel: str) -> bool:
    return channel not in EXEMPT and store_of(session).caps


def check_can_be_asked(session: Session, details: Contacted) -> None:
    """Raises NotValid when no code can reach them."""
    channel = channel_of(details)
    if channel is None or (channel != EMAIL and not store_of(session).texts):
        raise NotValid((Problem("contact", "cannot-be-asked"),))


def keep_unconfirmed(session: Session, now: datetime, appointment: Appointment, seat: Seat, held: Hold | None) -> None:
    """The seat stays the hold's, or becomes that of a new one. The appointment must be written."""
    until = now + KEPT
    held = held or new_hold(session, appointment.visit, (appointment.start_at, appointment.end_at), until, appointment.channel)
    held.appointment_id, held.expires_at, appointment.confirm_by = appointment.id, until, until
    seat_hold(session, held, seat)


def hold_of(session: Session, appointment: Appointment) -> Hold | None:
    """None long after it ran out, when it was forgotten."""
    return session.exec(select(Hold).where(Hold.appointment_id == appointment.id)).one_or_none()


def send_code(session: Session, now: datetime, appointment: Appointment) -> None:
    """Write the letter with a new code, in place of the one before. Raises TooManyCodes."""
    new_code(session, now, subject_of(appointment), known_by(appointment))
    overtake(session, now, appointment.id or 0)
    tell_code(session, now, appointment, now + LASTS)


def code_sent(session: Session, appointment: Appointment) -> tuple[str, datetime] | None:
    """The code that was sent last and until when it is good: for its letter."""
    row = latest_code(session, subject_of(appointment))
    return (code_of(session, row), row.sent_at + LASTS) if row and not row.used_at else None


def subject_of(appointment: Appointment) -> str:
    return f"appointment {appointment.id}"
