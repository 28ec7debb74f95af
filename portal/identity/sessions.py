"""Signed in: a row for each browser in which somebody has shown who they are. The browser holds a secret, we its hash.

What the browser holds means nothing by itself: whoever ends a session here, ends it there, in every tab, at once.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import CheckConstraint, delete, update
from sqlmodel import Field, Session, col, or_, select

from booking.audit import RESIDENT, STAFF, record
from booking.store import Table

# Forgotten at a shared computer, it ends by itself. Whoever is at it all day signs in once a day.
IDLE = timedelta(hours=1)
LONGEST = timedelta(hours=12)
# How exactly we know when somebody was last seen: not every event writes.
SEEN_EVERY = timedelta(minutes=1)
FORGOTTEN_AFTER = timedelta(days=30)
LONGEST_DEVICE = 60


class SessionRow(Table, table=True):
    """`staff` is the slug of a staff member; exactly one of the two is set. `how` they showed who they are: "code", "provider",
    "password", "passkey", "demo"; `assurance` is what the provider says of how surely, "" without one. `device` is "Firefox, Android",
    for its owner to know it by.
    """

    __table_args__ = (CheckConstraint("(resident_id IS NULL) <> (staff IS NULL)", name="of_one_person"),)

    id: int | None = Field(default=None, primary_key=True)
    token_hash: str = Field(unique=True)
    resident_id: int | None = Field(default=None, foreign_key="resident.id", index=True)
    staff: str | None = Field(default=None, foreign_key="staff_member.slug", index=True)
    how: str
    assurance: str = ""
    device: str = ""
    begun_at: datetime
    seen_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True)
class Who:
    """Somebody signed in, at this moment: ask again at the next."""

    session_id: int
    how: str
    begun_at: datetime
    seen_at: datetime
    assurance: str = ""
    resident_id: int | None = None
    staff: str | None = None


@dataclass(frozen=True)
class Person:
    """Whom a session is for, and how they showed it."""

    how: str
    resident_id: int | None = None
    staff: str | None = None
    assurance: str = ""


def begin(session: Session, now: datetime, person: Person, *, device: str = "", instead_of: str = "") -> str:
    """A new session; the secret for the browser. The one whose secret is `instead_of` ends: a secret that was there before
    somebody signed in may be known to others.
    """
    end(session, now, instead_of)
    token = secrets.token_urlsafe(32)
    row = SessionRow(
        token_hash=hash_of_token(token),
        resident_id=person.resident_id,
        staff=person.staff,
        how=person.how,
        assurance=person.assurance,
        device=device[:LONGEST_DEVICE],
        begun_at=now,
        seen_at=now,
    )
    session.add(row)
    session.flush()
    kind, actor = (STAFF, person.staff) if person.staff else (RESIDENT, f"resident {person.resident_id}")
    record(
        session, now, actor_kind=kind, actor=actor, act="signed-in", subject_kind=kind, subject=actor, facts={"how": person.how}
    )
    return token


def who_is(session: Session, now: datetime, token: str) -> Who | None:
    """None for a secret that opens nothing: never given out, ended, too old, or not used for too long."""
    if not token:
        return None
    row = session.exec(select(SessionRow).where(SessionRow.token_hash == hash_of_token(token))).one_or_none()
    if row is None or not is_on(row, now):
        return None
    return Who(row.id or 0, row.how, row.begun_at, row.seen_at, row.assurance, row.resident_id, row.staff)


def seen(session: Session, now: datetime, session_id: int) -> None:
    """They are still there."""
    mine = update(SessionRow).where(col(SessionRow.id) == session_id, col(SessionRow.ended_at).is_(None))
    session.execute(mine.values(seen_at=now))


def end(session: Session, now: datetime, token: str) -> None:
    """Sign out of this browser. Ending what has ended changes nothing."""
    if token:
        _end(session, now, col(SessionRow.token_hash) == hash_of_token(token))


def end_one(session: Session, now: datetime, who: Who, session_id: int) -> None:
    """One of their own sessions; nothing happens to anybody else's."""
    _end(session, now, _whose(who), col(SessionRow.id) == session_id)


def end_all_but(session: Session, now: datetime, who: Who) -> None:
    """Every other session of theirs."""
    _end(session, now, _whose(who), col(SessionRow.id) != who.session_id)


def end_all_of(session: Session, now: datetime, *, resident_id: int | None = None, staff: str | None = None) -> None:
    """Of a resident or of a staff member: everywhere."""
    mine = col(SessionRow.staff) == staff if staff else col(SessionRow.resident_id) == resident_id
    _end(session, now, mine)


def sessions_of(session: Session, now: datetime, who: Who) -> list[SessionRow]:
    """Where they are signed in now, the latest first."""
    rows = session.exec(select(SessionRow).where(_whose(who)).order_by(col(SessionRow.seen_at).desc()))
    return [row for row in rows if is_on(row, now)]


def is_on(row: SessionRow, now: datetime) -> bool:
    return row.ended_at is None and now < row.seen_at + IDLE and now < row.begun_at + LONGEST


def forget_sessions(session: Session, now: datetime) -> None:
    """Delete what ended long ago. What hangs on it goes first (assisting.forget_assisted)."""
    session.execute(delete(SessionRow).where(is_forgotten(now)))


def is_forgotten(now: datetime):
    long_ago = now - FORGOTTEN_AFTER
    return or_(col(SessionRow.ended_at) < long_ago, col(SessionRow.seen_at) < long_ago)


def hash_of_token(token: str) -> str:
    """Case matters in a token, which `references.hash_of` would fold away; 256 random bits need no more than a plain hash."""
    return sha256(token.encode("utf-8", "replace")).hexdigest()


def _whose(who: Who):
    return col(SessionRow.staff) == who.staff if who.staff else col(SessionRow.resident_id) == who.resident_id


def _end(session: Session, now: datetime, *which) -> None:
    session.execute(update(SessionRow).where(*which, col(SessionRow.ended_at).is_(None)).values(ended_at=now))
