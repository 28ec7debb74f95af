"""One door to two databases: all or nothing, nobody waits who only reads, and nothing shared can be changed by accident."""

import asyncio
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from psycopg.errors import DeadlockDetected
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, select

from booking import store as store_module
from booking.catalogue import NoTown, Town, catalogue_changed, read_catalogue
from booking.memory import Memory
from booking.promises import Deed
from booking.store import Store, in_reading, in_transaction, read, reading, transaction, write
from booking.turnstile import Turnstile
from tests.booking.towns import NOW, amend, found, words


def deed(name: str, done_at: datetime = NOW) -> Deed:
    return Deed(key_hash=name, content_hash="", done_at=done_at)


def add(session: Session, row: Deed) -> None:
    session.add(row)
    session.flush()


def add_and_fail(session: Session) -> None:
    add(session, deed("lost"))
    raise RuntimeError("the power went")


def deeds(session: Session) -> list[str]:
    return sorted(session.exec(select(Deed.key_hash)))


def test_a_transaction_is_all_or_nothing(store: Store):
    with transaction(store) as session:
        session.add(deed("kept"))
    with pytest.raises(RuntimeError):
        write(store, add_and_fail)
    assert read(store, deeds) == ["kept"]


def test_instants_come_back_in_utc_and_naive_ones_are_refused(store: Store):
    with transaction(store) as session:
        session.add(deed("kept", datetime.fromisoformat("2027-03-28T01:30:00+02:00")))
    kept = read(store, lambda session: session.exec(select(Deed)).one())
    assert kept.done_at == datetime(2027, 3, 27, 23, 30, tzinfo=UTC)
    assert kept.done_at.tzinfo is UTC
    with pytest.raises(Exception, match="timezone"):
        write(store, add, deed("naive", kept.done_at.replace(tzinfo=None)))


def test_a_reader_neither_waits_for_a_writer_nor_sees_half_of_what_it_does(store: Store):
    with transaction(store) as writing:
        writing.add(deed("in the making"))
        writing.flush()
        assert read(store, deeds) == []
    assert read(store, deeds) == ["in the making"]


def test_a_reader_sees_one_instant_however_long_it_looks(store: Store):
    with reading(store) as session:
        assert deeds(session) == []
        with transaction(store) as writing:
            writing.add(deed("meanwhile"))
        assert deeds(session) == []


def test_a_reader_can_not_write_by_mistake(store: Store):
    with pytest.raises(Exception, match=r"read-?only"):
        read(store, add, deed("sneaked in"))


def test_sqlite_is_set_up_to_keep_what_it_acknowledged(store: Store):
    if not store.is_sqlite:
        return
    with reading(store) as session:
        pragma = {
            name: session.connection().execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert pragma == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 20_000}


def test_a_deadlock_is_tried_again_and_other_failures_are_not(store: Store):
    tries: list[int] = []

    def unlucky(session: Session, failure: Exception, times: int) -> str:
        tries.append(1)
        if len(tries) <= times:
            raise OperationalError("", {}, failure)
        session.add(deed("done at last"))
        return "done"

    assert write(store, unlucky, DeadlockDetected(), 2) == "done"
    assert len(tries) == 3
    assert read(store, deeds) == ["done at last"]
    tries.clear()
    with pytest.raises(OperationalError):
        write(store, unlucky, DeadlockDetected(), 99)
    assert len(tries) == store_module.TRIES
    tries.clear()
    with pytest.raises(OperationalError):
        write(store, unlucky, RuntimeError("disk full"), 99)
    assert len(tries) == 1


@pytest.fixture
def as_the_store(store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setattr(store_module, "the_store", lambda: store)
    return store


def test_async_code_runs_verbs_in_worker_threads_without_stopping_the_loop(as_the_store: Store):
    def slow(session: Session, name: str, *, loop_goes_on: threading.Event) -> str:
        session.add(deed(name))
        assert loop_goes_on.wait(timeout=10)
        return threading.current_thread().name

    async def story() -> tuple[str, list[str]]:
        goes_on = threading.Event()
        running = asyncio.create_task(in_transaction(slow, "async", loop_goes_on=goes_on))
        await asyncio.sleep(0.01)
        goes_on.set()
        return await running, await in_reading(deeds)

    thread, written = asyncio.run(story())
    assert thread != threading.current_thread().name
    assert written == ["async"]


def test_without_a_town_it_says_so(store: Store):
    with pytest.raises(NoTown):
        read(store, read_catalogue)


def test_the_catalogue_is_read_once_and_again_after_each_change(store: Store):
    found(store)
    first = read(store, read_catalogue)
    assert read(store, read_catalogue) is first
    amend(store, change=lambda session: setattr(session.exec(select(Town)).one(), "phone", "+351259000199"))
    assert read(store, read_catalogue).town.phone == "+351259000199"
    assert first.town.phone == "+351259000100"


def test_a_change_that_was_undone_is_never_remembered(store: Store):
    found(store)
    with pytest.raises(RuntimeError):
        amend(store, change=change_and_fail)
    assert read(store, read_catalogue).town.phone == "+351259000100"
    amend(store)
    assert read(store, read_catalogue).town.phone == "+351259000100"


def change_and_fail(session: Session) -> None:
    session.exec(select(Town)).one().phone = "+351000000000"
    catalogue_changed(session)
    assert read_catalogue(session).town.phone == "+351000000000"
    raise RuntimeError("the file was wrong after all")


def test_what_was_read_and_let_go_refuses_to_be_changed(store: Store):
    found(store)
    catalogue = read(store, read_catalogue)
    with pytest.raises(AttributeError):
        catalogue.town.phone = "0"
    with pytest.raises(TypeError):
        catalogue.services["new"] = catalogue.services["bins"]  # type: ignore[index]
    with pytest.raises(AttributeError):
        catalogue.services["bins"].modes.append("carrier pigeon")  # type: ignore[attr-defined]
    assert catalogue.services["bins"].name == words("bins")


def test_memory_keeps_the_version_asked_for_last_and_makes_each_once():
    memory, made = Memory(), []

    def make(value: str) -> str:
        made.append(value)
        return value

    assert [memory.recall("name", 1, lambda: make("one")) for _ in range(3)] == ["one"] * 3
    assert memory.recall("name", 2, lambda: make("two")) == "two"
    assert memory.recall("name", 1, lambda: make("one again")) == "one again"
    assert made == ["one", "two", "one again"]
    threads = [threading.Thread(target=memory.recall, args=("crowd", 1, lambda: make("once for the crowd"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made.count("once for the crowd") == 1


def test_memory_forgets_the_oldest_names_first():
    memory = Memory()
    for name in range(Memory.CAPACITY + 1):
        memory.recall(name, 1, lambda: "first")
    assert memory.recall(Memory.CAPACITY, 1, lambda: "again") == "first"
    assert memory.recall(0, 1, lambda: "again") == "again"


def test_a_turnstile_whose_file_can_not_be_made_does_not_lock_anybody_out(tmp_path: Path):
    turnstile = Turnstile(str(tmp_path / "missing" / "turn"))
    for _ in range(2):
        with pytest.raises(FileNotFoundError), turnstile:
            pass
