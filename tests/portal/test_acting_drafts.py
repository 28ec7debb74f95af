"""Booking for somebody else by the ordinary journey: what the draft says, to whom, and that it ends with the mandate."""

from typing import Any

import pytest

from booking.errors import HoldExpired, NoMandate
from booking.mandates import BOOK, SEE, Acting, revoke
from booking.people import Resident
from booking.promises import BOOKED
from booking.store import Store, read, write
from portal.appointments import draft
from tests.booking.test_mandates import STRANGERS, arrives, pair
from tests.booking.towns import NINE, NOW, found, minutes

KEY, SERVICES = "the key that one tab holds", ("parking-permit",)


@pytest.fixture
def town(store: Store) -> Store:
    found(store)
    store.caps = True
    return store


def acting_pair(town: Store, *scopes: str) -> tuple[Acting, int]:
    ana, karim, mandate = pair(town, scopes=scopes)

    def says_her_name(session) -> None:
        session.get(Resident, ana).name = "Ana Lopes"

    write(town, says_her_name)
    return Acting(karim, ana), mandate


def begun(town: Store, acting: Acting) -> None:
    write(town, draft.begin_for, NOW, KEY, acting, "pt")
    write(town, draft.begin, NOW, KEY, SERVICES, "pt")
    write(town, draft.choose_way, NOW, KEY, "pacos", "in_person", 1)
    write(town, draft.choose_time, NOW, KEY, NINE)


def introduced(town: Store, acting: Acting) -> tuple[str, str]:
    found_draft = write(town, draft.introduce, NOW, KEY, acting.holder_id)
    return found_draft.name, found_draft.email


def test_whoever_sees_finds_the_owners_answers_and_never_their_own(town: Store):
    acting, _mandate = acting_pair(town, SEE, BOOK)
    begun(town, acting)
    assert introduced(town, acting) == ("Ana Lopes", "ana@example.org")


def test_whoever_does_not_see_types_it_and_the_letters_go_to_the_owner_all_the_same(town: Store):
    acting, _mandate = acting_pair(town, BOOK)
    begun(town, acting)
    assert introduced(town, acting) == ("", "")
    typed = {"name": "My sister", "email": "karim@example.org"}
    write(town, draft.remember, NOW, KEY, typed)
    assert read(town, draft.contact_to_ask, KEY, acting.holder_id) == ""
    booked = write(town, draft.confirm, NOW, KEY, acting.holder_id)
    assert (booked.appointment.state, booked.appointment.name) == (BOOKED, "My sister")
    assert (booked.appointment.email, booked.appointment.resident_id) == ("ana@example.org", acting.owner_id)


def test_it_says_for_whom_until_the_mandate_is_over_and_then_nothing(town: Store):
    acting, mandate = acting_pair(town, SEE, BOOK)
    begun(town, acting)
    kept = read(town, draft.kept, NOW, KEY)
    assert kept
    assert kept.for_whom == "Ana Lopes"
    write(town, revoke, NOW, acting.owner_id, mandate)
    assert read(town, draft.kept, NOW, KEY) is None
    assert read(town, draft.acting_by, KEY) == acting
    tries: list[tuple[Any, ...]] = [
        (draft.choose_time, NINE + minutes(20)),
        (draft.remember, {"name": "Ana"}),
        (draft.tick, "step_free", True),
        (draft.introduce, acting.holder_id),
        (draft.confirm, acting.holder_id),
    ]
    for verb, *answer in tries:
        with pytest.raises(NoMandate):
            write(town, verb, NOW, KEY, *answer)


def test_nobody_else_who_has_the_tabs_key_is_shown_anything_or_books_by_it(town: Store):
    acting, _mandate = acting_pair(town, SEE, BOOK)
    begun(town, acting)
    stranger = arrives(town, STRANGERS)
    assert write(town, draft.introduce, NOW, KEY, stranger).name == ""
    write(town, draft.remember, NOW, KEY, {"name": "Ana"})
    for who in (stranger, acting.owner_id, None):
        with pytest.raises(NoMandate):
            write(town, draft.confirm, NOW, KEY, who)


def test_without_the_scope_it_cannot_be_begun(town: Store):
    acting, _mandate = acting_pair(town, SEE)
    for who in (acting, Acting(acting.owner_id, acting.holder_id), Acting(acting.holder_id, acting.owner_id + 5)):
        with pytest.raises(NoMandate):
            write(town, draft.begin_for, NOW, KEY, who, "pt")
    assert read(town, draft.kept, NOW, KEY) is None


def test_the_next_booking_in_the_same_tab_is_for_oneself(town: Store):
    acting, _mandate = acting_pair(town, SEE, BOOK)
    begun(town, acting)
    introduced(town, acting)
    write(town, draft.confirm, NOW, KEY, acting.holder_id)
    write(town, draft.begin, NOW, KEY, SERVICES, "pt")
    assert read(town, draft.acting_by, KEY) is None


def test_whoever_books_for_themselves_after_all_keeps_the_time_and_none_of_the_answers(town: Store):
    acting, _mandate = acting_pair(town, SEE, BOOK)
    begun(town, acting)
    introduced(town, acting)
    write(town, draft.for_myself, NOW, KEY)
    kept = read(town, draft.kept, NOW, KEY)
    assert kept
    assert (kept.for_whom, kept.draft.name, kept.draft.email, kept.draft.start_at) == ("", "", "", NINE)
    with pytest.raises(HoldExpired):
        write(town, draft.for_myself, NOW, "another key")
