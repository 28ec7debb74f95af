"""What is booked online counts once the code that was sent has been typed; until then its time is kept, and nobody is told."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlmodel import col, select

from booking.appointments import Booked, book, book_at_once, booked_again, cancel, look_up, move
from booking.availability import free_places, nearest
from booking.confirming import FORGOTTEN_AFTER, back_to_hold, confirm, forget_unconfirmed, send_another_code
from booking.counter_time import InsteadOf
from booking.details import Details
from booking.errors import ClosedThen, CodeOver, NotInForce, NotValid, Problem, SlotTaken, TooManyBookings, TooManyCodes
from booking.holds import FORGOTTEN_AFTER as HOLDS_FORGOTTEN_AFTER
from booking.holds import LASTS as HOLD_LASTS
from booking.holds import forget_lapsed, hold, look_at
from booking.invitation import STATUS, method_of
from booking.one_time_codes import LASTS, MOST_AN_HOUR, MOST_FOR_ONE, MOST_TRIES, OneTimeCode, WrongCode, forget_codes
from booking.outbox import OVERTAKEN, Letter
from booking.promises import BOOKED, CANCELLED, UNCONFIRMED, Appointment, AppointmentChange, Hold
from booking.store import Store, read, write
from booking.unconfirmed import KEPT
from tests.booking.towns import (
    ANA,
    NINE,
    NOW,
    PERMIT,
    TOMORROW,
    amend,
    closure,
    code_in_the_letter,
    confirmed,
    found,
    key,
    minutes,
    wall_clock,
)

OTHER = replace(ANA, email="rui@example.org")


@pytest.fixture
def town(store: Store) -> Store:
    store.caps = True
    found(store)
    return store


def asked_for(store: Store, start: datetime = NINE, details: Details = ANA, now: datetime = NOW, **options) -> Booked:
    return write(store, book_at_once, now, PERMIT, start, details, once=key(f"{start} {details} {now}"), **options)


def typed(store: Store, wanted: Booked, code: str, now: datetime = NOW):
    return write(store, confirm, now, wanted.reference, wanted.access_key, code)


def as_it_stands(store: Store, wanted: Booked) -> Appointment:
    return read(store, look_up, wanted.reference, wanted.access_key)


def starts(store: Store, now: datetime = NOW) -> list[datetime]:
    return [place.start for place in read(store, free_places, now, PERMIT, TOMORROW, TOMORROW)]


def letters(store: Store) -> list[tuple[str, str]]:
    rows = read(store, lambda session: list(session.exec(select(Letter).order_by(col(Letter.id)))))
    return [(letter.what, letter.outcome) for letter in rows]


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def test_until_the_code_is_typed_the_time_is_kept_and_only_the_code_is_told(town: Store):
    wanted = asked_for(town)
    assert (wanted.appointment.state, wanted.appointment.confirm_by) == (UNCONFIRMED, NOW + KEPT)
    assert NINE not in starts(town)
    assert letters(town) == [("code", "")]
    assert read(town, lambda session: session.exec(select(AppointmentChange)).all()) == []


def test_the_code_makes_it_count_and_then_it_is_told(town: Store):
    wanted = asked_for(town)
    appointment = typed(town, wanted, code_in_the_letter(town, wanted.reference))
    assert isinstance(appointment, Appointment)
    assert (appointment.state, appointment.confirm_by, appointment.sequence) == (BOOKED, None, 0)
    assert letters(town)[:2] == [("code", OVERTAKEN), ("booked", "")]
    assert NINE not in starts(town, NOW + timedelta(hours=20))


def test_typed_as_people_type_it(town: Store):
    wanted = asked_for(town)
    code = code_in_the_letter(town, wanted.reference)
    arabic = "".join(chr(0x660 + int(digit)) for digit in code)
    assert isinstance(typed(town, wanted, f" {arabic[:3]}-{arabic[3:]} "), Appointment)


def test_confirmed_twice_it_is_the_same(town: Store):
    wanted = confirmed(town, asked_for(town))
    again = typed(town, wanted, "whatever")
    assert isinstance(again, Appointment)
    assert again.state == BOOKED
    assert [what for what, _ in letters(town)].count("booked") == 1


def test_a_wrong_code_is_counted_and_after_five_no_code_is_good(town: Store):
    wanted = asked_for(town)
    code = code_in_the_letter(town, wanted.reference)
    left = [typed(town, wanted, wrong(code)) for _ in range(MOST_TRIES)]
    assert left == [WrongCode(tries) for tries in range(MOST_TRIES - 1, -1, -1)]
    with pytest.raises(CodeOver):
        typed(town, wanted, code)
    assert as_it_stands(town, wanted).state == UNCONFIRMED


def test_guesses_at_the_same_moment_are_counted_one_by_one(town: Store):
    wanted = asked_for(town)
    code = code_in_the_letter(town, wanted.reference)

    def guess(_: int) -> object:
        try:
            return typed(town, wanted, wrong(code))
        except CodeOver:
            return None

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(guess, range(12)))
    assert len([answer for answer in answers if answer]) == MOST_TRIES


def test_another_code_replaces_the_one_before_and_keeps_the_time_as_long_again(town: Store):
    wanted, later = asked_for(town), NOW + minutes(10)
    first = code_in_the_letter(town, wanted.reference)
    write(town, send_another_code, later, wanted.reference, wanted.access_key, once=key("again"))
    second = code_in_the_letter(town, wanted.reference)
    assert letters(town) == [("code", OVERTAKEN), ("code", "")]
    assert as_it_stands(town, wanted).confirm_by == later + KEPT
    assert NINE not in starts(town, NOW + KEPT + minutes(1))
    if first != second:  # one in a million
        assert isinstance(typed(town, wanted, first, later), WrongCode)
    assert isinstance(typed(town, wanted, second, later), Appointment)


def test_so_many_codes_for_one_appointment(town: Store):
    wanted = asked_for(town)
    codes = wanted.reference, wanted.access_key
    for number in range(MOST_FOR_ONE - 1):
        for _ in range(2):  # a wish that arrives twice is one
            write(town, send_another_code, NOW + minutes(number + 1), *codes, once=key(f"again {number}"))
    with pytest.raises(TooManyCodes) as refusal:
        write(town, send_another_code, NOW + minutes(5), *codes, once=key("once more"))
    assert refusal.value.until is None


def test_so_many_codes_an_hour_to_one_address_whoever_asks(town: Store):
    for number in range(MOST_AN_HOUR):
        asked_for(town, NINE + minutes(20 * number), now=NOW + minutes(number))
    with pytest.raises(TooManyCodes) as refusal:
        asked_for(town, NINE + minutes(300), now=NOW + minutes(30))
    assert refusal.value.until == NOW + timedelta(hours=1)
    assert NINE + minutes(300) in starts(town, NOW + minutes(30))  # nothing half-written
    asked_for(town, NINE + minutes(300), OTHER, NOW + minutes(30))
    asked_for(town, NINE + minutes(320), now=NOW + timedelta(hours=1))


def test_kept_no_longer_it_can_still_be_confirmed_while_the_time_is_free(town: Store):
    wanted, late = asked_for(town), NOW + KEPT + minutes(1)
    assert NINE in starts(town, late)
    assert isinstance(typed(town, wanted, code_in_the_letter(town, wanted.reference), late), Appointment)
    assert NINE not in starts(town, late)


def test_but_not_when_somebody_else_has_taken_it(town: Store):
    wanted, late = asked_for(town), NOW + KEPT
    code = code_in_the_letter(town, wanted.reference)
    confirmed(town, asked_for(town, details=OTHER, now=late), late)
    with pytest.raises(SlotTaken):
        typed(town, wanted, code, late)
    assert as_it_stands(town, wanted).state == UNCONFIRMED


def test_a_code_is_good_for_an_hour(town: Store):
    wanted = asked_for(town)
    with pytest.raises(CodeOver):
        typed(town, wanted, code_in_the_letter(town, wanted.reference), NOW + LASTS)


def test_a_time_closed_since_is_not_confirmed(town: Store):
    wanted = asked_for(town)
    amend(town, closure(wall_clock(9), wall_clock(10)))
    with pytest.raises(ClosedThen):
        typed(town, wanted, code_in_the_letter(town, wanted.reference))


def test_caps_are_looked_at_when_it_comes_to_count(town: Store):
    """What is not confirmed does not count: otherwise a stranger could keep somebody from booking."""
    wanted = [asked_for(town, NINE + minutes(20 * number)) for number in range(4)]
    for each in wanted[:3]:
        confirmed(town, each)
    with pytest.raises(TooManyBookings):
        confirmed(town, wanted[3])


def test_a_held_time_becomes_one_and_no_longer_anything_else(town: Store):
    held = write(town, hold, NOW, PERMIT, NINE, once=key("hold"))
    wanted = write(town, book, NOW + minutes(9), held.token, ANA, once=key("book"))
    assert as_it_stands(town, wanted).state == UNCONFIRMED
    assert NINE not in starts(town, NOW + HOLD_LASTS)
    again = write(town, book, NOW + minutes(9), held.token, OTHER, once=key("book in a second tab"))
    assert again.reference == wanted.reference
    confirmed(town, wanted, NOW + minutes(10))


def test_whoever_is_known_types_nothing(town: Store):
    held = write(town, hold, NOW, PERMIT, NINE, once=key("hold"))
    assert write(town, book, NOW, held.token, ANA, once=key("book"), is_known=True).appointment.state == BOOKED


@pytest.mark.parametrize("channel", ["in_person", "phone", "kiosk"])
def test_where_somebody_has_spoken_to_them_nothing_is_asked(town: Store, channel: str):
    assert asked_for(town, channel=channel).appointment.state == BOOKED


def test_without_limits_nothing_is_asked(town: Store):
    town.caps = False
    assert asked_for(town).appointment.state == BOOKED


@pytest.mark.parametrize(
    ("phone", "texts", "is_asked"), [("912345678", True, True), ("912345678", False, False), ("212345678", True, False)]
)
def test_a_code_must_be_able_to_reach_them(town: Store, phone: str, texts: bool, is_asked: bool):
    town.texts = texts
    by_phone = replace(ANA, email="", phone=phone)
    if is_asked:
        assert asked_for(town, details=by_phone).appointment.state == UNCONFIRMED
        return
    with pytest.raises(NotValid) as refusal:
        asked_for(town, details=by_phone)
    assert refusal.value.problems == (Problem("contact", "cannot-be-asked"),)
    assert NINE in starts(town)
    assert asked_for(town, details=replace(by_phone, email=ANA.email)).appointment.state == UNCONFIRMED


def test_given_back_before_it_counts_nobody_is_told_and_the_time_is_free_at_once(town: Store):
    wanted = asked_for(town)
    write(town, cancel, NOW, wanted.reference, wanted.access_key, once=key("cancel"))
    assert as_it_stands(town, wanted).state == CANCELLED
    assert letters(town) == [("code", OVERTAKEN)]
    assert NINE in starts(town)
    with pytest.raises(NotInForce):
        typed(town, wanted, "000000")


def test_moved_before_it_counts_the_other_time_is_kept_for_as_long(town: Store):
    wanted, half_past = asked_for(town), NINE + minutes(40)
    moved = write(town, move, NOW, wanted.reference, wanted.access_key, half_past, once=key("move"))
    assert (moved.state, moved.start_at, moved.end_at) == (UNCONFIRMED, half_past, half_past + minutes(20))
    assert NINE in starts(town)
    assert half_past not in starts(town)
    assert half_past in starts(town, NOW + KEPT)
    confirmed(town, wanted)
    assert as_it_stands(town, wanted).start_at == half_past


def test_kept_no_longer_it_is_not_moved(town: Store):
    wanted = asked_for(town)
    with pytest.raises(NotInForce):
        write(town, move, NOW + KEPT, wanted.reference, wanted.access_key, NINE + minutes(40), once=key("move"))


def test_with_a_wrong_address_the_time_is_a_hold_again(town: Store):
    held = write(town, hold, NOW, PERMIT, NINE, once=key("hold"))
    wanted = write(town, book, NOW, held.token, ANA, once=key("book"))
    write(town, back_to_hold, NOW, wanted.reference, wanted.access_key)
    assert as_it_stands(town, wanted).state == CANCELLED
    assert read(town, look_at, NOW, held.token).expires_at == NOW + HOLD_LASTS
    assert NINE not in starts(town)
    right = write(town, book, NOW, held.token, OTHER, once=key("book again"))
    assert right.reference != wanted.reference
    confirmed(town, right)
    with pytest.raises(NotInForce):
        write(town, back_to_hold, NOW, right.reference, right.access_key)


def test_pressed_twice_another_code_is_one(town: Store):
    wanted = asked_for(town)
    for number in range(2):
        write(town, send_another_code, NOW + minutes(1), wanted.reference, wanted.access_key, once=key(number + 10_000_000))
    assert letters(town) == [("code", OVERTAKEN), ("code", "")]


def test_long_after_its_hold_was_forgotten_it_still_answers(town: Store):
    wanted = asked_for(town)
    days_later = NOW + HOLDS_FORGOTTEN_AFTER + timedelta(hours=1)
    write(town, forget_lapsed, days_later)
    assert read(town, lambda session: session.exec(select(Hold)).all()) == []
    again = write(town, book_at_once, days_later, PERMIT, NINE, ANA, once=key(f"{NINE} {ANA} {NOW}"))
    assert (again.reference, again.kept_by) == (wanted.reference, "")
    codes = wanted.reference, wanted.access_key
    for verb, options in ((move, {"start": NINE + minutes(40)}), (back_to_hold, {})):
        with pytest.raises(NotInForce):
            write(town, verb, days_later, *codes, **options, **({"once": key(verb)} if options else {}))
    write(town, cancel, days_later, *codes, once=key("cancel"))
    assert as_it_stands(town, wanted).state == CANCELLED


def test_moving_is_offered_its_own_time_too(town: Store):
    wanted = asked_for(town)
    mine = InsteadOf(appointment=wanted.appointment.id)
    near = read(town, nearest, NOW, PERMIT, NINE, count=1, instead_of=mine)
    assert [place.start for place in near] == [NINE]


def test_its_calendar_file_is_tentative(town: Store):
    wanted = asked_for(town)
    assert (method_of(wanted.appointment), STATUS[wanted.appointment.state]) == ("PUBLISH", "TENTATIVE")


def test_what_was_never_confirmed_is_forgotten_and_what_was_stays(town: Store):
    never, counts = asked_for(town), confirmed(town, asked_for(town, NINE + minutes(20), OTHER))
    given_back = asked_for(town, NINE + minutes(40))
    write(town, cancel, NOW, given_back.reference, given_back.access_key, once=key("cancel"))
    long_after = NOW + FORGOTTEN_AFTER + minutes(1)
    for forget in forgetting():
        write(town, forget, long_after)
    left = read(town, lambda session: session.exec(select(Appointment.reference)).all())
    assert left == [counts.reference]
    assert not {never.reference, given_back.reference} & set(left)
    assert read(town, lambda session: session.exec(select(OneTimeCode)).all()) == []
    assert read(town, booked_again, counts.reference).appointment.state == BOOKED


def forgetting() -> list[Callable[..., None]]:
    from portal.worker import FORGETTING

    assert {forget_unconfirmed, forget_codes} <= set(FORGETTING)
    return list(FORGETTING)


def test_the_code_is_not_in_the_database(town: Store):
    wanted = asked_for(town)
    code = code_in_the_letter(town, wanted.reference)
    rows = read(
        town, lambda session: [*session.exec(select(OneTimeCode)), *session.exec(select(Letter)), *session.exec(select(Hold))]
    )
    assert not any(code in str(row.model_dump().values()) for row in rows)
