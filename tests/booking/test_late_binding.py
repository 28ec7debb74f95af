"""Seats are given late: when no counter has a gap, those who have been told no counter sit down elsewhere. On both databases."""

import random
import tempfile
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from booking import availability, reseating, seats
from booking.appointments import Booked, book, book_at_once, cancel, move
from booking.availability import FreeStart, free_places, nearest, next_places
from booking.catalogue import Counter, Service, read_catalogue
from booking.counter_time import InsteadOf, counter_openings, terms
from booking.errors import NotBookable, NotInForce, SlotTaken, TooLate
from booking.holds import Held, extend, hold, look_at, release
from booking.interval import minute_of, union
from booking.promises import Appointment, Hold, Seat
from booking.references import hash_of
from booking.store import Store, read, write
from booking.visits import Visit, qualified, quote_for
from tests.booking.test_races import accepted, booking, drop_the_constraint, oversold, race, without_lock
from tests.booking.towns import ANA, NINE, NOW, PERMIT, TOMORROW, amend, closure, found, key, minutes, opening, wall_clock
from tests.conftest import SECRET
from tests.databases import SQLITE, migrated_database

BINS = Visit(("bins",), "pacos", "in_person")
BOTH = Visit(("parking-permit", "bins"), "pacos", "in_person")  # fifty minutes
FIRST, SECOND = 1, 2
TWENTY_PAST = NINE + minutes(20)


numbers = count()


def booked(store: Store, visit: Visit = PERMIT, start: datetime = NINE, *, now: datetime = NOW, **how) -> Booked:
    return write(store, book_at_once, now, visit, start, ANA, once=key(next(numbers)), **how)


def held(store: Store, visit: Visit = PERMIT, start: datetime = NINE, *, now: datetime = NOW, **how) -> Held:
    return write(store, hold, now, visit, start, once=key(next(numbers)), **how)


def let_go(store: Store, kept: Held) -> None:
    """What is let go is free at once; what is cancelled, only after a while."""
    write(store, release, NOW, kept.token)


def starts(store: Store, visit: Visit, now: datetime = NOW, **how) -> list[datetime]:
    return [free.start for free in read(store, free_places, now, visit, TOMORROW, TOMORROW, **how)]


def counter_of(store: Store, promise: Booked | Held) -> int:
    def look(session) -> int:
        if isinstance(promise, Booked):
            return session.exec(select(Seat.counter_id).where(Seat.appointment_id == promise.appointment.id)).one()
        mine = select(Hold.id).where(Hold.token_hash == hash_of(promise.token)).scalar_subquery()
        return session.exec(select(Seat.counter_id).where(Seat.hold_id == mine)).one()

    return read(store, look)


def scattered(store: Store, columns: dict | None = None) -> tuple[Booked, Booked]:
    """Two counters; one visit at nine at the second, one at twenty past at the first: neither has fifty minutes from nine."""
    found(store, counters=2, **(columns or {}))
    gone, stays, later = held(store), booked(store), booked(store, start=TWENTY_PAST)
    let_go(store, gone)
    assert (counter_of(store, stays), counter_of(store, later)) == (SECOND, FIRST)
    return stays, later


def skilled(store: Store, skills: Sequence[str], counter: str = "pacos-1") -> None:
    def change(session) -> None:
        session.exec(select(Counter).where(Counter.slug == counter)).one().skills = tuple(skills)

    amend(store, change=change)


def occupied_by_the_wrong_one(store: Store, **columns) -> Booked:
    """Two counters, of which only the second takes bins; it has a permit at nine, and the first, which could, has nobody."""
    found(store, counters=2, **columns)
    skilled(store, ["streets"])
    gone, stays = held(store), booked(store)
    let_go(store, gone)
    assert counter_of(store, stays) == SECOND
    return stays


