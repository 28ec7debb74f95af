"""A booking on its way: kept answer by answer, booked once, forgotten in time."""

from datetime import timedelta

import pytest
from sqlmodel import select

from booking.confirming import confirm
from booking.details import Details
from booking.errors import HoldExpired, NotBookable, SlotTaken, UnknownService
from booking.holds import hold
from booking.promises import Appointment, Hold
from booking.store import Store, write
from portal.appointments import draft
from portal.appointments.draft import Draft
from tests.booking.test_races import race
from tests.booking.towns import NINE, NOW, PERMIT, code_in_the_letter, found, minutes

KEY = "the key that one tab holds"
SERVICES = ("parking-permit",)
TYPED = {"name": "Ana Lopes", "email": "ana@example.org"}


@pytest.fixture
def town(store: Store) -> Store:
    found(store)
    return store


def started(town: Store, key: str = KEY) -> None:
    write(town, draft.begin, NOW, key, SERVICES, "pt")
    write(town, draft.choose_way, NOW, key, "pacos", "in_person", 1)


def filled(town: Store, key: str = KEY) -> None:
    started(town, key)
    write(town, draft.choose_time, NOW, key, NINE)
    write(town, draft.remember, NOW, key, TYPED, ["step_free"])


def kept(town: Store, key: str = KEY) -> Draft:
    found_draft = write(town, draft.kept, NOW, key)
    assert found_draft
    return found_draft.draft


def count(town: Store, table: type) -> int:
    return len(write(town, lambda session: session.exec(select(table)).all()))


def test_answers_are_kept_under_the_key_and_under_no_other(town: Store) -> None:
    filled(town)
    assert (kept(town).name, kept(town).needs) == ("Ana Lopes", ("step_free",))
    assert write(town, draft.kept, NOW, "another key") is None
    assert write(town, draft.kept, NOW, "") is None


def test_a_code_typed_here_is_not_asked_for_again_and_one_that_somebody_else_typed_is(town: Store) -> None:
    """Somebody gives another's address, who presses the button in the letter: that proves nothing about this tab."""
    town.caps = True
    filled(town)
    wanted = write(town, draft.confirm, NOW, KEY)
    codes = wanted.reference, wanted.access_key
    code = code_in_the_letter(town, wanted.reference)
    write(town, confirm, NOW, *codes, code)
    write(town, draft.confirm_by_code, NOW, KEY, *codes, "whatever")
    assert kept(town).shown_contact == ""

    write(town, draft.begin, NOW, KEY, ("bins",), "pt")
    write(town, draft.choose_way, NOW, KEY, "pacos", "in_person", 1)
    write(town, draft.choose_time, NOW, KEY, NINE + minutes(60))
    write(town, draft.remember, NOW, KEY, TYPED)
    assert write(town, draft.contact_to_ask, KEY) == "ana@example.org"
    wanted = write(town, draft.confirm, NOW, KEY)
    code = code_in_the_letter(town, wanted.reference)
    write(town, draft.confirm_by_code, NOW, KEY, wanted.reference, wanted.access_key, code)
    assert kept(town).shown_contact


def test_given_up_at_the_code_nothing_is_left_of_it(town: Store) -> None:
    town.caps = True
    filled(town)
    wanted = write(town, draft.confirm, NOW, KEY)
    write(town, draft.forget_draft_of, KEY, "VC-2222-2222")
    assert count(town, Draft) == 1
    write(town, draft.forget_draft_of, KEY, wanted.reference)
    assert count(town, Draft) == 0


def test_two_first_events_of_one_tab_make_one_draft(town: Store) -> None:
    begun = race([lambda: write(town, draft.begin, NOW, KEY, SERVICES, "pt")] * 8)
    assert {each.key_hash for each in begun} == {kept(town).key_hash}  # type: ignore[attr-defined]
    assert count(town, Draft) == 1


def test_the_key_itself_is_not_in_the_database(town: Store) -> None:
    filled(town)
    assert KEY not in repr(kept(town).model_dump())


def test_confirming_twice_is_one_appointment(town: Store) -> None:
    filled(town)
    first = write(town, draft.confirm, NOW, KEY)
    second = write(town, draft.confirm, NOW, KEY)
    assert (first.reference, first.access_key) == (second.reference, second.access_key)
    assert count(town, Appointment) == 1


def test_what_was_said_leaves_the_draft_when_it_is_booked_and_late_answers_stay_out(town: Store) -> None:
    filled(town)
    write(town, draft.confirm, NOW, KEY)
    assert (kept(town).name, kept(town).email, kept(town).needs) == ("", "", ())
    with pytest.raises(HoldExpired):
        write(town, draft.remember, NOW, KEY, TYPED)
    with pytest.raises(HoldExpired):
        write(town, draft.tick, NOW, KEY, "step_free", True)
    assert kept(town).name == ""


