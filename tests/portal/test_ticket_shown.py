"""What a ticket says on the phone is true in every state that it can be in."""

import pytest

from booking.appointments import book_at_once, cancel
from booking.closing import end_days
from booking.counters import HANDLED, begin, call_next, close_counter, finish, not_there, open_counter, park, pause
from booking.queue import Wish, check_in, draw, leave
from booking.store import Store, read, write
from booking.tickets import Ticket
from locales.catalogue import use_language
from portal.lobby.shown import TicketShown, ticket_shown
from tests.booking.towns import ANA, NINE, NOW, PERMIT, amend, key, minutes, person

ONE, TWO = "pacos-1", "pacos-2"
TEN = NINE + minutes(60)
TOMORROW = TEN + minutes(24 * 60)


@pytest.fixture
def hall(town: Store) -> Store:
    amend(town, person("ana", (ONE,), ("streets",)), person("rui", (TWO,), ("waste",)))
    write(town, open_counter, NINE, ONE, "ana")
    return town


def draws(hall: Store, name: object = 1, service: str = "parking-permit") -> str:
    return write(hall, draw, TEN, Wish("pacos", service, "pt"), once=key(f"draw {name}")).code


def shown(hall: Store, code: str, now=TEN) -> TicketShown:
    with use_language("en"):
        return read(hall, ticket_shown, now, code)


def calls(hall: Store) -> Ticket | None:
    return write(hall, call_next, TEN, ONE, once=key("call"))


def test_whom_nobody_at_a_counter_can_serve_is_not_told_that_they_are_next(hall: Store):
    first, second, served = draws(hall, 1, "bins"), draws(hall, 2, "bins"), draws(hall, 3)
    said = shown(hall, first)
    assert (said.people, said.alone) == ("", "Nobody is at a counter for this now. We call you when somebody is.")
    assert (said.wait, said.basis) == ("We do not know yet how long it takes.", "")
    assert (shown(hall, second).people, bool(shown(hall, second).alone)) == ("1 person before you", True)
    assert (shown(hall, served).people, shown(hall, served).alone) == ("You are next.", "")
    write(hall, open_counter, TEN, TWO, "rui")
    assert (shown(hall, first).people, shown(hall, first).alone) == ("You are next.", "")
    write(hall, pause, TEN, TWO)
    assert shown(hall, first).alone
    write(hall, close_counter, TEN, TWO)
    assert shown(hall, first).alone


def test_what_happens_next_is_said_of_the_state_it_is_in(hall: Store):
    code = draws(hall)
    assert shown(hall, code).next == "We call your number on the screen, by voice and here."
    calls(hall)
    assert shown(hall, code).next == "Please go to counter 1 now."
    write(hall, begin, TEN, ONE)
    assert shown(hall, code).next == "You go on at the counter. There is nothing to do here."
    write(hall, park, TEN, ONE)
    assert shown(hall, code).next == "Say at the counter that you are back: we then call your number again."


def test_a_visit_that_is_finished_says_nothing_of_what_happens_next(hall: Store):
    code = draws(hall)
    calls(hall)
    write(hall, begin, TEN, ONE)
    write(hall, finish, TEN, ONE, HANDLED)
    said = shown(hall, code)
    assert (said.next, said.language, said.over) == ("", "", "Your visit is finished. This number is over.")


def test_whoever_missed_the_call_too_long_ago_is_asked_to_the_desk(hall: Store):
    code = draws(hall)
    calls(hall)
    write(hall, not_there, TEN, ONE)
    assert shown(hall, code).next == "Say here that you have come, and you have your place again."
    late = shown(hall, code, TEN + minutes(31))
    assert (late.may_come_back, late.next) == (False, "Please speak to us at the desk. We look together how it goes on.")


def test_whoever_did_not_leave_is_not_told_that_they_left(hall: Store):
    left, kept = draws(hall, 1), draws(hall, 2)
    booked = write(hall, book_at_once, NOW, PERMIT, TEN + minutes(120), ANA, once=key("b"), channel="in_person")
    checked = write(hall, check_in, TEN + minutes(60), "pacos", booked.reference, once=key("in")).code
    write(hall, leave, TEN, left)
    write(hall, cancel, TEN + minutes(60), booked.reference, booked.access_key, once=key("cancel"))
    write(hall, end_days, TOMORROW)
    assert shown(hall, left).over == "You have left the line. This number is over."
    assert shown(hall, kept).over == "The day is over, and this number with it. When you come again, please take a new one."
    assert shown(hall, checked).over == "Your appointment was moved or cancelled, and this number is over with it."
