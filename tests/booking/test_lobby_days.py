"""What a line must not carry over: yesterday's numbers, what was asked twice, appointments that were moved meanwhile."""

from datetime import timedelta

import pytest

from booking.appointments import book_at_once, cancel, move
from booking.closing import end_days
from booking.counters import (
    HANDLED,
    at_counter,
    begin,
    call_next,
    close_counter,
    finish,
    not_there,
    open_counter,
    park,
    recall,
    sit_and_call,
)
from booking.errors import AlreadyIn, CounterShut, NotInForce
from booking.lobby import in_hand, line_at
from booking.queue import Wish, check_in, draw, follow, leave
from booking.store import Store, read, write
from booking.tickets import LEFT, NOT_THERE, PARKED, WAITING, OpenCounter, Ticket
from tests.booking.towns import ANA, NINE, NOW, PERMIT, found, key, minutes, person

ONE, EVA, RUI = "pacos-1", "eva", "rui"
DAY = timedelta(days=1)
WISH = Wish("pacos", "parking-permit", "pt")


@pytest.fixture
def hall(store: Store) -> Store:
    found(store, counters=2, cancel_until_minutes=10, staff=(person(EVA, (ONE,), ("streets",)), person(RUI, (), ("streets",))))
    write(store, open_counter, NINE, ONE, EVA)
    return store


def draws(hall: Store, at=NINE, once: object = "draw") -> str:
    return write(hall, draw, at, WISH, once=key(once)).code


def there(hall: Store) -> int | None:
    """Who is at the counter."""
    ticket = read(hall, in_hand, ONE)
    return ticket and ticket.id


def calls(hall: Store, once: str) -> Ticket:
    called = write(hall, sit_and_call, NINE, ONE, EVA, once=key(once))
    assert called
    return called


def words(hall: Store, at) -> list[str]:
    placed = read(hall, line_at, at, "pacos")
    return [read(hall, lambda session, number=each.ticket: session.get_one(Ticket, number).words) for each in placed]


@pytest.mark.parametrize("how", [draws, lambda hall, at: write(hall, end_days, at)])
def test_what_is_left_of_a_day_is_over_on_the_next(hall: Store, how):
    left = draws(hall)
    parked = draws(hall, once="parked")
    write(hall, call_next, NINE, ONE, once=key("call"))
    write(hall, park, NINE, ONE)
    write(hall, call_next, NINE, ONE, once=key("another"))
    how(hall, NINE + DAY)
    for code in (left, parked):
        assert read(hall, follow, code).state == LEFT
    assert "A 002" not in words(hall, NINE + DAY)
    assert read(hall, lambda session: session.get(OpenCounter, ONE)) is None
    assert read(hall, in_hand, ONE) is None


def test_on_its_own_day_nothing_is_over(hall: Store):
    code = draws(hall)
    write(hall, end_days, NINE + minutes(600))
    assert read(hall, follow, code).state == WAITING
    assert read(hall, lambda session: session.get(OpenCounter, ONE))


@pytest.mark.parametrize(("verb", "said"), [(finish, (HANDLED, ())), (not_there, ()), (park, ("a note",)), (recall, ())])
def test_what_is_asked_again_is_about_the_one_it_was_about(hall: Store, verb, said: tuple):
    for nth in range(2):
        draws(hall, once=nth)
    first = calls(hall, "first")

    def asks() -> Ticket:
        return write(hall, at_counter, NINE, verb, ONE, EVA, *said, once=key("the same"))

    if verb is finish:
        write(hall, begin, NINE, ONE)
    state = asks().state
    if verb is recall:
        assert asks().calls == 2
        write(hall, begin, NINE, ONE)
        write(hall, finish, NINE, ONE, HANDLED)
    second = calls(hall, "second")
    again = asks()
    assert again.id == first.id
    assert verb is recall or again.state == state
    assert there(hall) == second.id


def test_only_whoever_sits_there_does_things_there(hall: Store):
    draws(hall)
    called = calls(hall, "call")
    with pytest.raises(CounterShut):
        write(hall, at_counter, NINE, finish, ONE, RUI, HANDLED, (), once=key("rui"))
    assert there(hall) == called.id
    write(hall, begin, NINE, ONE)
    assert write(hall, at_counter, NINE, finish, ONE, EVA, HANDLED, (), once=key("eva")).state == "finished"


def test_a_call_asked_again_opens_no_counter_and_calls_nobody_new(hall: Store):
    assert write(hall, sit_and_call, NINE, ONE, EVA, once=key("nobody")) is None
    draws(hall)
    assert write(hall, sit_and_call, NINE, ONE, EVA, once=key("nobody")) is None
    called = calls(hall, "somebody")
    write(hall, begin, NINE, ONE)
    write(hall, finish, NINE, ONE, HANDLED)
    write(hall, close_counter, NINE, ONE)
    assert calls(hall, "somebody").id == called.id
    assert read(hall, lambda session: session.get(OpenCounter, ONE)) is None


# Appointments


def books(hall: Store):
    return write(hall, book_at_once, NOW, PERMIT, NINE + minutes(60), ANA, once=key("book"))


def comes_in(hall: Store, booked, at, once: object = "in"):
    return write(hall, check_in, at, "pacos", booked.reference, once=key(once)).ticket


def test_whoever_had_gone_or_did_not_come_has_the_same_number_again(hall: Store):
    booked = books(hall)
    drawn = write(hall, check_in, NINE, "pacos", booked.reference, once=key("in"))
    with pytest.raises(AlreadyIn):
        comes_in(hall, booked, NINE, "at once again")
    write(hall, leave, NINE, drawn.code)
    again = comes_in(hall, booked, NINE + minutes(55), "back")
    assert (again.id, again.state, again.due_at) == (drawn.ticket.id, WAITING, NINE + minutes(60))
    write(hall, call_next, NINE + minutes(60), ONE, once=key("call"))
    assert write(hall, not_there, NINE + minutes(62), ONE).state == NOT_THERE
    late = comes_in(hall, booked, NINE + minutes(90), "late")
    assert (late.id, late.state, late.due_at) == (drawn.ticket.id, WAITING, None)


@pytest.mark.parametrize("change", ["move", "cancel"])
def test_a_number_goes_with_the_appointment_that_was_moved_or_cancelled(hall: Store, change: str):
    booked = books(hall)
    drawn = write(hall, check_in, NINE, "pacos", booked.reference, once=key("in"))
    if change == "move":
        write(hall, move, NINE + minutes(1), booked.reference, booked.access_key, NINE + DAY, once=key("move"))
    else:
        write(hall, cancel, NINE + minutes(1), booked.reference, booked.access_key, once=key("cancel"))
    assert read(hall, follow, drawn.code).state == LEFT
    assert words(hall, NINE) == []
    if change == "move":
        assert comes_in(hall, booked, NINE + DAY, "the new day").id != drawn.ticket.id
        return
    with pytest.raises(NotInForce):
        comes_in(hall, booked, NINE, "cancelled")


def test_a_parked_one_that_moves_is_over_too(hall: Store):
    booked = books(hall)
    comes_in(hall, booked, NINE)
    write(hall, call_next, NINE, ONE, once=key("call"))
    assert write(hall, park, NINE, ONE).state == PARKED
    write(hall, move, NINE + minutes(1), booked.reference, booked.access_key, NINE + DAY, once=key("move"))
    assert comes_in(hall, booked, NINE + DAY, "new").state == WAITING
