"""What somebody does for somebody else by a mandate: whose it is, who is told, what is recorded, and what they don't get at."""

from dataclasses import replace
from typing import Any

import pytest

from booking.acting import about_owner, done_by, look, opened_for
from booking.appointments import Booked, book, book_at_once, cancel, look_up, move
from booking.audit import AuditEntry
from booking.details import Contact, Details
from booking.errors import NoMandate, TooManyBookings, UnknownReference
from booking.holds import hold
from booking.mandates import BOOK, RECEIVE, SEE, Acting, holders_contact, receives, revoke
from booking.outbox import Letter
from booking.people import Mandate
from booking.promises import BOOKED, AppointmentChange
from booking.residents import appointments_of, contacts_of, give_further, take_back
from booking.store import Store, read, write
from tests.booking.test_mandates import ANAS, STRANGERS, TERMS, arrives, pair, rows
from tests.booking.towns import NINE, NOW, PERMIT, found, joins, key, minutes

TYPED = Details("Ana Lopes", language="pt")
AFTER = NOW.replace(year=2028, month=3, day=2)  # the last day was yesterday


@pytest.fixture
def town(store: Store) -> Store:
    found(store)
    return store


def held(town: Store, start=NINE) -> str:
    return write(town, hold, NOW, PERMIT, start, once=key(start)).token


def books(town: Store, acting: Acting, start=NINE, typed: Details = TYPED, now=NOW) -> Booked:
    return write(town, book, now, held(town, start), typed, once=key(f"{start} {acting}"), acting=acting)


def acting_pair(town: Store, **terms: Any) -> tuple[Acting, int]:
    ana, karim, mandate = pair(town, **terms)
    return Acting(karim, ana), mandate


def changes(town: Store) -> list[tuple[str, str]]:
    return [(change.what, change.by) for change in rows(town, AppointmentChange)]


def letters(town: Store) -> list[tuple[str, str]]:
    """What waits to be told at once, but for the offer of the mandate itself."""
    waiting = [each for each in rows(town, Letter) if each.due_at == each.written_at and each.what != "mandate"]
    return [(each.what, each.about.partition(" ")[0]) for each in waiting if not each.outcome]


def test_what_is_booked_for_somebody_is_theirs_and_says_who_did_it(town: Store):
    town.caps = True  # where anybody else would be asked for a code
    acting, _mandate = acting_pair(town)
    booked = books(town, acting)
    assert (booked.appointment.state, booked.appointment.resident_id) == (BOOKED, acting.owner_id)
    assert [each.id for each in read(town, appointments_of, acting.owner_id)] == [booked.appointment.id]
    assert read(town, appointments_of, acting.holder_id) == []
    assert changes(town) == [("booked", f"resident {acting.holder_id} for resident {acting.owner_id}")]
    assert read(town, done_by, booked.appointment, "booked") == "my brother Karim"


def test_they_move_and_cancel_it_without_its_key(town: Store):
    acting, _mandate = acting_pair(town)
    reference = books(town, acting).reference
    write(town, move, NOW, reference, "", NINE + minutes(20), once=key("move"), acting=acting)
    write(town, cancel, NOW, reference, "", once=key("cancel"), acting=acting)
    assert changes(town) == [(what, acting.words) for what in ("booked", "moved", "cancelled")]
    acts = [entry for entry in rows(town, AuditEntry) if entry.subject_kind == "appointment"]
    assert [entry.act for entry in acts] == ["booked", "moved", "cancelled"]
    assert {(entry.actor, entry.on_behalf_of) for entry in acts} == {
        (f"resident {acting.holder_id}", f"resident {acting.owner_id}")
    }


def test_what_the_owner_does_themselves_is_nobody_elses_deed(town: Store):
    acting, _mandate = acting_pair(town)
    booked = books(town, acting)
    write(town, move, NOW, booked.reference, booked.access_key, NINE + minutes(20), once=key("move"))
    assert changes(town)[-1] == ("moved", "resident")
    assert read(town, done_by, booked.appointment, "moved") == ""


