"""What the town offers, where, when and how: the tables a town file fills, and one snapshot of them for reading.

Things that can be referred to (by an appointment, a link, a letter) are named by their slug, which never changes; when a town
file no longer has them they are marked `withdrawn_at` instead of being deleted. Words are `{language: text}`. Times of
openings, closures and absences are wall-clock times of the location's zone: `booking/hours.py` turns them into UTC, and nothing
else does.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from secrets import token_hex
from types import MappingProxyType
from typing import TypeVar

from pydantic import NaiveDatetime
from sqlalchemy import JSON, CheckConstraint, column, table, text, update
from sqlmodel import Field, Session, col, select

from booking.store import Table, remembered, store_of

Words = Mapping[str, str]
WordLists = Mapping[str, tuple[str, ...]]

MODES = ("in_person", "video", "phone")
CHANNELS = ("online", "in_person", "phone", "video", "kiosk")


class Town(Table, table=True):
    """The one town of this database. `digest` names the file it was loaded from; `revision` is new after each change.

    `phone_country` (ISO 3166, two letters) is where telephone numbers need no country's code. `line` is what the file says otherwise than
    `line.Policy`, `retention` otherwise than `retention.Rules`.
    """

    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: int = Field(default=1, primary_key=True)
    revision: str = Field(default_factory=lambda: token_hex(8))
    digest: str
    name: Words = Field(sa_type=JSON)
    office: Words = Field(sa_type=JSON)
    languages: tuple[str, ...] = Field(sa_type=JSON)
    default_language: str
    timezone: str
    phone: str
    phone_country: str
    phone_hours: Words = Field(sa_type=JSON)
    email: str
    address: Words = Field(sa_type=JSON)
    reference_prefix: str
    video_address: str
    holiday_country: str
    holiday_subdivision: str | None = None
    skills: tuple[str, ...] = Field(sa_type=JSON)
    line: Mapping[str, int] = Field(default_factory=dict, sa_type=JSON, sa_column_kwargs={"server_default": "{}"})
    retention: Mapping[str, int] = Field(default_factory=dict, sa_type=JSON, sa_column_kwargs={"server_default": "{}"})


class Topic(Table, table=True):
    slug: str = Field(primary_key=True)
    position: int
    name: Words = Field(sa_type=JSON)
    icon: str
    withdrawn_at: datetime | None = None


class Location(Table, table=True):
    """A house where the town receives people. `way_in` is the door and the step; `getting_there` the bus and the street."""

    slug: str = Field(primary_key=True)
    position: int
    name: Words = Field(sa_type=JSON)
    address: Words = Field(sa_type=JSON)
    way_in: Words = Field(sa_type=JSON)
    getting_there: Words = Field(sa_type=JSON)
    timezone: str
    step_free: bool
    withdrawn_at: datetime | None = None


class Counter(Table, table=True):
    """A desk, or a room with a screen. `id` is what the database's guard against double booking counts with."""

    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(unique=True)
    position: int
    number: int
    location: str = Field(foreign_key="location.slug", index=True)
    name: Words = Field(sa_type=JSON)
    skills: tuple[str, ...] = Field(sa_type=JSON)
    modes: tuple[str, ...] = Field(sa_type=JSON)
    withdrawn_at: datetime | None = None


class StaffMember(Table, table=True):
    """Someone who serves at `counters` (slugs) what their `skills` allow. `roles` say what else they may do, at which `locations`
    and for which `topics` (the departments); empty where the file leaves it out: see `Catalogue.locations_of` and `topics_of`."""

    slug: str = Field(primary_key=True)
    position: int
    name: str
    email: str
    counters: tuple[str, ...] = Field(sa_type=JSON)
    skills: tuple[str, ...] = Field(sa_type=JSON)
    roles: tuple[str, ...] = Field(sa_type=JSON)
    locations: tuple[str, ...] = Field(default=(), sa_type=JSON, sa_column_kwargs={"server_default": "[]"})
    topics: tuple[str, ...] = Field(default=(), sa_type=JSON, sa_column_kwargs={"server_default": "[]"})
    withdrawn_at: datetime | None = None


