"""Two records of one person: put together, and taken apart exactly as they were."""

from datetime import date, timedelta

import pytest
from sqlmodel import select

from booking.appointments import book
from booking.audit import CLOCKWORK, AuditEntry
from booking.catalogue import read_catalogue
from booking.details import Contact, Details
from booking.erasing import erase_resident
from booking.errors import CannotMerge
from booking.finding import Person, open_record
from booking.holdings import held_of
from booking.holds import hold
from booking.mandates import SEE, Terms, accept, acts_for, grant, may, revoke
from booking.merging import BELONGINGS, Merge, merge, merges_of, now_known_as, parts_of, unmerge
from booking.people import Mandate, ProviderIdentity, Resident, ResidentContact
from booking.promises import Appointment
from booking.residents import appointments_of, contacts_of, give_further, resident_known_as, resident_with, take_back
from booking.store import Store, read, write
from tests.booking.towns import NINE, NOW, PERMIT, found, key, minutes, person

MAIL, PHONE, ISSUER = Contact(email="ana@example.org"), Contact(phone="+351912345678"), "https://id.example"
CLERK = "eva"
TABLES = (Resident, ResidentContact, ProviderIdentity, Appointment, Mandate)


@pytest.fixture
def town(store: Store) -> Store:
    found(store, staff=(person(CLERK, (), ()),))
    return store


@pytest.fixture
def ana(town: Store) -> int:
    return arrives(town, MAIL)


@pytest.fixture
def other(town: Store) -> int:
    """The same person, who came by telephone and by a provider."""
    other = arrives(town, PHONE)
    write(town, _knows, ISSUER, "17", other)
    return other


def arrives(town: Store, contact: Contact) -> int:
    return write(town, resident_with, NOW, contact, "pt").id or 0


def _knows(session, issuer: str, subject: str, resident_id: int) -> None:
    session.add(ProviderIdentity(issuer=issuer, subject=subject, resident_id=resident_id, linked_at=NOW))


def books(town: Store, resident_id: int, start=NINE) -> None:
    held = write(town, hold, NOW, PERMIT, start, once=key(f"hold {start}"))
    details = Details("Ana Lima", "ana@example.org")
    write(town, book, NOW, held.token, details, once=key(f"book {start}"), resident_id=resident_id)


def lets(town: Store, owner: int, holder: int, contact: str) -> int:
    terms = Terms("somebody", contact, (SEE,), date(2027, 12, 31), "Ana")
    mandate = write(town, grant, NOW, owner, terms, "pt")
    write(town, accept, NOW, holder, mandate.id)
    return mandate.id or 0


def everything(town: Store) -> list[str]:
    return sorted(
        read(town, lambda session: [repr(row.model_dump()) for table in TABLES for row in session.exec(select(table))])
    )


def test_whoever_signs_in_by_either_comes_to_the_kept_one(town: Store, ana: int, other: int):
    books(town, other)
    write(town, merge, NOW, CLERK, ana, other)
    assert arrives(town, PHONE) == ana
    given = Details("Ana", language="pt")
    assert write(town, resident_known_as, NOW, ISSUER, "17", given, has_verified_email=False).id == ana
    assert len(read(town, appointments_of, ana)) == 1
    assert len(read(town, contacts_of, ana)) == 2


def test_taken_apart_everything_is_as_it_was(town: Store, ana: int, other: int):
    rui = arrives(town, Contact(email="rui@example.org"))
    books(town, ana)
    books(town, other, NINE + minutes(40))
    lets(town, other, rui, "rui@example.org")
    lets(town, rui, other, PHONE.phone)
    lets(town, ana, other, PHONE.phone)
    before = everything(town)
    done = write(town, merge, NOW, CLERK, ana, other)
    assert everything(town) != before
    write(town, unmerge, NOW, CLERK, done.id)
    assert everything(town) == before


def test_every_column_that_names_a_resident_moves_or_has_a_reason_not_to():
    """Who ended a mandate, and into which record one went, is history; what the portal keeps ends with the sessions."""
    moved = {(table.__tablename__, whose) for table, whose in BELONGINGS.values()}
    history = {("mandate", "ended_by"), ("resident", "merged_into"), ("merge", "kept_id"), ("merge", "other_id")}
    beside = {"session", "assisted", "door_grant", "draft"}
    naming = {
        (table.name, key.parent.name)
        for table in Resident.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table.name == "resident" and table.name not in beside
    }
    assert naming == moved | history


def test_what_came_since_stays_with_the_kept_one(town: Store, ana: int, other: int):
    done = write(town, merge, NOW, CLERK, ana, other)
    books(town, ana)
    write(town, unmerge, NOW, CLERK, done.id)
    assert len(read(town, appointments_of, ana)) == 1
    assert read(town, appointments_of, other) == []


