"""Signing in by a code: ask for one, type it, and be let in at the door that can give the browser its secret (`auth_routes.py`).

Everybody is asked and answered alike, whether or not we have heard of them: whoever shows that a contact is theirs is a resident from
then on.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlmodel import Field, Session, col, select

from booking.catalogue import read_catalogue
from booking.details import Contact, known_by, tidied_contact
from booking.errors import CodeOver
from booking.one_time_codes import LASTS, WrongCode, check_code, code_of, latest_code, new_code
from booking.outbox import OVERTAKEN, Letter, write_down
from booking.residents import resident_with
from booking.store import Table, insert_on
from booking.tidings import CODE, channel_of
from booking.unconfirmed import check_can_be_asked
from portal.identity.grants import grant
from portal.identity.sessions import Person

FORGOTTEN_AFTER = timedelta(days=1)
# Asked again so soon is the same wish: a double tap, an event that arrived twice.
SAME_WISH = timedelta(seconds=5)
_KEY = re.compile(r"[A-Za-z0-9_-]{32}")


class SignIn(Table, table=True):
    """Somebody on their way in, in one browser tab, which alone has the key. `wants` is the page they were going to. How to reach
    them is forgotten once they are in.
    """

    __table_args__ = {"sqlite_autoincrement": True}

    id: int | None = Field(default=None, primary_key=True)
    key_hash: str = Field(unique=True)
    begun_at: datetime = Field(index=True)
    email: str = ""
    phone: str = ""
    language: str = ""
    wants: str = ""
    round: int = 0


@dataclass(frozen=True)
class Granted:
    """To be shown at the door."""

    grant: str


def new_key() -> str:
    return secrets.token_urlsafe(24)


def is_key(text: object) -> bool:
    return isinstance(text, str) and _KEY.fullmatch(text) is not None


def ask(session: Session, now: datetime, key: str, typed: str, language: str, wants: str) -> Contact:
    """Send a code to the contact that was typed. Raises NotValid about `contact`, TooManyCodes."""
    contact = tidied_contact(typed, read_catalogue(session).town)
    check_can_be_asked(session, contact)
    row = _begun(session, now, key)
    is_same = (row.email, row.phone) == (contact.email, contact.phone)
    row.email, row.phone, row.language, row.wants = contact.email, contact.phone, language, wants
    sent = latest_code(session, _subject(row)) if is_same else None
    if sent is None or sent.used_at or now - sent.sent_at >= SAME_WISH:
        _send(session, now, row, contact)
    return contact


def ask_again(session: Session, now: datetime, key: str) -> None:
    """Another code to the same contact; the one before is good no longer. Raises CodeOver when nobody was asked, TooManyCodes."""
    row = _under(session, key)
    if row is None:
        raise CodeOver()
    sent = latest_code(session, _subject(row))
    if sent is None or sent.used_at or now - sent.sent_at >= SAME_WISH:
        _send(session, now, row, Contact(row.email, row.phone))


def answer(session: Session, now: datetime, key: str, code: str) -> Granted | WrongCode:
    """What is shown at the door, for the right code. A wrong one is answered, not raised, because the try has to be committed.

    Raises CodeOver.
    """
    row = _right(session, now, key, code)
    if isinstance(row, WrongCode):
        return row
    resident = resident_with(session, now, _used(row), row.language)
    return Granted(grant(session, now, Person("code", resident_id=resident.id), row.language, row.wants))


def contact_shown(session: Session, now: datetime, key: str, code: str) -> Contact | WrongCode:
    """The contact that whoever typed the right code has shown to be theirs; it lets nobody in. Raises CodeOver."""
    row = _right(session, now, key, code)
    return row if isinstance(row, WrongCode) else _used(row)


def contact_asked(session: Session, key: str) -> Contact | None:
    """Where the code was sent; None when none was, or it has been used."""
    row = session.exec(select(SignIn).where(SignIn.key_hash == _hash(key))).one_or_none() if is_key(key) else None
    return Contact(row.email, row.phone) if row and (row.email or row.phone) else None


def code_for(session: Session, sign_in_id: int) -> tuple[SignIn, str, datetime] | None:
    """Who waits for it, the code, until when it is good: for its letter. None when it is over."""
    row = session.get(SignIn, sign_in_id)
    sent = latest_code(session, _subject(row)) if row else None
    return (row, code_of(session, sent), sent.sent_at + LASTS) if row and sent and not sent.used_at else None


def code_of_tab(session: Session, key: str) -> str:
    """For a demonstration from which no message is sent; "" when there is none."""
    row = session.exec(select(SignIn).where(SignIn.key_hash == _hash(key))).one_or_none() if is_key(key) else None
    found = code_for(session, row.id or 0) if row else None
    return found[1] if found else ""


def forget_sign_ins(session: Session, now: datetime) -> None:
    session.execute(delete(SignIn).where(col(SignIn.begun_at) < now - FORGOTTEN_AFTER))


def about(row: SignIn) -> str:
    """What its letters are about (outbox.py)."""
    return f"sign-in {row.id}"


def _send(session: Session, now: datetime, row: SignIn, contact: Contact) -> None:
    new_code(session, now, _subject(row), known_by(contact))
    waiting = update(Letter).where(Letter.about == about(row), Letter.outcome == "")  # type: ignore[arg-type]
    session.execute(waiting.values(outcome=OVERTAKEN, settled_at=now))
    if channel := channel_of(contact):
        letter = {"about": about(row), "what": CODE, "channel": channel}
        write_down(session, [{**letter, "written_at": now, "due_at": now, "useful_until": now + LASTS}])


def _begun(session: Session, now: datetime, key: str) -> SignIn:
    """The row under `key`, locked, made if there is none; one that is old begins anew."""
    session.execute(insert_on(session, SignIn).values(key_hash=_hash(key), begun_at=now, **_NOTHING).on_conflict_do_nothing())
    row = session.exec(select(SignIn).where(SignIn.key_hash == _hash(key)).with_for_update()).one()
    if now >= row.begun_at + LASTS:
        row.round += 1
    row.begun_at = now
    return row


_NOTHING = {"email": "", "phone": "", "language": "", "wants": "", "round": 0}


def _under(session: Session, key: str) -> SignIn | None:
    found = select(SignIn).where(SignIn.key_hash == _hash(key)).with_for_update()
    row = session.exec(found).one_or_none() if is_key(key) else None
    return row if row and (row.email or row.phone) else None


def _right(session: Session, now: datetime, key: str, code: str) -> SignIn | WrongCode:
    """Raises CodeOver."""
    row = _under(session, key)
    if row is None:
        raise CodeOver()
    return check_code(session, now, _subject(row), code) or row


def _used(row: SignIn) -> Contact:
    """How to reach them is forgotten here once it has been shown."""
    contact = Contact(row.email, row.phone)
    row.email, row.phone, row.round = "", "", row.round + 1
    return contact


def _subject(row: SignIn) -> str:
    """What its codes are for: this contact, by this tab, this time."""
    return f"sign-in {row.id}.{row.round} {_hash(known_by(Contact(row.email, row.phone)))[:16]}"


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()
