"""What is shown at the door (`doors.py`): once, and within moments, by the page on which somebody has just shown who they are.

A page talks over a websocket, where no cookie can be set; the door answers over HTTP, where one can.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import Field, Session, col, select

from booking.store import Table
from portal.identity.sessions import Person, end_all_of, hash_of_token

# From the right code to the door is one step of the browser.
LASTS = timedelta(minutes=2)


class DoorGrant(Table, table=True):
    """Exactly one of `resident_id` and `staff` is set, as in a session. `wants` is the page they were going to."""

    grant_hash: str = Field(primary_key=True)
    granted_at: datetime = Field(index=True)
    resident_id: int | None = Field(default=None, foreign_key="resident.id")
    staff: str | None = Field(default=None, foreign_key="staff_member.slug")
    how: str
    language: str = ""
    wants: str = ""


@dataclass(frozen=True)
class Entered:
    """Whom the door lets in, and where they were going."""

    person: Person
    language: str
    wants: str


def grant(session: Session, now: datetime, person: Person, language: str, wants: str) -> str:
    """The secret to show at the door."""
    token = secrets.token_urlsafe(32)
    session.add(
        DoorGrant(
            grant_hash=hash_of_token(token),
            granted_at=now,
            resident_id=person.resident_id,
            staff=person.staff,
            how=person.how,
            language=language,
            wants=wants,
        )
    )
    session.flush()
    return token


def redeem(session: Session, now: datetime, token: str) -> Entered | None:
    """Whom it lets in, once. None for one that is used, too old, or was never given."""
    row = session.exec(select(DoorGrant).where(DoorGrant.grant_hash == hash_of_token(token)).with_for_update()).one_or_none()
    if row is None:
        return None
    session.delete(row)
    session.flush()
    if now >= row.granted_at + LASTS:
        return None
    return Entered(Person(row.how, resident_id=row.resident_id, staff=row.staff), row.language, row.wants)


def end_everywhere(session: Session, now: datetime, *, resident_id: int | None = None, staff: str | None = None) -> None:
    """Of a resident or of a staff member: every session, and whatever was about to become one."""
    mine = col(DoorGrant.staff) == staff if staff else col(DoorGrant.resident_id) == resident_id
    session.execute(delete(DoorGrant).where(mine))
    end_all_of(session, now, resident_id=resident_id, staff=staff)


def forget_grants(session: Session, now: datetime) -> None:
    session.execute(delete(DoorGrant).where(col(DoorGrant.granted_at) < now - LASTS))
