"""What is done with a resident's appointments by somebody who holds a mandate: opened without a key, recorded, and told.

No key is ever shown or sent to whoever holds a mandate, because it would open the appointment after the mandate is over.
"""

import re
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session, col, select, update

from booking.audit import READ, RESIDENT, record
from booking.details import Details, known_by
from booking.errors import NoMandate, UnknownReference
from booking.mandates import SEE, Acting, check_may, holders_contact, name_of_holder, receivers
from booking.outbox import OVERTAKEN, Letter, write_down
from booking.people import Mandate, Resident, ResidentContact
from booking.promises import BOOKED, UNCONFIRMED, Appointment, AppointmentChange
from booking.residents import appointments_of, contacts_of, has_contact
from booking.tidings import channel_of, letters_of

_BY = re.compile(r"resident (\d+) for resident (\d+)")


def opened_for(session: Session, now: datetime, acting: Acting, reference: str, *scopes: str) -> Appointment:
    """An appointment of the owner's, for somebody who may do all of this for them.

    Raises UnknownReference: without a mandate there is nothing there.
    """
    theirs = Appointment.reference == reference, Appointment.resident_id == acting.owner_id
    found = session.exec(select(Appointment).where(*theirs, Appointment.state != UNCONFIRMED)).one_or_none()
    try:
        check_may(session, now, acting, *scopes)
    except NoMandate:
        found = None
    if found is None:
        raise UnknownReference()
    return found


def look(session: Session, now: datetime, acting: Acting) -> list[Appointment]:
    """What the owner has ahead of them; that it was looked at is recorded. Raises NoMandate."""
    check_may(session, now, acting, SEE)
    _record(session, now, acting, READ, "resident", f"resident {acting.owner_id}")
    return [each for each in appointments_of(session, acting.owner_id) if each.state == BOOKED and each.end_at > now]


def about_owner(session: Session, now: datetime, acting: Acting) -> tuple[Resident, list[ResidentContact]]:
    """What travels with the owner, for somebody who may see it. Raises NoMandate."""
    check_may(session, now, acting, SEE)
    return session.get_one(Resident, acting.owner_id), contacts_of(session, acting.owner_id)


def reached_through_owner(session: Session, acting: Acting, typed: Details) -> Details:
    """The same details, with a contact that the owner has shown to be theirs: it gets the letters with the key, and it is whom caps
    take them for. A typed address stays where it is theirs, and a telephone number where there is an e-mail address to write to.
    """
    if typed.email and has_contact(session, acting.owner_id, known_by(typed)):
        return typed
    own = [each for each in contacts_of(session, acting.owner_id) if channel_of(each)]
    by_email = next((each for each in own if each.email), None)
    if by_email:
        return replace(typed, email=by_email.email)
    return replace(typed, email="", phone=own[0].phone if own else "")


def record_act(session: Session, now: datetime, acting: Acting, appointment: Appointment, what: str) -> None:
    """In the record; and where the letter about the appointment doesn't reach the owner, in one that does."""
    _record(session, now, acting, what, "appointment", f"appointment {appointment.id}")
    if channel_of(appointment) and has_contact(session, acting.owner_id, known_by(appointment)):
        return
    reached = next((each for each in contacts_of(session, acting.owner_id) if channel_of(each)), None)
    if reached and (channel := channel_of(reached)):
        told = letters_of(session, now, appointment, what, channel)[:1]
        write_down(session, [_about(f"owner-of {appointment.id} {acting.owner_id}", letter) for letter in told])


def tell_holders(session: Session, now: datetime, appointment: Appointment, what: str) -> None:
    """The owner's letters, without the key, to whoever gets them too; what waited to be told before is no longer true."""
    if appointment.resident_id is None:
        return
    for mandate in receivers(session, now, appointment.resident_id):
        about = _copy_for(appointment, mandate)
        waiting = update(Letter).where(col(Letter.about) == about, col(Letter.outcome) == "")
        session.execute(waiting.values(outcome=OVERTAKEN, settled_at=now))
        reached = holders_contact(session, mandate)
        if reached and (channel := channel_of(reached)):
            letters = letters_of(session, now, appointment, what, channel)
            write_down(session, [_about(about, letter) for letter in letters])


def done_by(session: Session, appointment: Appointment, what: str) -> str:
    """What the owner calls whoever did this for them last; "" when they did it themselves."""
    of_this = AppointmentChange.appointment_id == appointment.id, AppointmentChange.what == what
    by = session.exec(select(AppointmentChange.by).where(*of_this).order_by(col(AppointmentChange.id).desc()).limit(1)).first()
    found = _BY.fullmatch(by or "")
    return name_of_holder(session, Acting(int(found[1]), int(found[2]))) if found else ""


def _record(session: Session, now: datetime, acting: Acting, act: str, kind: str, subject: str) -> None:
    who, whose = f"resident {acting.holder_id}", f"resident {acting.owner_id}"
    record(
        session,
        now,
        actor_kind=RESIDENT,
        actor=who,
        on_behalf_of=whose,
        act=act,
        subject_kind=kind,
        subject=subject,
        purpose="mandate",
    )


def _copy_for(appointment: Appointment, mandate: Mandate) -> str:
    return f"copy-of {appointment.id} {mandate.id}"


def _about(what: str, letter: dict) -> dict:
    return {**letter, "appointment_id": None, "about": what}
