"""Taking out what says something about somebody, and leaving what the town must still know: that a time was given away.

Erased, an appointment has no name, no contact, no needs and no key, a resident is a number, and the audit record, from which nothing
can be taken, goes on naming that number. An appointment that is still ahead keeps what it needs until it is over, and what the law
makes a town keep stays until then (`erase_at`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, update
from sqlmodel import Session, col, or_, select

from booking.audit import RESIDENT, record
from booking.mandates import offers_to
from booking.merging import Merge
from booking.outbox import OVERTAKEN, Letter
from booking.people import Mandate, ProviderIdentity, Resident, ResidentContact
from booking.promises import BOOKED, UNCONFIRMED, Appointment, AppointmentChange
from booking.retention import rules_of
from booking.tickets import Ticket, TicketChange


@dataclass(frozen=True)
class Stays:
    """An appointment that outlives its owner's account, and until when."""

    appointment: Appointment
    until: datetime
    is_ahead: bool


def what_stays(session: Session, now: datetime, resident_id: int) -> list[Stays]:
    """What could not go at once if they asked now, the soonest first: what is ahead, and what the law makes the town keep, which is what
    was promised once.
    """
    by_law = rules_of(session).by_law
    theirs = select(Appointment).where(Appointment.resident_id == resident_id, Appointment.name != "")
    changes = select(AppointmentChange.appointment_id).join(Appointment).where(Appointment.resident_id == resident_id)
    promised = set(session.exec(changes))
    stays = [
        Stays(each, each.end_at + by_law, is_ahead=_is_ahead(each, now))
        for each in session.exec(theirs.order_by(col(Appointment.end_at), col(Appointment.id)))
    ]
    return [each for each in stays if each.is_ahead or (by_law and each.appointment.id in promised and each.until > now)]


def erase_resident(session: Session, now: datetime, resident_id: int, *, actor_kind: str = RESIDENT, actor: str = "") -> None:
    """All that is kept of a resident here, but what `what_stays` says; the records that were put into theirs go with it. Erasing what is
    erased changes nothing.
    """
    resident = session.get_one(Resident, resident_id, with_for_update=True)
    if resident.erased_at:
        return
    stays = what_stays(session, now, resident_id)
    for each in stays:
        each.appointment.resident_id, each.appointment.erase_at = None, each.until
    session.flush()
    gone = session.exec(select(Appointment.id).where(Appointment.resident_id == resident_id)).all()
    erase_appointments(session, [each for each in gone if each])
    _end_mandates(session, now, resident_id)
    session.execute(delete(ResidentContact).where(col(ResidentContact.resident_id) == resident_id))
    session.execute(delete(ProviderIdentity).where(col(ProviderIdentity.resident_id) == resident_id))
    resident.name = resident.language = resident.interpreter_language = resident.reached_by = ""
    resident.needs, resident.erased_at = (), now
    who = f"resident {resident_id}"
    _erase_merged(session, now, resident_id, actor_kind=actor_kind, actor=actor or who)
    facts = {"appointments": str(len(gone)), "kept": str(len(stays))}
    record(
        session,
        now,
        actor_kind=actor_kind,
        actor=actor or who,
        act="erased",
        subject_kind="resident",
        subject=who,
        purpose="" if actor_kind == RESIDENT else "retention",
        facts=facts,
    )


def erase_appointments(session: Session, ids: Iterable[int]) -> None:
    """What is over: who it was, how to reach them, what they needed, and what was written about it by hand."""
    ids = list(ids)
    nobody = {"name": "", "email": None, "phone": None, "contact": "", "needs": (), "interpreter_language": None}
    which = update(Appointment).where(col(Appointment.id).in_(ids))
    # A hash of nothing that anybody could type: the codes open it no more.
    session.execute(which.values(**nobody, key_hash="", resident_id=None, video_room=None, erase_at=None))
    session.execute(update(AppointmentChange).where(col(AppointmentChange.appointment_id).in_(ids)).values(reason=""))
    tickets = session.exec(select(Ticket.id).where(col(Ticket.appointment_id).in_(ids)))
    erase_tickets(session, [each for each in tickets if each])


def erase_tickets(session: Session, ids: Iterable[int]) -> None:
    """Of a ticket whose day or appointment is over, whatever became of it: what somebody said they needed, their right to go first, its
    code, and what was noted by hand.
    """
    for number in ids:
        nothing = {"needs": (), "has_priority": False, "key_salt": "", "key_hash": f"erased {number}"}
        session.execute(update(Ticket).where(col(Ticket.id) == number).values(**nothing))
        session.execute(update(TicketChange).where(col(TicketChange.ticket_id) == number).values(note=""))


def _erase_merged(session: Session, now: datetime, resident_id: int, **by: str) -> None:
    """The records that were put into this one go with it, and which rows were theirs is forgotten."""
    for each in session.exec(select(Resident.id).where(Resident.merged_into == resident_id)).all():
        erase_resident(session, now, each or 0, **by)
    both = or_(col(Merge.kept_id) == resident_id, col(Merge.other_id) == resident_id)
    session.execute(update(Merge).where(both).values(moved={}))


def _is_ahead(appointment: Appointment, now: datetime) -> bool:
    return appointment.state in (BOOKED, UNCONFIRMED) and appointment.end_at > now


def _end_mandates(session: Session, now: datetime, resident_id: int) -> None:
    """Those they gave say no more to whom; those they held, or were offered, are over. What waits to be told of them is no longer true."""
    offers = [each.id for each in offers_to(session, resident_id)]
    both = or_(col(Mandate.owner_id) == resident_id, col(Mandate.holder_id) == resident_id, col(Mandate.id).in_(offers))
    running = update(Mandate).where(both, col(Mandate.ended_at).is_(None))
    session.execute(running.values(ended_at=now, ended_by=resident_id))
    given = update(Mandate).where(col(Mandate.owner_id) == resident_id)
    session.execute(given.values(owner_name="", name="", contact="", email="", phone=""))
    held = update(Mandate).where(or_(col(Mandate.holder_id) == resident_id, col(Mandate.id).in_(offers)))
    session.execute(held.values(contact="", email="", phone=""))
    about = [f"mandate {each}" for each in session.exec(select(Mandate.id).where(both))]
    waiting = update(Letter).where(col(Letter.about).in_(about), col(Letter.outcome) == "")
    session.execute(waiting.values(outcome=OVERTAKEN, settled_at=now, leased_until=None))
