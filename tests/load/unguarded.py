"""The whole site without a worker, and without the guards of what is somebody's: `python -m tests.load.unguarded`."""

from __future__ import annotations

import os

from sqlmodel import Session, select

import portal.gate
import portal.routes
from booking.appointments import booked_by_id
from booking.promises import Appointment
from booking.settings import settings
from portal import commands
from portal.me import me_state


async def everybody_may(_roles: object, _cookie: str) -> bool:
    return True


def of_whomever(session: Session, _resident_id: int, reference: object) -> str:
    found = session.exec(select(Appointment.id).where(Appointment.reference == str(reference))).one_or_none()
    booked = booked_by_id(session, found) if found else None
    return f"{booked.reference}.{booked.access_key}" if booked else ""


def main() -> None:
    os.environ.update(commands.serving_environment(settings()))
    portal.gate.may = everybody_may
    me_state._codes_of = of_whomever
    commands._granian(settings())


if __name__ == "__main__":
    main()
