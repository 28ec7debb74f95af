"""A small town made in code, for tests of the book: two houses, three services, nothing that a test doesn't need.

Everything happens around `NOW`, a Monday at 8:00 in winter, when Lisbon's clocks and UTC agree. Both houses open on weekdays
from 9 to 17.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlmodel import Session, select

from booking.appointments import Booked
from booking.catalogue import (
    Absence,
    ClosureRow,
    Counter,
    Location,
    OpeningRow,
    Service,
    StaffMember,
    Topic,
    Town,
    catalogue_changed,
)
from booking.confirming import confirm
from booking.details import Details
from booking.promises import Appointment
from booking.residents import join, to_be_joined
from booking.store import Store, Table, read, transaction, write
from booking.unconfirmed import code_sent
from booking.visits import Visit

NOW = datetime(2027, 3, 1, 8, tzinfo=UTC)
TODAY = date(2027, 3, 1)
TOMORROW = date(2027, 3, 2)
# Tuesday: far enough for every notice, near enough for every horizon.
NINE = datetime(2027, 3, 2, 9, tzinfo=UTC)

PERMIT = Visit(("parking-permit",), "pacos", "in_person")
ANA = Details("Ana Lopes", email="ana@example.org", language="pt")
TEXTS = ("name", "summary", "details", "fee", "legal_basis", "outcome")


def words(text: str) -> dict[str, str]:
    return {language: f"{text} ({language})" for language in ("pt", "en", "es", "ar")}


def found(store: Store, *, counters: int = 1, staff: tuple[StaffMember, ...] = (), **permit) -> None:
    """Found the town: so many counters at "pacos", one at "ribeira". `permit` changes columns of the permit service."""
    with transaction(store) as session:
        session.add_all([_town(), _topic(), _location("pacos"), _location("ribeira")])
        session.flush()
        session.add_all([_counter("pacos", number) for number in range(1, counters + 1)])
        session.add(_counter("ribeira", 1, modes=("in_person",)))
        session.add_all([*staff, service("parking-permit", "streets", **permit), service("bins", "waste", minutes=30)])
        session.add(service("wedding", "family", locations=("ribeira",), modes=("in_person",)))
        session.flush()
        session.add_all([opening("pacos"), opening("ribeira")])


def amend(store: Store, *rows: Table, change: Callable[..., None] | None = None) -> None:
    """Change the founded town as a loader would: in one transaction that says so."""
    with transaction(store) as session:
        session.add_all(rows)
        if change:
            change(session)
        catalogue_changed(session)


def joins(session: Session, now: datetime, resident_id: int) -> int:
    """They say that everything they are asked about is theirs."""
    return join(session, now, resident_id, [each.reference for each in to_be_joined(session, now, resident_id)], now)


def opening(location: str, counter: str | None = None, opens: int = 9, closes: int = 17) -> OpeningRow:
    return OpeningRow(location=location, counter=counter, weekdays=(0, 1, 2, 3, 4), opens=time(opens), closes=time(closes))


def closure(starts: datetime, ends: datetime, location: str | None = None, counter: str | None = None) -> ClosureRow:
    return ClosureRow(location=location, counter=counter, starts=starts, ends=ends, reason=words("Closed"))


def absence(staff: str, starts: datetime, ends: datetime) -> Absence:
    return Absence(staff=staff, starts=starts, ends=ends)


def person(slug: str, counters: tuple[str, ...], skills: tuple[str, ...]) -> StaffMember:
    return StaffMember(
        slug=slug, position=0, name=slug.title(), email=f"{slug}@example.org", counters=counters, skills=skills, roles=()
    )


def wall_clock(hour: int, minute: int = 0, day: date = TOMORROW) -> datetime:
    """A naive time, as closures and absences have it: what the clock in the hall shows."""
    return datetime.combine(day, time(hour, minute))


def key(name: object) -> str:
    """An idempotency key for a test's intention."""
    return f"intention-{name}"


def minutes(count: int) -> timedelta:
    return timedelta(minutes=count)


def _town() -> Town:
    return Town(
        digest="made in code",
        name=words("Small Town"),
        office=words("Front desk"),
        languages=("pt", "en", "es", "ar"),
        default_language="pt",
        timezone="Europe/Lisbon",
        phone="+351259000100",
        phone_hours=words("Monday to Friday"),
        email="town@example.org",
        address=words("1 Square"),
        reference_prefix="VC",
        video_address="https://meet.example.org/{room}",
        phone_country="PT",
        holiday_country="PT",
        skills=("streets", "waste", "family"),
    )


def _topic() -> Topic:
    return Topic(slug="streets", position=0, name=words("Streets"), icon="car")


def _location(slug: str) -> Location:
    return Location(
        slug=slug,
        position=0,
        name=words(slug),
        address=words("1 Square"),
        way_in=words("The door on the left"),
        getting_there=words("Bus 1"),
        timezone="Europe/Lisbon",
        step_free=True,
    )


def _counter(location: str, number: int, modes: tuple[str, ...] = ("in_person", "video", "phone")) -> Counter:
    return Counter(
        slug=f"{location}-{number}",
        position=number,
        number=number,
        location=location,
        name=words(f"Counter {number}"),
        skills=("streets", "waste", "family"),
        modes=modes,
    )


def service(slug: str, skill: str, **columns: Any) -> Service:
    usual: dict[str, Any] = {
        "minutes": 20,
        "step_minutes": columns.get("minutes", 20),
        "notice_minutes": 120,
        "horizon_days": 60,
        "max_people": 4,
        "cancel_until_minutes": 60,
        "modes": ("in_person", "video", "phone"),
        "channels": ("online", "in_person", "phone"),
        "locations": ("pacos", "ribeira"),
    }
    texts: dict[str, Any] = {field: words(slug) for field in TEXTS}
    lists: dict[str, Any] = {field: {"pt": ("um", "dois")} for field in ("bring", "synonyms")}
    return Service(slug=slug, position=0, topic="streets", icon="car", skill=skill, **(texts | lists | usual | columns))


def code_in_the_letter(store: Store, reference: str) -> str:
    """The code that was last sent about an appointment, as whoever reads its letter has it."""

    def look(session: Session) -> str:
        sent = code_sent(session, session.exec(select(Appointment).where(Appointment.reference == reference)).one())
        return sent[0] if sent else ""

    return read(store, look)


def confirmed(store: Store, promised: Booked, now: datetime = NOW) -> Booked:
    """Whoever booked types the code from the letter."""
    code = code_in_the_letter(store, promised.reference)
    write(store, confirm, now, promised.reference, promised.access_key, code)
    return promised
