"""Booking, looking up, moving and cancelling: what a resident may do with counter time promised to them, without an account.

Every verb is one transaction that either did all of it or nothing. `once` names the person's intention (see deeds.py): asked
again with the same key, a verb answers with the same promise and does nothing twice. A reference alone opens nothing: its key
must fit.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import uuid4

from sqlalchemy import insert
from sqlalchemy.orm import make_transient_to_detached
from sqlmodel import Session, select

from booking.acting import opened_for, reached_through_owner, record_act, tell_holders
from booking.assurance import NONE, check_assurance
from booking.caps import check_caps
from booking.catalogue import Catalogue, read_catalogue
from booking.checked_in import leave_the_line
from booking.deeds import done, earlier_subject
from booking.details import Details, known_by, one_line, tidied
from booking.errors import HoldExpired, NotInForce, NotValid, Problem, TooLate, UnknownReference
from booking.freed import end_wish, withhold
from booking.holds import locked_hold, seat_hold
from booking.mandates import BOOK, SEE, Acting, check_may
from booking.outbox import overtake
from booking.promises import BOOKED, CANCELLED, UNCONFIRMED, Appointment, AppointmentChange, Hold, Seat
from booking.references import fits, key_again, new_capability, new_reference, parsed_reference
from booking.seats import check_still_served, checked_instant, give_back, hand_over, keep_seat, open_page, seat_of, take_seat
from booking.store import insert_for, store_of, table_of
from booking.tidings import BOOKING, CANCELLATION, MOVE, tell
from booking.unconfirmed import asks_for_code, check_can_be_asked, hold_of, keep_unconfirmed, send_code
from booking.visits import Visit

PURPOSE = "appointment"
LONGEST_REASON = 500
_NEW_CHANGE = insert(table_of(AppointmentChange))


@dataclass(frozen=True)
class Booked:
    """A promise, and the key that opens it: whoever shows the key to anybody but the resident gives the appointment away.

    `kept_by` is the hash of the token of the hold that keeps an unconfirmed one's time, "" for one that counts.
    """

    reference: str
    access_key: str
    appointment: Appointment
    kept_by: str = ""


def book(
    session: Session,
    now: datetime,
    token: str,
    details: Details,
    *,
    once: str,
    is_known: bool | None = None,
    resident_id: int | None = None,
    acting: Acting | None = None,
    assurance: str = NONE,
    by: str = "resident",
) -> Booked:
    """Turn a hold into an appointment. A hold that ran out is booked all the same when its time is still free.

    Online it counts once its contact is confirmed (confirming.py), elsewhere at once, unless the caller says whether it is known to
    be theirs: `is_known`. `resident_id` is who books, when they are signed in; `by` who does it for them, in ids only.
    `acting`: somebody does it for a resident, whose appointment it is then; no code is asked, because what must be told goes to a
    contact of that resident's own, whatever was typed. `assurance` is how surely whoever books has shown who they are.

    A hold becomes one appointment: whoever books it again, say in a second tab, gets the same one. Raises HoldExpired for a
    hold that was let go, NotSureEnough, SlotTaken, TooManyBookings, TooManyCodes, NotValid, KeyReused, NotBookable when the time has
    begun or was closed since, NoMandate, and for a hold that ran out whatever `hold` raises.
    """
    if acting:
        check_may(session, now, acting, BOOK)
        details, resident_id, is_known = reached_through_owner(session, acting, details), acting.owner_id, True
    details = tidied(details, read_catalogue(session).town)
    if earlier := earlier_subject(session, now, "book", once, token, details):
        return booked_by_id(session, earlier)
    held = locked_hold(session, now, token)
    if held is None:
        raise HoldExpired()
    if held.appointment_id is None:
        check_assurance(session, held.visit, held.channel, assurance)
        details = tidied(details, read_catalogue(session).town, held.mode)
        held.appointment_id = _book_held(session, now, held, details, is_known, resident_id, acting, by)
    done(session, "book", once, held.appointment_id)
    return booked_by_id(session, held.appointment_id)


def book_at_once(
    session: Session, now: datetime, visit: Visit, start: datetime, details: Details, *, once: str, channel: str = "online"
) -> Booked:
    """Book without holding first; online it counts once its contact is confirmed (confirming.py). Nobody has shown who they are.

    Raises NotBookable with its reason, SlotTaken, TooManyBookings, TooManyCodes, NotValid, KeyReused.
    """
    details, start = tidied(details, read_catalogue(session).town, visit.mode), checked_instant(start)
    if earlier := earlier_subject(session, now, "book", once, visit, start, details, channel):
        return booked_by_id(session, earlier)
    check_assurance(session, visit, channel, NONE)
    is_known = not asks_for_code(session, channel)
    open_page(session, now, visit.location)
    if is_known:
        check_caps(session, now, details, visit, channel)
    seat, end = take_seat(session, now, visit, start, channel)
    appointment = _new_appointment(session, now, visit, (start, end), details, channel)
    _promise(session, now, appointment, seat, is_known=is_known)
    done(session, "book", once, appointment.id)
    return booked_by_id(session, _id(appointment))


def look_up(session: Session, reference: str, access_key: str) -> Appointment:
    """The appointment of this reference and key, as a person types them. Raises MistypedReference, UnknownReference."""
    exact = parsed_reference(reference, read_catalogue(session).town.reference_prefix)
    found = session.exec(select(Appointment).where(Appointment.reference == exact)).one_or_none()
    if not fits(access_key, found.key_hash if found else None) or found is None:
        raise UnknownReference()
    return found


def booked_again(session: Session, reference: str) -> Booked:
    """What `book` answered, as it stands now. For rooms that know by other means that they speak to the one who booked.

    Raises UnknownReference.
    """
    found = session.exec(select(Appointment).where(Appointment.reference == reference)).one_or_none()
    if found is None:
        raise UnknownReference()
    return booked_by_id(session, _id(found))


def move(
    session: Session,
    now: datetime,
    reference: str,
    access_key: str,
    start: datetime,
    *,
    once: str,
    channel: str = "online",
    acting: Acting | None = None,
) -> Appointment:
    """Exchange the old time for a new one: both in one transaction, so that the old one is lost only when the new one is had.

    Moving to the time it already has changes nothing. `acting`: their mandate opens it, in place of a key. Raises NotInForce,
    TooLate, NotBookable with its reason, SlotTaken, NotValid, KeyReused, MistypedReference, UnknownReference.
    """
    start, appointment = checked_instant(start), _opened(session, now, reference, access_key, acting)
    if earlier_subject(session, now, "move", once, appointment.reference, start):
        session.refresh(appointment)
        return appointment
    open_for_change(session, now, appointment)
    if appointment.state == UNCONFIRMED:
        _keep_another(session, now, appointment, start, channel)
        done(session, "move", once, appointment.id)
        return appointment
    if appointment.state != BOOKED:
        raise NotInForce(appointment.state)
    _check_in_time(session, now, appointment)
    if start != appointment.start_at:
        end_wish(session, now, _id(appointment))
        exchange(session, now, appointment, start, lambda: _take_another(session, now, appointment, start, channel), acting)
    done(session, "move", once, appointment.id)
    return appointment


def cancel(
    session: Session,
    now: datetime,
    reference: str,
    access_key: str,
    *,
    once: str,
    reason: str = "",
    acting: Acting | None = None,
) -> Appointment:
    """Give the time back. Cancelling what is cancelled changes nothing. `acting`: their mandate opens it, in place of a key.

    Raises TooLate, NotValid, KeyReused, MistypedReference, UnknownReference.
    """
    problems: list[Problem] = []
    reason = one_line(reason, "reason", LONGEST_REASON, problems)
    if problems:
        raise NotValid(tuple(problems))
    appointment = _opened(session, now, reference, access_key, acting)
    if earlier_subject(session, now, "cancel", once, appointment.reference, reason):
        session.refresh(appointment)
        return appointment
    open_for_change(session, now, appointment)
    if appointment.state == BOOKED:
        _check_in_time(session, now, appointment)
        _give_up(session, now, appointment, reason, acting)
    elif appointment.state == UNCONFIRMED:
        _let_go(session, now, appointment)
    done(session, "cancel", once, appointment.id)
    return appointment


def changeable_until(catalogue: Catalogue, appointment: Appointment) -> datetime:
    """The last instant at which the appointment can be moved or cancelled: the service that wants to know soonest decides."""
    services = (catalogue.known_services[slug] for slug in appointment.services)
    return appointment.start_at - timedelta(minutes=max(service.cancel_until_minutes for service in services))


def _opened(session: Session, now: datetime, reference: str, access_key: str, acting: Acting | None) -> Appointment:
    if acting:
        return opened_for(session, now, acting, reference, SEE, BOOK)
    return look_up(session, reference, access_key)


def _book_held(
    session: Session,
    now: datetime,
    held: Hold,
    details: Details,
    is_known: bool | None,
    resident_id: int | None,
    acting: Acting | None,
    by: str,
) -> int:
    if is_known is None:
        is_known = not asks_for_code(session, held.channel)
    if is_known:
        # Of others it is looked at when they confirm: nobody is told how many appointments a contact has that isn't theirs.
        check_caps(session, now, details, held.visit, held.channel)
    seat, end = seat_of(session, held), held.end_at
    if seat:
        check_still_served(session, now, held, seat)
    else:
        seat, end = take_seat(session, now, held.visit, held.start_at, held.channel)
    appointment = _new_appointment(session, now, held.visit, (held.start_at, end), details, held.channel, resident_id, by)
    _promise(session, now, appointment, seat, held, is_known=is_known, acting=acting)
    return _id(appointment)


def _promise(
    session: Session,
    now: datetime,
    appointment: Appointment,
    seat: Seat,
    held: Hold | None = None,
    *,
    is_known: bool,
    acting: Acting | None = None,
) -> None:
    """From here on the seat is theirs; or kept until they have shown that the contact is."""
    if is_known:
        hand_over(seat, _id(appointment))
        keep_seat(session, seat, appointment.start_at)
        record_booking(session, now, appointment, acting)
        return
    check_can_be_asked(session, Details(appointment.name, appointment.email or "", appointment.phone or ""))
    appointment.state = UNCONFIRMED
    keep_unconfirmed(session, now, appointment, seat, held)
    send_code(session, now, appointment)


def _new_appointment(
    session: Session,
    now: datetime,
    visit: Visit,
    span: tuple[datetime, datetime],
    details: Details,
    channel: str,
    resident_id: int | None = None,
    by: str = "resident",
) -> Appointment:
    capability = new_capability(store_of(session).secret, PURPOSE)
    appointment = Appointment(
        reference=_some_reference(session),
        key_salt=capability.salt,
        key_hash=capability.key_hash,
        resident_id=resident_id,
        services=visit.services,
        location=visit.location,
        mode=visit.mode,
        people=visit.people,
        channel=channel,
        start_at=span[0],
        end_at=span[1],
        name=details.name,
        contact=known_by(details),
        email=details.email or None,
        phone=details.phone or None,
        language=details.language,
        needs=details.needs,
        interpreter_language=details.interpreter_language or None,
        calendar_uid=str(uuid4()),
        video_room=secrets.token_hex(16) if visit.mode == "video" else None,
        created_at=now,
        booked_by=by,
    )
    _write(session, appointment)
    return appointment


def record_booking(session: Session, now: datetime, appointment: Appointment, acting: Acting | None = None) -> None:
    _record(session, now, appointment, BOOKING, acting, to_start_at=appointment.start_at)


def exchange(
    session: Session,
    now: datetime,
    appointment: Appointment,
    start: datetime,
    sit_down: Callable[[], datetime],
    acting: Acting | None = None,
) -> None:
    """Give the old time back, `sit_down` at the new one (which says when it ends), and tell of it. The page must be open."""
    before = appointment.start_at
    leave_the_line(session, now, appointment)
    give_back(session, appointment_id=appointment.id)
    appointment.end_at = sit_down()
    appointment.start_at, appointment.sequence = start, appointment.sequence + 1
    _record(session, now, appointment, MOVE, acting, from_start_at=before, to_start_at=start)
    withhold(session, now, appointment.visit, before)


def _take_another(session: Session, now: datetime, appointment: Appointment, start: datetime, channel: str) -> datetime:
    seat, end = take_seat(session, now, appointment.visit, start, channel)
    seat.appointment_id = appointment.id
    keep_seat(session, seat, start)
    return end


def _keep_another(session: Session, now: datetime, appointment: Appointment, start: datetime, channel: str) -> None:
    """Of an unconfirmed one only the hold knows the time; it is kept until then as before."""
    held = hold_of(session, appointment)
    if held is None or held.expires_at <= now:
        raise NotInForce(appointment.state)
    if start == held.start_at:
        return
    give_back(session, hold_id=held.id)
    seat, end = take_seat(session, now, appointment.visit, start, channel)
    held.start_at = appointment.start_at = start
    held.end_at = appointment.end_at = end
    appointment.sequence += 1
    seat_hold(session, held, seat)


def _let_go(session: Session, now: datetime, appointment: Appointment) -> None:
    """Nobody was promised anything, so there is nothing to tell, nor to withhold from others."""
    if held := hold_of(session, appointment):
        give_back(session, hold_id=held.id)
    overtake(session, now, _id(appointment))
    appointment.state, appointment.confirm_by, appointment.sequence = CANCELLED, None, appointment.sequence + 1


def _give_up(session: Session, now: datetime, appointment: Appointment, reason: str, acting: Acting | None) -> None:
    end_wish(session, now, _id(appointment))
    leave_the_line(session, now, appointment)
    give_back(session, appointment_id=appointment.id)
    withhold(session, now, appointment.visit, appointment.start_at)
    appointment.state, appointment.sequence = CANCELLED, appointment.sequence + 1
    _record(session, now, appointment, CANCELLATION, acting, reason=reason, from_start_at=appointment.start_at)


def _record(
    session: Session, now: datetime, appointment: Appointment, what: str, acting: Acting | None, **times_and_reason
) -> None:
    """What happened, and in the same transaction what must be told of it."""
    by = acting.words if acting else appointment.booked_by if what == BOOKING else "resident"
    change = {"appointment_id": _id(appointment), "at": now, "what": what, "by": by, "reason": "", **times_and_reason}
    session.connection().execute(_NEW_CHANGE, change)
    tell(session, now, appointment, what)
    tell_holders(session, now, appointment, what)
    if acting:
        record_act(session, now, acting, appointment, what)


def open_for_change(session: Session, now: datetime, appointment: Appointment) -> None:
    """Open the page, and read again what may have been changed by whoever had it before."""
    open_page(session, now, appointment.location)
    session.refresh(appointment)


def _check_in_time(session: Session, now: datetime, appointment: Appointment) -> None:
    until = changeable_until(read_catalogue(session), appointment)
    if now > until:
        raise TooLate(until)


def _write(session: Session, appointment: Appointment) -> None:
    """What adding it to the session does, at a fraction of the cost; and with another reference when its own is in use."""
    written = _unless_in_use(store_of(session).engine.dialect.name)
    while (row := session.connection().execute(written, appointment.model_dump(exclude={"id"})).first()) is None:
        appointment.reference = _some_reference(session)
    appointment.id = row.id
    make_transient_to_detached(appointment)
    session.add(appointment)


@cache
def _unless_in_use(dialect: str) -> Any:
    table = table_of(Appointment)
    return insert_for(dialect, table).on_conflict_do_nothing(index_elements=["reference"]).returning(table.c.id)


def _some_reference(session: Session) -> str:
    return new_reference(read_catalogue(session).town.reference_prefix)


def booked_by_id(session: Session, appointment_id: int) -> Booked:
    """For rooms that speak to nobody but the one who booked. Raises SecretChanged when its key can't be said any more."""
    appointment = session.get_one(Appointment, appointment_id)
    key = key_again(store_of(session).secret, PURPOSE, appointment.key_salt, appointment.key_hash)
    held = hold_of(session, appointment) if appointment.state == UNCONFIRMED else None
    return Booked(appointment.reference, key, appointment, held.token_hash if held else "")


def _id(row: Appointment | Hold) -> int:
    if row.id is None:
        raise ValueError("not written yet")
    return row.id
