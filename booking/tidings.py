"""What a resident is told about their appointment, and when: the rules. What is written here is delivered by the worker.

Told at once: booked, moved, cancelled. Told beforehand: reminders, as long before as the service says, but never at night and
never right after the appointment was made. By e-mail when there is an address, otherwise as a text message to a number that can
receive one.
"""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import phonenumbers
from phonenumbers import PhoneNumberType
from sqlmodel import Session

from booking.catalogue import read_catalogue
from booking.details import Contacted
from booking.hours import wall_clock
from booking.interval import instant_of
from booking.outbox import EMAIL, SMS, overtake, write_down
from booking.people import Resident, ResidentContact
from booking.promises import BOOKED, Appointment
from booking.store import store_of

BOOKING, MOVE, CANCELLATION, REMINDER, OFFER, CODE = "booked", "moved", "cancelled", "reminder", "offered", "code"
# By the clock of the location: what falls into the night is told the evening before.
NIGHT_BEGINS, NIGHT_ENDS, EVENING = time(21), time(8), time(20)
# Whoever has just booked knows it.
FRESH = timedelta(hours=3)
CANCELLATION_MATTERS = timedelta(days=2)
NO_TEXT_MESSAGES = (PhoneNumberType.FIXED_LINE, PhoneNumberType.TOLL_FREE, PhoneNumberType.PREMIUM_RATE, PhoneNumberType.VOIP)


def tell(session: Session, now: datetime, appointment: Appointment, what: str) -> None:
    """Write down what must be told of this change; what waited to be told before it is no longer true."""
    if what != BOOKING:
        overtake(session, now, _id(appointment))
    if channel := channel_for(session, appointment):
        write_down(session, letters_of(session, now, appointment, what, channel))


def letters_of(session: Session, now: datetime, appointment: Appointment, what: str, channel: str) -> list[dict[str, Any]]:
    """What is told of this change, at once and beforehand: rows of the outbox."""
    useful = appointment.end_at if appointment.state == BOOKED else max(now, appointment.end_at) + CANCELLATION_MATTERS
    letters = [_letter(now, appointment, what, channel, now, useful)]
    if appointment.state == BOOKED:
        for due_at in reminders_of(session, now, appointment):
            letters.append(_letter(now, appointment, REMINDER, channel, due_at, appointment.start_at))
    return letters


def tell_of_offer(session: Session, now: datetime, appointment: Appointment, until: datetime) -> None:
    """An earlier time is kept for them `until` then. What else waits to be told stays true."""
    if channel := channel_for(session, appointment):
        write_down(session, [_letter(now, appointment, OFFER, channel, now, until)])


def tell_code(session: Session, now: datetime, appointment: Appointment, until: datetime) -> None:
    """A code was made for them, good `until` then. There must be a way to tell them."""
    if channel := channel_of(appointment):
        write_down(session, [_letter(now, appointment, CODE, channel, now, until)])


def channel_of(given: Contacted) -> str | None:
    """None when the only way to reach somebody is to ring them up."""
    if given.email:
        return EMAIL
    return SMS if given.phone and can_receive_text(given.phone) else None


def channel_for(session: Session, appointment: Appointment) -> str | None:
    """As whoever it belongs to wishes, where it can be done; otherwise as is usual."""
    usual = channel_of(appointment)
    if usual != EMAIL or not appointment.resident_id or not appointment.phone:
        return usual
    if not (store_of(session).texts and can_receive_text(appointment.phone)):
        return usual
    # A number of somebody else's may stand there, say of whoever booked it for them; and the message opens the appointment.
    shown = session.get(ResidentContact, appointment.phone)
    is_theirs = shown is not None and shown.resident_id == appointment.resident_id
    return SMS if is_theirs and session.get_one(Resident, appointment.resident_id).reached_by == SMS else usual


def can_receive_text(phone: str) -> bool:
    """Whether a number (E.164) may belong to a mobile telephone."""
    return phonenumbers.number_type(phonenumbers.parse(phone)) not in NO_TEXT_MESSAGES


def reminders_of(session: Session, now: datetime, appointment: Appointment) -> list[datetime]:
    """When to remind, earliest first: what each of the services asks for, each instant once."""
    catalogue = read_catalogue(session)
    before = {minutes for slug in appointment.services for minutes in catalogue.known_services[slug].reminder_minutes}
    zone = ZoneInfo(catalogue.known_locations[appointment.location].timezone)
    return reminder_times(now, appointment.start_at, before, zone)


def reminder_times(now: datetime, start: datetime, before: Iterable[int], zone: ZoneInfo) -> list[datetime]:
    """The instants (UTC) at which to remind of a visit at `start`, so many minutes `before` it; by day only, and not FRESH."""
    due = {_by_day(start - timedelta(minutes=minutes), zone) for minutes in before}
    return sorted(instant for instant in due if now + FRESH <= instant < start)


def _by_day(instant: datetime, zone: ZoneInfo) -> datetime:
    local = instant.astimezone(zone)
    if NIGHT_ENDS <= local.time() < NIGHT_BEGINS:
        return instant
    evening = local.date() if local.time() >= NIGHT_BEGINS else local.date() - timedelta(days=1)
    return instant_of(wall_clock(zone, datetime.combine(evening, EVENING)))


def _letter(
    now: datetime, appointment: Appointment, what: str, channel: str, due_at: datetime, useful_until: datetime
) -> dict[str, Any]:
    return {
        "appointment_id": _id(appointment),
        "what": what,
        "channel": channel,
        "written_at": now,
        "due_at": due_at,
        "useful_until": useful_until,
    }


def _id(appointment: Appointment) -> int:
    if appointment.id is None:
        raise ValueError("not written yet")
    return appointment.id
