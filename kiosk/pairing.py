"""Making a screen in the hall one of ours: somebody of the staff gets a code for their house, and types it on the device once."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import delete, update
from sqlmodel import Field, Session, col

from booking.catalogue import read_catalogue
from booking.errors import UnknownLocation
from booking.references import bare
from booking.store import Table, store_of
from kiosk.device import new_device

DIGITS = 8
LASTS = timedelta(minutes=15)
LONGEST_TYPED = 64


class PairingCode(Table, table=True):
    """A code that was shown to a staff member, and is good for one device."""

    id: int | None = Field(default=None, primary_key=True)
    code_hash: str = Field(unique=True)
    location: str = Field(foreign_key="location.slug")
    made_by: str
    made_at: datetime = Field(index=True)
    used_at: datetime | None = None


def new_pairing_code(session: Session, now: datetime, location: str, by: str) -> str:
    """Eight digits, told this once, good for a quarter of an hour. `by` is a staff member. Raises UnknownLocation."""
    if location not in read_catalogue(session).locations:
        raise UnknownLocation(location)
    session.execute(delete(PairingCode).where(col(PairingCode.made_at) < now - LASTS))
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    session.add(PairingCode(code_hash=_hash(session, code), location=location, made_by=by, made_at=now))
    session.flush()
    return code


def pair(session: Session, now: datetime, typed: str) -> str | None:
    """The token for the device on which the right code was typed. None for a code that isn't one, is too old, or was used."""
    good = update(PairingCode).where(
        col(PairingCode.code_hash) == _hash(session, bare(typed[:LONGEST_TYPED])),
        col(PairingCode.used_at).is_(None),
        col(PairingCode.made_at) > now - LASTS,
        col(PairingCode.made_at) <= now,
    )
    # One statement looks and marks: two devices never share a code.
    used = session.execute(
        good.values(used_at=now).returning(col(PairingCode.location), col(PairingCode.made_by))
    ).one_or_none()
    if used is None or used.location not in read_catalogue(session).locations:
        return None
    return new_device(session, now, used.location, by=used.made_by)


def _hash(session: Session, code: str) -> str:
    """Keyed: eight digits are too few for a plain hash."""
    return hmac.digest(store_of(session).secret, f"pairing:{code}".encode(), sha256).hex()
