"""Wrong tries to sign in as staff, counted for what was typed as an e-mail address, whether or not anybody has it: so the waiting
tells nobody who works here.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import delete
from sqlmodel import Field, Session, col, select

from booking.store import Table, insert_on, store_of

# So many wrong ones in a row cost nothing; then a minute, and twice as long each time.
FREE_TRIES = 5
LONGEST_WAIT = timedelta(minutes=15)
# A row of wrong tries is over when nobody has tried for so long.
FORGOTTEN_AFTER = timedelta(days=1)


class StaffTries(Table, table=True):
    who_hash: str = Field(primary_key=True)
    wrong: int = 0
    last_at: datetime
    waits_until: datetime | None = None


@dataclass(frozen=True)
class TryLater:
    """Too many wrong tries in a row: from `until`."""

    until: datetime


def must_wait(session: Session, now: datetime, email: str) -> TryLater | None:
    """Looks, and changes nothing."""
    return waits(session.get(StaffTries, _who(session, email)), now)


def tries_of(session: Session, now: datetime, email: str) -> StaffTries:
    """The row, locked until the transaction ends, made if there is none."""
    key = _who(session, email)
    session.execute(insert_on(session, StaffTries).values(who_hash=key, wrong=0, last_at=now).on_conflict_do_nothing())
    row = session.exec(select(StaffTries).where(StaffTries.who_hash == key).with_for_update()).one()
    if row.last_at < now - FORGOTTEN_AFTER:
        row.wrong, row.waits_until = 0, None
    return row


def waits(row: StaffTries | None, now: datetime) -> TryLater | None:
    return TryLater(row.waits_until) if row and row.waits_until and now < row.waits_until else None


def was_wrong(row: StaffTries, now: datetime) -> None:
    row.wrong, row.last_at = row.wrong + 1, now
    if row.wrong >= FREE_TRIES:
        # Beyond the longest wait the power would only grow.
        row.waits_until = now + min(timedelta(minutes=2 ** min(row.wrong - FREE_TRIES, 10)), LONGEST_WAIT)


def forgive(session: Session, email: str) -> None:
    """Whoever was given a new link waits no longer for the tries before it."""
    session.execute(delete(StaffTries).where(col(StaffTries.who_hash) == _who(session, email)))


def forget_tries(session: Session, now: datetime) -> None:
    session.execute(delete(StaffTries).where(col(StaffTries.last_at) < now - FORGOTTEN_AFTER))


def _who(session: Session, email: str) -> str:
    return hmac.digest(store_of(session).secret, f"staff tries:{email.strip().casefold()}".encode(), sha256).hex()
