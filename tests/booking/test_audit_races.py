"""Many record at once, each with its own connection: one chain, no gap, no deadlock, and bookings wait for none of it.

Nothing is tried again here (`transaction`, not `write`), so that a deadlock would be seen.
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import Session

from booking import audit
from booking.appointments import book_at_once
from booking.audit import record, verify
from booking.outbox import WorkerSeen, worker_lives
from booking.store import Store, read, transaction, write
from tests.booking.audits import ENTRY
from tests.booking.towns import ANA, NINE, NOW, PERMIT, found, key, minutes

THREADS, TURNS = 24, 6


class Undone(Exception):
    pass


def at_once(work: Callable[[int], object], threads: int = THREADS) -> None:
    """Each in its own thread, all from one moment on. Raises what one of them raises."""
    start = threading.Barrier(threads)

    def run(number: int) -> None:
        start.wait(30)
        work(number)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(run, range(threads)))


def note_down(session: Session, name: object) -> None:
    record(session, NOW, **ENTRY | {"subject": f"resident {name}"})


def test_many_who_record_and_book_at_once_make_one_chain(store: Store):
    found(store, counters=8)

    def work(thread: int) -> None:
        for turn in range(TURNS):
            if (thread + turn) % 5 == 0:
                undone(store)
            with transaction(store) as session:
                note_down(session, thread)
                if turn % 3 == 0:
                    book_at_once(session, NOW, PERMIT, NINE + minutes(20 * (thread % 12)), ANA, once=key((thread, turn)))
                note_down(session, thread)

    at_once(work)
    verdict = read(store, verify)
    assert (verdict.broken, verdict.count) == (None, 2 * THREADS * TURNS)


def undone(store: Store) -> None:
    with suppress(Undone), transaction(store) as session:
        note_down(session, "nobody")
        raise Undone


def test_where_nobody_takes_turns_the_database_still_refuses_a_fork(store: Store, monkeypatch: pytest.MonkeyPatch):
    """Control: without the lock two would append to one entry. (On SQLite there is one writer, whatever we do.)"""
    if store.is_sqlite:
        return
    monkeypatch.setattr(audit, "_take_turns", lambda _: None)

    def work(thread: int) -> None:
        for _ in range(TURNS * 5):
            write(store, note_down, thread)

    with pytest.raises(IntegrityError, match="pk_audit_entry"):
        at_once(work)
    assert read(store, verify).broken is None


@pytest.mark.parametrize("early", [False, True])
def test_who_records_first_and_who_books_first_do_not_wait_for_each_other(
    store: Store, monkeypatch: pytest.MonkeyPatch, early: bool
):
    """Control: were the chain taken when `record` is called, each would have what the other needs."""
    if store.is_sqlite:
        return
    found(store, counters=2)
    if early:
        monkeypatch.setattr(audit, "at_the_end", lambda *_: None)
    both_hold_one = threading.Barrier(2)

    def note_and_chain(session: Session, name: int) -> None:
        note_down(session, name)
        if early:
            audit._chain(session)

    def work(number: int) -> None:
        with transaction(store) as session:
            steps = [lambda: note_and_chain(session, number), lambda: booked(session, number)]
            first, second = steps if number else reversed(steps)
            first()
            both_hold_one.wait(30)
            second()

    if early:
        with pytest.raises(DBAPIError, match="deadlock detected"):
            at_once(work, 2)
    else:
        at_once(work, 2)
        assert read(store, verify).count == 2


def booked(session: Session, number: int) -> None:
    book_at_once(session, NOW, PERMIT, NINE, ANA, once=key(number))


@pytest.mark.parametrize("early", [False, True])
def test_what_is_written_only_at_the_commit_is_written_before_the_chain_is_taken(store: Store, early: bool):
    """One waits at its commit for a row of the other, who comes to its own commit meanwhile. Control: were the chain taken before,
    the other would wait as well.
    """
    if store.is_sqlite:
        return
    write(store, worker_lives, NOW, "one")
    row_is_taken, other_commits = threading.Event(), threading.Event()

    def work(number: int) -> None:
        with transaction(store) as session:
            note_down(session, number)
            row = session.get_one(WorkerSeen, "one")
            row.seen_at = NOW + minutes(number + 1)
            if number:
                row_is_taken.wait(30)
                if early:
                    audit._take_turns(session)
                other_commits.set()
                return
            session.flush()
            row_is_taken.set()
            other_commits.wait(30)
            time.sleep(0.3)

    if early:
        with pytest.raises(DBAPIError, match="deadlock detected"):
            at_once(work, 2)
    else:
        at_once(work, 2)
        assert read(store, verify).count == 2


def test_bookings_do_not_wait_while_somebody_has_the_end_of_the_chain(store: Store):
    """On SQLite writers take turns, whatever they write."""
    if store.is_sqlite:
        return
    found(store)
    with ThreadPoolExecutor(1) as other, transaction(store) as session:
        note_down(session, 1)
        audit._chain(session)
        session.info["last"].clear()
        other.submit(write, store, booked, 1).result(timeout=10)
    assert read(store, verify).count == 1