class Service(Table, table=True):
    """What a resident comes for. Lengths are minutes, the horizon is days; `desk_places` are kept from online booking;
    `max_active` appointments for it one person may have
    ahead of them; `reminder_minutes` say how long before the visit to remind of it; `assurance` how surely whoever books it online
    must have shown who they are."""

    slug: str = Field(primary_key=True)
    position: int
    topic: str = Field(foreign_key="topic.slug", index=True)
    icon: str
    skill: str
    minutes: int
    step_minutes: int
    notice_minutes: int
    horizon_days: int
    buffer_before_minutes: int = 0
    buffer_after_minutes: int = 0
    desk_places: int = 0
    max_people: int = 1
    extra_person_minutes: int = 0
    cancel_until_minutes: int = 0
    max_active: int = 3
    assurance: str = Field(default="none", sa_column_kwargs={"server_default": "none"})
    reminder_minutes: tuple[int, ...] = Field(default=(2880, 180), sa_type=JSON)
    modes: tuple[str, ...] = Field(sa_type=JSON)
    channels: tuple[str, ...] = Field(sa_type=JSON)
    locations: tuple[str, ...] = Field(sa_type=JSON)
    due_days: int | None = None
    name: Words = Field(sa_type=JSON)
    summary: Words = Field(sa_type=JSON)
    details: Words = Field(sa_type=JSON)
    fee: Words = Field(sa_type=JSON)
    legal_basis: Words = Field(sa_type=JSON)
    outcome: Words = Field(sa_type=JSON)
    bring: WordLists = Field(sa_type=JSON)
    synonyms: WordLists = Field(sa_type=JSON)
    withdrawn_at: datetime | None = None


class OpeningRow(Table, table=True):
    """One opening rule of a location, or of one counter, which then follows its own rules instead of the location's."""

    id: int | None = Field(default=None, primary_key=True)
    location: str = Field(foreign_key="location.slug")
    counter: str | None = Field(default=None, foreign_key="counter.slug")
    weekdays: tuple[int, ...] = Field(sa_type=JSON)
    opens: time
    closes: time
    every_weeks: int = 1
    first_day: date | None = None
    last_day: date | None = None
    on_day: date | None = None
    despite_holiday: bool = False


class ClosureRow(Table, table=True):
    """Closed from `starts` to `ends`: one counter, one location, or the whole town when neither is named."""

    id: int | None = Field(default=None, primary_key=True)
    location: str | None = Field(default=None, foreign_key="location.slug")
    counter: str | None = Field(default=None, foreign_key="counter.slug")
    starts: NaiveDatetime
    ends: NaiveDatetime
    reason: Words = Field(sa_type=JSON)


class Absence(Table, table=True):
    """A staff member isn't there. Why is nobody's business, so it has no column."""

    id: int | None = Field(default=None, primary_key=True)
    staff: str = Field(foreign_key="staff_member.slug")
    starts: NaiveDatetime
    ends: NaiveDatetime


class OwnHoliday(Table, table=True):
    """The town's own holiday: every year on `month_day` ("08-11"), or once on `day`; exactly one of the two is set."""

    id: int | None = Field(default=None, primary_key=True)
    month_day: str | None = None
    day: date | None = None
    name: Words = Field(sa_type=JSON)


class Notice(Table, table=True):
    """What the town wants everybody to know on the home page, between two days of its own zone, both included."""

    id: int | None = Field(default=None, primary_key=True)
    position: int
    title: Words = Field(sa_type=JSON)
    body: Words = Field(sa_type=JSON)
    first_day: date | None = None
    last_day: date | None = None


Row = TypeVar("Row", bound=Table)
Named = TypeVar("Named", Topic, Location, Counter, StaffMember, Service)
_KNOWN = "catalogue"  # what a session knows it by


