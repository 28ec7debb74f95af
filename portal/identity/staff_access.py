"""What staff have to show: a password, and a second thing beside it, an authenticator or passkeys, or, once each, one of ten recovery
codes. A password alone signs nobody in.

Whom the town's file doesn't name any more has no access, whatever stands here.
"""

from __future__ import annotations

import hmac
import json
import secrets
from base64 import b32encode
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import ClassVar

from sqlalchemy import delete
from sqlmodel import Field, Session, col, select

from booking.audit import PROGRAM, STAFF, record
from booking.catalogue import StaffMember, read_catalogue
from booking.errors import NotValid, Problem, Refusal
from booking.references import SecretChanged, bare
from booking.store import Table, store_of
from portal.identity import api_tokens
from portal.identity.authenticators import DIGITS, other_step_of, sealed, step_of, unsealed
from portal.identity.grants import end_everywhere
from portal.identity.passkeys import MOST, NewPasskey, Passkey, keep, passkeys_of
from portal.identity.passwords import weak
from portal.identity.sessions import hash_of_token
from portal.identity.tries import forgive

INVITATION_LASTS = timedelta(hours=24)
RECOVERY_CODES = 10
MOST_REMEMBERED = 20
FORGOTTEN_AFTER = timedelta(days=1)


class StaffAccess(Table, table=True):
    """`totp_sealed` can be opened with the installation's secret only, and is "" for those who have passkeys instead.

    `totp_step` is the last step of time whose digits were used; `told_steps` are later ones of which somebody was told that only
    their clock is wrong, so that nobody waits until those digits are good.
    """

    staff: str = Field(primary_key=True, foreign_key="staff_member.slug")
    password_hash: str
    totp_sealed: str = ""
    totp_step: int = 0
    told_steps: str = ""
    set_up_at: datetime


class StaffRecoveryCode(Table, table=True):
    code_hash: str = Field(primary_key=True)
    staff: str = Field(foreign_key="staff_member.slug", index=True)


class StaffInvitation(Table, table=True):
    """`password_hash` is of the password chosen so far: it counts once there is a second thing. `passkey` is one that was made for it,
    as JSON, until the page has taken it up.
    """

    token_hash: str = Field(primary_key=True)
    staff: str = Field(foreign_key="staff_member.slug", index=True)
    made_at: datetime
    password_hash: str = ""
    passkey: str = ""


@dataclass(eq=False)
class InvitationOver(Refusal):
    """Used, older than a day, followed by another, or never made."""

    code: ClassVar[str] = "invitation-over"


@dataclass(frozen=True)
class Authenticator:
    """A new one, with the digits that it shows."""

    secret: str
    digits: str


@dataclass(frozen=True)
class Wrong:
    """Something of it was wrong. `is_clock`: the six digits would have been right at another hour, so a clock is wrong."""

    is_clock: bool = False


def invite(session: Session, now: datetime, email: str) -> str:
    """A secret for one link, good for a day, that lets this staff member choose their password; one before it is good no longer.

    Raises LookupError for somebody the town's file doesn't name.
    """
    member = _known(session, email)
    session.execute(delete(StaffInvitation).where(col(StaffInvitation.staff) == member.slug))
    token = secrets.token_urlsafe(32)
    session.add(StaffInvitation(token_hash=hash_of_token(token), staff=member.slug, made_at=now))
    _record(session, now, member.slug, "invited", by=PROGRAM)
    return token


def invited(session: Session, now: datetime, token: str) -> StaffMember:
    """Whose invitation this is. Raises InvitationOver."""
    row = session.get(StaffInvitation, hash_of_token(token))
    member = read_catalogue(session).staff.get(row.staff) if row else None
    if row is None or member is None or now >= row.made_at + INVITATION_LASTS:
        raise InvitationOver()
    return member


def has_chosen_password(session: Session, now: datetime, token: str) -> bool:
    """Raises InvitationOver."""
    invited(session, now, token)
    return bool(session.get_one(StaffInvitation, hash_of_token(token)).password_hash)


def check_password(session: Session, now: datetime, token: str, password: str) -> None:
    """Before it is hashed, which takes time. Raises NotValid about `password`, InvitationOver."""
    if problems := weak(password, invited(session, now, token)):
        raise NotValid(tuple(problems))


def choose_password(session: Session, now: datetime, token: str, password_hash: str) -> None:
    """Raises InvitationOver."""
    invited(session, now, token)
    session.get_one(StaffInvitation, hash_of_token(token), with_for_update=True).password_hash = password_hash


def propose_passkey(session: Session, now: datetime, token: str, new: NewPasskey) -> None:
    """Raises InvitationOver."""
    invited(session, now, token)
    row = session.get_one(StaffInvitation, hash_of_token(token), with_for_update=True)
    row.passkey = json.dumps(asdict(new))


def set_up(session: Session, now: datetime, token: str, second: Authenticator | NewPasskey | None = None) -> list[str]:
    """The password chosen and this second thing, from now on, in place of any before; the ten recovery codes, told this once.
    Without `second` it is the passkey that was proposed.

    Raises InvitationOver, also before a password was chosen or where nothing was proposed, NotValid about `digits`.
    """
    row = session.get(StaffInvitation, hash_of_token(token), with_for_update=True)
    member = invited(session, now, token)
    if row is None or not row.password_hash or not (second or row.passkey):
        raise InvitationOver()
    second = second or NewPasskey(**json.loads(row.passkey))
    step = _checked_step(now, second) if isinstance(second, Authenticator) else 0
    _withdraw(session, now, member.slug)
    secret = sealed(session, second.secret) if isinstance(second, Authenticator) else ""
    session.add(
        StaffAccess(staff=member.slug, password_hash=row.password_hash, totp_sealed=secret, totp_step=step, set_up_at=now)
    )
    session.delete(row)
    forgive(session, member.email)
    session.flush()
    if isinstance(second, NewPasskey):
        keep(session, now, member.slug, second)
    _record(session, now, member.slug, "access-set-up")
    return new_recovery_codes(session, member.slug)