def test_the_owner_is_told_at_a_contact_of_their_own_whatever_was_typed(town: Store):
    acting, _mandate = acting_pair(town)
    typed = replace(TYPED, email="karim@example.org", phone="+351912345678")
    appointment = books(town, acting, typed=typed).appointment
    assert (appointment.email, appointment.phone) == ("ana@example.org", "+351912345678")
    assert letters(town) == [("booked", "")]


def test_the_owner_is_told_even_where_the_appointments_own_letters_reach_nobody(town: Store):
    acting, _mandate = acting_pair(town)
    by_landline = replace(TYPED, phone="+351259000100")
    mine = write(town, book_at_once, NOW, PERMIT, NINE, by_landline, once=key("mine"), channel="in_person").appointment
    write(town, lambda session: setattr(session.get(type(mine), mine.id), "resident_id", acting.owner_id))
    write(town, cancel, NOW, mine.reference, "", once=key("cancel"), acting=acting)
    assert letters(town) == [("cancelled", "owner-of")]


def test_the_caps_of_the_owner_hold_for_whoever_acts_for_them(town: Store):
    """Else two addresses and a mandate would book any number of places for contacts that nobody has shown."""
    town.caps = True
    acting, _mandate = acting_pair(town)
    for number in range(3):
        books(town, acting, NINE + number * minutes(20), replace(TYPED, email=f"{number}@example.org"))
    with pytest.raises(TooManyBookings):
        books(town, acting, NINE + minutes(60), replace(TYPED, email="3@example.org"))


def test_whoever_receives_gets_the_letters_too_and_no_longer_once_it_is_taken_back(town: Store):
    acting, mandate = acting_pair(town, scopes=(SEE, BOOK, RECEIVE))
    booked = books(town, acting)
    assert letters(town) == [("booked", ""), ("booked", "copy-of")]
    # Also of what the owner does themselves; what waited to be told before is no longer true.
    write(town, cancel, NOW, booked.reference, booked.access_key, once=key("cancel"))
    assert letters(town) == [("cancelled", ""), ("cancelled", "copy-of")]
    assert read(town, receives, NOW, mandate)
    write(town, revoke, NOW, acting.owner_id, mandate)
    assert read(town, receives, NOW, mandate) is None


def test_whoever_sees_finds_what_is_ahead_and_it_is_recorded_that_they_looked(town: Store):
    acting, _mandate = acting_pair(town)
    booked = books(town, acting)
    assert [each.reference for each in write(town, look, NOW, acting)] == [booked.reference]
    assert [each.contact for each in read(town, about_owner, NOW, acting)[1]] == ["ana@example.org"]
    last = rows(town, AuditEntry)[-1]
    assert (last.act, last.subject, last.on_behalf_of) == ("read", f"resident {acting.owner_id}", f"resident {acting.owner_id}")


NOT_ALLOWED = ["nobody's", "another's", "expired", "revoked", "chained"]


def without(town: Store, why: str) -> tuple[Acting, Any]:
    """Somebody who may not, and the time at which they try."""
    acting, mandate = acting_pair(town)
    match why:
        case "nobody's":
            return replace(acting, holder_id=arrives(town, STRANGERS)), NOW
        case "another's":
            return replace(acting, owner_id=arrives(town, STRANGERS)), NOW
        case "expired":
            return acting, AFTER
        case "revoked":
            write(town, revoke, NOW, acting.owner_id, mandate)
        case "chained":
            return Acting(acting.owner_id, acting.holder_id), NOW
    return acting, NOW


