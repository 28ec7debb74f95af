"""The outbox: leased, delivered at least once, put off, parked; on both databases."""

from datetime import datetime, timedelta
from threading import Thread

import pytest
from sqlmodel import col, select

from booking.appointments import book_at_once
from booking.outbox import (
    DELIVERED,
    LEASE,
    PARKED,
    PAUSES,
    TOO_LATE,
    Letter,
    delivered,
    how_many_wait,
    lease,
    park,
    parked,
    put_off,
    send_again,
    worker_last_seen,
    worker_lives,
)
from booking.store import Store, read, write
from tests.booking.towns import ANA, NINE, NOW, PERMIT, found, key, minutes


def letters(store: Store) -> list[Letter]:
    return read(store, lambda session: list(session.exec(select(Letter).order_by(col(Letter.id)))))


def leased(store: Store, now: datetime = NOW, count: int = 10) -> list[Letter]:
    return write(store, lease, now, count)


@pytest.fixture
def town(store: Store) -> Store:
    """One appointment, whose confirmation waits; its reminders are taken away."""
    found(store, reminder_minutes=())
    write(store, book_at_once, NOW, PERMIT, NINE, ANA, once=key("book"))
    return store


def test_a_booking_that_fails_tells_nobody(store: Store):
    found(store)
    with pytest.raises(RuntimeError):
        write(store, _book_and_break)
    assert letters(store) == []


def _book_and_break(session):
    book_at_once(session, NOW, PERMIT, NINE, ANA, once=key("book"))
    raise RuntimeError


def test_a_booking_asked_for_three_times_writes_one_letter(town: Store):
    for _ in range(2):
        write(town, book_at_once, NOW, PERMIT, NINE, ANA, once=key("book"))
    assert [(letter.what, letter.channel) for letter in letters(town)] == [("booked", "email")]


def test_a_leased_letter_is_nobody_elses_until_the_lease_ends(town: Store):
    [first] = leased(town)
    assert leased(town, NOW + LEASE - minutes(1)) == []
    [second] = leased(town, NOW + LEASE)
    assert (first.id, first.key) == (second.id, second.key)
    assert second.attempts == 2


def test_a_letter_that_is_not_due_is_not_leased(town: Store):
    assert leased(town, NOW - minutes(1)) == []


def test_what_is_delivered_is_not_delivered_again(town: Store):
    [letter] = leased(town)
    write(town, delivered, NOW, letter)
    assert leased(town, NOW + timedelta(days=1)) == []
    assert [letter.outcome for letter in letters(town)] == [DELIVERED]


def test_a_delivery_that_took_longer_than_its_lease_still_counts(town: Store):
    [slow] = leased(town)
    [_another] = leased(town, NOW + LEASE)
    write(town, delivered, NOW + LEASE + minutes(1), slow)
    assert leased(town, NOW + 2 * LEASE + minutes(1)) == []


def test_a_failure_reported_after_the_lease_went_to_another_changes_nothing(town: Store):
    [slow] = leased(town)
    [quick] = leased(town, NOW + LEASE)
    write(town, delivered, NOW + LEASE, quick)
    write(town, put_off, NOW + LEASE + minutes(1), slow, "timed out")
    write(town, park, NOW + LEASE + minutes(1), slow, "refused")
    assert [letter.outcome for letter in letters(town)] == [DELIVERED]


def test_a_letter_is_tried_again_after_ever_longer_pauses_and_then_parked(town: Store):
    with_long_use(town)
    now, waited = NOW, []
    for pause in PAUSES:
        [letter] = leased(town, now)
        write(town, put_off, now, letter, "no answer")
        assert leased(town, now + pause * 0.89) == []
        waited.append(pause)
        now += pause * 1.11
    [letter] = leased(town, now)
    write(town, put_off, now, letter, "no answer")
    assert [(letter.outcome, letter.trouble) for letter in letters(town)] == [(PARKED, "no answer")]
    assert waited == sorted(waited)


def test_a_letter_that_is_put_off_beyond_its_use_is_parked_as_soon_as_it_is_of_none(town: Store):
    [letter] = leased(town)
    until = letter.useful_until
    write(town, put_off, until - minutes(1) / 2, letter, "no answer")
    assert [letter.due_at for letter in letters(town)] == [until]
    assert leased(town, until) == []
    assert [letter.outcome for letter in letters(town)] == [PARKED]


def test_what_is_parked_is_shown_and_can_be_sent_again(town: Store):
    [letter] = leased(town)
    write(town, park, NOW, letter, "550 no such\nmailbox")
    assert [each.trouble for each in read(town, parked)] == ["550 no such mailbox"]
    assert leased(town, NOW + LEASE) == []
    assert write(town, send_again, NOW + minutes(10)) == 1
    [again] = leased(town, NOW + minutes(10))
    assert (again.key, again.attempts) == (letter.key, 1)


def test_what_would_help_nobody_any_more_is_parked_and_not_sent_again(town: Store):
    late = NINE + timedelta(days=1)
    assert leased(town, late) == []
    assert [each.trouble for each in read(town, parked)] == [TOO_LATE]
    assert write(town, send_again, late) == 0


def test_several_workers_never_lease_one_letter_twice(store: Store):
    found(store, counters=10, reminder_minutes=())
    for number in range(30):
        start = NINE + minutes(20 * (number // 10))
        write(store, book_at_once, NOW, PERMIT, start, ANA, once=key(number))
    taken: list[int | None] = []

    def work():
        while mine := leased(store, count=3):
            taken.extend(letter.id for letter in mine)

    workers = [Thread(target=work) for _ in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(filter(None, taken)) == sorted(letter.id for letter in letters(store) if letter.id)


def test_how_many_wait_counts_what_is_due(town: Store):
    assert read(town, how_many_wait, NOW - minutes(1)) == 0
    assert read(town, how_many_wait, NOW) == 1


def test_the_worker_seen_last_is_known_and_old_ones_are_forgotten(store: Store):
    assert read(store, worker_last_seen) is None
    write(store, worker_lives, NOW, "one")
    write(store, worker_lives, NOW + minutes(1), "two")
    write(store, worker_lives, NOW + minutes(2), "one")
    assert read(store, worker_last_seen) == NOW + minutes(2)


def with_long_use(store: Store) -> None:
    def last_long(session):
        for letter in session.exec(select(Letter)):
            letter.useful_until = NOW + timedelta(days=90)

    write(store, last_long)
