"""The short form of promise 2, and its controls."""

import shutil
from pathlib import Path

import pytest

from booking import counter_time, seats
from booking.store import Store
from tests.booking.test_races import drop_the_constraint
from tests.databases import SQLITE, runnable
from tests.prove import living_book
from tests.prove.living_book import lived


@pytest.mark.parametrize("kind", runnable())
def test_whatever_is_done_nothing_overlaps_and_what_is_remembered_is_true(kind: str):
    lived(kind, runs=15 if kind == SQLITE else 3, steps=30)


def test_without_check_and_constraint_something_overlaps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    unguarded = Path(shutil.copy(living_book.founded_once(), tmp_path))
    store = Store(f"sqlite:///{unguarded}", living_book.SECRET)
    drop_the_constraint(store)
    store.close()
    monkeypatch.setattr(living_book, "founded_once", lambda: unguarded)
    monkeypatch.setattr(seats, "_free_counter", lambda session, offered, minute, start: offered.opened.counter_ids[0])
    with pytest.raises(AssertionError):
        lived(SQLITE, runs=20, steps=30)


def test_when_the_page_is_not_said_to_have_changed_what_is_remembered_is_stale(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(counter_time, "page_version", lambda session, location: 1)
    with pytest.raises(AssertionError):
        lived(SQLITE, runs=20, steps=30)