def new_recovery_codes(session: Session, staff: str) -> list[str]:
    """Ten, in place of those before."""
    session.execute(delete(StaffRecoveryCode).where(col(StaffRecoveryCode.staff) == staff))
    codes = [_new_recovery_code() for _ in range(RECOVERY_CODES)]
    session.add_all([StaffRecoveryCode(code_hash=_code_hash(session, staff, code), staff=staff) for code in codes])
    return codes


def second_fits(session: Session, now: datetime, access: StaffAccess, typed: str) -> bool | Wrong:
    """Digits are good once, and so is a recovery code. True, or what is wrong. The caller has locked `access`."""
    typed = bare(typed)
    if len(typed) == DIGITS and typed.isdecimal():
        return _digits_fit(session, now, access, typed)
    row = session.get(StaffRecoveryCode, _code_hash(session, access.staff, typed), with_for_update=True)
    if row is None:
        return Wrong()
    session.delete(row)
    _record(session, now, access.staff, "recovery-code-used")
    return True


def add_passkey(session: Session, now: datetime, staff: str, new: NewPasskey) -> bool:
    """Another one of theirs; False when they have too many."""
    if len(passkeys_of(session, staff)) >= MOST:
        return False
    keep(session, now, staff, new)
    _record(session, now, staff, "passkey-added")
    return True


def remove_passkey(session: Session, now: datetime, staff: str, number: int) -> bool:
    """One of theirs. False, and nothing happens, when it is the last second thing they have."""
    access = session.get(StaffAccess, staff, with_for_update=True)
    theirs = passkeys_of(session, staff)
    row = next((each for each in theirs if each.id == number), None)
    if row is None or access is None or (len(theirs) == 1 and not access.totp_sealed):
        return False
    session.delete(row)
    _record(session, now, staff, "passkey-removed")
    return True


def withdraw(session: Session, now: datetime, email: str) -> None:
    """No password, authenticator, passkey, recovery code or token of theirs is good any more, and they are signed out everywhere.

    Raises LookupError.
    """
    member = _known(session, email)
    session.execute(delete(StaffInvitation).where(col(StaffInvitation.staff) == member.slug))
    _withdraw(session, now, member.slug)
    api_tokens.withdraw_all(session, now, member.slug)
    _record(session, now, member.slug, "access-withdrawn", by=PROGRAM)


def codes_left(session: Session, staff: str) -> int:
    return len(session.exec(select(StaffRecoveryCode).where(StaffRecoveryCode.staff == staff)).all())


def member_of(session: Session, email: str) -> StaffMember | None:
    """Who works here under this address, by the town's file as it stands."""
    folded = email.strip().casefold()
    return next((each for each in read_catalogue(session).staff.values() if each.email.casefold() == folded), None)


def forget_invitations(session: Session, now: datetime) -> None:
    session.execute(delete(StaffInvitation).where(col(StaffInvitation.made_at) < now - INVITATION_LASTS - FORGOTTEN_AFTER))


def _checked_step(now: datetime, new: Authenticator) -> int:
    digits = bare(new.digits)
    if step := step_of(new.secret, digits, now):
        return step
    is_clock = len(digits) == DIGITS and other_step_of(new.secret, digits, now)
    raise NotValid((Problem("digits", "wrong-clock" if is_clock else "wrong-digits"),))


def _digits_fit(session: Session, now: datetime, access: StaffAccess, digits: str) -> bool | Wrong:
    try:
        secret = unsealed(session, access.totp_sealed) if access.totp_sealed else ""
    except SecretChanged:
        secret = ""
    if not secret:
        return Wrong()
    step = step_of(secret, digits, now)
    told = [int(each) for each in access.told_steps.split()]
    if step and step > access.totp_step and step not in told:
        access.totp_step = step
        return True
    other = None if step else other_step_of(secret, digits, now)
    if other:
        access.told_steps = " ".join(map(str, [*told, other][-MOST_REMEMBERED:]))
    return Wrong(is_clock=other is not None)


def _withdraw(session: Session, now: datetime, staff: str) -> None:
    for table in (StaffRecoveryCode, Passkey, StaffAccess):
        session.execute(delete(table).where(col(table.staff) == staff))
    session.flush()
    end_everywhere(session, now, staff=staff)


def _known(session: Session, email: str) -> StaffMember:
    member = member_of(session, email)
    if member is None:
        raise LookupError(email)
    return member


def _new_recovery_code() -> str:
    """80 bits, in four groups of four."""
    code = b32encode(secrets.token_bytes(10)).decode()
    return "-".join(code[at : at + 4] for at in range(0, 16, 4))


def _code_hash(session: Session, staff: str, code: str) -> str:
    return hmac.digest(store_of(session).secret, f"recovery:{staff}:{bare(code)}".encode(), sha256).hex()


def _record(session: Session, now: datetime, staff: str, act: str, *, by: str = STAFF) -> None:
    """By whoever runs the installation, at its terminal, or by themselves."""
    actor = "portal" if by == PROGRAM else staff
    record(session, now, actor_kind=by, actor=actor, act=act, subject_kind=STAFF, subject=staff)
