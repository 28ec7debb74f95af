"""How staff show who they are: a password (Argon2) and a second thing, the six digits of an authenticator (RFC 6238) or, once each,
one of ten recovery codes. A password alone signs nobody in.

Whom the town's file doesn't name any more has no access, whatever stands here. Wrong and unknown are answered alike and in the same
time; after five wrong tries in a row each next one has to wait longer, known or not.
"""

from __future__ import annotations

import hmac
import secrets
from base64 import b32encode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from typing import ClassVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from cryptography.fernet import Fernet, InvalidToken
from pyotp import random_base32
from pyotp.totp import TOTP
from sqlalchemy import delete
from sqlmodel import Field, Session, col, select

from booking.audit import STAFF, record
from booking.catalogue import StaffMember, read_catalogue
from booking.errors import NotValid, Problem, Refusal
from booking.references import bare
from booking.store import Table, insert_on, store_of
from portal.identity import sessions
from portal.identity.sessions import Person, hash_of_token

INVITATION_LASTS = timedelta(hours=24)
SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 1_000
RECOVERY_CODES = 10
STEP = 30  # seconds
# So many wrong ones in a row cost nothing; then a minute, and twice as long each time.
FREE_TRIES = 5
LONGEST_WAIT = timedelta(minutes=15)
# A row of wrong tries is over when nobody has tried for so long.
FORGOTTEN_AFTER = timedelta(days=1)


class StaffAccess(Table, table=True):
    """`totp_sealed` can be opened with the installation's secret only; `totp_step` is the last step of time whose digits were used."""

    staff: str = Field(primary_key=True, foreign_key="staff_member.slug")
    password_hash: str
    totp_sealed: str
    totp_step: int = 0
    set_up_at: datetime


class StaffRecoveryCode(Table, table=True):
    code_hash: str = Field(primary_key=True)
    staff: str = Field(foreign_key="staff_member.slug", index=True)


class StaffInvitation(Table, table=True):
    token_hash: str = Field(primary_key=True)
    staff: str = Field(foreign_key="staff_member.slug", index=True)
    made_at: datetime


class StaffTries(Table, table=True):
    """Wrong tries in a row for what was typed as an e-mail address, whether or not anybody has it."""

    who_hash: str = Field(primary_key=True)
    wrong: int = 0
    last_at: datetime
    waits_until: datetime | None = None


@dataclass(eq=False)
class WrongSignIn(Refusal):
    """Not told which of it is wrong, nor whether there is anybody of that name. Never raised by a try: that has to be committed."""

    code: ClassVar[str] = "wrong-sign-in"


@dataclass(frozen=True)
class TryLater:
    """Too many wrong tries in a row: from `until`."""

    until: datetime


@dataclass(frozen=True)
class Wrong:
    """Something of it was wrong. `is_clock`: the six digits would have been right at another hour, so a clock is wrong."""

    is_clock: bool = False


def invite(session: Session, now: datetime, email: str) -> str:
    """A secret for one link, good for a day, that lets this staff member choose their password; one before it is good no longer.

    Raises LookupError for somebody the town's file doesn't name.
    """
    member = member_of(session, email)
    if member is None:
        raise LookupError(email)
    session.execute(delete(StaffInvitation).where(col(StaffInvitation.staff) == member.slug))
    token = secrets.token_urlsafe(32)
    session.add(StaffInvitation(token_hash=hash_of_token(token), staff=member.slug, made_at=now))
    _record(session, now, member.slug, "invited")
    return token


def invited(session: Session, now: datetime, token: str) -> StaffMember | None:
    """Whose invitation this is; None for one that is used, too old, or none."""
    row = session.get(StaffInvitation, hash_of_token(token))
    if row is None or now >= row.made_at + INVITATION_LASTS:
        return None
    return read_catalogue(session).staff.get(row.staff)


