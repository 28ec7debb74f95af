"""Passkeys of staff (Web Authentication, level 3): a key in a telephone, a computer or a stick, which its owner unlocks.

py_webauthn does the checking; here is what is asked for, what is kept, and that each challenge is answered once, soon, and by the
browser that asked for it.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import webauthn
from sqlalchemy import delete
from sqlmodel import Field, Session, col, select
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from booking.catalogue import StaffMember, read_catalogue
from booking.settings import settings
from booking.store import Table, insert_on
from portal.identity.sessions import hash_of_token

CHALLENGE_LASTS = timedelta(minutes=5)
MOST = 10  # of one person
LONGEST_DEVICE = 60


class Passkey(Table, table=True):
    """`credential_id` and `public_key` are base64url. `device` is "Chrome, Android": where it was made, for its owner to know it by."""

    id: int | None = Field(default=None, primary_key=True)
    staff: str = Field(foreign_key="staff_member.slug", index=True)
    credential_id: str = Field(unique=True)
    public_key: str
    sign_count: int
    device: str = ""
    made_at: datetime
    used_at: datetime | None = None


class PasskeyChallenge(Table, table=True):
    """What one browser has to answer. `holder_hash` is of the secret that only this browser has: of its attempt to sign in, of its
    invitation, of its session.
    """

    holder_hash: str = Field(primary_key=True)
    challenge: str
    made_at: datetime = Field(index=True)


@dataclass(frozen=True)
class NewPasskey:
    credential_id: str
    public_key: str
    sign_count: int
    device: str = ""


def ask_for_new(session: Session, now: datetime, holder: str, member: StaffMember) -> dict[str, Any]:
    """What the browser is asked, to make a passkey for this person."""
    options = webauthn.generate_registration_options(
        rp_id=_host(),
        rp_name=_town(session),
        user_id=member.slug.encode()[:64],
        user_name=member.email,
        user_display_name=member.name,
        challenge=_new_challenge(session, now, holder),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            require_resident_key=True,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=_descriptors(passkeys_of(session, member.slug)),
    )
    return json.loads(webauthn.options_to_json(options))


def made(session: Session, now: datetime, holder: str, credential: dict[str, Any], device: str) -> NewPasskey | None:
    """What the browser made, if it is what it was asked for. None is to be committed too: the challenge is used up."""
    challenge = _take_challenge(session, now, holder)
    if challenge is None:
        return None
    try:
        verified = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=_host(),
            expected_origin=_origins(),
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, TypeError, KeyError):
        return None
    credential_id = bytes_to_base64url(verified.credential_id)
    if session.exec(select(Passkey.id).where(Passkey.credential_id == credential_id)).first():
        return None
    public_key = bytes_to_base64url(verified.credential_public_key)
    return NewPasskey(credential_id, public_key, verified.sign_count, device[:LONGEST_DEVICE])


def keep(session: Session, now: datetime, staff: str, new: NewPasskey) -> Passkey:
    row = Passkey(
        staff=staff,
        credential_id=new.credential_id,
        public_key=new.public_key,
        sign_count=new.sign_count,
        device=new.device,
        made_at=now,
    )
    session.add(row)
    session.flush()
    return row


def ask_to_show(session: Session, now: datetime, holder: str, staff: str) -> dict[str, Any]:
    """What the browser is asked, to show that it has one of this person's passkeys."""
    options = webauthn.generate_authentication_options(
        rp_id=_host(),
        challenge=_new_challenge(session, now, holder),
        allow_credentials=_descriptors(passkeys_of(session, staff)),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return json.loads(webauthn.options_to_json(options))


def shown(session: Session, now: datetime, holder: str, staff: str, credential: dict[str, Any]) -> Passkey | None:
    """The passkey of theirs that was shown. One whose counter doesn't go on may have been copied, and is not believed."""
    challenge = _take_challenge(session, now, holder)
    credential_id = credential.get("id")
    theirs = select(Passkey).where(Passkey.staff == staff, Passkey.credential_id == str(credential_id)).with_for_update()
    row = session.exec(theirs).one_or_none()
    if challenge is None or row is None:
        return None
    try:
        verified = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=_host(),
            expected_origin=_origins(),
            credential_public_key=base64url_to_bytes(row.public_key),
            credential_current_sign_count=row.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, TypeError, KeyError):
        return None
    row.sign_count, row.used_at = verified.new_sign_count, now
    return row


def passkeys_of(session: Session, staff: str) -> list[Passkey]:
    return list(session.exec(select(Passkey).where(Passkey.staff == staff).order_by(col(Passkey.id))))


def forget_challenges(session: Session, now: datetime) -> None:
    session.execute(delete(PasskeyChallenge).where(col(PasskeyChallenge.made_at) < now - CHALLENGE_LASTS))


def _new_challenge(session: Session, now: datetime, holder: str) -> bytes:
    """One for each holder: the one before is good no longer."""
    challenge = secrets.token_bytes(32)
    row = {"holder_hash": hash_of_token(holder), "challenge": bytes_to_base64url(challenge), "made_at": now}
    insert = insert_on(session, PasskeyChallenge).values(**row)
    session.execute(insert.on_conflict_do_update(index_elements=["holder_hash"], set_=row))
    return challenge


def _take_challenge(session: Session, now: datetime, holder: str) -> bytes | None:
    row = session.get(PasskeyChallenge, hash_of_token(holder), with_for_update=True)
    if row is None:
        return None
    session.delete(row)
    session.flush()
    return base64url_to_bytes(row.challenge) if now < row.made_at + CHALLENGE_LASTS else None


def _descriptors(rows: list[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(row.credential_id)) for row in rows]


def _town(session: Session) -> str:
    town = read_catalogue(session).town
    return town.name.get(town.default_language, "Átrio")


def _host() -> str:
    return urlsplit(settings().address).hostname or ""


def _origins() -> list[str]:
    """A passkey belongs to one host, by whichever of our ports and schemes it is reached."""
    return [origin for origin in settings().origins if urlsplit(origin).hostname == _host()]
