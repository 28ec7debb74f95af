"""A shared terminal: somebody of the staff fills in for the person beside them, who confirms it on the same screen.

It begins in the staff member's own session and ends with it, when they say so, or when nobody has touched it for a few minutes. What
was begun meanwhile and not booked is given back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import Field, Session, col, select

from booking.audit import STAFF, record
from booking.details import LONGEST_NAME, one_line
from booking.errors import NotValid, Problem
from booking.store import Table
from portal.identity.sessions import Who

# How it was established who the person is.
BY_CODE, BY_DOCUMENT, UNVERIFIED = "code", "document", "unverified"
WAYS = (BY_CODE, BY_DOCUMENT, UNVERIFIED)
# The page wipes itself a little earlier; this is for a page that can't any more: its tab or its lid was closed.
IDLE = timedelta(minutes=5)


class AssistedRow(Table, table=True):
    """`draft_hash` names the booking that was begun (portal/appointments/draft.py), "" while there is none."""

    __table_args__ = {"sqlite_autoincrement": True}

    id: int | None = Field(default=None, primary_key=True)
    session_id: int = Field(foreign_key="session.id", index=True)
    staff: str = Field(foreign_key="staff_member.slug")
    resident_id: int | None = Field(default=None, foreign_key="resident.id")
    name: str
    established: str
    begun_at: datetime
    seen_at: datetime
    ended_at: datetime | None = None
    draft_hash: str = ""


@dataclass(frozen=True)
class Assisted:
    """Somebody beside a staff member, at this moment."""

    id: int
    staff: str
    name: str
    established: str
    resident_id: int | None = None

    @property
    def by(self) -> str:
        """For the record of what was done: ids only."""
        whom = f"resident {self.resident_id}" if self.resident_id else "a person beside them"
        return f"staff {self.staff}, confirmed on the screen by {whom} ({self.established})"


def assist(session: Session, now: datetime, who: Who, name: str, established: str, resident_id: int | None = None) -> Assisted:
    """Begin; whatever this session had begun before ends. Raises NotValid about `name` or `established`."""
    problems: list[Problem] = []
    name = one_line(name, "name", LONGEST_NAME, problems, needed=True)
    if established not in WAYS or (established == BY_CODE) != (resident_id is not None):
        problems.append(Problem("established", "missing"))
    if problems or who.staff is None:
        raise NotValid(tuple(problems))
    end_assisting(session, now, who.session_id)
    row = AssistedRow(
        session_id=who.session_id,
        staff=who.staff,
        resident_id=resident_id,
        name=name,
        established=established,
        begun_at=now,
        seen_at=now,
    )
    session.add(row)
    session.flush()
    _record(session, now, row, "assist-begun")
    return _assisted(row)


def assisted(session: Session, now: datetime, session_id: int) -> Assisted | None:
    """Whom this session assists; None when nobody, or when nobody has touched it for too long."""
    row = session.exec(_running_of(session_id)).one_or_none()
    return _assisted(row) if row and now < row.seen_at + IDLE else None


def touched(session: Session, now: datetime, session_id: int, draft_hash: str = "") -> None:
    """They are still at it, and this is the booking they are at."""
    row = _running(session, session_id)
    if row and now < row.seen_at + IDLE:
        row.seen_at, row.draft_hash = now, draft_hash or row.draft_hash


def end_assisting(session: Session, now: datetime, session_id: int) -> str:
    """It is over, and the person's name is forgotten; which booking was under way, "" when there was none."""
    row = _running(session, session_id)
    if row is None:
        return ""
    row.ended_at, row.name = now, ""
    session.flush()
    _record(session, now, row, "assist-ended")
    return row.draft_hash


def end_forgotten(session: Session, now: datetime) -> list[str]:
    """End what nobody has touched for too long; the bookings that were under way."""
    forgotten = select(AssistedRow).where(col(AssistedRow.ended_at).is_(None), col(AssistedRow.seen_at) <= now - IDLE)
    rows = list(session.exec(forgotten))
    session.execute(update(AssistedRow).where(col(AssistedRow.id).in_([row.id for row in rows])).values(ended_at=now, name=""))
    return [row.draft_hash for row in rows if row.draft_hash]


def _running(session: Session, session_id: int) -> AssistedRow | None:
    return session.exec(_running_of(session_id).with_for_update()).one_or_none()


def _running_of(session_id: int):
    return select(AssistedRow).where(AssistedRow.session_id == session_id, col(AssistedRow.ended_at).is_(None))


def _assisted(row: AssistedRow) -> Assisted:
    return Assisted(row.id or 0, row.staff, row.name, row.established, row.resident_id)


def _record(session: Session, now: datetime, row: AssistedRow, act: str) -> None:
    subject = f"resident {row.resident_id}" if row.resident_id else f"assisted {row.id}"
    record(
        session,
        now,
        actor_kind=STAFF,
        actor=row.staff,
        act=act,
        subject_kind="resident" if row.resident_id else "visitor",
        subject=subject,
        purpose="assistance",
        facts={"established": row.established},
    )