def test_choosing_the_same_time_again_keeps_what_is_kept(town: Store) -> None:
    started(town)
    first = write(town, draft.choose_time, NOW, KEY, NINE)
    again = write(town, draft.choose_time, NOW + timedelta(minutes=2), KEY, NINE)
    assert again.token == first.token
    assert count(town, Hold) == 1


def test_another_time_gives_the_first_one_back(town: Store) -> None:
    started(town)
    write(town, draft.choose_time, NOW, KEY, NINE)
    write(town, draft.choose_time, NOW, KEY, NINE + timedelta(minutes=20))
    write(town, hold, NOW, PERMIT, NINE, once="somebody else's intention")


def test_a_time_that_somebody_else_has_leaves_the_earlier_choice_as_it_was(town: Store) -> None:
    started(town)
    mine = write(town, draft.choose_time, NOW, KEY, NINE)
    later = NINE + timedelta(minutes=20)
    write(town, hold, NOW, PERMIT, later, once="somebody else's intention")
    with pytest.raises(SlotTaken):
        write(town, draft.choose_time, NOW, KEY, later)
    assert (kept(town).hold, kept(town).start_at) == (mine.token, NINE)


def test_another_way_lets_the_time_go(town: Store) -> None:
    filled(town)
    write(town, draft.choose_way, NOW, KEY, "ribeira", "in_person", 1)
    assert (kept(town).hold, kept(town).start_at) == ("", None)
    assert kept(town).name == "Ana Lopes"
    write(town, hold, NOW, PERMIT, NINE, once="somebody else's intention")


def test_another_service_starts_over_but_keeps_what_was_said_about_oneself(town: Store) -> None:
    filled(town)
    write(town, draft.begin, NOW, KEY, ("bins",), "pt")
    assert (kept(town).services, kept(town).location, kept(town).hold) == (("bins",), "", "")
    assert kept(town).name == "Ana Lopes"


def test_a_service_that_does_not_exist_changes_nothing(town: Store) -> None:
    filled(town)
    with pytest.raises(UnknownService):
        write(town, draft.begin, NOW, KEY, ("tea",), "pt")
    assert kept(town).services == SERVICES


@pytest.mark.parametrize(
    ("place", "mode", "people"), [("pacos", "in_person", 99), ("atlantis", "in_person", 1), ("pacos", "by_pigeon", 1)]
)
def test_a_way_that_is_not_offered_changes_nothing(town: Store, place: str, mode: str, people: int) -> None:
    filled(town)
    with pytest.raises(NotBookable):
        write(town, draft.choose_way, NOW, KEY, place, mode, people)
    assert kept(town).start_at == NINE


def test_confirming_without_a_time_books_nothing(town: Store) -> None:
    started(town)
    with pytest.raises(HoldExpired):
        write(town, draft.confirm, NOW, KEY)
    assert count(town, Appointment) == 0


def test_a_time_that_ran_out_is_booked_while_nobody_else_has_it(town: Store) -> None:
    filled(town)
    assert write(town, draft.confirm, NOW + timedelta(minutes=11), KEY).appointment.start_at == NINE


def test_a_time_that_ran_out_and_went_to_somebody_else_is_not_booked(town: Store) -> None:
    filled(town)
    later = NOW + timedelta(minutes=11)
    write(town, hold, later, PERMIT, NINE, once="somebody else's intention")
    with pytest.raises(SlotTaken):
        write(town, draft.confirm, later, KEY)
    assert kept(town).name == "Ana Lopes"


def test_drafts_are_forgotten_after_a_day_and_not_before(town: Store) -> None:
    filled(town)
    write(town, draft.begin, NOW + timedelta(hours=23), "another key", SERVICES, "pt")
    assert count(town, Draft) == 2
    write(town, draft.begin, NOW + timedelta(hours=25), "another key", SERVICES, "pt")
    assert count(town, Draft) == 1


def test_giving_up_leaves_nothing(town: Store) -> None:
    filled(town)
    write(town, draft.abandon, NOW, KEY)
    assert count(town, Draft) == count(town, Hold) == 0


def test_answers_are_cut_at_a_length_that_no_honest_answer_has(town: Store) -> None:
    started(town)
    write(town, draft.remember, NOW, KEY, {"name": "x" * 10_000, "reference": "VC-AAAA-AAAA"})
    assert len(kept(town).name) == draft.LONGEST_ANSWER
    assert kept(town).reference == ""


def test_needs_are_ticked_and_unticked_one_by_one(town: Store) -> None:
    started(town)
    for need, is_ticked in (("companion", True), ("step_free", True), ("companion", False), ("tea", True)):
        write(town, draft.tick, NOW, KEY, need, is_ticked)
    assert kept(town).needs == ("step_free",)


def test_details_are_checked_for_the_way_that_was_chosen(town: Store) -> None:
    checked = write(town, draft.checked, Details("Ana", email="ana@example.org"), "in_person")
    assert checked.language == "pt"
