"""Many people want the same time at the same instant: real threads, each with its own connection, on both databases.

Every guard has its control: with the check skipped the database's constraint still refuses, and with both gone it oversells, so
these tests can fail.
"""

import random
import subprocess
import sys
import threading
import time
from collections import Counter as Tally
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext, suppress
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from booking import appointments, freed, holds, seats
from booking import store as store_module
from booking.appointments import Booked, book, book_at_once, cancel, look_up, move
from booking.catalogue import catalogue_changed
from booking.errors import ClosedThen, Refusal, SlotTaken
from booking.holds import Held, hold
from booking.promises import BOOKED, Appointment, Seat
from booking.store import Store, read, transaction, write
from booking.turnstile import Turnstile
from tests.booking.towns import ANA, NINE, NOW, PERMIT, closure, found, key, minutes


def race(attempts: Sequence[Callable[[], object]]) -> list[object]:
    """Let all of them go at once, each in its own thread. What each gave, or the refusal it met; anything else fails."""
    start = threading.Barrier(len(attempts))

    def run(attempt: Callable[[], object]) -> object:
        start.wait(timeout=30)
        try:
            return attempt()
        except Refusal as refusal:
            return refusal

    with ThreadPoolExecutor(len(attempts)) as threads:
        return list(threads.map(run, attempts))


def accepted(outcomes: Sequence[object]) -> list[object]:
    assert all(isinstance(outcome, (Booked, Held, Appointment, SlotTaken)) for outcome in outcomes), outcomes
    return [outcome for outcome in outcomes if not isinstance(outcome, SlotTaken)]


def booking(store: Store, start: datetime, name: object) -> Callable[[], object]:
    return lambda: write(store, book_at_once, NOW, PERMIT, start, ANA, once=key(name))


def oversold(store: Store) -> int:
    """Pairs of seats of one counter that overlap, counted by plain SQL that knows nothing of our rules."""
    pairs = """
        SELECT count(*) FROM seat a JOIN seat b ON a.counter_id = b.counter_id AND a.id < b.id
        AND a.start_minute < b.end_minute AND b.start_minute < a.end_minute
    """
    return read(store, lambda session: session.connection().execute(text(pairs)).scalar_one())


def every(store: Store, table) -> list:
    return read(store, lambda session: list(session.exec(select(table))))


def slots(count: int) -> list[datetime]:
    return [NINE + minutes(20 * number) for number in range(count)]


def test_of_thirty_two_who_race_for_each_of_twenty_slots_one_gets_it(store: Store):
    found(store)
    for slot in slots(20):
        outcomes = race([booking(store, slot, (slot, client)) for client in range(32)])
        assert len(accepted(outcomes)) == 1
    assert len(every(store, Appointment)) == 20
    assert oversold(store) == 0


def test_of_two_hundred_attempts_at_the_last_places_exactly_the_places_are_given_and_the_desks_are_kept(store: Store):
    """Three counters, one place kept for the desk: two places at each of five starts."""
    found(store, counters=3, desk_places=1)
    wanted = [slots(5)[number % 5] for number in range(200)]
    random.Random(7).shuffle(wanted)
    attempts = [booking(store, start, number) for number, start in enumerate(wanted)]
    given = accepted([outcome for wave in range(8) for outcome in race(attempts[wave::8])])
    assert Tally(each.appointment.start_at for each in given) == dict.fromkeys(slots(5), 2)  # type: ignore[union-attr]
    assert oversold(store) == 0


def test_holding_booking_and_moving_race_for_one_place(store: Store):
    found(store)
    wanted, *homes = slots(11)
    promises = [write(store, book_at_once, NOW, PERMIT, home, ANA, once=key(home)) for home in homes]
    moves = [
        lambda p=p: write(store, move, NOW, p.reference, p.access_key, wanted, once=key(("move", p.reference)))
        for p in promises
    ]
    bookings = [booking(store, wanted, ("book", number)) for number in range(10)]
    holdings = [lambda n=n: write(store, hold, NOW, PERMIT, wanted, once=key(("hold", n))) for n in range(10)]
    attempts = [attempt for trio in zip(moves, bookings, holdings, strict=True) for attempt in trio]
    assert len(accepted(race(attempts))) == 1
    assert oversold(store) == 0
    still = [read(store, look_up, p.reference, p.access_key).start_at for p in promises]
    assert sum(a != b for a, b in zip(still, homes, strict=True)) <= 1


def test_the_same_call_made_eight_times_at_once_is_done_once(store: Store):
    found(store, counters=2)
    same = race([booking(store, NINE, "one intention")] * 8)
    assert len({(each.reference, each.access_key) for each in same}) == 1  # type: ignore[attr-defined]
    kept = race([lambda: write(store, hold, NOW, PERMIT, NINE, once=key("hold"))] * 8)
    assert len(set(kept)) == 1
    assert len(every(store, Appointment)) == 1
    assert len(every(store, Seat)) == 2