@pytest.mark.parametrize("why", NOT_ALLOWED)
def test_without_a_mandate_in_force_there_is_nothing_to_see_to_move_or_to_book(town: Store, why: str):
    mine = write(town, book_at_once, NOW, PERMIT, NINE, replace(TYPED, email=ANAS.email), once=key("mine"))
    acting, now = without(town, why)
    write(town, joins, NOW, arrives(town, ANAS))
    before = (changes(town), len(rows(town, Letter)))
    with pytest.raises(NoMandate):
        write(town, look, now, acting)
    with pytest.raises(NoMandate):
        read(town, about_owner, now, acting)
    with pytest.raises(NoMandate):
        books(town, acting, NINE + minutes(20), now=now)
    with pytest.raises(UnknownReference):
        read(town, opened_for, now, acting, mine.reference, SEE)
    with pytest.raises(UnknownReference):
        write(town, move, now, mine.reference, "", NINE + minutes(40), once=key("move"), acting=acting)
    with pytest.raises(UnknownReference):
        write(town, cancel, now, mine.reference, "", once=key("cancel"), acting=acting)
    assert (changes(town), len(rows(town, Letter))) == before


def test_each_scope_allows_what_it_names_and_no_more(town: Store):
    acting, _mandate = acting_pair(town, scopes=(BOOK,))
    mine = books(town, acting)
    with pytest.raises(NoMandate):
        write(town, look, NOW, acting)
    with pytest.raises(NoMandate):
        read(town, about_owner, NOW, acting)
    for scopes in ((SEE,), (SEE, BOOK)):
        with pytest.raises(UnknownReference):
            read(town, opened_for, NOW, acting, mine.reference, *scopes)
    with pytest.raises(UnknownReference):
        write(town, cancel, NOW, mine.reference, "", once=key("cancel"), acting=acting)


def test_whoever_only_sees_changes_nothing(town: Store):
    acting, _mandate = acting_pair(town, scopes=(SEE,))
    mine = write(town, book_at_once, NOW, PERMIT, NINE, replace(TYPED, email=ANAS.email), once=key("mine"))
    write(town, joins, NOW, acting.owner_id)
    assert read(town, opened_for, NOW, acting, mine.reference, SEE).id == mine.appointment.id
    with pytest.raises(NoMandate):
        books(town, acting, NINE + minutes(20))
    with pytest.raises(UnknownReference):
        write(town, move, NOW, mine.reference, "", NINE + minutes(20), once=key("move"), acting=acting)
    with pytest.raises(UnknownReference):
        write(town, cancel, NOW, mine.reference, "", once=key("cancel"), acting=acting)


def test_a_mandate_opens_nothing_that_is_not_the_owners(town: Store):
    acting, _mandate = acting_pair(town)
    others = write(town, book_at_once, NOW, PERMIT, NINE, replace(TYPED, email=TERMS.contact), once=key("others"))
    with pytest.raises(UnknownReference):
        read(town, opened_for, NOW, acting, others.reference, SEE)
    with pytest.raises(UnknownReference):
        write(town, cancel, NOW, others.reference, "", once=key("cancel"), acting=acting)


def test_without_acting_the_key_is_asked_for_as_ever(town: Store):
    acting, _mandate = acting_pair(town)
    booked = books(town, acting)
    for guess in ("", f"for-{acting.owner_id}"):
        with pytest.raises(UnknownReference):
            read(town, look_up, booked.reference, guess)


def test_copies_follow_the_holder_to_another_address(town: Store):
    """They lost the letter box that was named, and use another one."""
    acting, _mandate = acting_pair(town, scopes=(BOOK, RECEIVE))
    before = read(town, contacts_of, acting.holder_id)[0].contact
    write(town, give_further, NOW, acting.holder_id, Contact(email="new@example.org"))
    (mandate,) = rows(town, Mandate)
    reached = read(town, holders_contact, mandate)
    assert reached
    assert reached.contact == before
    write(town, take_back, acting.holder_id, before)
    reached = read(town, holders_contact, mandate)
    assert reached
    assert reached.email == "new@example.org"
