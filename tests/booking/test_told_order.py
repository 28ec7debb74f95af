"""Whoever is told that they are next is whom the next free counter calls: with any skills, pauses, priorities and appointments."""

import secrets
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, delete

from booking.catalogue import read_catalogue
from booking.counters import HANDLED, begin, call_next, close_counter, finish, open_counter, pause
from booking.line import Placed
from booking.lobby import in_hand, line_at, newcomers_at, open_counters, serves
from booking.queue import Wish, draw, standing_of
from booking.store import Store, Table, read, transaction, write
from booking.tickets import CALLED, OpenCounter, Ticket, TicketChange
from tests.booking.towns import NINE, amend, found, key, minutes, person, service

TEN = NINE + minutes(60)
COUNTERS = ("pacos-1", "pacos-2", "pacos-3")
SKILLS = {"parking-permit": "streets", "bins": "waste", "cards": "family"}
# By the first letters of what they can do.
EVERYBODY = ("s", "w", "f", "sw", "sf", "wf", "swf")


@pytest.fixture
def hall(store: Store) -> Store:
    """Three counters, and for each set of skills three people who have it: streets, waste, family."""
    staff = [
        person(f"{letters}{nth}", COUNTERS, tuple(each for each in SKILLS.values() if each[0] in letters))
        for letters in EVERYBODY
        for nth in range(3)
    ]
    found(store, counters=3, staff=tuple(staff))
    amend(store, service("cards", "family", minutes=10))
    return store


def sits_down(hall: Store, counter: str, staff: str) -> None:
    write(hall, open_counter, NINE, counter, staff)


def draws(hall: Store, name: object, service: str, now: datetime = TEN, **wish: Any) -> Ticket:
    return write(hall, draw, now, Wish("pacos", service, "pt", **wish), once=key(f"draw {name}")).ticket


def places(hall: Store, now: datetime) -> dict[str, int]:
    def look(session: Session) -> dict[str, int]:
        return {session.get_one(Ticket, each.ticket).words: each.place for each in line_at(session, now, "pacos")}

    return read(hall, look)


def calls(hall: Store, counter: str, now: datetime = TEN, name: object = 1) -> str:
    ticket = write(hall, call_next, now, counter, once=key(f"call {counter} {now} {name}"))
    return ticket.words if ticket else ""


def ends(hall: Store, counter: str, now: datetime) -> None:
    write(hall, begin, now, counter)
    write(hall, finish, now, counter, HANDLED)


def test_priorities_at_another_counter_are_not_counted_as_called_at_this_one(hall: Store):
    """Told: A 004 is next, A 005 second. Called: A 005."""
    sits_down(hall, "pacos-1", "s0")
    sits_down(hall, "pacos-2", "w0")
    for each in range(3):
        draws(hall, each, "bins", has_priority=True)
    draws(hall, "plain", "parking-permit", TEN + minutes(1))
    draws(hall, "priority", "parking-permit", TEN + minutes(2), has_priority=True)
    told = places(hall, TEN + minutes(3))
    assert (told["A 005"], told["A 004"]) == (1, 2)
    assert calls(hall, "pacos-1", TEN + minutes(3)) == "A 005"


def test_those_who_wait_for_a_closed_counter_are_not_counted_at_the_one_that_is_open(hall: Store):
    sits_down(hall, "pacos-1", "s0")
    for each in range(3):
        draws(hall, each, "bins", has_priority=True)
    draws(hall, "plain", "parking-permit", TEN + minutes(1))
    draws(hall, "priority", "parking-permit", TEN + minutes(2), has_priority=True)
    told = places(hall, TEN + minutes(3))
    assert (told["A 005"], told["A 004"]) == (1, 2)
    assert calls(hall, "pacos-1", TEN + minutes(3)) == "A 005"


def test_a_counter_that_pauses_changes_nothing_of_what_the_other_has_called_in_a_row(hall: Store):
    sits_down(hall, "pacos-1", "s0")
    sits_down(hall, "pacos-2", "s1")
    write(hall, pause, TEN, "pacos-2")
    draws(hall, "plain", "parking-permit")
    for each in range(4):
        draws(hall, each, "parking-permit", has_priority=True)
    for each in range(3):
        calls(hall, "pacos-1", TEN + minutes(1), each)
        ends(hall, "pacos-1", TEN + minutes(1))
    assert places(hall, TEN + minutes(2)) == {"A 001": 1, "A 005": 2}
    assert calls(hall, "pacos-1", TEN + minutes(2)) == "A 001"


def test_a_counter_with_somebody_is_not_the_next_to_call(hall: Store):
    sits_down(hall, "pacos-1", "s0")
    sits_down(hall, "pacos-2", "s1")
    draws(hall, "served", "parking-permit", TEN - minutes(9))
    calls(hall, "pacos-1", TEN)
    draws(hall, "plain", "parking-permit")
    for each in range(4):
        draws(hall, each, "parking-permit", has_priority=True)
    for each in range(3):
        calls(hall, "pacos-2", TEN, each)
        ends(hall, "pacos-2", TEN)
    assert places(hall, TEN + minutes(1))["A 002"] == 1
    assert calls(hall, "pacos-2", TEN + minutes(1)) == "A 002"