def test_one_hold_booked_in_eight_tabs_at_once_is_one_appointment(store: Store):
    found(store)
    token = write(store, hold, NOW, PERMIT, NINE, once=key("hold")).token
    tabs = race([lambda n=n: write(store, book, NOW, token, ANA, once=key(("tab", n))) for n in range(8)])
    assert len({each.reference for each in tabs}) == 1  # type: ignore[attr-defined]
    assert len(every(store, Appointment)) == 1
    assert oversold(store) == 0


def test_two_who_exchange_holds_between_two_houses_do_not_wait_for_each_other_for_ever(store: Store):
    found(store, counters=2)
    there = type(PERMIT)(PERMIT.services, "ribeira", "in_person")
    for turn in range(10):
        slot = slots(10)[turn]
        here = write(store, hold, NOW, PERMIT, slot, once=key(("a", turn)))
        other = write(store, hold, NOW, there, slot, once=key(("b", turn)))
        outcomes = race(
            [
                lambda: write(store, hold, NOW, there, slot, once=key(("c", turn)), instead_of=here.token),  # noqa: B023
                lambda: write(store, hold, NOW, PERMIT, slot, once=key(("d", turn)), instead_of=other.token),  # noqa: B023
            ]
        )
        assert 1 <= len(accepted(outcomes)) <= 2
    assert oversold(store) == 0


