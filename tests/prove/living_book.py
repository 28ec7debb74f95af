"""Promise 2: whatever is done in whatever order, nothing overlaps, no more are promised than there are counters open for it, and what
is remembered equals what is computed anew. Asked after every single step.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import text
from sqlmodel import Session

from booking.appointments import Booked, book, book_at_once, cancel, move
from booking.availability import free_places
from booking.errors import Refusal
from booking.holds import Held, hold
from booking.memory import Memory
from booking.store import Store, read, reading, write
from booking.visits import Visit
from tests.booking.towns import (
    ANA,
    NINE,
    NOW,
    PERMIT,
    TODAY,
    absence,
    amend,
    closure,
    found,
    minutes,
    person,
    wall_clock,
)
from tests.databases import SQLITE, migrated_database
from tests.prove.outcome import Outcome

SECRET = b"a secret that only tests know, and nobody else"
BINS = Visit(("bins",), "pacos", "in_person")
TOGETHER = Visit(("parking-permit", "bins"), "pacos", "video")
VISITS = st.sampled_from([PERMIT, PERMIT, BINS, TOGETHER])
STARTS = st.sampled_from([NINE + minutes(10 * number) for number in range(18)])
HOURS = st.integers(9, 11)
COUNTERS = st.sampled_from(["pacos-1", "pacos-2"])
OVERLAPS = """SELECT count(*) FROM seat a JOIN seat b ON a.counter_id = b.counter_id AND a.id < b.id
    AND a.start_minute < b.end_minute AND b.start_minute < a.end_minute"""
CROWDED = """SELECT coalesce(max(together), 0) FROM (SELECT a.id, count(*) AS together FROM seat a JOIN seat b
    ON a.location = b.location AND b.start_minute <= a.start_minute AND a.start_minute < b.end_minute
    WHERE a.location = 'pacos' GROUP BY a.id) AS moments"""
PLACES = 2
MEMORY = Path("/dev/shm")

numbers = count()


class LivingBook(RuleBasedStateMachine):
    """Two counters, one of them served by a person who may be away; a morning that many want. Time only goes forward."""

    kind = SQLITE

    def __init__(self) -> None:
        super().__init__()
        self._opened = opened_town(self.kind)
        self.store = self._opened.__enter__()
        self.now = NOW
        self.promises: list[Booked] = []
        self.kept: list[Held] = []

    def teardown(self) -> None:
        self._opened.__exit__(None, None, None)

    @rule(visit=VISITS, start=STARTS)
    def book(self, visit: Visit, start: datetime) -> None:
        with suppress(Refusal):
            self.promises.append(self._do(book_at_once, visit, start, ANA))

    @rule(visit=VISITS, start=STARTS)
    def hold(self, visit: Visit, start: datetime) -> None:
        with suppress(Refusal):
            self.kept.append(self._do(hold, visit, start))

    @rule(which=st.integers(0, 99))
    def book_what_is_held(self, which: int) -> None:
        if self.kept:
            with suppress(Refusal):
                self.promises.append(self._do(book, self.kept.pop(which % len(self.kept)).token, ANA))

    @rule(which=st.integers(0, 99), start=STARTS)
    def move(self, which: int, start: datetime) -> None:
        if self.promises:
            mine = self.promises[which % len(self.promises)]
            with suppress(Refusal):
                self._do(move, mine.reference, mine.access_key, start)

    @rule(which=st.integers(0, 99))
    def cancel(self, which: int) -> None:
        if self.promises:
            mine = self.promises.pop(which % len(self.promises))
            with suppress(Refusal):
                self._do(cancel, mine.reference, mine.access_key)

    @rule(hour=HOURS, counter=COUNTERS | st.none())
    def close(self, hour: int, counter: str | None) -> None:
        location = None if counter else "pacos"
        amend(self.store, closure(wall_clock(hour), wall_clock(hour, 30), location=location, counter=counter))

    @rule(hour=HOURS)
    def be_absent(self, hour: int) -> None:
        amend(self.store, absence("rui", wall_clock(hour), wall_clock(hour + 1)))

    @rule(passed=st.integers(1, 12))
    def wait(self, passed: int) -> None:
        self.now += minutes(passed)

    @invariant()
    def nothing_overlaps(self) -> None:
        assert count_of(self.store, OVERLAPS) == 0

    @invariant()
    def no_more_at_once_than_counters(self) -> None:
        assert count_of(self.store, CROWDED) <= PLACES

    @invariant()
    def what_is_remembered_is_what_is_computed_anew(self) -> None:
        for visit in (PERMIT, BINS):
            remembered = read(self.store, self._free, visit)
            before, self.store.memory = self.store.memory, Memory()
            anew = read(self.store, self._free, visit)
            self.store.memory = before
            assert remembered == anew

    def _free(self, session: Session, visit: Visit) -> list[object]:
        return [*free_places(session, self.now, visit, TODAY, TODAY + timedelta(days=1))]

    def _do(self, verb, *arguments):
        return write(self.store, verb, self.now, *arguments, once=f"intention-{next(numbers)}")


@contextmanager
def opened_town(kind: str) -> Iterator[Store]:
    """A town of its own; on SQLite a copy of one that was founded once, in memory where there is a folder for that."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder, ExitStack() as held:
        if kind == SQLITE:
            url = f"sqlite:///{shutil.copy(founded_once(), folder)}"
        else:
            url = held.enter_context(migrated_database(kind, Path(folder)))
        store = Store(url, SECRET)
        held.callback(store.close)
        if kind != SQLITE:
            _found(store)
        yield store


@cache
def founded_once() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="atrio-founded-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with migrated_database(SQLITE, folder) as url:
        store = Store(url, SECRET)
        _found(store)
        store.close()
    return folder / "atrio.sqlite3"


def _found(store: Store) -> None:
    found(store, counters=PLACES, staff=(person("rui", ("pacos-2",), ("streets", "waste")),), step_minutes=10)


def count_of(store: Store, query: str) -> int:
    with reading(store) as session:
        return session.connection().execute(text(query)).scalar_one()


def lived(kind: str, runs: int, steps: int, *, shorten: bool = False) -> None:
    """Raises AssertionError with the story that breaks it, if wished the shortest that can be found."""
    machine = type("Living", (LivingBook,), {"kind": kind})
    how = settings(
        max_examples=runs,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, *([Phase.shrink] if shorten else [])],
    )
    run_state_machine_as_test(machine, settings=how)


def proven(kind: str, runs: int = 1000, steps: int = 50) -> Outcome:
    try:
        lived(kind, runs, steps, shorten=True)
    except AssertionError as broken:
        return Outcome("2 living book", kind, "", (str(broken) or "an invariant was broken",))
    return Outcome(
        "2 living book", kind, f"{runs} runs of up to {steps} steps, three questions after each: no invariant broken"
    )
