"""Erasing somebody everywhere: the book's part, and what the portal keeps beside it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_
from sqlmodel import Session, col, select

from booking.erasing import erase_resident
from booking.merging import parts_of
from booking.people import Resident
from portal.appointments.draft import Draft
from portal.identity.assisting import AssistedRow
from portal.identity.grants import DoorGrant
from portal.identity.sessions import SessionRow


def erase(session: Session, now: datetime, resident_id: int) -> None:
    """From here on they are signed in nowhere. Erasing what is erased changes nothing."""
    numbers = parts_of(session, resident_id)
    erase_resident(session, now, resident_id)
    forget_beside(session, numbers)


def forget_beside_erased(session: Session, _now: datetime) -> None:
    """The same for those whom the rules of retention have erased."""
    forget_beside(session, select(Resident.id).where(col(Resident.erased_at).is_not(None)))


def forget_beside(session: Session, numbers: Any) -> None:
    """Of these residents: sessions, what was begun for or by them and not booked, who sat beside them."""
    beside = select(AssistedRow.id).where(col(AssistedRow.resident_id).in_(numbers))
    drafts = (Draft.acted_by, numbers), (Draft.on_behalf_of, numbers), (Draft.begun_beside, beside)
    session.execute(delete(Draft).where(or_(*(col(column).in_(theirs) for column, theirs in drafts))))
    for table in (DoorGrant, AssistedRow, SessionRow):
        session.execute(delete(table).where(col(table.resident_id).in_(numbers)))