def test_a_visit_that_fits_between_no_two_others_is_booked_when_one_of_them_can_sit_elsewhere(store: Store):
    stays, later = scattered(store)
    assert NINE in starts(store, BOTH)
    new = booked(store, BOTH)
    assert (counter_of(store, new), counter_of(store, stays), counter_of(store, later)) == (FIRST, SECOND, SECOND)
    assert oversold(store) == 0


def test_who_can_be_served_elsewhere_makes_way_for_who_can_not(store: Store):
    stays = occupied_by_the_wrong_one(store)
    assert NINE in starts(store, BINS)
    assert counter_of(store, booked(store, BINS)) == SECOND
    assert counter_of(store, stays) == FIRST
    assert NINE not in starts(store, BINS)
    with pytest.raises(SlotTaken):
        booked(store, BINS)


def test_nobody_moves_while_a_counter_is_free(store: Store):
    stays, later = scattered(store)
    booked(store)
    assert (counter_of(store, stays), counter_of(store, later)) == (SECOND, FIRST)


def test_without_late_binding_these_starts_are_refused(store: Store, monkeypatch: pytest.MonkeyPatch):
    """The control: it is the sitting down elsewhere that makes the room."""
    scattered(store)
    monkeypatch.setattr(availability, "starts_made_free", lambda *_: [])
    monkeypatch.setattr(seats, "counter_made_free", lambda *_: None)
    assert NINE not in starts(store, BOTH)
    with pytest.raises(SlotTaken):
        booked(store, BOTH)


def test_the_places_kept_for_the_desk_are_still_served_after_it(store: Store):
    """Three counters, one of them without bins. One place is kept: so two more must find room for one to be booked online."""
    found(store, counters=3, desk_places=1)
    skilled(store, ["streets"], "pacos-3")
    narrow, first, second = (held(store, channel="phone") for _ in range(3))
    assert [counter_of(store, each) for each in (narrow, first, second)] == [3, 1, 2]
    let_go(store, narrow)
    assert NINE not in starts(store, BOTH)
    assert NINE in starts(store, BOTH, channel="phone")
    with pytest.raises(SlotTaken):
        booked(store, BOTH)
    let_go(store, second)
    assert NINE in starts(store, BOTH)
    assert counter_of(store, booked(store, BOTH)) == 2
    assert counter_of(store, first) == 1
    assert NINE not in starts(store, BOTH)
    with pytest.raises(SlotTaken):
        booked(store, BOTH)
    assert counter_of(store, booked(store, BOTH, channel="phone")) == 1
    assert counter_of(store, first) == 3
    assert oversold(store) == 0


def test_whose_counter_time_has_begun_stays_and_so_does_whoever_begins_within_the_minute(store: Store):
    scattered(store)
    begins = {minute_of(NINE): False, minute_of(TWENTY_PAST): True}
    assert who_may_move(store, TWENTY_PAST - minutes(2)) == begins
    assert who_may_move(store, TWENTY_PAST - timedelta(seconds=30)) == dict.fromkeys(begins, False)


def who_may_move(store: Store, now: datetime) -> dict[int, bool]:
    def ask(session):
        offered = terms(session, now, BOTH, "online")
        return reseating._seatings(session, offered, TOMORROW, TOMORROW)(TOMORROW)

    first = minute_of(NINE)
    return {each.start: len(each.able) > 1 for each in read(store, ask).meeting(first, first + 60)}


def test_what_is_remembered_of_a_start_ends_when_a_visit_in_its_way_begins(store: Store):
    """A visit from nine, with a buffer of half an hour before it, sits in the way until half past eight, then it stays there."""
    occupied_by_the_wrong_one(store, buffer_before_minutes=30)
    amend(store, change=lambda session: setattr(session.get_one(Service, "bins"), "notice_minutes", 0))
    half_past_eight = NINE - minutes(30)
    assert NINE in starts(store, BINS, now=half_past_eight - minutes(2))
    assert NINE not in starts(store, BINS, now=half_past_eight)
    with pytest.raises(SlotTaken):
        booked(store, BINS, now=half_past_eight)
    assert NINE in starts(store, BINS, now=half_past_eight - minutes(2))
    booked(store, BINS, now=half_past_eight - minutes(2))


