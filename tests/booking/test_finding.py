"""Staff look somebody up: in full words only, for a purpose, as far as it is theirs to see."""

import pytest
from sqlmodel import select

from booking.appointments import book_at_once
from booking.audit import AuditEntry
from booking.catalogue import Service, StaffMember, Topic, read_catalogue
from booking.details import Contact, Details
from booking.errors import NotValid
from booking.finding import PURPOSES, Person, find_people, open_record
from booking.residents import resident_with
from booking.store import Store, read, write
from booking.visits import Visit
from tests.booking.towns import NINE, NOW, PERMIT, amend, found, joins, key, words

HERE, THERE, BINS = "eva", "olga", Visit(("bins",), "pacos", "in_person")


def works(slug: str, location: str, topics: tuple[str, ...] = ()) -> StaffMember:
    return StaffMember(
        slug=slug, position=0, name=slug.title(), email=f"{slug}@example.org", counters=(), skills=(), roles=("clerk",),
        locations=(location,), topics=topics,
    )  # fmt: skip


@pytest.fixture
def town(store: Store) -> Store:
    found(store, counters=2, staff=(works(HERE, "pacos"), works(THERE, "ribeira"), works("nina", "pacos", ("streets",))))
    amend(store, Topic(slug="waste", position=1, name=words("Waste"), icon="trash"), change=_bins_are_waste)
    return store


def _bins_are_waste(session) -> None:
    session.flush()
    session.get(Service, "bins").topic = "waste"


def member(town: Store, slug: str = HERE) -> StaffMember:
    return read(town, read_catalogue).staff[slug]


def books(town: Store, visit: Visit = PERMIT, name: str = "Ana Lima", email: str = "ana@example.org"):
    return write(town, book_at_once, NOW, visit, NINE, Details(name, email), once=key(f"{visit} {email}"))


def reads(town: Store) -> list[tuple[str, str, str]]:
    entries = read(town, lambda session: session.exec(select(AuditEntry).where(AuditEntry.act == "read")).all())
    return [(each.actor, each.subject, each.purpose) for each in entries]


def test_by_booking_code_contact_or_name_each_in_full(town: Store):
    booked = books(town)
    one = [Person(appointment_id=booked.appointment.id)]
    typed = (booked.reference, booked.reference.lower(), " ANA@example.org ", "ana@example.org", "Ana Lima", "ana lima")
    for each in typed:
        assert read(town, find_people, member(town), each) == one, each
    for each in ("Ana", "ana@", "example.org", booked.reference[:-1], "%", "a%"):
        assert read(town, find_people, member(town), each) == [], each
    with pytest.raises(NotValid):
        read(town, find_people, member(town), "  ")


def test_a_resident_is_one_however_they_are_found(town: Store):
    booked = books(town)
    ana = write(town, resident_with, NOW, Contact(email="ana@example.org"), "pt").id
    write(town, joins, NOW, ana)
    for typed in (booked.reference, "ana@example.org", "Ana Lima"):
        assert read(town, find_people, member(town), typed) == [Person(resident_id=ana)]


def test_a_name_finds_nobody_who_has_nothing_to_do_with_their_places(town: Store):
    books(town, BINS)
    assert len(read(town, find_people, member(town), "Ana Lima")) == 1
    assert read(town, find_people, member(town, THERE), "Ana Lima") == []
    assert read(town, find_people, member(town, "nina"), "Ana Lima") == []
    books(town, email="second@example.org")
    assert len(read(town, find_people, member(town, "nina"), "Ana Lima")) == 1


def test_what_is_seen_is_what_is_theirs_and_the_rest_is_counted(town: Store):
    for visit in (PERMIT, BINS):
        books(town, visit)
    ana = write(town, resident_with, NOW, Contact(email="ana@example.org"), "pt").id
    write(town, joins, NOW, ana)
    for slug, seen in ((HERE, 2), ("nina", 1), (THERE, 0)):
        opened = write(town, open_record, NOW, member(town, slug), Person(resident_id=ana), "visit")
        assert (len(opened.appointments), opened.elsewhere) == (seen, 2 - seen)


def test_that_it_was_opened_is_recorded_with_its_purpose(town: Store):
    ana = write(town, resident_with, NOW, Contact(email="ana@example.org"), "pt").id
    write(town, open_record, NOW, member(town), Person(resident_id=ana), "complaint")
    assert reads(town) == [(HERE, f"resident {ana}", "complaint")]


@pytest.mark.parametrize("purpose", ["", "curiosity", "READ"])
def test_without_a_purpose_nothing_is_opened(town: Store, purpose: str):
    ana = write(town, resident_with, NOW, Contact(email="ana@example.org"), "pt").id
    with pytest.raises(NotValid):
        write(town, open_record, NOW, member(town), Person(resident_id=ana), purpose)
    assert reads(town) == []


def test_wrong_and_absent_are_answered_alike(town: Store):
    """An appointment elsewhere, that of a resident opened by its own number, a number that nothing has."""
    elsewhere = books(town).appointment.id
    for slug, asked in ((THERE, Person(appointment_id=elsewhere)), (HERE, Person(appointment_id=99)), (HERE, Person(99))):
        with pytest.raises(NotValid) as refused:
            write(town, open_record, NOW, member(town, slug), asked, PURPOSES[0])
        assert [problem.field for problem in refused.value.problems] == ["who"]
    assert reads(town) == []
    assert write(town, open_record, NOW, member(town), Person(appointment_id=elsewhere), PURPOSES[0]).appointments
