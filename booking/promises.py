"""The tables of what has been promised: whose counter time is whose, and how it came about."""

from datetime import datetime

from sqlalchemy import JSON, BigInteger, CheckConstraint, Index, text
from sqlmodel import Field

from booking import people as _people  # noqa: F401  # the table that an appointment refers to
from booking.store import Table
from booking.visits import Visit

UNCONFIRMED, BOOKED, CANCELLED = "unconfirmed", "booked", "cancelled"
LONGEST_SEAT = 2880  # minutes
_NAMED = text("name <> ''")


class Book(Table, table=True):
    """A location's page of the book. Every transaction that changes what is promised there raises `version` first of all.

    So the row is a lock, which is the first guard against double booking, and the version says when an answer about free times,
    remembered by any process, has gone stale.
    """

    location: str = Field(primary_key=True, foreign_key="location.slug")
    version: int = Field(default=1, sa_type=BigInteger)


class Seat(Table, table=True):
    """Counter time given away, in minutes since the Unix epoch, buffers included, half-open.

    The database itself refuses two seats of one counter that overlap ("seat_overlap", see the migrations): the second guard. A
    seat belongs to a hold, and then `lapses_at` says until when, or to an appointment. A lapsed seat is free; whoever next
    writes on that page sweeps it away.
    """

    __table_args__ = (
        CheckConstraint("start_minute < end_minute", name="in_order"),
        # So that what might overlap a seat is a short range of an index, however old the book.
        CheckConstraint(f"end_minute - start_minute <= {LONGEST_SEAT}", name="two_days_at_most"),
        CheckConstraint("(hold_id IS NULL) <> (appointment_id IS NULL)", name="one_owner"),
        CheckConstraint("(hold_id IS NULL) = (lapses_at IS NULL)", name="holds_lapse"),
        Index("ix_seat_location_end_minute", "location", "end_minute"),
        Index(
            "ix_seat_location_lapses_at",
            "location",
            "lapses_at",
            sqlite_where=text("lapses_at IS NOT NULL"),
            postgresql_where=text("lapses_at IS NOT NULL"),
        ),
        Index("ix_seat_counter_id_start_minute", "counter_id", "start_minute"),
    )

    id: int | None = Field(default=None, primary_key=True)
    location: str = Field(foreign_key="location.slug")
    counter_id: int = Field(foreign_key="counter.id")
    start_minute: int
    end_minute: int
    lapses_at: datetime | None = None
    hold_id: int | None = Field(default=None, foreign_key="hold.id", index=True, ondelete="CASCADE")
    appointment_id: int | None = Field(default=None, foreign_key="appointment.id", index=True)


class Hold(Table, table=True):
    """A time kept for somebody who is filling in the form; they know it by a token. Becomes an appointment, or runs out."""

    # A number given out once is never given again: a deed may still name it.
    __table_args__ = {"sqlite_autoincrement": True}

    id: int | None = Field(default=None, primary_key=True)
    token_salt: str
    token_hash: str = Field(unique=True)
    services: tuple[str, ...] = Field(sa_type=JSON)
    location: str = Field(foreign_key="location.slug")
    mode: str
    people: int
    channel: str
    start_at: datetime
    end_at: datetime
    expires_at: datetime = Field(index=True)
    extensions: int = 0
    appointment_id: int | None = Field(default=None, foreign_key="appointment.id", index=True)

    @property
    def visit(self) -> Visit:
        return Visit(tuple(self.services), self.location, self.mode, self.people)


class Appointment(Table, table=True):
    """A promise of counter time to a resident, who proves by `reference` and key that it's theirs.

    `sequence` rises with every change of time or state, as calendars expect (RFC 5546, section 2.1.4); `calendar_uid` never
    changes, because calendars match on it. `video_room` is a name nobody can guess, for video appointments. While it is UNCONFIRMED
    (confirming.py) its seat is its hold's, and it is kept until `confirm_by`, which is None otherwise. `resident_id` is whose it is,
    when they were signed in or said so afterwards (residents.py). When whose it was has been erased (erasing.py), `name` is "";
    `erase_at` is set when they have asked for it and it has to wait. `booked_by` is who made the booking, as its history says it: ids
    only.
    """

    __table_args__ = (
        Index("ix_appointment_named", "end_at", sqlite_where=_NAMED, postgresql_where=_NAMED),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    resident_id: int | None = Field(default=None, foreign_key="resident.id", index=True)
    reference: str = Field(unique=True)
    key_salt: str
    key_hash: str
    state: str = BOOKED
    services: tuple[str, ...] = Field(sa_type=JSON)
    location: str = Field(foreign_key="location.slug", index=True)
    mode: str
    people: int
    channel: str
    start_at: datetime = Field(index=True)
    end_at: datetime
    name: str
    email: str | None = None
    phone: str | None = None
    # Whom caps take them for: details.known_by.
    contact: str = Field(default="", index=True)
    language: str
    needs: tuple[str, ...] = Field(sa_type=JSON)
    interpreter_language: str | None = None
    sequence: int = 0
    calendar_uid: str = Field(unique=True)
    video_room: str | None = Field(default=None, unique=True)
    created_at: datetime
    confirm_by: datetime | None = None
    erase_at: datetime | None = None
    booked_by: str = "resident"

    @property
    def visit(self) -> Visit:
        return Visit(tuple(self.services), self.location, self.mode, self.people)


class AppointmentChange(Table, table=True):
    """One thing that happened to an appointment: booked, moved or cancelled; by whom, when, why, and which time it was."""

    id: int | None = Field(default=None, primary_key=True)
    appointment_id: int = Field(foreign_key="appointment.id", index=True)
    at: datetime
    what: str
    by: str
    reason: str = ""
    from_start_at: datetime | None = None
    to_start_at: datetime | None = None


class Deed(Table, table=True):
    """One call of a verb under one idempotency key, so that the same call made again gives the same promise."""

    key_hash: str = Field(primary_key=True)
    content_hash: str
    done_at: datetime = Field(index=True)
    subject_id: int | None = None