@dataclass(frozen=True)
class Catalogue:
    """Everything the town offers at one revision, in the town file's order. Rows are detached and refuse to be changed.

    The plain mappings hold what is offered now, by slug; the `known_` ones also what was withdrawn, so that an old appointment
    can still say what it was for and where. `is_demonstrated`: this is the demo town, and a day of it is played (demo/day.py).
    """

    revision: str
    town: Town
    topics: Mapping[str, Topic]
    locations: Mapping[str, Location]
    counters: Mapping[str, Counter]
    staff: Mapping[str, StaffMember]
    services: Mapping[str, Service]
    known_services: Mapping[str, Service]
    known_locations: Mapping[str, Location]
    openings: tuple[OpeningRow, ...]
    closures: tuple[ClosureRow, ...]
    absences: tuple[Absence, ...]
    own_holidays: tuple[OwnHoliday, ...]
    notices: tuple[Notice, ...]
    is_demonstrated: bool = False

    def counters_at(self, location: str) -> list[Counter]:
        return [counter for counter in self.counters.values() if counter.location == location]

    def staff_of(self, counter: str) -> list[StaffMember]:
        return [person for person in self.staff.values() if counter in person.counters]

    def locations_of(self, person: StaffMember) -> tuple[str, ...]:
        """Where their roles count: as the file says, else where their counters are, else everywhere."""
        said = person.locations or {self.counters[slug].location for slug in person.counters if slug in self.counters}
        return tuple(slug for slug in self.locations if slug in said) if said else tuple(self.locations)

    def topics_of(self, person: StaffMember) -> tuple[str, ...]:
        """For which departments: as the file says, else for all."""
        return tuple(slug for slug in self.topics if slug in person.topics) if person.topics else tuple(self.topics)


class NoTown(LookupError):
    """The database has no town yet: load one first."""


def read_catalogue(session: Session) -> Catalogue:
    """The town as it stands, read from the tables once per revision and process. Raises NoTown.

    A session asks the database once, until it is told to `look_again`: it is asked several times in every transaction.
    """
    known = session.info.get(_KNOWN)
    if known is None:
        # Without the machinery that makes objects of rows.
        revision = session.connection().exec_driver_sql("SELECT revision FROM town").scalar_one_or_none()
        if revision is None:
            raise NoTown("No town has been loaded into this database yet")
        known = session.info[_KNOWN] = remembered(session, "catalogue", revision, lambda: _read(session))
    return known


def look_again(session: Session) -> None:
    """Say that the town may have changed since this session read it."""
    session.info.pop(_KNOWN, None)


def catalogue_changed(session: Session) -> None:
    """Say, inside the transaction that changed the catalogue, that what was remembered of it is stale, in every process.

    Locks every page of the book, so that no booking is made half by the old rules and half by the new. A revision is random
    rather than counted, so that one that was rolled back, or lost by restoring a backup, is never mistaken for a later one.
    """
    session.flush()
    pages = table("book", column("location"))
    # One after the other in the order in which bookings lock two of them, so that neither waits for the other for ever.
    session.execute(select(pages.c.location).order_by(pages.c.location).with_for_update())
    session.execute(text("UPDATE book SET version = version + 1"))
    session.execute(update(Town).values(revision=token_hex(8)))
    look_again(session)


def _read(session: Session) -> Catalogue:
    """Rows are read by a session of their own, so that closing it detaches them and nothing else."""
    with Session(session.connection(), expire_on_commit=False) as reading:
        return _snapshot(reading, store_of(session).demonstrates)


def _snapshot(session: Session, demonstrated: str) -> Catalogue:
    town = session.exec(select(Town)).one()
    services, locations = _named(session, Service), _named(session, Location)
    return Catalogue(
        revision=town.revision,
        town=town,
        topics=_offered(_named(session, Topic)),
        locations=_offered(locations),
        counters=_offered(_named(session, Counter)),
        staff=_offered(_named(session, StaffMember)),
        services=_offered(services),
        known_services=_by_slug(services),
        known_locations=_by_slug(locations),
        openings=_rows(session, OpeningRow),
        closures=_rows(session, ClosureRow),
        absences=_rows(session, Absence),
        own_holidays=_rows(session, OwnHoliday),
        notices=tuple(session.exec(select(Notice).order_by(col(Notice.position)))),
        is_demonstrated=town.digest == demonstrated,
    )


def _named(session: Session, table: type[Named]) -> list[Named]:
    return list(session.exec(select(table).order_by(col(table.position), col(table.slug))))


def _rows(session: Session, table: type[Row]) -> tuple[Row, ...]:
    return tuple(session.exec(select(table)))


def _offered(things: Iterable[Named]) -> Mapping[str, Named]:
    return _by_slug(thing for thing in things if thing.withdrawn_at is None)


def _by_slug(things: Iterable[Named]) -> Mapping[str, Named]:
    return MappingProxyType({thing.slug: thing for thing in things})
