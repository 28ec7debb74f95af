"""Confirming an appointment made online with the code that was sent to the contact given, and what to do when none arrives.

Each of these is safe to ask for again. What is unconfirmed, and why, stands in `unconfirmed.py`.
"""

from datetime import datetime, timedelta

from sqlmodel import Session, col, delete, select

from booking.appointments import look_up, open_for_change, record_booking
from booking.caps import check_caps
from booking.deeds import REMEMBERED, done, earlier_subject
from booking.details import Details
from booking.errors import ExtendedEnough, NotInForce
from booking.holds import FORGOTTEN_AFTER as HOLDS_FORGOTTEN_AFTER
from booking.holds import LASTS, MOST_EXTENSIONS
from booking.one_time_codes import WrongCode, check_code, latest_code
from booking.outbox import Letter, overtake
from booking.promises import BOOKED, CANCELLED, UNCONFIRMED, Appointment, AppointmentChange
from booking.seats import check_still_served, hand_over, keep_seat, seat_of, take_seat
from booking.unconfirmed import KEPT, hold_of, send_code, subject_of

# Longer than any idempotency key is remembered: whoever asks again is answered with what is there.
FORGOTTEN_AFTER = REMEMBERED + HOLDS_FORGOTTEN_AFTER + timedelta(days=1)
# Asked again so soon after a code was sent is the same wish: a double tap, an event that arrived twice.
SAME_WISH = timedelta(seconds=5)
# Each brings another code, so it counts for more than asking for time.
EXTENSIONS_OF_A_CHANGE = 2


def confirm(session: Session, now: datetime, reference: str, access_key: str, code: str) -> Appointment | WrongCode:
    """The appointment counts from here on. Confirming what is confirmed changes nothing; a wrong code is answered, not raised,
    because the try has to be committed.

    Raises CodeOver, SlotTaken when the time was kept no longer and others have every place, NotBookable when it has begun or was
    closed since, TooManyBookings, NotInForce when it was cancelled, MistypedReference, UnknownReference.
    """
    appointment = _opened(session, now, reference, access_key)
    if appointment.state == BOOKED:
        return appointment
    if wrong := check_code(session, now, subject_of(appointment), code):
        return wrong
    details = Details(appointment.name, appointment.email or "", appointment.phone or "")
    check_caps(session, now, details, appointment.visit, appointment.channel)
    held = hold_of(session, appointment)
    seat = seat_of(session, held) if held else None
    if held and seat:
        check_still_served(session, now, held, seat)
    else:
        seat, appointment.end_at = take_seat(session, now, appointment.visit, appointment.start_at, appointment.channel)
    hand_over(seat, appointment.id or 0)
    keep_seat(session, seat, appointment.start_at)
    overtake(session, now, appointment.id or 0)
    appointment.state, appointment.confirm_by = BOOKED, None
    record_booking(session, now, appointment)
    return appointment


def send_another_code(session: Session, now: datetime, reference: str, access_key: str, *, once: str) -> Appointment:
    """A new code, and the time is kept for as long again if it still is. What is confirmed needs none, and gets none.

    Raises TooManyCodes, NotInForce, NotValid, KeyReused, MistypedReference, UnknownReference.
    """
    appointment = look_up(session, reference, access_key)
    if earlier_subject(session, now, "send_another_code", once, appointment.reference):
        session.refresh(appointment)
        return appointment
    appointment = _opened(session, now, reference, access_key)
    sent = latest_code(session, subject_of(appointment))
    if appointment.state == BOOKED or (sent and now - sent.sent_at < SAME_WISH):
        return appointment
    send_code(session, now, appointment)
    held = hold_of(session, appointment)
    if held and (seat := seat_of(session, held)):
        seat.lapses_at = held.expires_at = appointment.confirm_by = now + KEPT
    done(session, "send_another_code", once, appointment.id)
    return appointment


def back_to_hold(session: Session, now: datetime, reference: str, access_key: str) -> None:
    """The contact was the wrong one: nothing is booked, and the time is kept as before, for whoever has the hold's token.

    Raises NotInForce for what is booked or cancelled, ExtendedEnough, MistypedReference, UnknownReference.
    """
    appointment = _opened(session, now, reference, access_key)
    if appointment.state != UNCONFIRMED:
        raise NotInForce(appointment.state)
    held = hold_of(session, appointment)
    if held is None:
        raise NotInForce(appointment.state)
    if held.extensions >= MOST_EXTENSIONS:
        raise ExtendedEnough(MOST_EXTENSIONS)
    overtake(session, now, appointment.id or 0)
    appointment.state, appointment.confirm_by, appointment.sequence = CANCELLED, None, appointment.sequence + 1
    held.appointment_id, held.extensions = None, held.extensions + EXTENSIONS_OF_A_CHANGE
    if seat := seat_of(session, held):
        seat.lapses_at = held.expires_at = now + LASTS
    session.flush()


def forget_unconfirmed(session: Session, now: datetime) -> None:
    """Delete what never counted, and whom it was for: not confirmed, or given back before, so that nothing of it is recorded."""
    recorded = select(AppointmentChange.id).where(AppointmentChange.appointment_id == Appointment.id)
    old = select(Appointment.id).where(~recorded.exists(), col(Appointment.created_at) < now - FORGOTTEN_AFTER)
    session.execute(delete(Letter).where(col(Letter.appointment_id).in_(old)))
    session.execute(delete(Appointment).where(col(Appointment.id).in_(old)))


def _opened(session: Session, now: datetime, reference: str, access_key: str) -> Appointment:
    """One that is booked or may yet be. Raises NotInForce."""
    appointment = look_up(session, reference, access_key)
    open_for_change(session, now, appointment)
    if appointment.state not in (UNCONFIRMED, BOOKED):
        raise NotInForce(appointment.state)
    return appointment
