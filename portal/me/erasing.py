"""Erasing somebody everywhere: the book's part, and what the portal keeps beside it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, or_
from sqlmodel import Session, col

from booking.erasing import erase_resident
from portal.appointments.draft import Draft
from portal.identity.assisting import AssistedRow
from portal.identity.grants import DoorGrant
from portal.identity.sessions import SessionRow


def erase(session: Session, now: datetime, resident_id: int) -> None:
    """From here on they are signed in nowhere. Erasing what is erased changes nothing."""
    erase_resident(session, now, resident_id)
    forget_beside(session, resident_id)


def forget_beside(session: Session, resident_id: int) -> None:
    """Sessions, what was begun for or by them and not booked, who sat beside them."""
    drafts = or_(col(Draft.acted_by) == resident_id, col(Draft.on_behalf_of) == resident_id)
    session.execute(delete(Draft).where(drafts))
    session.execute(delete(DoorGrant).where(col(DoorGrant.resident_id) == resident_id))
    session.execute(delete(AssistedRow).where(col(AssistedRow.resident_id) == resident_id))
    session.execute(delete(SessionRow).where(col(SessionRow.resident_id) == resident_id))
