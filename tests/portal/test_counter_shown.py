"""What a counter reads of those who wait: whom it calls next is the first of its own, and nobody looks next whom it can't serve."""

import pytest
from sqlmodel import Session

from booking.counters import call_next, open_counter
from booking.queue import Wish, draw
from booking.store import Store, read, write
from booking.tickets import OpenCounter
from locales.catalogue import use_language
from portal.desk.counter_shown import Console, console
from tests.booking.towns import NINE, amend, key, minutes, person

ONE, TWO = "pacos-1", "pacos-2"
TEN = NINE + minutes(60)


@pytest.fixture
def hall(town: Store) -> Store:
    """At the first counter streets, at the second nobody; bins came first."""
    amend(town, person("ana", (ONE,), ("streets",)), person("rui", (TWO,), ("streets", "waste")))
    write(town, open_counter, NINE, ONE, "ana")
    for nth, service in enumerate(("bins", "parking-permit", "bins", "parking-permit")):
        write(town, draw, TEN + minutes(nth), Wish("pacos", service, "en"), once=key(nth))
    return town


def shown(hall: Store, counter: str = ONE) -> Console:
    def look(session: Session) -> Console:
        return console(session, TEN + minutes(5), session.get_one(OpenCounter, counter))

    with use_language("en"):
        return read(hall, look)


def rows(hall: Store, counter: str = ONE) -> list[tuple[str, bool, bool]]:
    return [(each.number, each.is_mine, each.is_next) for each in shown(hall, counter).line]


def closing(hall: Store, counter: str) -> str:
    return shown(hall, counter).alone


def test_the_next_at_a_counter_is_whom_it_calls_and_those_of_other_counters_stand_below(hall: Store):
    assert rows(hall) == [("A 002", True, True), ("A 004", True, False), ("A 001", False, False), ("A 003", False, False)]
    called = write(hall, call_next, TEN + minutes(5), ONE, once=key("call"))
    assert called
    assert called.words == "A 002"


def test_whom_nobody_can_serve_now_is_marked_so(hall: Store):
    notes = {each.number: each.note for each in shown(hall).line}
    assert "nobody is there for this now" in notes["A 001"]
    assert "only at your counter" in notes["A 002"]
    write(hall, open_counter, TEN, TWO, "rui")
    notes = {each.number: each.note for each in shown(hall).line}
    assert "nobody" not in notes["A 001"]
    assert "only" not in notes["A 002"]


def test_closing_the_last_counter_that_can_serve_somebody_is_warned_of(hall: Store):
    assert closing(hall, ONE) == "2 people wait whom only your counter can serve now."
    write(hall, open_counter, TEN, TWO, "rui")
    assert closing(hall, ONE) == ""
    assert closing(hall, TWO) == "2 people wait whom only your counter can serve now."
