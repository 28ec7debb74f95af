"""`python -m portal letters`: what waits, what could not be delivered and why, and another try."""

from __future__ import annotations

from argparse import Namespace

from sqlmodel import Session

from booking.outbox import Letter, how_many_wait, parked, send_again
from booking.promises import Appointment
from booking.store import read, the_store, write
from portal.page_state import now


def letters(arguments: Namespace) -> None:
    if arguments.again:
        print(f"{write(the_store(), send_again, now())} letters are tried again.")
        return
    print(f"{read(the_store(), how_many_wait, now())} letters are due and wait to be delivered.")
    for line in read(the_store(), _parked_lines) or ["Every letter could be delivered."]:
        print(line)


def _parked_lines(session: Session) -> list[str]:
    return [_line(letter, _about(session, letter)) for letter in parked(session)]


def _about(session: Session, letter: Letter) -> str:
    return session.get_one(Appointment, letter.appointment_id).reference if letter.appointment_id else letter.about


def _line(letter: Letter, reference: str) -> str:
    day = f"{letter.settled_at or letter.due_at:%Y-%m-%d %H:%M} UTC"
    return f"{day}  {reference}  {letter.what} by {letter.channel}: {letter.trouble}"