def test_whoever_sits_where_the_town_no_longer_wants_them_stays_there(store: Store):
    occupied_by_the_wrong_one(store)
    skilled(store, ["waste"], "pacos-2")
    assert NINE not in starts(store, BINS)
    with pytest.raises(SlotTaken):
        booked(store, BINS)


def test_whoever_came_for_what_is_no_longer_offered_stays(store: Store):
    occupied_by_the_wrong_one(store)
    amend(store, change=lambda session: setattr(session.get_one(Service, "parking-permit"), "withdrawn_at", NOW))
    assert NINE not in starts(store, BINS)
    with pytest.raises(SlotTaken):
        booked(store, BINS)


def test_nobody_is_seated_at_a_counter_that_is_closed_then(store: Store):
    occupied_by_the_wrong_one(store)
    amend(store, closure(wall_clock(9, 10), wall_clock(9, 30), counter="pacos-1"))
    assert NINE not in starts(store, BINS)
    with pytest.raises(SlotTaken):
        booked(store, BINS)


def test_a_hold_that_sits_elsewhere_is_still_the_same_hold(store: Store):
    found(store, counters=2)
    skilled(store, ["streets"])
    gone, kept = held(store), held(store)
    let_go(store, gone)
    booked(store, BINS)
    assert read(store, look_at, NOW, kept.token) == kept
    longer = write(store, extend, NOW + minutes(5), kept.token, once=key("longer"))
    assert longer.expires_at == NOW + minutes(15)
    promise = write(store, book, NOW + minutes(14), kept.token, ANA, once=key("book"))
    assert counter_of(store, promise) == FIRST
    assert oversold(store) == 0


def test_a_hold_that_lapses_makes_the_start_that_it_barred_free_again(store: Store):
    occupied_by_the_wrong_one(store)
    kept = held(store)
    assert NINE not in starts(store, BINS)
    assert NINE in starts(store, BINS, now=kept.expires_at)
    booked(store, BINS, now=kept.expires_at)


def test_whoever_moves_counts_their_own_seat_as_given_back(store: Store):
    """At nine both counters have a permit, one of them mine; bins can be had there by whoever gives mine back."""
    stays = occupied_by_the_wrong_one(store)
    mine, kept = booked(store), held(store, BINS, NINE + minutes(30))
    assert NINE not in starts(store, BINS)
    assert NINE in starts(store, BINS, instead_of=InsteadOf(appointment=mine.appointment.id))
    assert NINE not in starts(store, BINS, instead_of=InsteadOf(hold=kept.token))
    with pytest.raises(SlotTaken):
        held(store, BINS, NINE, instead_of=kept.token)
    moved = write(store, move, NOW, mine.reference, mine.access_key, NINE + minutes(60), once=key("move"))
    assert moved.start_at == NINE + minutes(60)
    assert counter_of(store, stays) == SECOND


def test_an_appointment_moves_to_a_start_that_others_make_free(store: Store):
    stays = occupied_by_the_wrong_one(store)
    mine = booked(store, BINS, NINE + minutes(60))
    moved = write(store, move, NOW, mine.reference, mine.access_key, NINE, once=key("move"))
    assert moved.start_at == NINE
    assert (counter_of(store, mine), counter_of(store, stays)) == (SECOND, FIRST)


