"""The tables of the lobby: tickets, the numbers they have, what happened to them, and who sits at which counter."""

from datetime import date, datetime

from sqlalchemy import JSON, BigInteger, Index, UniqueConstraint, text
from sqlmodel import Field

from booking.store import Table

WAITING, CALLED, SERVING, PARKED, OFFERED = "waiting", "called", "serving", "parked", "offered"
NOT_THERE, LEFT, FINISHED = "not-there", "left", "finished"
IN_HAND = (CALLED, SERVING)
OVER = (LEFT, FINISHED)
NOT_OVER = (WAITING, CALLED, SERVING, PARKED, OFFERED, NOT_THERE)
_IN_HAND = text("state IN ('called', 'serving')")
_KEPT = text("key_salt <> ''")


class Lobby(Table, table=True):
    """A location's line. Whoever changes it locks the row, and raises `version`, by which screens see that they are behind. `notice`:
    what everybody who waits there is told (hall_notices.py), "" for nothing.
    """

    location: str = Field(primary_key=True, foreign_key="location.slug")
    version: int = Field(default=1, sa_type=BigInteger)
    notice: str = ""
    notice_minutes: int | None = None
    notice_at: datetime | None = None
    notice_by: str = ""


class TicketSeries(Table, table=True):
    """The last number given out in a series, such as B, on one day of the location's own calendar."""

    location: str = Field(primary_key=True, foreign_key="location.slug")
    day: date = Field(primary_key=True)
    series: str = Field(primary_key=True)
    last: int


class Ticket(Table, table=True):
    """A promise of counter time now. Whoever holds its code follows it; nobody's name stands here.

    `called_at` is the latest call, `first_called_at` the one that ended the wait. `since` is from when it counts as waiting,
    `due_at` the time of an appointment that is kept. `told_low` and `told_high` are the minutes that were told when it was drawn,
    with `told_ahead` people ahead. `offered_to` is a counter that is asked to take it over; until it does, `owner` (a staff member)
    is who answers for it. `printed_at` is when it was sent to a printer, which happens once. `key_salt` is "" once what it says of
    somebody is erased.
    """

    __table_args__ = (
        UniqueConstraint("location", "day", "series", "number"),
        # The second guard: the database itself refuses a counter two people at once.
        Index("uq_ticket_in_hand", "counter", unique=True, sqlite_where=_IN_HAND, postgresql_where=_IN_HAND),
        Index("ix_ticket_location_state", "location", "state"),
        Index("ix_ticket_kept", "day", sqlite_where=_KEPT, postgresql_where=_KEPT),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    location: str = Field(foreign_key="location.slug")
    day: date
    series: str
    number: int
    key_salt: str
    key_hash: str = Field(unique=True)
    service: str = Field(foreign_key="service.slug")
    language: str
    has_priority: bool = False
    needs: tuple[str, ...] = Field(default=(), sa_type=JSON)
    channel: str
    appointment_id: int | None = Field(default=None, foreign_key="appointment.id", unique=True)
    state: str = WAITING
    drawn_at: datetime = Field(index=True)
    since: datetime
    due_at: datetime | None = None
    lets_pass: int = 0
    rests_until: datetime | None = None
    postponed: int = 0
    counter: str | None = Field(default=None, foreign_key="counter.slug")
    offered_to: str | None = Field(default=None, foreign_key="counter.slug")
    owner: str | None = Field(default=None, foreign_key="staff_member.slug")
    called_at: datetime | None = None
    first_called_at: datetime | None = None
    calls: int = 0
    begun_at: datetime | None = None
    ended_at: datetime | None = None
    outcome: str = ""
    delivered: tuple[str, ...] = Field(default=(), sa_type=JSON)
    told_ahead: int = 0
    told_low: int | None = None
    told_high: int | None = None
    told_basis: str = ""
    printed_at: datetime | None = None

    @property
    def words(self) -> str:
        """The number as it is called: "B 047"."""
        return f"{self.series} {self.number:03d}"


class TicketChange(Table, table=True):
    """One thing that happened to a ticket: who, when, at which counter, and what belongs to it."""

    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int = Field(foreign_key="ticket.id", index=True)
    at: datetime
    what: str
    by: str
    counter: str | None = None
    note: str = ""


class OpenCounter(Table, table=True):
    """A counter at which somebody sits. `favoured`: how many appointments and priorities were called there last, in a row."""

    counter: str = Field(primary_key=True, foreign_key="counter.slug")
    staff: str = Field(foreign_key="staff_member.slug")
    opened_at: datetime
    paused_at: datetime | None = None
    needs_help_at: datetime | None = None
    favoured: int = 0
