"""Signing in as staff, in two steps: e-mail and password, then a second thing. Wrong and unknown are answered alike and in the same
time; each answer is returned, never raised, so that a wrong try is committed and counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from sqlalchemy import delete
from sqlmodel import Field, Session, col

from booking.catalogue import StaffMember, read_catalogue
from booking.errors import Refusal
from booking.store import Table
from portal.identity import passkeys
from portal.identity.passkeys import passkeys_of
from portal.identity.passwords import Compared
from portal.identity.sessions import Person, hash_of_token
from portal.identity.staff_access import StaffAccess, Wrong, member_of, second_fits
from portal.identity.tries import TryLater, must_wait, tries_of, waits, was_wrong

# From the password to the second thing.
LASTS = timedelta(minutes=10)


class DeskSignIn(Table, table=True):
    """Somebody who typed the right password, in one browser tab, which alone has the key; gone once they are in."""

    key_hash: str = Field(primary_key=True)
    staff: str = Field(foreign_key="staff_member.slug")
    begun_at: datetime = Field(index=True)


@dataclass(eq=False)
class SignInOver(Refusal):
    """No password was typed in this tab, or too long ago: begin again."""

    code: ClassVar[str] = "sign-in-over"


@dataclass(frozen=True)
class Ways:
    """The password was right: what they can show beside it. A recovery code is always a way."""

    has_passkey: bool
    has_authenticator: bool


def to_compare(session: Session, now: datetime, email: str) -> str | TryLater:
    """The hash to hold the password against; "" when there is none."""
    if later := must_wait(session, now, email):
        return later
    member = member_of(session, email)
    access = session.get(StaffAccess, member.slug) if member else None
    return access.password_hash if access else ""


def first_step(session: Session, now: datetime, key: str, email: str, compared: Compared) -> Ways | Wrong | TryLater:
    """Counted here, whatever was compared meanwhile: of many tries at once only the first few are answered."""
    tries = tries_of(session, now, email)
    if later := waits(tries, now):
        return later
    member = member_of(session, email)
    access = session.get(StaffAccess, member.slug, with_for_update=True) if member else None
    if not (member and access and compared.is_right and compared.password_hash == access.password_hash):
        was_wrong(tries, now)
        return Wrong()
    access.password_hash = compared.rehashed or access.password_hash
    _begin(session, now, key, member.slug)
    return Ways(bool(passkeys_of(session, member.slug)), bool(access.totp_sealed))


def ways_of(session: Session, now: datetime, key: str) -> Ways:
    """Raises SignInOver."""
    member = _member(session, now, key)
    access = session.get(StaffAccess, member.slug)
    return Ways(bool(passkeys_of(session, member.slug)), bool(access and access.totp_sealed))


def second_step(session: Session, now: datetime, key: str, typed: str) -> Person | Wrong | TryLater:
    """By six digits or a recovery code. Raises SignInOver."""
    member = _member(session, now, key)
    tries = tries_of(session, now, member.email)
    if later := waits(tries, now):
        return later
    access = session.get(StaffAccess, member.slug, with_for_update=True)
    fits = second_fits(session, now, access, typed) if access else Wrong()
    if isinstance(fits, Wrong):
        was_wrong(tries, now)
        return fits
    session.delete(tries)
    _end(session, key)
    return Person("password", staff=member.slug)


def ask_for_passkey(session: Session, now: datetime, key: str) -> dict[str, Any]:
    """What the browser is asked. Raises SignInOver."""
    return passkeys.ask_to_show(session, now, key, _member(session, now, key).slug)


def second_step_by_passkey(session: Session, now: datetime, key: str, credential: dict[str, Any]) -> Person | Wrong | TryLater:
    """Raises SignInOver."""
    member = _member(session, now, key)
    tries = tries_of(session, now, member.email)
    if later := waits(tries, now):
        return later
    if passkeys.shown(session, now, key, member.slug, credential) is None:
        was_wrong(tries, now)
        return Wrong()
    session.delete(tries)
    _end(session, key)
    return Person("passkey", staff=member.slug)


def forget_desk_sign_ins(session: Session, now: datetime) -> None:
    session.execute(delete(DeskSignIn).where(col(DeskSignIn.begun_at) < now - LASTS))


def _member(session: Session, now: datetime, key: str) -> StaffMember:
    row = session.get(DeskSignIn, hash_of_token(key)) if key else None
    member = read_catalogue(session).staff.get(row.staff) if row and now < row.begun_at + LASTS else None
    if member is None:
        raise SignInOver()
    return member


def _begin(session: Session, now: datetime, key: str, staff: str) -> None:
    _end(session, key)
    session.add(DeskSignIn(key_hash=hash_of_token(key), staff=staff, begun_at=now))
    session.flush()


def _end(session: Session, key: str) -> None:
    session.execute(delete(DeskSignIn).where(col(DeskSignIn.key_hash) == hash_of_token(key)))