def test_the_nearest_and_the_next_include_the_starts_that_others_make_free(store: Store):
    occupied_by_the_wrong_one(store)
    assert read(store, nearest, NOW, BINS, NINE, 1) == [FreeStart(NINE, 1)]
    assert [free.start for free in read(store, nearest, NOW, BINS, NINE + minutes(10), 2)] == [NINE, NINE + minutes(30)]
    amend(store, change=lambda session: setattr(session.get_one(Service, "bins"), "notice_minutes", 0))
    at_eight = NINE - timedelta(hours=1)
    every = read(store, free_places, at_eight, BINS, TOMORROW, TOMORROW + timedelta(days=60))
    assert every[0] == FreeStart(NINE, 1)
    for number in (1, 2, 3):
        assert read(store, next_places, at_eight, BINS, number) == every[:number]


# What is shown is what can be booked


class UndoneError(Exception):
    pass


def can_be_booked(store: Store, now: datetime, visit: Visit, start: datetime, channel: str) -> bool:
    def attempt(session) -> None:
        book_at_once(session, now, visit, start, ANA, once=key("attempt"), channel=channel)
        assert_sound(session, now)
        raise UndoneError

    try:
        write(store, attempt)
    except UndoneError:
        return True
    except (SlotTaken, NotBookable):
        return False
    raise AssertionError("neither booked nor refused")


def assert_sound(session, now: datetime) -> None:
    """Nothing overlaps, and whoever has a promise sits at a counter that can serve it and is open for all of it."""
    catalogue, slugs = read_catalogue(session), {row.id: row.slug for row in session.exec(select(Counter))}
    seated = list(session.exec(select(Seat)))
    for seat in seated:
        owner = session.get_one(Hold, seat.hold_id) if seat.hold_id else session.get_one(Appointment, seat.appointment_id)
        quote = quote_for(catalogue, owner.visit)
        people = {counter.slug: (counter, able) for counter, able in qualified(catalogue, "pacos", owner.mode, quote.skills)}
        assert slugs[seat.counter_id] in people
        opened = union(counter_openings(catalogue, *people[slugs[seat.counter_id]], (TOMORROW, TOMORROW)))
        span = minute_of(owner.start_at), minute_of(owner.end_at)
        assert any(opens <= span[0] and span[1] <= closes for opens, closes in opened)
        assert (seat.start_minute, seat.end_minute) == (span[0] - quote.before_minutes, span[1] + quote.after_minutes)
    others = [(a, b) for a in seated for b in seated if a.id < b.id and a.counter_id == b.counter_id]
    assert not any(a.start_minute < b.end_minute and b.start_minute < a.end_minute for a, b in others)


VISITS = [PERMIT, BINS, BOTH, replace(PERMIT, mode="video", people=2), Visit(("quick",), "pacos", "in_person")]
UNTIL_NOON = [datetime(2027, 3, 2, 9, tzinfo=UTC) + minutes(10 * number) for number in range(18)]


def tangled(store: Store) -> None:
    """Three counters with different skills, modes and hours; services with buffers, a place for the desk, a short step."""
    found(store, counters=3, minutes=20, step_minutes=10, buffer_after_minutes=5, extra_person_minutes=10, desk_places=1)
    skilled(store, ["streets"])
    amend(
        store,
        opening("pacos", "pacos-2", 9, 12),
        closure(wall_clock(12), wall_clock(17)),
        closure(wall_clock(10, 20), wall_clock(10, 30), counter="pacos-3"),
        quick_service(store),
    )

    def modes(session) -> None:
        session.exec(select(Counter).where(Counter.slug == "pacos-2")).one().modes = ("in_person", "phone")

    amend(store, change=modes)


def quick_service(store: Store) -> Service:
    like = read(store, lambda session: session.get_one(Service, "bins").model_dump())
    return Service(**like | {"slug": "quick", "skill": "family", "minutes": 10, "step_minutes": 10, "buffer_before_minutes": 5})


def shown(store: Store, now: datetime, visit: Visit, channel: str) -> set[datetime]:
    return {free.start for free in read(store, free_places, now, visit, TOMORROW, TOMORROW, channel)}


