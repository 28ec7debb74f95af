"""One-time codes: six digits sent to an e-mail address or a telephone number, and typed by whoever reads there.

The code itself is kept nowhere: the installation's secret makes it again from a salt, for the letter and to compare. Only the
latest code for a subject is good, for an hour, for five tries, and once.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import Index, delete, func
from sqlmodel import Field, Session, col, select

from booking.caps import take_turns
from booking.errors import CodeOver, TooManyCodes
from booking.references import bare
from booking.store import Table, store_of

DIGITS = 6
LASTS = timedelta(hours=1)
MOST_TRIES = 5
# For one subject, say an appointment; and for one contact, whatever for, so that nobody's letter box is flooded.
MOST_FOR_ONE = 3
MOST_AN_HOUR = 6
MOST_A_DAY = 15
FORGOTTEN_AFTER = timedelta(days=2)


@dataclass(frozen=True)
class WrongCode:
    """Not this one; it can be tried so many times more. Not raised, because the try must be committed."""

    tries_left: int


class OneTimeCode(Table, table=True):
    """A code that was sent. `subject` is what it is for, `contact_hash` whom it went to."""

    __table_args__ = (
        Index("ix_one_time_code_contact_hash", "contact_hash", "sent_at"),
        Index("ix_one_time_code_subject", "subject"),
    )

    id: int | None = Field(default=None, primary_key=True)
    subject: str
    contact_hash: str
    salt: str
    sent_at: datetime = Field(index=True)
    wrong_tries: int = 0
    used_at: datetime | None = None


def new_code(session: Session, now: datetime, subject: str, contact: str) -> OneTimeCode:
    """A code for `subject`; the one before it is good no longer. `contact` is what details.known_by says.

    Raises TooManyCodes with the instant from which to ask again.
    """
    take_turns(session, contact)
    to = contact_hash(session, contact)
    if len(_sent_for(session, subject)) >= MOST_FOR_ONE:
        raise TooManyCodes()
    if (again_at := _next_letter_at(session, now, to)) and again_at > now:
        raise TooManyCodes(again_at)
    row = OneTimeCode(subject=subject, contact_hash=to, salt=secrets.token_hex(16), sent_at=now)
    session.add(row)
    session.flush()
    return row


def check_code(session: Session, now: datetime, subject: str, typed: str) -> WrongCode | None:
    """None for the right code, which is used up by it; the caller locks the subject and commits whatever the answer.

    Raises CodeOver when no code is good any more: too old, tried too often, used.
    """
    row = latest_code(session, subject)
    if row is None or row.used_at or now >= row.sent_at + LASTS or row.wrong_tries >= MOST_TRIES:
        raise CodeOver()
    if hmac.compare_digest(bare(typed).encode(), code_of(session, row).encode()):
        row.used_at = now
        return None
    row.wrong_tries += 1
    return WrongCode(MOST_TRIES - row.wrong_tries)


def latest_code(session: Session, subject: str) -> OneTimeCode | None:
    sent = _sent_for(session, subject)
    return sent[-1] if sent else None


def code_of(session: Session, row: OneTimeCode) -> str:
    """Six digits. For the letter that carries them, and nobody else."""
    digest = hmac.digest(store_of(session).secret, f"one-time code:{row.subject}:{row.salt}".encode(), sha256)
    return f"{int.from_bytes(digest[:8], 'big') % 10**DIGITS:0{DIGITS}}"


def contact_hash(session: Session, contact: str) -> str:
    """Keyed, so that a table of known addresses does not give it away."""
    return hmac.digest(store_of(session).secret, f"contact:{contact}".encode(), sha256).hex()


def forget_codes(session: Session, now: datetime) -> None:
    session.execute(delete(OneTimeCode).where(col(OneTimeCode.sent_at) < now - FORGOTTEN_AFTER))


def _sent_for(session: Session, subject: str) -> list[OneTimeCode]:
    return list(session.exec(select(OneTimeCode).where(OneTimeCode.subject == subject).order_by(col(OneTimeCode.id))))


def _next_letter_at(session: Session, now: datetime, to: str) -> datetime | None:
    """From when this contact may be sent another one; None at any time."""
    waits = []
    for most, span in ((MOST_AN_HOUR, timedelta(hours=1)), (MOST_A_DAY, timedelta(days=1))):
        lately = OneTimeCode.contact_hash == to, OneTimeCode.sent_at > now - span
        count, first = session.exec(select(func.count(), func.min(OneTimeCode.sent_at)).where(*lately)).one()
        waits += [first + span] if count >= most else []
    return max(waits, default=None)
