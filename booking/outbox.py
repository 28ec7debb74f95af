"""What must be told to whom: a row written in the transaction that changes a promise, and delivered at least once.

Whoever delivers leases rows for a while, delivers outside any transaction, and says how it went. When they die meanwhile, the
lease runs out and another takes the row; every attempt carries the row's one `key`, so that what is told twice can be known as
the same. Several may deliver at once: on PostgreSQL they skip each other's rows, on SQLite they take turns.
"""

import random
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any

from sqlalchemy import CheckConstraint, ColumnElement, Index, bindparam, delete, func, insert, text, update
from sqlmodel import Field, Session, col, or_, select

from booking.store import Table, insert_on, table_of

EMAIL, SMS = "email", "sms"
DELIVERED, PARKED, OVERTAKEN = "delivered", "parked", "overtaken"

# Longer than any delivery takes: see the time limits of the ports.
LEASE = timedelta(minutes=5)
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 60, 180, 360, 720, 1440))
TOO_LATE = "it could not be delivered before it was too late to be of use"
LONGEST_TROUBLE = 200


class Letter(Table, table=True):
    """One thing to tell by one channel. Whom, in which language and in which words is looked up when it is delivered: by its
    appointment, or by what else it is `about` ("sign-in 17").

    `outcome` is "" while it waits; then DELIVERED, PARKED when it can't be delivered (`trouble` says why, without anything
    personal), or OVERTAKEN when a later change made it untrue. `useful_until`: telling it later would help nobody.
    """

    __table_args__ = (
        CheckConstraint("(settled_at IS NULL) = (outcome = '')", name="settled_with_outcome"),
        CheckConstraint("(appointment_id IS NULL) = (about <> '')", name="about_one_thing"),
        Index(
            "ix_letter_waiting",
            "due_at",
            sqlite_where=text("outcome = ''"),
            postgresql_where=text("outcome = ''"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(default_factory=lambda: token_hex(16), unique=True)
    appointment_id: int | None = Field(default=None, foreign_key="appointment.id", index=True)
    about: str = ""
    what: str
    channel: str
    written_at: datetime
    due_at: datetime
    useful_until: datetime
    leased_until: datetime | None = None
    attempts: int = 0
    outcome: str = ""
    settled_at: datetime | None = Field(default=None, index=True)
    trouble: str = ""


class WorkerSeen(Table, table=True):
    """When a worker last said that it lives."""

    name: str = Field(primary_key=True)
    seen_at: datetime


LETTERS = table_of(Letter)
# With every booking, while others wait: so these statements are made once, and most need no objects made of rows.
_NEW_LETTER = insert(LETTERS)
_WAITING = (LETTERS.c.outcome == "", or_(LETTERS.c.leased_until.is_(None), LETTERS.c.leased_until <= bindparam("now")))
_LATE = (
    update(LETTERS)
    # What is too late is due: so that nobody looks through all the reminders of the coming weeks.
    .where(*_WAITING, LETTERS.c.due_at <= bindparam("now"), LETTERS.c.useful_until <= bindparam("now"))
    .values(outcome=PARKED, settled_at=bindparam("now"), trouble=TOO_LATE)
)
_DUE = (
    select(LETTERS.c.id)
    .where(*_WAITING, LETTERS.c.due_at <= bindparam("now"))
    .order_by(LETTERS.c.due_at, LETTERS.c.id)
    .limit(bindparam("count"))
    .with_for_update(skip_locked=True)
)
_AMONG = LETTERS.c.id.in_(bindparam("letters", expanding=True))
_LEASED = update(LETTERS).where(_AMONG).values(leased_until=bindparam("until"), attempts=LETTERS.c.attempts + 1)
_THESE = select(Letter).where(_AMONG).order_by(col(Letter.due_at), col(Letter.id))
_DELIVERED = (
    update(LETTERS)
    .where(LETTERS.c.id == bindparam("letter"), LETTERS.c.outcome.in_(("", OVERTAKEN)))
    .values(outcome=DELIVERED, settled_at=bindparam("now"), leased_until=None, trouble="")
)


def write_down(session: Session, letters: list[dict[str, Any]]) -> None:
    """New letters, given by what is known of them."""
    waiting = {"appointment_id": None, "about": "", "attempts": 0, "outcome": "", "trouble": ""}
    session.connection().execute(_NEW_LETTER, [{"key": token_hex(16), **waiting, **letter} for letter in letters])


def lease(session: Session, now: datetime, count: int) -> list[Letter]:
    """Up to `count` letters that are due, the one due longest first; nobody else gets them until `now` plus LEASE."""
    connection = session.connection()
    connection.execute(_LATE, {"now": now})
    due = connection.scalars(_DUE, {"now": now, "count": count}).all()
    connection.execute(_LEASED, {"letters": due, "until": now + LEASE})
    return list(session.scalars(_THESE, {"letters": due}))


def delivered(session: Session, now: datetime, letter: Letter) -> None:
    """It reached the one who carries it on. True whoever holds the lease by now, so that nobody delivers it again."""
    session.connection().execute(_DELIVERED, {"letter": letter.id, "now": now})


def put_off(session: Session, now: datetime, letter: Letter, trouble: str) -> None:
    """It did not work this time: again after a while, longer each time, and parked after the last. Changes nothing for a
    letter that somebody else has leased since.
    """
    if letter.attempts > len(PAUSES):
        park(session, now, letter, trouble)
        return
    again_at = min(now + PAUSES[letter.attempts - 1] * random.uniform(0.9, 1.1), letter.useful_until)
    waits = update(Letter).where(*_still_mine(letter)).values(due_at=again_at, leased_until=None, trouble=_short(trouble))
    session.execute(waits)


def park(session: Session, now: datetime, letter: Letter, trouble: str) -> None:
    """It can't be delivered: somebody has to look. Changes nothing for a letter that somebody else has leased since."""
    _settle(session, now, letter, PARKED, trouble, *_still_mine(letter))


def no_longer_true(session: Session, now: datetime, letter: Letter) -> None:
    """There is nothing to tell any more. Changes nothing for a letter that somebody else has leased since."""
    _settle(session, now, letter, OVERTAKEN, "", *_still_mine(letter))


def overtake(session: Session, now: datetime, appointment_id: int) -> None:
    """What still waits to be told of this appointment is no longer true."""
    waiting = update(Letter).where(col(Letter.appointment_id) == appointment_id, col(Letter.outcome) == "")
    session.execute(waiting.values(outcome=OVERTAKEN, settled_at=now))


def parked(session: Session) -> list[Letter]:
    """The letters that somebody has to look at, the latest first."""
    return list(session.exec(select(Letter).where(Letter.outcome == PARKED).order_by(col(Letter.settled_at).desc())))


def send_again(session: Session, now: datetime) -> int:
    """Give the parked letters that are still of use another round of attempts, and say how many there are."""
    useful = update(Letter).where(col(Letter.outcome) == PARKED, col(Letter.useful_until) > now)
    again = useful.values(outcome="", settled_at=None, attempts=0, due_at=now, leased_until=None)
    return len(session.execute(again.returning(col(Letter.id))).all())


def how_many_wait(session: Session, now: datetime) -> int:
    """Letters that are due and not yet delivered."""
    waiting = select(func.count()).select_from(Letter).where(Letter.outcome == "", Letter.due_at <= now)
    return session.exec(waiting).one()


def worker_lives(session: Session, now: datetime, name: str) -> None:
    row = {"name": name, "seen_at": now}
    insert = insert_on(session, WorkerSeen).values(row)
    session.execute(insert.on_conflict_do_update(index_elements=["name"], set_={"seen_at": now}))
    session.execute(delete(WorkerSeen).where(col(WorkerSeen.seen_at) < now - timedelta(days=1)))


def worker_last_seen(session: Session) -> datetime | None:
    return session.exec(select(WorkerSeen.seen_at).order_by(col(WorkerSeen.seen_at).desc()).limit(1)).first()


def _settle(
    session: Session, now: datetime, letter: Letter, outcome: str, trouble: str, *provided: ColumnElement[bool]
) -> None:
    mine = update(Letter).where(col(Letter.id) == letter.id, *provided)
    session.execute(mine.values(outcome=outcome, settled_at=now, leased_until=None, trouble=_short(trouble)))


def _still_mine(letter: Letter) -> tuple[ColumnElement[bool], ...]:
    return (col(Letter.id) == letter.id, col(Letter.outcome) == "", col(Letter.leased_until) == letter.leased_until)


def _short(trouble: str) -> str:
    return " ".join(trouble.split())[:LONGEST_TROUBLE]
