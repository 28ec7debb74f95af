"""Who waits for an earlier time, what became of each place that came free, and the rule by which it is offered.

The rule, as it is published: whoever needs an earlier time by a certain day comes before whoever would merely like one; among
equals, whoever has waited longest. One person at a time is asked, and whoever doesn't answer in time is passed over. Every
place keeps a row for each person who was considered for it, in order, with what was found: so the order can be explained.
"""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import JSON, Index, UniqueConstraint, delete, text
from sqlmodel import Field, Session, col, select

from booking.store import Table

TAKEN, DECLINED, UNANSWERED, WITHDRAWN = "taken", "declined", "unanswered", "withdrawn"
OFFERED, NOT_EARLIER, ANOTHER_DAY, ANOTHER_HOUR, TOO_SOON, TOO_LATE_FOR_THEM, NO_COUNTER = (
    "offered",
    "not-earlier",
    "another-day",
    "another-hour",
    "too-soon",
    "after-the-day-it-is-needed",
    "no-counter",
)
REMEMBERED = timedelta(days=90)


class EarlierWish(Table, table=True):
    """Somebody who has an appointment would come earlier: on which days (0 is Monday), between which hours by the clock of the
    location, and how long before they must know. `needed_by` is the day by which they need it, if there is one.
    """

    __table_args__ = (
        Index(
            "ix_earlier_wish_open",
            "appointment_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    appointment_id: int = Field(foreign_key="appointment.id", index=True)
    location: str = Field(foreign_key="location.slug", index=True)
    asked_at: datetime
    weekdays: tuple[int, ...] = Field(sa_type=JSON)
    from_time: time
    until_time: time
    notice_minutes: int
    needed_by: date | None = None
    ended_at: datetime | None = None


class FreedPlace(Table, table=True):
    """Counter time that came free. Until `due_at` it is withheld, or held for whom it is offered to; `hold_id` keeps it."""

    __table_args__ = (
        Index("ix_freed_place_due", "due_at", sqlite_where=text("done_at IS NULL"), postgresql_where=text("done_at IS NULL")),
    )

    id: int | None = Field(default=None, primary_key=True)
    location: str = Field(foreign_key="location.slug")
    start_at: datetime
    end_at: datetime
    freed_at: datetime
    due_at: datetime
    hold_id: int | None = Field(default=None, foreign_key="hold.id", ondelete="SET NULL", index=True)
    done_at: datetime | None = Field(default=None, index=True)


class Considered(Table, table=True):
    """One person who was thought of for one place: in which turn, on what grounds, and what was found."""

    __table_args__ = (UniqueConstraint("freed_place_id", "wish_id"),)

    id: int | None = Field(default=None, primary_key=True)
    freed_place_id: int = Field(foreign_key="freed_place.id", ondelete="CASCADE")
    wish_id: int = Field(foreign_key="earlier_wish.id", index=True)
    turn: int
    at: datetime
    asked_at: datetime
    needed_by: date | None = None
    found: str


class Offer(Table, table=True):
    """A place offered to one person, kept for them until `answer_until`. `answer` is "" while it is open."""

    __table_args__ = (
        Index("ix_offer_open", "wish_id", unique=True, sqlite_where=text("answer = ''"), postgresql_where=text("answer = ''")),
    )

    id: int | None = Field(default=None, primary_key=True)
    freed_place_id: int = Field(foreign_key="freed_place.id", ondelete="CASCADE", index=True)
    wish_id: int = Field(foreign_key="earlier_wish.id", index=True)
    hold_id: int | None = Field(default=None, foreign_key="hold.id", ondelete="SET NULL", index=True)
    start_at: datetime
    end_at: datetime
    offered_at: datetime
    answer_until: datetime
    answer: str = ""
    answered_at: datetime | None = None


def in_turn(wishes: Iterable[EarlierWish]) -> list[EarlierWish]:
    """Need before convenience, then the longest wait first."""
    return sorted(wishes, key=lambda wish: (wish.needed_by is None, wish.asked_at, wish.id))


def found_for(wish: EarlierWish, has: datetime, start: datetime, known_at: datetime, zone: ZoneInfo) -> str:
    """Whether a visit at `start` would suit: OFFERED, or why not. They have one at `has`, and would know at `known_at`."""
    local = start.astimezone(zone)
    if start >= has:
        return NOT_EARLIER
    if wish.needed_by and local.date() > wish.needed_by:
        return TOO_LATE_FOR_THEM
    if local.weekday() not in wish.weekdays:
        return ANOTHER_DAY
    if not wish.from_time <= local.time() < wish.until_time:
        return ANOTHER_HOUR
    return TOO_SOON if start < known_at + timedelta(minutes=wish.notice_minutes) else OFFERED


def open_wish(session: Session, appointment_id: int | None) -> EarlierWish | None:
    mine = select(EarlierWish).where(EarlierWish.appointment_id == appointment_id, col(EarlierWish.ended_at).is_(None))
    return session.exec(mine).one_or_none()


def open_offer(session: Session, wish: EarlierWish) -> Offer | None:
    return session.exec(select(Offer).where(Offer.wish_id == wish.id, Offer.answer == "")).one_or_none()


def history(session: Session, wish: EarlierWish) -> list[tuple[FreedPlace, Considered, Offer | None]]:
    """Every place that this person was considered for, the latest first, and what was offered of it."""
    rows = (
        select(FreedPlace, Considered, Offer)
        .join(Considered, col(Considered.freed_place_id) == FreedPlace.id)
        .outerjoin(Offer, (col(Offer.freed_place_id) == FreedPlace.id) & (col(Offer.wish_id) == Considered.wish_id))
        .where(Considered.wish_id == wish.id)
        .order_by(col(Considered.at).desc(), col(Considered.id).desc())
    )
    return list(session.exec(rows))


def turns_of(session: Session, freed_place_id: int) -> list[Considered]:
    """Everybody who was considered for a place, in the order of their turns."""
    return list(
        session.exec(select(Considered).where(Considered.freed_place_id == freed_place_id).order_by(col(Considered.turn)))
    )


def forget_freed_places(session: Session, now: datetime) -> None:
    """Delete places that were done with long ago, and with them who was considered."""
    session.execute(delete(FreedPlace).where(col(FreedPlace.done_at) < now - REMEMBERED))