def test_a_mandate_to_oneself_rests_meanwhile(town: Store, ana: int, other: int):
    lets(town, ana, other, PHONE.phone)
    assert read(town, may, NOW, other, ana, SEE)
    done = write(town, merge, NOW, CLERK, ana, other)
    assert read(town, acts_for, NOW, ana) == []
    write(town, unmerge, NOW, CLERK, done.id)
    assert read(town, may, NOW, other, ana, SEE)


def test_a_mandate_that_was_revoked_before_stays_revoked(town: Store, ana: int, other: int):
    mandate = lets(town, ana, other, PHONE.phone)
    write(town, revoke, NOW, ana, mandate)
    done = write(town, merge, NOW, CLERK, ana, other)
    write(town, unmerge, NOW, CLERK, done.id)
    assert not read(town, may, NOW, other, ana, SEE)


def test_asked_again_nothing_changes(town: Store, ana: int, other: int):
    first = write(town, merge, NOW, CLERK, ana, other)
    assert write(town, merge, NOW, CLERK, ana, other).id == first.id
    assert write(town, unmerge, NOW, CLERK, first.id).undone_at == NOW
    assert write(town, unmerge, NOW + minutes(5), CLERK, first.id).undone_at == NOW
    assert read(town, merges_of, ana) == []
    again = write(town, merge, NOW, CLERK, ana, other)
    assert again.id != first.id


@pytest.mark.parametrize("case", ["oneself", "nobody", "into one that is part of another", "part of another", "erased"])
def test_what_cannot_be_one_stays_two(town: Store, ana: int, other: int, case: str):
    third = arrives(town, Contact(email="third@example.org"))
    if "part" in case:
        write(town, merge, NOW, CLERK, third, other if case == "part of another" else ana)
    if case == "erased":
        write(town, erase_resident, NOW + timedelta(days=1), other)
    before = everything(town)
    with pytest.raises(CannotMerge):
        write(town, merge, NOW, CLERK, ana, {"oneself": ana, "nobody": 999}.get(case, other))
    assert everything(town) == before


def test_erased_both_are_and_can_be_taken_apart_no_more(town: Store, ana: int, other: int):
    done = write(town, merge, NOW, CLERK, ana, other)
    write(town, erase_resident, NOW, ana)
    assert all(row.erased_at for row in read(town, lambda session: session.exec(select(Resident)).all()))
    assert read(town, lambda session: session.exec(select(Merge)).one()).moved == {}
    with pytest.raises(CannotMerge):
        write(town, unmerge, NOW, CLERK, done.id)


def test_both_records_say_that_it_was_done(town: Store, ana: int, other: int):
    write(town, merge, NOW, CLERK, ana, other)
    entries = [each for each in read(town, lambda session: session.exec(select(AuditEntry)).all()) if each.act == "merged"]
    assert {(each.subject, each.actor, each.purpose) for each in entries} == {
        (f"resident {number}", CLERK, "duplicate") for number in (ana, other)
    }


def test_taken_apart_nobody_is_left_without_a_way_in(town: Store, ana: int):
    """Ana took her own address back, because the other record's number was there."""
    other = arrives(town, PHONE)
    done = write(town, merge, NOW, CLERK, ana, other)
    write(town, take_back, ana, "ana@example.org")
    with pytest.raises(CannotMerge):
        write(town, unmerge, NOW, CLERK, done.id)
    assert read(town, merges_of, ana)
    # Control: with a contact of her own again, they are two.
    write(town, give_further, NOW, ana, MAIL)
    write(town, unmerge, NOW, CLERK, done.id)
    assert read(town, merges_of, ana) == []


def test_who_looked_at_the_other_record_is_told_in_the_kept_one(town: Store, ana: int, other: int):
    eva = read(town, read_catalogue).staff[CLERK]
    write(town, open_record, NOW, eva, Person(resident_id=other), "duplicate")
    assert read(town, held_of, ana).reads == []
    write(town, merge, NOW, CLERK, ana, other)
    (entry,) = read(town, held_of, ana).reads
    assert (entry.actor, entry.subject) == (CLERK, f"resident {other}")


def test_a_record_is_known_by_the_one_it_is_part_of(town: Store, ana: int, other: int):
    assert read(town, now_known_as, other) == other
    write(town, merge, NOW, CLERK, ana, other)
    assert read(town, now_known_as, other) == ana
    assert read(town, parts_of, ana) == [ana, other]


def test_whoever_is_erased_by_clockwork_was_not_erased_by_themselves(town: Store, ana: int, other: int):
    write(town, merge, NOW, CLERK, ana, other)
    write(town, erase_resident, NOW, ana, actor_kind=CLOCKWORK, actor="worker")
    entries = read(town, lambda session: session.exec(select(AuditEntry).where(AuditEntry.act == "erased")).all())
    assert {(each.actor, each.purpose) for each in entries} == {("worker", "retention")}
    assert len(entries) == 2
