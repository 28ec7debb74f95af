"""The short form of promise 7, its control, and clocks of ten minutes' difference."""

import random
from datetime import datetime, timedelta

import pytest

from booking import hours
from booking.appointments import book, book_at_once
from booking.errors import Refusal, SlotTaken
from booking.holds import LASTS, hold, look_at
from booking.store import Store, read, write
from tests.booking.test_races import oversold
from tests.booking.towns import ANA, NINE, NOW, PERMIT, found, key, minutes
from tests.prove.clocks import proven

TEN = timedelta(minutes=10)


def test_no_start_is_missing_or_doubled_at_a_change_of_clocks():
    outcome = proven(2026, 2026)
    assert not outcome.broken, outcome


def test_clocks_read_without_care_are_caught(monkeypatch: pytest.MonkeyPatch):
    """Control: with PEP 495's reading of times that don't exist, or exist twice, starts differ from the oracle's."""

    def without_care(zone, local: datetime) -> int:
        return int(local.replace(tzinfo=zone, fold=1).timestamp()) // 60

    monkeypatch.setattr(hours, "wall_clock", without_care)
    assert proven(2026, 2026).broken


def test_a_hold_outlives_a_clock_that_is_put_back_and_ends_at_its_own_time(store: Store):
    found(store)
    kept = write(store, hold, NOW, PERMIT, NINE, once=key("mine"))
    for clock in (NOW - TEN, NOW, NOW + LASTS - minutes(1)):
        with pytest.raises(SlotTaken):
            write(store, book_at_once, clock, PERMIT, NINE, ANA, once=key(("other", clock)))
        assert read(store, look_at, clock, kept.token).expires_at == NOW + LASTS


def test_a_hold_made_by_a_clock_that_is_ahead_keeps_nobody_out_for_longer_than_twice_its_time(store: Store):
    found(store)
    write(store, hold, NOW + TEN, PERMIT, NINE, once=key("ahead"))
    with pytest.raises(SlotTaken):
        write(store, book_at_once, NOW + LASTS + TEN - minutes(1), PERMIT, NINE, ANA, once=key("too soon"))
    assert write(store, book_at_once, NOW + LASTS + TEN, PERMIT, NINE, ANA, once=key("after")).reference


def test_when_every_process_has_another_clock_nothing_is_sold_twice_and_a_hold_becomes_one_appointment_or_none(store: Store):
    found(store, counters=2)
    dice, kept, booked = random.Random(7), [], 0
    for step in range(150):
        clock = NOW + minutes(step // 5) + dice.choice([-TEN, timedelta(0), TEN])
        start = NINE + minutes(20 * dice.randrange(6))
        try:
            if dice.random() < 0.6:
                kept.append(write(store, hold, clock, PERMIT, start, once=key(("hold", step))))
            elif kept:
                write(store, book, clock, dice.choice(kept).token, ANA, once=key(("book", step)))
                booked += 1
        except Refusal:
            pass
        assert oversold(store) == 0
    assert booked