def lived_through(store: Store, dice: random.Random, steps: int) -> datetime:
    """So many random steps of booking, holding, moving, cancelling and waiting. What time it is then."""
    now, promises, kept = NOW, list[Booked](), list[Held]()
    for step in range(steps):
        act = dice.choice(["book", "book", "book", "hold", "hold", "let go", "let go", "move", "cancel", "wait"])
        visit, start, once = dice.choice(VISITS), dice.choice(UNTIL_NOON), key((act, step))
        try:
            if act == "book":
                promises.append(booked(store, visit, start, now=now, channel=dice.choice(["online", "phone"])))
            elif act == "hold":
                kept.append(held(store, visit, start, now=now))
            elif act == "let go" and kept:
                let_go(store, kept.pop(dice.randrange(len(kept))))
            elif act == "wait":
                now += minutes(dice.choice([1, 4, 11]))
            elif promises and act == "move":
                mine = dice.choice(promises)
                write(store, move, now, mine.reference, mine.access_key, start, once=once)
            elif promises:
                mine = promises.pop(dice.randrange(len(promises)))
                write(store, cancel, now, mine.reference, mine.access_key, once=once)
        except (SlotTaken, NotBookable, NotInForce, TooLate):
            pass
    return now


@settings(max_examples=12, deadline=None, database=None, phases=[Phase.generate])
@given(st.integers(0, 2**32), st.integers(10, 60), st.booleans())
def test_every_start_shown_can_be_booked_and_no_other_whatever_was_booked_before(seed: int, steps: int, on_the_day: bool):
    with tempfile.TemporaryDirectory() as folder, migrated_database(SQLITE, Path(folder)) as url:
        store = Store(url, SECRET)
        assert_shown_is_bookable(store, seed, steps, on_the_day)
        store.close()


def assert_shown_is_bookable(store: Store, seed: int, steps: int, on_the_day: bool = False) -> int:
    """The starts that are free only once others sit elsewhere, counted, so that a test can see that it tests something."""
    tangled(store)
    now = lived_through(store, random.Random(seed), steps)
    if on_the_day:
        now += timedelta(days=1, minutes=30)
    made = 0
    for visit in VISITS:
        for channel in ("online", "phone"):
            offered = shown(store, now, visit, channel)
            bookable = {start for start in UNTIL_NOON if can_be_booked(store, now, visit, start, channel)}
            assert offered == bookable
            with pytest.MonkeyPatch.context() as patched:
                patched.setattr(availability, "starts_made_free", lambda *_: [])
                fresh = Store(str(store.engine.url.render_as_string(hide_password=False)), SECRET)
                made += len(offered - shown(fresh, now, visit, channel))
                fresh.close()
    read(store, assert_sound, now)
    return made


def test_some_of_these_starts_are_free_only_once_others_sit_elsewhere(store: Store):
    assert assert_shown_is_bookable(store, seed=1, steps=45) > 0


@pytest.mark.parametrize("blind", ["shows too little", "books too little"])
def test_it_is_noticed_when_those_who_look_and_those_who_book_disagree(
    store: Store, monkeypatch: pytest.MonkeyPatch, blind: str
):
    if blind == "shows too little":
        monkeypatch.setattr(availability, "starts_made_free", lambda *_: [])
    else:
        monkeypatch.setattr(seats, "counter_made_free", lambda *_: None)
    with pytest.raises(AssertionError):
        assert_shown_is_bookable(store, seed=1, steps=45)


# Races


def crossed(store: Store) -> list[datetime]:
    """Ten starts at each of which a permit sits at the only counter for bins, and the other counter has nobody."""
    found(store, counters=2)
    skilled(store, ["streets"])
    wanted = [NINE + minutes(30 * number) for number in range(10)]
    amend(store, change=lambda session: setattr(session.get_one(Service, "parking-permit"), "step_minutes", 10))
    for start in wanted:
        gone, _ = held(store, start=start), booked(store, start=start)
        let_go(store, gone)
    return wanted


