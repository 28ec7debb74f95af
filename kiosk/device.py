"""Devices of the lobby, each with a token that is good for one location: it draws tickets and checks people in there, and nothing else."""

from __future__ import annotations

import secrets
from datetime import datetime
from hashlib import sha256

from sqlmodel import Field, Session, col, select

from booking.audit import PROGRAM, record
from booking.catalogue import read_catalogue
from booking.errors import UnknownLocation
from booking.store import Table


class Device(Table, table=True):
    """`token_hash` is of the secret that the device sends with every request."""

    __table_args__ = {"sqlite_autoincrement": True}

    id: int | None = Field(default=None, primary_key=True)
    token_hash: str = Field(unique=True)
    location: str = Field(foreign_key="location.slug")
    made_at: datetime
    withdrawn_at: datetime | None = None


def new_device(session: Session, now: datetime, location: str) -> str:
    """The token, told this once. Raises UnknownLocation."""
    if location not in read_catalogue(session).locations:
        raise UnknownLocation(location)
    token = secrets.token_urlsafe(32)
    row = Device(token_hash=_hash(token), location=location, made_at=now)
    session.add(row)
    session.flush()
    _record(session, now, "device-made", row)
    return token


def device_with(session: Session, token: str) -> Device | None:
    """None when there is none, it was withdrawn, or its location is offered no more."""
    row = session.exec(select(Device).where(Device.token_hash == _hash(token))).one_or_none() if token else None
    is_good = row and row.withdrawn_at is None and row.location in read_catalogue(session).locations
    return row if is_good else None


def good_devices(session: Session) -> list[Device]:
    return list(session.exec(select(Device).where(col(Device.withdrawn_at).is_(None)).order_by(col(Device.id))))


def withdraw_device(session: Session, now: datetime, number: int) -> bool:
    """False when there is no good device of this number."""
    row = session.get(Device, number, with_for_update=True)
    if row is None or row.withdrawn_at is not None:
        return False
    row.withdrawn_at = now
    _record(session, now, "device-withdrawn", row)
    return True


def _hash(token: str) -> str:
    return sha256(token.encode("utf-8", "replace")).hexdigest()


def _record(session: Session, now: datetime, act: str, row: Device) -> None:
    subject = f"device {row.id}"
    facts = {"location": row.location}
    record(session, now, actor_kind=PROGRAM, actor="portal", act=act, subject_kind="device", subject=subject, facts=facts)
