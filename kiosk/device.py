"""Devices of the lobby, each with a token that is good for one location: it draws tickets and checks people in there, and nothing else."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from sqlmodel import Field, Session, col, select

from booking.audit import PROGRAM, STAFF, record
from booking.catalogue import read_catalogue
from booking.errors import UnknownLocation
from booking.store import Table

SEEN_EVERY = timedelta(minutes=1)
NO_PRINTER, BY_BROWSER = "", "browser"


class Device(Table, table=True):
    """`token_hash` is of the secret that the device sends with every request. `printer`: "" for none, "browser" for the one that the
    browser prints on, else the address of a receipt printer. `trouble` is why its last ticket wasn't printed, "" when it was.
    """

    __table_args__ = {"sqlite_autoincrement": True}

    id: int | None = Field(default=None, primary_key=True)
    token_hash: str = Field(unique=True)
    location: str = Field(foreign_key="location.slug")
    made_at: datetime
    made_by: str = ""
    seen_at: datetime | None = None
    printer: str = NO_PRINTER
    trouble: str = ""
    withdrawn_at: datetime | None = None


def new_device(session: Session, now: datetime, location: str, *, by: str = "") -> str:
    """The token, told this once. `by` is a staff member, "" for whoever types commands. Raises UnknownLocation."""
    if location not in read_catalogue(session).locations:
        raise UnknownLocation(location)
    token = secrets.token_urlsafe(32)
    row = Device(token_hash=_hash(token), location=location, made_at=now, made_by=by)
    session.add(row)
    session.flush()
    _record(session, now, "device-made", row, by)
    return token


def device_with(session: Session, token: str) -> Device | None:
    """None when there is none, it was withdrawn, or its location is offered no more."""
    row = session.exec(select(Device).where(Device.token_hash == _hash(token))).one_or_none() if token else None
    is_good = row and row.withdrawn_at is None and row.location in read_catalogue(session).locations
    return row if is_good else None


def good_devices(session: Session) -> list[Device]:
    return list(session.exec(select(Device).where(col(Device.withdrawn_at).is_(None)).order_by(col(Device.id))))


def device_seen(session: Session, now: datetime, number: int) -> None:
    """It is there, and in use."""
    row = session.get(Device, number)
    if row:
        row.seen_at = now


def prints_on(session: Session, now: datetime, number: int, printer: str, by: str) -> bool:
    """False when there is no good device of this number."""
    row = session.get(Device, number, with_for_update=True)
    if row is None or row.withdrawn_at is not None:
        return False
    if row.printer != printer:
        row.printer, row.trouble = printer, ""
        _record(session, now, "device-printer", row, by)
    return True


def device_trouble(session: Session, number: int, trouble: str) -> None:
    """How it went with its last ticket."""
    row = session.get(Device, number, with_for_update=True)
    if row and row.trouble != trouble:
        row.trouble = trouble


def in_trouble(session: Session, location: str) -> list[str]:
    """Why devices of this house couldn't print their last ticket, each reason once."""
    rows = (row for row in good_devices(session) if row.location == location and row.trouble)
    return list(dict.fromkeys(row.trouble for row in rows))


def withdraw_device(session: Session, now: datetime, number: int, *, by: str = "") -> bool:
    """False when there is no good device of this number."""
    row = session.get(Device, number, with_for_update=True)
    if row is None or row.withdrawn_at is not None:
        return False
    row.withdrawn_at = now
    _record(session, now, "device-withdrawn", row, by)
    return True


def _hash(token: str) -> str:
    return sha256(token.encode("utf-8", "replace")).hexdigest()


def _record(session: Session, now: datetime, act: str, row: Device, by: str) -> None:
    subject, facts = f"device {row.id}", {"location": row.location}
    kind, actor = (STAFF, by) if by else (PROGRAM, "portal")
    record(session, now, actor_kind=kind, actor=actor, act=act, subject_kind="device", subject=subject, facts=facts)