def test_whom_nobody_there_can_serve_is_told_so_and_is_before_nobody_else(hall: Store):
    sits_down(hall, "pacos-1", "s0")
    alone, served = draws(hall, 1, "bins"), draws(hall, 2, "parking-permit")

    def attended(ticket: Ticket) -> tuple[bool, int]:
        placed = read(hall, standing_of, TEN, ticket).placed
        assert placed
        return placed.is_attended, placed.place

    assert (attended(alone), attended(served)) == ((False, 1), (True, 1))
    sits_down(hall, "pacos-2", "w0")
    assert attended(alone) == (True, 1)
    write(hall, pause, TEN, "pacos-2")
    assert attended(alone) == (False, 1)
    sits_down(hall, "pacos-2", "w0")
    write(hall, close_counter, TEN, "pacos-2")
    assert attended(alone) == (False, 1)


def test_the_line_of_a_house_says_where_whoever_came_now_would_stand(hall: Store):
    """Not how many wait for the same: those for bins wait for the counter that does both."""
    sits_down(hall, "pacos-1", "sw0")
    draws(hall, 0, "parking-permit")
    for each in range(1, 5):
        draws(hall, each, "bins")
    newcomers = read(hall, newcomers_at, TEN, "pacos")
    assert {slug: (each.ahead.people, each.is_attended) for slug, each in newcomers.items()} == {
        "parking-permit": (5, True),
        "bins": (5, True),
        "cards": (0, False),
    }


# Any hall at all

SOMEBODY = st.fixed_dictionaries(
    {
        "service": st.sampled_from(list(SKILLS)),
        "came": st.integers(-90, 0),
        "due": st.sampled_from([None, None, None, -20, 5, 30]),
        "has_priority": st.booleans(),
        "lets_pass": st.sampled_from([0, 0, 0, 1, 2]),
    }
)
# Who sits there, if anybody; how many favoured in a row; whether there is a pause; since when somebody is there, if anybody is.
SEAT = st.none() | st.tuples(
    st.sampled_from(EVERYBODY),
    st.sampled_from([0, 1, 3]),
    st.sampled_from([False, False, True]),
    st.none() | st.integers(-30, 0),
    st.sampled_from(list(SKILLS)),
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(people=st.lists(SOMEBODY, min_size=2, max_size=8), seats=st.tuples(SEAT, SEAT, SEAT))
def test_whoever_is_told_that_they_are_next_is_whom_the_next_free_counter_calls(hall: Store, people, seats):
    with transaction(hall) as session:
        for table in (TicketChange, Ticket, OpenCounter):
            session.execute(delete(table))
        for number, (counter, seat) in enumerate(zip(COUNTERS, seats, strict=True)):
            if seat:
                session.add_all(_seat(number, counter, *seat))
        session.add_all([_waits(number, **each) for number, each in enumerate(people, start=10)])
    now, turns = TEN, 0
    while told := [each for each in read(hall, line_at, now, "pacos") if each.is_attended]:
        turns += 1
        assert turns < 100, "somebody is told that they are next and nobody calls them"
        if not _somebody_is_called(hall, now, told):
            # Nobody is free, or only those wait who rest.
            now += minutes(3)
            for counter in _busy(hall)[:1]:
                ends(hall, counter, now)


def _somebody_is_called(hall: Store, now: datetime, told: list[Placed]) -> bool:
    """By the first counter that is free and finds somebody."""
    for counter in _free(hall):
        mine = [each for each in told if counter in read(hall, _able, each.ticket)]
        if called := write(hall, call_next, now, counter, once=secrets.token_hex(16)):
            assert (called.id, 1) == (mine[0].ticket, mine[0].place)
            return True
    return False


def _free(hall: Store) -> list[str]:
    there = read(hall, open_counters, "pacos")
    return [slug for slug, seat in there.items() if not seat.paused_at and slug not in _busy(hall)]


def _busy(hall: Store) -> list[str]:
    return [counter for counter in COUNTERS if read(hall, in_hand, counter)]


def _able(session: Session, ticket: int) -> list[str]:
    catalogue, service = read_catalogue(session), session.get_one(Ticket, ticket).service
    return [slug for slug, seat in open_counters(session, "pacos").items() if serves(catalogue, slug, seat.staff, service)]


def _seat(
    number: int, counter: str, letters: str, favoured: int, is_paused: bool, called: int | None, service: str
) -> list[Table]:
    staff = f"{letters}{number}"
    paused_at = TEN if is_paused else None
    seat = OpenCounter(counter=counter, staff=staff, opened_at=NINE, favoured=favoured, paused_at=paused_at)
    there = _ticket(number, service, TEN + minutes(called or 0))
    there.state, there.counter, there.called_at, there.owner = CALLED, counter, there.since, staff
    return [seat, there] if called is not None else [seat]


def _waits(number: int, service: str, came: int, due: int | None, has_priority: bool, lets_pass: int) -> Ticket:
    ticket = _ticket(number, service, TEN + minutes(came))
    ticket.due_at, ticket.has_priority = None if due is None else TEN + minutes(due), has_priority
    ticket.lets_pass, ticket.rests_until = lets_pass, TEN + minutes(10) if lets_pass else None
    return ticket


def _ticket(number: int, service: str, since: datetime) -> Ticket:
    return Ticket(
        location="pacos",
        day=TEN.date(),
        series="A",
        number=number,
        key_salt="",
        key_hash=str(number),
        service=service,
        language="pt",
        channel="kiosk",
        drawn_at=since,
        since=since,
    )
