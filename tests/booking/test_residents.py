"""Residents: who a contact or a provider says that somebody is, and what was booked before."""

import pytest

from booking.appointments import book_at_once
from booking.details import Contact, Details
from booking.errors import NotValid
from booking.promises import Appointment
from booking.residents import (
    appointments_of,
    contacts_of,
    give_further,
    has_contact,
    join,
    not_mine,
    resident_known_as,
    resident_with,
    take_back,
    to_be_joined,
)
from booking.store import Store, read, write
from tests.booking.towns import NINE, NOW, PERMIT, found, joins, key, minutes

MAIL, PHONE = Contact(email="Ana.Lima@example.org"), Contact(phone="+351912345678")
ISSUER = "https://id.example"


@pytest.fixture
def town(store: Store) -> Store:
    found(store)
    return store


def arrives(store: Store, contact: Contact = MAIL) -> int:
    return write(store, resident_with, NOW, contact, "pt").id or 0


def known_as(store: Store, subject: str, email: str = "", *, is_verified: bool = True) -> int:
    given = Details("Ana", email, language="pt")
    return write(store, resident_known_as, NOW, ISSUER, subject, given, has_verified_email=is_verified).id or 0


def books(store: Store, email: str, start=NINE) -> Appointment:
    details = Details("Ana", email=email)
    return write(store, book_at_once, NOW, PERMIT, start, details, once=key(f"{email} {start}")).appointment


def test_a_contact_shown_again_is_the_same_resident(town: Store):
    assert arrives(town) == arrives(town, Contact(email="ana.lima+town@EXAMPLE.org"))
    assert arrives(town, Contact(phone="+351912345678")) != arrives(town)


def test_a_provider_names_the_same_person_again(town: Store):
    assert known_as(town, "1") == known_as(town, "1")
    assert known_as(town, "1") != known_as(town, "2")


def test_a_verified_address_of_somebody_known_by_code_is_theirs(town: Store):
    ana = arrives(town)
    assert known_as(town, "1", "ana.lima@example.org") == ana
    # A second person of the same household has shown the same address; the first keeps what is theirs.
    other = known_as(town, "2", "ana.lima@example.org")
    assert other != ana
    assert read(town, contacts_of, other) == []


def test_an_address_that_the_provider_did_not_verify_opens_nothing(town: Store):
    ana = arrives(town)
    other = known_as(town, "1", "ana.lima@example.org", is_verified=False)
    assert other != ana
    assert not read(town, has_contact, other, "ana.lima@example.org")


def test_what_was_booked_before_joins_when_they_say_so(town: Store):
    mine = books(town, "ana.lima@example.org")
    books(town, "rui@example.org", NINE + minutes(20))
    ana = arrives(town)
    assert [each.id for each in read(town, to_be_joined, NOW, ana)] == [mine.id]
    assert read(town, appointments_of, ana) == []
    assert write(town, joins, NOW, ana) == 1
    assert write(town, joins, NOW, ana) == 0
    assert [each.id for each in read(town, appointments_of, ana)] == [mine.id]
    assert read(town, to_be_joined, NOW, ana) == []


def test_whoever_says_that_it_is_not_theirs_is_asked_about_later_ones_only(town: Store):
    books(town, "ana.lima@example.org")
    ana = arrives(town)
    write(town, not_mine, NOW + minutes(1), ana)
    assert read(town, to_be_joined, NOW, ana) == []
    assert write(town, joins, NOW + minutes(1), ana) == 0


def test_what_they_were_not_shown_is_not_theirs(town: Store):
    """A family shares an address: what is over was never asked about, and what is booked meanwhile will be."""
    over = books(town, "ana.lima@example.org")
    mine = books(town, "ana.lima@example.org", NINE + minutes(40))
    ana, later = arrives(town), NINE + minutes(30)
    assert [each.id for each in read(town, to_be_joined, later, ana)] == [mine.id]
    assert write(town, join, later, ana, [mine.reference, over.reference, "VC-2222-2222"], later) == 1
    assert [each.id for each in read(town, appointments_of, ana)] == [mine.id]


def test_what_was_booked_after_they_were_shown_it_is_asked_about_later(town: Store):
    first = books(town, "ana.lima@example.org")
    ana, shown_at = arrives(town), NOW - minutes(1)
    assert write(town, join, NOW, ana, [first.reference], shown_at) == 1
    second = books(town, "ana.lima@example.org", NINE + minutes(20))
    assert [each.id for each in read(town, to_be_joined, NOW, ana)] == [second.id]
    # Control: as if the page had been drawn after it.
    write(town, not_mine, NOW + minutes(1), ana)
    assert read(town, to_be_joined, NOW, ana) == []


def test_nobody_else_is_asked_about_it(town: Store):
    books(town, "ana.lima@example.org")
    rui = arrives(town, Contact(email="rui@example.org"))
    assert read(town, to_be_joined, NOW, rui) == []
    assert write(town, joins, NOW, rui) == 0


def test_a_further_contact_opens_the_same_page(town: Store):
    ana = arrives(town)
    assert write(town, give_further, NOW, ana, PHONE)
    assert write(town, give_further, NOW, ana, PHONE)  # again changes nothing
    assert arrives(town, PHONE) == ana
    assert {each.contact for each in read(town, contacts_of, ana)} == {"ana.lima@example.org", PHONE.phone}


def test_a_contact_that_opens_another_page_stays_there(town: Store):
    ana, rui = arrives(town), arrives(town, PHONE)
    assert not write(town, give_further, NOW, ana, PHONE)
    assert arrives(town, PHONE) == rui
    assert [each.contact for each in read(town, contacts_of, ana)] == ["ana.lima@example.org"]


def test_a_contact_is_taken_back_but_never_the_last_one(town: Store):
    ana = arrives(town)
    with pytest.raises(NotValid):
        write(town, take_back, ana, "ana.lima@example.org")
    write(town, give_further, NOW, ana, PHONE)
    write(town, take_back, ana, "ana.lima@example.org")
    write(town, take_back, ana, "ana.lima@example.org")
    assert [each.contact for each in read(town, contacts_of, ana)] == [PHONE.phone]
    assert arrives(town) != ana


def test_nobody_takes_back_what_is_somebody_elses(town: Store):
    ana, rui = arrives(town), arrives(town, PHONE)
    write(town, give_further, NOW, rui, Contact(email="rui@example.org"))
    write(town, take_back, ana, PHONE.phone)
    assert arrives(town, PHONE) == rui


def test_whoever_a_provider_knows_may_be_without_a_contact(town: Store):
    ana = known_as(town, "1", "ana.lima@example.org")
    write(town, take_back, ana, "ana.lima@example.org")
    assert read(town, contacts_of, ana) == []
    assert known_as(town, "1") == ana