@pytest.mark.parametrize("withheld", [False, True])
def test_in_a_crowd_that_books_moves_and_cancels_every_appointment_keeps_exactly_its_seat(
    store: Store, withheld: bool, monkeypatch: pytest.MonkeyPatch
):
    if not withheld:  # more of them get what they want, at once
        monkeypatch.setattr(freed, "SOONEST", timedelta(days=999))
    found(store, counters=2)
    wanted = slots(6)

    def visitor(number: int) -> list[object]:
        dice, mine, outcomes = random.Random(number), None, []
        for turn in range(12):
            once, start = key((number, turn)), dice.choice(wanted)
            try:
                if mine is None:
                    mine = write(store, book_at_once, NOW, PERMIT, start, ANA, once=once)
                elif dice.random() < 0.6:
                    write(store, move, NOW, mine.reference, mine.access_key, start, once=once)
                else:
                    write(store, cancel, NOW, mine.reference, mine.access_key, once=once)
                    mine = None
            except SlotTaken as refusal:
                outcomes.append(refusal)
        return outcomes

    race([lambda number=number: visitor(number) for number in range(16)])
    assert oversold(store) == 0
    seated = {seat.appointment_id: seat.start_minute for seat in every(store, Seat) if seat.appointment_id}
    in_force = {each.id: int(each.start_at.timestamp()) // 60 for each in every(store, Appointment) if each.state == BOOKED}
    assert seated == in_force


PROCESS = """
import sys
from booking.appointments import book_at_once
from booking.errors import SlotTaken
from booking.store import Store, write
from tests.booking.towns import ANA, NINE, NOW, PERMIT, key, minutes
store, given = Store(sys.argv[1], b"a secret"), 0
for number in range(40):
    try:
        write(store, book_at_once, NOW, PERMIT, NINE + minutes(20 * (number % 10)), ANA, once=key((sys.argv[2], number)))
        given += 1
    except SlotTaken:
        pass
print(given)
"""


def test_processes_that_know_nothing_of_each_other_do_not_oversell_either(store: Store, database_url: str):
    found(store, counters=2)
    processes = [
        subprocess.Popen([sys.executable, "-c", PROCESS, database_url, str(number)], stdout=subprocess.PIPE, text=True)
        for number in range(3)
    ]
    given = [int(process.communicate(timeout=120)[0]) for process in processes]
    assert sum(given) == 20
    assert oversold(store) == 0


# Controls


@pytest.fixture
def nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither lock nor check: whoever comes is given the first counter."""
    monkeypatch.setattr(seats, "_free_counter", lambda session, offered, minute, start: offered.opened.counter_ids[0])
    for module in (appointments, holds):
        monkeypatch.setattr(module, "open_page", lambda session, now, location: None)


def drop_the_constraint(store: Store) -> None:
    drops = ["ALTER TABLE seat DROP CONSTRAINT seat_overlap"]
    if store.is_sqlite:
        drops = ["DROP TRIGGER seat_overlap_on_insert", "DROP TRIGGER seat_overlap_on_update"]
    with transaction(store) as session:
        for drop in drops:
            session.connection().execute(text(drop))


def test_when_nobody_looks_the_database_still_refuses_and_the_refusal_is_the_same(store: Store, nobody_looks: None):
    found(store, counters=2)
    for slot in slots(3):
        assert len(accepted(race([booking(store, slot, (slot, n)) for n in range(16)]))) == 1
    other = write(store, book_at_once, NOW, PERMIT, slots(5)[4], ANA, once=key("other"))
    with pytest.raises(SlotTaken):
        write(store, move, NOW, other.reference, other.access_key, NINE, once=key("move"))
    with pytest.raises(SlotTaken):
        write(store, hold, NOW, PERMIT, NINE, once=key("hold"))
    assert oversold(store) == 0


def test_when_nobody_looks_and_the_database_does_not_refuse_it_oversells(store: Store, nobody_looks: None):
    found(store)
    drop_the_constraint(store)
    assert len(accepted(race([booking(store, NINE, n) for n in range(16)]))) == 16
    assert oversold(store) > 0


def test_the_database_refuses_a_seat_that_is_shifted_onto_another(store: Store):
    found(store)
    for slot in slots(2):
        write(store, book_at_once, NOW, PERMIT, slot, ANA, once=key(slot))
    shift = "UPDATE seat SET start_minute = start_minute + 1, end_minute = end_minute + 1 WHERE id = 1"
    with pytest.raises(Exception, match="seat_overlap"), transaction(store) as session:
        session.connection().execute(text(shift))


def test_without_the_lock_a_place_kept_for_the_desk_would_be_sold(store: Store, monkeypatch: pytest.MonkeyPatch):
    """The constraint can't know what is kept, so here the lock alone guards. Without ours, PostgreSQL lets both pass their
    check; SQLite refuses the one whose look is out of date, by a guard of its own.
    """
    found(store, counters=2, desk_places=1)
    assert sold_at_once(store, monkeypatch, NINE) == 1
    without_lock(store, monkeypatch)
    sold = sold_at_once(store, monkeypatch, slots(2)[1])
    assert sold == (1 if store.is_sqlite else 2)


def sold_at_once(store: Store, monkeypatch: pytest.MonkeyPatch, start: datetime) -> int:
    """Two come at once; each takes a counter of their own if the real check lets them; each waits a moment between check and
    taking.
    """
    look, both_looked = seats._free_counter, threading.Barrier(2)
    mine = {name: number for number, name in enumerate(("first", "second"))}

    def take_another(session, offered, minute, start) -> int:
        look(session, offered, minute, start)
        with suppress(threading.BrokenBarrierError):
            both_looked.wait(timeout=1)
        return offered.opened.counter_ids[mine[threading.current_thread().name]]

    def attempt() -> None:
        try:
            booking(store, start, (start, threading.current_thread().name))()
            sold.append(1)
        except (SlotTaken, OperationalError):
            pass

    sold: list[int] = []
    with monkeypatch.context() as patched:
        patched.setattr(seats, "_free_counter", take_another)
        threads = [threading.Thread(target=attempt, name=name) for name in mine]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return len(sold)


def without_lock(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def begin_without_lock(connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA query_only = OFF")
        connection.exec_driver_sql("BEGIN")

    monkeypatch.setattr(appointments, "open_page", lambda session, now, location: None)
    if store.is_sqlite:
        monkeypatch.setattr(store, "turnstile", nullcontext())
        event.remove(store.engine, "begin", store_module._begin_sqlite)
        event.listen(store.engine, "begin", begin_without_lock)


def test_writers_take_turns_in_the_order_in_which_they_came(tmp_path: Path):
    turnstile, order = Turnstile(str(tmp_path / "turn")), []

    def pass_through(number: int) -> None:
        with turnstile:
            order.append(number)

    with turnstile:
        threads = []
        for number in range(20):
            threads.append(threading.Thread(target=pass_through, args=(number,)))
            threads[-1].start()
            while len(turnstile._waiting) <= number:
                pass
    for thread in threads:
        thread.join(timeout=timedelta(seconds=10).total_seconds())
    assert order == list(range(20))


def test_a_town_is_changed_while_somebody_moves_between_two_houses_and_neither_waits_for_ever(store: Store):
    """Pages are locked in the order of their names by both, whatever order the database keeps them in."""
    found(store)
    for location in ("ribeira", "pacos"):
        write(store, seats.open_page, NOW, location)
    has_first = threading.Event()

    def moves() -> None:
        with transaction(store) as session:
            seats.open_page(session, NOW, "pacos")
            has_first.set()
            time.sleep(0.5)
            seats.open_page(session, NOW, "ribeira")

    def changes() -> None:
        has_first.wait(timeout=30)
        with transaction(store) as session:
            catalogue_changed(session)

    race([moves, changes])


def test_whoever_waits_while_the_town_is_being_closed_is_served_by_the_new_rules(store: Store):
    found(store)
    write(store, seats.open_page, NOW, PERMIT.location)
    has_page = threading.Event()

    def closes() -> None:
        with transaction(store) as session:
            session.add(closure(NINE.replace(tzinfo=None), NINE.replace(tzinfo=None) + timedelta(days=1)))
            catalogue_changed(session)
            has_page.set()
            time.sleep(0.5)

    def books() -> object:
        has_page.wait(timeout=30)
        return booking(store, NINE, "waits")()

    assert isinstance(race([closes, books])[1], ClosedThen)
