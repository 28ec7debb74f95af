"""Residents who have shown who they are: by a code sent to a contact of theirs, or by an identity provider.

Nobody needs to be one to book. A contact belongs to at most one resident, whoever showed last that it is theirs; what was booked with it
before is theirs only once they say so (`to_be_joined`), because a family may share an address.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, or_, select

from booking.caps import take_turns
from booking.details import Contact, Details, known_by
from booking.errors import NotValid, Problem
from booking.outbox import EMAIL, SMS, Letter
from booking.people import ProviderIdentity, Resident, ResidentContact
from booking.promises import BOOKED, Appointment
from booking.store import insert_on
from booking.tidings import channel_for


def resident_with(session: Session, now: datetime, contact: Contact, language: str) -> Resident:
    """Whoever has just shown that this contact is theirs; somebody new the first time."""
    take_turns(session, known_by(contact))
    held = session.get(ResidentContact, known_by(contact))
    if held:
        held.verified_at = now
        return _seen(now, session.get_one(Resident, held.resident_id))
    resident = _newcomer(session, now, Details("", language=language))
    _give(session, now, resident, contact)
    return resident


def resident_known_as(
    session: Session, now: datetime, issuer: str, subject: str, given: Details, *, has_verified_email: bool
) -> Resident:
    """Whoever the provider says this is; somebody new the first time, unless the address that the provider has verified belongs to
    somebody no provider has told us of yet.
    """
    take_turns(session, f"{issuer} {subject}")
    identity = session.get(ProviderIdentity, (issuer, subject))
    if identity:
        return _seen(now, session.get_one(Resident, identity.resident_id))
    contact = Contact(email=given.email) if has_verified_email and given.email else None
    resident = (contact and _known_by_code_alone(session, contact)) or _newcomer(session, now, given)
    if contact and not session.get(ResidentContact, known_by(contact)):
        _give(session, now, resident, contact)
    session.add(ProviderIdentity(issuer=issuer, subject=subject, resident_id=_id(resident), linked_at=now))
    session.flush()
    return _seen(now, resident)


def contacts_of(session: Session, resident_id: int) -> list[ResidentContact]:
    """In the order in which they were shown."""
    theirs = select(ResidentContact).where(ResidentContact.resident_id == resident_id)
    return list(session.exec(theirs.order_by(col(ResidentContact.verified_at), col(ResidentContact.contact))))


def give_further(session: Session, now: datetime, resident_id: int, contact: Contact) -> bool:
    """One more contact, which they have just shown to be theirs. False when it opens another resident's page: then nothing changes,
    because a family may share an address, and nobody must lose the way to their own page by what somebody else does.
    """
    take_turns(session, known_by(contact))
    held = session.get(ResidentContact, known_by(contact), with_for_update=True)
    if held is None:
        _give(session, now, session.get_one(Resident, resident_id), contact)
        return True
    if held.resident_id == resident_id:
        held.verified_at = now
    return held.resident_id == resident_id


def take_back(session: Session, resident_id: int, contact: str) -> None:
    """They use `contact` (details.known_by) no more. One that isn't theirs changes nothing.

    Raises NotValid for the last one, unless a provider knows them: they could never come in again.
    """
    session.get_one(Resident, resident_id, with_for_update=True)
    theirs = contacts_of(session, resident_id)
    gone = next((each for each in theirs if each.contact == contact), None)
    if gone is None:
        return
    known = select(ProviderIdentity).where(ProviderIdentity.resident_id == resident_id)
    if len(theirs) == 1 and session.exec(known).first() is None:
        raise NotValid((Problem("contact", "last-one"),))
    session.delete(gone)


def has_contact(session: Session, resident_id: int, contact: str) -> bool:
    """Has this resident shown that `contact` (details.known_by) is theirs?"""
    held = session.get(ResidentContact, contact)
    return held is not None and held.resident_id == resident_id


def appointments_of(session: Session, resident_id: int) -> list[Appointment]:
    """All that count or did, the soonest first."""
    theirs = select(Appointment).where(Appointment.resident_id == resident_id)
    return list(session.exec(theirs.order_by(col(Appointment.start_at), col(Appointment.id))))


def to_be_joined(session: Session, now: datetime, resident_id: int) -> list[Appointment]:
    """What lies ahead, was booked with a contact of theirs, and nobody has said yet whose it is."""
    rows = session.exec(_unasked(resident_id).where(Appointment.state == BOOKED, Appointment.end_at > now))
    return list(rows.all())


def join(session: Session, now: datetime, resident_id: int, references: Collection[str], shown_at: datetime) -> int:
    """They say that what they were shown, at that moment, is theirs: these appointments and no others. How many that were; asked
    again, it changes nothing.
    """
    rows = [each for each in to_be_joined(session, now, resident_id) if each.reference in references]
    for appointment in rows:
        appointment.resident_id = resident_id
    _have_been_asked(session, shown_at, resident_id)
    return len(rows)


def not_mine(session: Session, shown_at: datetime, resident_id: int) -> None:
    """They say that it is somebody else's, who uses the same contact: they aren't asked again about what was booked until then."""
    _have_been_asked(session, shown_at, resident_id)


def describe(session: Session, resident_id: int, details: Details) -> Resident:
    """What travels with them from now on. `details` are tidied."""
    resident = session.get_one(Resident, resident_id, with_for_update=True)
    resident.name, resident.language = details.name, details.language
    resident.needs, resident.interpreter_language = details.needs, details.interpreter_language
    return resident


def prefer(session: Session, now: datetime, resident_id: int, reached_by: str) -> None:
    """By which channel they would rather be told, "" as is usual; what waits to be told goes that way too. Raises NotValid."""
    if reached_by not in ("", EMAIL, SMS):
        raise NotValid((Problem("reached_by", "wrong-type"),))
    session.get_one(Resident, resident_id, with_for_update=True).reached_by = reached_by
    session.flush()
    for appointment in appointments_of(session, resident_id):
        if appointment.end_at > now and (channel := channel_for(session, appointment)):
            waiting = update(Letter).where(col(Letter.appointment_id) == appointment.id, col(Letter.outcome) == "")
            session.execute(waiting.where(col(Letter.leased_until).is_(None)).values(channel=channel))


def _known_by_code_alone(session: Session, contact: Contact) -> Resident | None:
    held = session.get(ResidentContact, known_by(contact))
    if held is None:
        return None
    theirs = select(ProviderIdentity).where(ProviderIdentity.resident_id == held.resident_id)
    return None if session.exec(theirs).first() else session.get_one(Resident, held.resident_id)


def _seen(now: datetime, resident: Resident) -> Resident:
    resident.seen_at = now
    return resident


def _newcomer(session: Session, now: datetime, given: Details) -> Resident:
    resident = Resident(name=given.name, language=given.language, created_at=now, seen_at=now)
    session.add(resident)
    session.flush()
    return resident


def _give(session: Session, now: datetime, resident: Resident, contact: Contact) -> None:
    row = {"contact": known_by(contact), "resident_id": _id(resident), "email": contact.email, "phone": contact.phone}
    session.execute(insert_on(session, ResidentContact).values(**row, verified_at=now))


def _unasked(resident_id: int):
    with_theirs = select(Appointment).join(ResidentContact, col(ResidentContact.contact) == col(Appointment.contact))
    return (
        with_theirs.where(ResidentContact.resident_id == resident_id, col(Appointment.resident_id).is_(None))
        .where(or_(col(ResidentContact.asked_at).is_(None), col(Appointment.created_at) > col(ResidentContact.asked_at)))
        .order_by(col(Appointment.start_at), col(Appointment.id))
    )


def _have_been_asked(session: Session, now: datetime, resident_id: int) -> None:
    asked = update(ResidentContact).where(col(ResidentContact.resident_id) == resident_id)
    session.execute(asked.values(asked_at=now))


def _id(resident: Resident) -> int:
    if resident.id is None:
        raise ValueError("not written yet")
    return resident.id