def set_up(session: Session, now: datetime, token: str, password: str, totp_secret: str, digits: str) -> list[str]:
    """Their password and authenticator from now on, in place of any before; the ten recovery codes, told this once.

    Raises WrongSignIn for an invitation that is over, NotValid about `password` or `digits`.
    """
    row = session.exec(
        select(StaffInvitation).where(StaffInvitation.token_hash == hash_of_token(token)).with_for_update()
    ).one_or_none()
    member = invited(session, now, token)
    if row is None or member is None:
        raise WrongSignIn()
    step = _step_of(totp_secret, bare(digits), now)
    problems = [*_weak(password, member), *([] if step else [Problem("digits", "wrong-digits")])]
    if problems:
        raise NotValid(tuple(problems))
    session.delete(row)
    _withdraw(session, now, member.slug)
    sealed = _seal(session).encrypt(totp_secret.encode()).decode()
    access = StaffAccess(
        staff=member.slug, password_hash=_hasher().hash(password), totp_sealed=sealed, totp_step=step or 0, set_up_at=now
    )
    codes = [_new_recovery_code() for _ in range(RECOVERY_CODES)]
    session.add(access)
    session.flush()
    session.add_all([StaffRecoveryCode(code_hash=_code_hash(session, member.slug, code), staff=member.slug) for code in codes])
    _record(session, now, member.slug, "access-set-up")
    return codes


def sign_in(session: Session, now: datetime, email: str, password: str, second: str) -> Person | Wrong | TryLater:
    """Answered, never raised, so that a wrong try is committed and counted."""
    tries = _tries(session, now, email)
    if tries.waits_until and now < tries.waits_until:
        return TryLater(tries.waits_until)
    member = member_of(session, email)
    access = session.get(StaffAccess, member.slug, with_for_update=True) if member else None
    is_right = _fits(password, access.password_hash if access else _nobodys_hash())
    is_second, is_clock = _second_fits(session, now, access, second) if access else (False, False)
    if member and access and is_right and is_second:
        session.delete(tries)
        if _hasher().check_needs_rehash(access.password_hash):
            access.password_hash = _hasher().hash(password)
        return Person("password", staff=member.slug)
    tries.wrong, tries.last_at = tries.wrong + 1, now
    if tries.wrong >= FREE_TRIES:
        tries.waits_until = now + min(timedelta(minutes=2 ** (tries.wrong - FREE_TRIES)), LONGEST_WAIT)
    return Wrong(is_clock=is_right and is_clock)


def withdraw(session: Session, now: datetime, email: str) -> None:
    """No password, authenticator or recovery code of theirs is good any more, and they are signed out everywhere.

    Raises LookupError.
    """
    member = member_of(session, email)
    if member is None:
        raise LookupError(email)
    session.execute(delete(StaffInvitation).where(col(StaffInvitation.staff) == member.slug))
    _withdraw(session, now, member.slug)
    _record(session, now, member.slug, "access-withdrawn")


def codes_left(session: Session, staff: str) -> int:
    return len(session.exec(select(StaffRecoveryCode).where(StaffRecoveryCode.staff == staff)).all())


def member_of(session: Session, email: str) -> StaffMember | None:
    """Who works here under this address, by the town's file as it stands."""
    folded = email.strip().casefold()
    return next((each for each in read_catalogue(session).staff.values() if each.email.casefold() == folded), None)


def new_totp_secret() -> str:
    return random_base32()


def totp_address(secret: str, email: str, town: str) -> str:
    """What an authenticator reads from a QR code (Key URI format)."""
    return TOTP(secret).provisioning_uri(name=email, issuer_name=town)


def forget_tries(session: Session, now: datetime) -> None:
    session.execute(delete(StaffTries).where(col(StaffTries.last_at) < now - FORGOTTEN_AFTER))
    session.execute(delete(StaffInvitation).where(col(StaffInvitation.made_at) < now - FORGOTTEN_AFTER))


