"""How the book stands, in numbers that name nobody: for whoever watches over the installation.

Read from the database, so that every process and every machine gives the same answer, and a restart forgets nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select

from booking.outbox import DELIVERED, PARKED, Letter, worker_last_seen
from booking.promises import Appointment, AppointmentChange

DUE, LATER = "due", "later"


@dataclass(frozen=True)
class Figures:
    """`changes`: how often an appointment was booked, moved, cancelled. `appointments` by state. `letters` by what became of
    them (DUE and not yet delivered, for LATER, DELIVERED, PARKED) and channel; settled ones of the last 90 days. The ages are in
    seconds; None when no letter is due, and when no worker was ever seen.
    """

    changes: Mapping[str, int]
    appointments: Mapping[str, int]
    letters: Mapping[tuple[str, str], int]
    oldest_due: float | None
    worker_seen: float | None


def figures(session: Session, now: datetime) -> Figures:
    change, state = AppointmentChange.what, Appointment.state
    seen_at = worker_last_seen(session)
    return Figures(
        changes=dict(session.exec(select(change, func.count()).group_by(change)).all()),
        appointments=dict(session.exec(select(state, func.count()).group_by(state)).all()),
        letters=_letters(session, now),
        oldest_due=_oldest_due(session, now),
        worker_seen=(now - seen_at).total_seconds() if seen_at else None,
    )


def _letters(session: Session, now: datetime) -> dict[tuple[str, str], int]:
    counted: dict[tuple[str, str], int] = {}
    due = (col(Letter.due_at) <= now).label("due")
    waiting = select(due, Letter.channel, func.count()).where(Letter.outcome == "")
    for is_due, channel, count in session.exec(waiting.group_by(due, col(Letter.channel))):
        counted[DUE if is_due else LATER, channel] = count
    settled = select(Letter.outcome, Letter.channel, func.count()).where(col(Letter.outcome).in_((DELIVERED, PARKED)))
    for outcome, channel, count in session.exec(settled.group_by(col(Letter.outcome), col(Letter.channel))):
        counted[outcome, channel] = count
    return counted


def _oldest_due(session: Session, now: datetime) -> float | None:
    first = session.exec(select(func.min(Letter.due_at)).where(Letter.outcome == "", Letter.due_at <= now)).one()
    return (now - first).total_seconds() if first else None
