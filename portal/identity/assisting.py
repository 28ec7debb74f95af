"""A shared terminal: somebody of the staff fills in for the person beside them, who confirms it on the same screen.

It begins in the staff member's own session and ends with it, when they say so, or when nobody has touched it for a few minutes. What
was begun meanwhile and not booked is given back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Index, text, update
from sqlmodel import Field, Session, col, select

from booking.audit import STAFF, record
from booking.details import LONGEST_NAME, one_line
from booking.errors import NotValid, Problem
from booking.store import Table
from portal.identity.sessions import SessionRow, Who

# How it was established who the person is.
BY_CODE, BY_DOCUMENT, UNVERIFIED = "code", "document", "unverified"
WAYS = (BY_CODE, BY_DOCUMENT, UNVERIFIED)
# How whoever sat beside them said that it is right.
ON_SCREEN, BY_THEIR_CODE, OWN_PHONE = "on-screen", "by-code", "own-phone"
CONFIRMED = {ON_SCREEN: "on the screen", BY_THEIR_CODE: "with a code", OWN_PHONE: "on their own phone"}
# The page wipes itself a little earlier; this is for a page that can't any more: its tab or its lid was closed.
IDLE = timedelta(minutes=5)


_RUNNING = text("ended_at IS NULL")


class AssistedRow(Table, table=True):
    """`draft_hash` names the booking that was begun (portal/appointments/draft.py), "" while there is none."""

    __table_args__ = (
        Index("uq_assisted_running", "session_id", unique=True, sqlite_where=_RUNNING, postgresql_where=_RUNNING),
        {"sqlite_autoincrement": True},
    )

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

    def by(self, confirmed: str) -> str:
        """For the record of what was done, with the way in which it was confirmed: ids only."""
        whom = f"resident {self.resident_id}" if self.resident_id else "a person beside them"
        return f"staff {self.staff}, confirmed {CONFIRMED[confirmed]} by {whom} ({self.established})"

    @property
    def subject(self) -> str:
        return f"resident {self.resident_id}" if self.resident_id else f"assisted {self.id}"


def assist(session: Session, now: datetime, who: Who, name: str, established: str, resident_id: int | None = None) -> Assisted:
    """Begin; whatever this session had begun before ends. Raises NotValid about `name` or `established`."""
    problems: list[Problem] = []
    name = one_line(name, "name", LONGEST_NAME, problems, needed=True)
    if established not in WAYS or (established == BY_CODE) != (resident_id is not None):
        problems.append(Problem("established", "missing"))
    if problems or who.staff is None:
        raise NotValid(tuple(problems))
    session.get_one(SessionRow, who.session_id, with_for_update=True)  # two tabs take turns
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


def sat_beside(session: Session, assisted_id: int | None) -> Assisted | None:
    """Who it was, also when it is over and their name forgotten."""
    row = session.get(AssistedRow, assisted_id) if assisted_id else None
    return _assisted(row) if row else None


def not_at_it_any_more(session: Session, draft_hash: str) -> None:
    """That booking goes on elsewhere: the end here does not end it."""
    session.execute(update(AssistedRow).where(col(AssistedRow.draft_hash) == draft_hash).values(draft_hash=""))


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
    record(
        session,
        now,
        actor_kind=STAFF,
        actor=row.staff,
        act=act,
        subject_kind="resident" if row.resident_id else "visitor",
        subject=_assisted(row).subject,
        purpose="assistance",
        facts={"established": row.established},
    )