def _tries(session: Session, now: datetime, email: str) -> StaffTries:
    key = hmac.digest(store_of(session).secret, f"staff tries:{email.strip().casefold()}".encode(), sha256).hex()
    session.execute(insert_on(session, StaffTries).values(who_hash=key, wrong=0, last_at=now).on_conflict_do_nothing())
    row = session.exec(select(StaffTries).where(StaffTries.who_hash == key).with_for_update()).one()
    if row.last_at < now - FORGOTTEN_AFTER:
        row.wrong, row.waits_until = 0, None
    return row


def _second_fits(session: Session, now: datetime, access: StaffAccess, second: str) -> tuple[bool, bool]:
    """Is it right, and if not, would it be at another hour? Digits are good once, and so is a recovery code."""
    typed = bare(second)
    if len(typed) == 6 and typed.isdecimal():
        try:
            secret = _seal(session).decrypt(access.totp_sealed.encode()).decode()
        except InvalidToken:
            return False, False
        step = _step_of(secret, typed, now)
        if step and step > access.totp_step:
            access.totp_step = step
            return True, False
        return False, step is None and _would_fit(secret, typed, now)
    row = session.get(StaffRecoveryCode, _code_hash(session, access.staff, typed), with_for_update=True)
    if row is None:
        return False, False
    session.delete(row)
    return True, False


def _step_of(secret: str, digits: str, now: datetime) -> int | None:
    """The step of time to which these digits belong: this one, or the one before or after."""
    step = int(now.timestamp()) // STEP
    totp = TOTP(secret)
    return next((each for each in (step, step - 1, step + 1) if hmac.compare_digest(totp.at(each * STEP), digits)), None)


def _would_fit(secret: str, digits: str, now: datetime) -> bool:
    """Within a quarter of an hour either way."""
    step, totp = int(now.timestamp()) // STEP, TOTP(secret)
    return any(totp.at(each * STEP) == digits for each in range(step - 30, step + 31))


def _withdraw(session: Session, now: datetime, staff: str) -> None:
    session.execute(delete(StaffRecoveryCode).where(col(StaffRecoveryCode.staff) == staff))
    session.execute(delete(StaffAccess).where(col(StaffAccess.staff) == staff))
    session.flush()
    sessions.end_all_of(session, now, staff=staff)


def _weak(password: str, member: StaffMember) -> list[Problem]:
    folded = password.casefold()
    if len(password) < SHORTEST_PASSWORD:
        return [Problem("password", "too-short", SHORTEST_PASSWORD)]
    if len(password) > LONGEST_PASSWORD:
        return [Problem("password", "too-long", LONGEST_PASSWORD)]
    if len(set(folded)) < 5 or folded in (member.email.casefold(), member.name.casefold(), member.slug):
        return [Problem("password", "too-easy")]
    return []


def _fits(password: str, password_hash: str) -> bool:
    try:
        return _hasher().verify(password_hash, password[:LONGEST_PASSWORD])
    except (VerifyMismatchError, InvalidHashError):
        return False


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _nobodys_hash() -> str:
    """So that an unknown address takes as long as a known one."""
    return _hasher().hash(secrets.token_urlsafe())


def _seal(session: Session) -> Fernet:
    return Fernet(urlsafe_b64encode(hmac.digest(store_of(session).secret, b"authenticators", sha256)))


def _new_recovery_code() -> str:
    """80 bits, in four groups of four."""
    code = b32encode(secrets.token_bytes(10)).decode()
    return "-".join(code[at : at + 4] for at in range(0, 16, 4))


def _code_hash(session: Session, staff: str, code: str) -> str:
    return hmac.digest(store_of(session).secret, f"recovery:{staff}:{bare(code)}".encode(), sha256).hex()


def _record(session: Session, now: datetime, staff: str, act: str) -> None:
    record(session, now, actor_kind=STAFF, actor=staff, act=act, subject_kind=STAFF, subject=staff)
