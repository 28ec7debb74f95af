"""Bearer tokens with which a program acts for a staff member over REST. What it may do is what they may, at that moment."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlmodel import Field, Session, col, select

from booking.audit import PROGRAM, STAFF, record
from booking.catalogue import StaffMember, read_catalogue
from booking.store import Table
from portal.identity.sessions import hash_of_token

LASTS = timedelta(days=90)
FORGOTTEN_AFTER = timedelta(days=90)


class ApiToken(Table, table=True):
    __table_args__ = {"sqlite_autoincrement": True}

    id: int | None = Field(default=None, primary_key=True)
    token_hash: str = Field(unique=True)
    staff: str = Field(foreign_key="staff_member.slug", index=True)
    made_at: datetime
    expires_at: datetime
    withdrawn_at: datetime | None = None


def new_token(session: Session, now: datetime, staff: str) -> str:
    """The token, told this once."""
    token = secrets.token_urlsafe(32)
    session.add(ApiToken(token_hash=hash_of_token(token), staff=staff, made_at=now, expires_at=now + LASTS))
    session.flush()
    _record(session, now, "token-made", staff)
    return token


def staff_with(session: Session, now: datetime, token: str) -> StaffMember | None:
    """Who acts by this token; None when it is over, or whoever had it isn't in the town's file any more."""
    row = session.exec(select(ApiToken).where(ApiToken.token_hash == hash_of_token(token))).one_or_none() if token else None
    return read_catalogue(session).staff.get(row.staff) if row and _is_good(row, now) else None


def good_tokens(session: Session, now: datetime) -> list[ApiToken]:
    return [row for row in session.exec(select(ApiToken).order_by(col(ApiToken.id))) if _is_good(row, now)]


def withdraw_token(session: Session, now: datetime, number: int) -> bool:
    """False when there is no good token of this number."""
    row = session.get(ApiToken, number, with_for_update=True)
    if row is None or not _is_good(row, now):
        return False
    row.withdrawn_at = now
    _record(session, now, "token-withdrawn", row.staff)
    return True


def withdraw_all(session: Session, now: datetime, staff: str) -> None:
    theirs = col(ApiToken.staff) == staff, col(ApiToken.withdrawn_at).is_(None)
    session.execute(update(ApiToken).where(*theirs).values(withdrawn_at=now))


def forget_tokens(session: Session, now: datetime) -> None:
    session.execute(delete(ApiToken).where(col(ApiToken.expires_at) < now - FORGOTTEN_AFTER))


def _is_good(row: ApiToken, now: datetime) -> bool:
    return row.withdrawn_at is None and now < row.expires_at


def _record(session: Session, now: datetime, act: str, staff: str) -> None:
    record(session, now, actor_kind=PROGRAM, actor="portal", act=act, subject_kind=STAFF, subject=staff)