def binning(store: Store, start: datetime, name: object) -> Callable[[], object]:
    return lambda: write(store, book_at_once, NOW, BINS, start, ANA, once=key(name))


def test_of_eight_who_race_for_a_start_that_another_must_make_free_one_gets_it(store: Store):
    for start in crossed(store):
        assert len(accepted(race([binning(store, start, (start, client)) for client in range(8)]))) == 1
    assert oversold(store) == 0
    read(store, assert_sound, NOW)


def test_whoever_moves_others_and_whoever_takes_the_counter_they_would_move_to_race_and_one_wins(store: Store):
    for start in crossed(store):
        attempts = [f(store, start, (start, f.__name__, n)) for n in range(4) for f in (binning, booking)]
        assert len(accepted(race(attempts))) == 1
    assert oversold(store) == 0
    read(store, assert_sound, NOW)


def test_in_a_crowd_that_books_holds_moves_and_cancels_everybody_who_sits_elsewhere_sits_well(store: Store):
    tangled(store)

    def visitor(number: int) -> None:
        dice, mine = random.Random(number), list[Booked]()
        for turn in range(10):
            visit, start, once = dice.choice(VISITS), dice.choice(UNTIL_NOON), key((number, turn))
            try:
                if dice.random() < 0.6 or not mine:
                    mine.append(write(store, book_at_once, NOW, visit, start, ANA, once=once))
                elif dice.random() < 0.5:
                    write(store, move, NOW, mine[0].reference, mine[0].access_key, start, once=once)
                else:
                    gone = mine.pop()
                    write(store, cancel, NOW, gone.reference, gone.access_key, once=once)
            except SlotTaken:
                pass

    race([lambda number=number: visitor(number) for number in range(12)])
    assert oversold(store) == 0
    read(store, assert_sound, NOW)


def pushes_in(session, offered, start: int) -> int:
    """Somebody sits down wherever they like."""
    return offered.opened.counter_ids[-1]


def test_when_re_seating_is_wrong_the_database_refuses_and_without_its_guard_it_oversells(
    store: Store, monkeypatch: pytest.MonkeyPatch
):
    wanted = crossed(store)
    monkeypatch.setattr(seats, "counter_made_free", pushes_in)
    assert not accepted(race([binning(store, wanted[0], n) for n in range(4)]))
    assert oversold(store) == 0
    drop_the_constraint(store)
    assert len(accepted(race([binning(store, wanted[0], ("unguarded", n)) for n in range(4)]))) == 4
    assert oversold(store) > 0


def test_without_the_lock_two_move_the_same_visit_and_the_database_lets_one(store: Store, monkeypatch: pytest.MonkeyPatch):
    """Both look before either writes. SQLite refuses the one whose look is out of date, by a guard of its own; PostgreSQL the
    seat that overlaps, and without that guard it oversells.
    """
    wanted = crossed(store)
    without_lock(store, monkeypatch)
    assert moved_at_once(store, monkeypatch, wanted[0]) == 1
    assert oversold(store) == 0
    drop_the_constraint(store)
    assert moved_at_once(store, monkeypatch, wanted[1]) == (1 if store.is_sqlite else 2)
    assert (oversold(store) == 0) == store.is_sqlite


def moved_at_once(store: Store, monkeypatch: pytest.MonkeyPatch, start: datetime) -> int:
    sit_elsewhere, both_looked, sold = reseating._sit_elsewhere, threading.Barrier(2), list[int]()

    def waits(session, moves) -> None:
        with suppress(threading.BrokenBarrierError):
            both_looked.wait(timeout=1)
        sit_elsewhere(session, moves)

    def attempt(number: int) -> None:
        with suppress(SlotTaken, OperationalError):
            binning(store, start, (start, number))()
            sold.append(number)

    with monkeypatch.context() as patched:
        patched.setattr(reseating, "_sit_elsewhere", waits)
        threads = [threading.Thread(target=attempt, args=(number,)) for number in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return len(sold)
