"""The rules of retention.py, applied: what each of them finds, and what it does with it.

Called by the worker every few minutes; a few hundred at a time, so that nobody waits behind it.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete
from sqlmodel import Session, col, or_, select

from booking.audit import CLOCKWORK
from booking.catalogue import NoTown, read_catalogue
from booking.erasing import erase_appointments, erase_resident, erase_tickets
from booking.outbox import Letter
from booking.people import Mandate, Resident
from booking.promises import BOOKED, UNCONFIRMED, Appointment
from booking.retention import (
    ACCOUNTS,
    ANNOUNCED_FOR,
    APPOINTMENTS,
    KINDS,
    LETTERS,
    TICKETS,
    Rule,
    announce,
    announced_at,
    applied,
    count_of,
    in_force,
    rules_of,
)
from booking.tickets import Ticket

AT_ONCE = 300


def rules_now(session: Session, now: datetime) -> list[Rule]:
    """Each rule, and what it would erase at this moment: a dry run."""
    rules = rules_of(session)
    return [
        Rule(kind, rules.days(kind), count_of(session, _FOUND[kind](session, now)), _from(announced_at(session, kind)))
        for kind in KINDS
    ]


def tidy(session: Session, now: datetime) -> dict[str, int]:
    """Announce what has to be, and apply what was announced a day ago; how many were erased, by kind. Without a town, nothing."""
    try:
        read_catalogue(session)
    except NoTown:
        return {}
    erased = {}
    for kind in KINDS:
        if announced_at(session, kind) is None:
            announce(session, now, kind, count_of(session, _FOUND[kind](session, now)))
        if in_force(session, now, kind):
            found = [each for each in session.exec(_FOUND[kind](session, now).limit(AT_ONCE)) if each]
            if found:
                _ERASE[kind](session, now, found)
                applied(session, now, kind, len(found))
                erased[kind] = len(found)
    if asked := _asked_for(session, now):
        erase_appointments(session, asked)
        erased["asked-for"] = len(asked)
    return erased


def kept_until(session: Session, kind: str, over_at: datetime) -> datetime:
    """Until when something that is over at this instant is kept."""
    return over_at + timedelta(days=rules_of(session).days(kind))


def _from(said_at: datetime | None) -> datetime | None:
    return said_at + ANNOUNCED_FOR if said_at else None


def _asked_for(session: Session, now: datetime) -> list[int]:
    """Whose owners have asked, and had to wait."""
    over = Appointment.end_at <= now - rules_of(session).by_law  # it may have been moved since they asked
    due = select(Appointment.id).where(Appointment.name != "", col(Appointment.erase_at).is_not(None), over)
    return [each for each in session.exec(due.limit(AT_ONCE)) if each]


def _before(session: Session, now: datetime, kind: str) -> datetime:
    return now - timedelta(days=rules_of(session).days(kind))


def _appointments(session: Session, now: datetime) -> Any:
    over = Appointment.end_at <= _before(session, now, APPOINTMENTS)
    return select(Appointment.id).where(Appointment.name != "", over).order_by(col(Appointment.end_at))


def _tickets(session: Session, now: datetime) -> Any:
    zone = ZoneInfo(read_catalogue(session).town.timezone)
    day = _before(session, now, TICKETS).astimezone(zone).date()
    return select(Ticket.id).where(Ticket.key_salt != "", Ticket.day < day).order_by(col(Ticket.day))


def _letters(session: Session, now: datetime) -> Any:
    return select(Letter.id).where(col(Letter.settled_at) < _before(session, now, LETTERS))


def _accounts(session: Session, now: datetime) -> Any:
    """Nobody has signed in for so long, and nothing is ahead of them or done in their name."""
    ahead = select(Appointment.resident_id).where(
        col(Appointment.resident_id).is_not(None),
        col(Appointment.state).in_((BOOKED, UNCONFIRMED)),
        Appointment.end_at > now,
    )
    today = now.astimezone(ZoneInfo(read_catalogue(session).town.timezone)).date()
    running = col(Mandate.ended_at).is_(None), Mandate.last_day >= today
    seen = col(Resident.seen_at) < _before(session, now, ACCOUNTS)
    never = col(Resident.seen_at).is_(None) & (Resident.created_at < _before(session, now, ACCOUNTS))
    return (
        select(Resident.id)
        .where(col(Resident.erased_at).is_(None), col(Resident.merged_into).is_(None), or_(seen, never))
        .where(col(Resident.id).not_in(ahead), col(Resident.id).not_in(select(Mandate.owner_id).where(*running)))
        .order_by(col(Resident.id))
    )


def _erase_accounts(session: Session, now: datetime, ids: list[int]) -> None:
    for each in ids:
        erase_resident(session, now, each, actor_kind=CLOCKWORK, actor="worker")


_FOUND: Mapping[str, Callable[[Session, datetime], Any]] = {
    APPOINTMENTS: _appointments,
    TICKETS: _tickets,
    LETTERS: _letters,
    ACCOUNTS: _accounts,
}
_ERASE: Mapping[str, Callable[[Session, datetime, list[int]], None]] = {
    APPOINTMENTS: lambda session, _now, ids: erase_appointments(session, ids),
    TICKETS: lambda session, _now, ids: erase_tickets(session, ids),
    LETTERS: lambda session, _now, ids: _delete_letters(session, ids),
    ACCOUNTS: _erase_accounts,
}


def _delete_letters(session: Session, ids: list[int]) -> None:
    session.execute(delete(Letter).where(col(Letter.id).in_(ids)))
