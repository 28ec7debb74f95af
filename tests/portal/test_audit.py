"""What a technician is told of the audit record, and the worker's anchor of each day."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import text
from sqlmodel import select

import portal.worker
from booking.anchors import ANCHORS, read_anchors
from booking.appointments import book_at_once
from booking.audit import record
from booking.promises import Appointment
from booking.store import Store, let_go, read, transaction, write
from portal.__main__ import main
from portal.worker import Worker
from tests.booking.audits import ENTRY, record_some, unguard
from tests.booking.towns import ANA, NINE, NOW, PERMIT, found, key
from tests.conftest import SECRET
from tests.portal.conftest import Choose

DAY = timedelta(days=1)


@pytest.fixture
def anchors(choose: Choose, database_url: str, tmp_path: Path) -> Iterator[Path]:
    """Where this installation has its anchors, once there are any."""
    choose(database_url=database_url, secret=SECRET.decode())
    let_go()
    yield tmp_path / "data" / ANCHORS
    let_go()


@pytest.fixture
def worker(anchors: Path, monkeypatch: pytest.MonkeyPatch) -> Worker:
    monkeypatch.setattr(portal.worker, "ANCHORS_EVERY", timedelta(0))
    return Worker()


def turn(worker: Worker, day: int, minute: int = 0) -> None:
    """What it does in one round, so many days and minutes after NOW."""
    with time_machine.travel(NOW + day * DAY + timedelta(minutes=minute)):
        asyncio.run(worker.turn())


def tamper(store: Store, change: str) -> None:
    unguard(store)
    with transaction(store) as session:
        session.execute(text(change))


def test_the_worker_anchors_once_a_day_also_when_it_was_down_for_some(store: Store, anchors: Path, worker: Worker):
    turn(worker, 0)
    assert not anchors.exists()
    for day, minute in ((1, 0), (1, 10), (2, 0), (6, 0), (6, 30)):
        record_some(store, 1, 10 * day + minute)
        turn(worker if day < 6 else Worker(), day, minute)
    written = [(anchor.day, anchor.head.number) for anchor in read_anchors(anchors)]
    today = NOW.date()
    assert written == [(today + DAY, 1), (today + 2 * DAY, 3), (today + 6 * DAY, 4)]
    assert main(["audit", "verify"]) == 0


def test_a_day_on_which_nothing_was_recorded_is_anchored_too(store: Store, anchors: Path, worker: Worker):
    record_some(store, 3)
    for day in range(3):
        turn(worker, day)
    assert [anchor.head.number for anchor in read_anchors(anchors)] == [3, 3, 3]


def test_a_worker_that_can_not_anchor_goes_on(store: Store, anchors: Path, worker: Worker):
    record_some(store, 1)
    anchors.mkdir(parents=True)
    turn(worker, 0)
    anchors.rmdir()
    turn(worker, 0, 20)
    assert len(read_anchors(anchors)) == 1


def test_a_record_that_is_whole_is_said_to_be(store: Store, anchors: Path, worker: Worker, capsys: pytest.CaptureFixture[str]):
    record_some(store, 3)
    assert main(["audit", "verify"]) == 0
    assert capsys.readouterr().out == (
        "3 entries of the audit record are as they were written. Anchors that agree: 0.\n"
        "Note: without an anchor nobody knows whether later entries were cut off.\n"
    )
    turn(worker, 0)
    assert main(["audit", "verify"]) == 0
    assert capsys.readouterr().out == "3 entries of the audit record are as they were written. Anchors that agree: 1.\n"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("UPDATE audit_entry SET actor = 'eva' WHERE number = 2", "Entry 2 of the audit record is not what was written. "),
        ("DELETE FROM audit_entry WHERE number = 2", "Entry 2 of the audit record is missing.\n"),
        ("DELETE FROM audit_entry WHERE number > 1", "Entry 2 of the audit record is missing.\n"),
        ("UPDATE audit_entry SET number = 0 WHERE number = 2", "Entry 0 of the audit record was put in.\n"),
    ],
)
def test_the_first_entry_that_is_broken_is_named(
    store: Store, anchors: Path, worker: Worker, capsys: pytest.CaptureFixture[str], change: str, says: str
):
    record_some(store, 3)
    turn(worker, 0)
    tamper(store, change)
    assert main(["audit", "verify"]) == 1
    said = capsys.readouterr()
    assert (said.out, said.err[: len(says)]) == ("", says)


def test_a_copy_of_the_anchors_from_elsewhere_is_compared(
    store: Store, anchors: Path, worker: Worker, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    record_some(store, 3)
    turn(worker, 0)
    copy = anchors.rename(tmp_path / "copy.txt")
    tamper(store, "DELETE FROM audit_entry WHERE number = 3")
    assert main(["audit", "verify"]) == 0
    assert main(["audit", "verify", "--anchors", str(copy)]) == 1
    assert capsys.readouterr().err == "Entry 3 of the audit record is missing.\n"


def test_anchors_that_are_none_are_not_taken_for_some(anchors: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    file = tmp_path / "copy.txt"
    assert main(["audit", "verify", "--anchors", str(file)]) == 1
    assert capsys.readouterr().err == f"{file} can't be read: No such file or directory.\n"
    file.write_text("2026-11-26 one two\n")
    assert main(["audit", "verify", "--anchors", str(file)]) == 1
    assert capsys.readouterr().err == f"Line 1 of {file} is not an anchor.\n"


def test_the_latest_entries_are_shown_in_a_line_each(store: Store, anchors: Path, capsys: pytest.CaptureFixture[str]):
    record_some(store, 8)
    assisted = {"act": "assisted", "subject": "case 5", "subject_kind": "case", "on_behalf_of": "resident 1"}
    write(store, record, NOW, **ENTRY | assisted)
    assert main(["audit", "show", "--last", "1"]) == 0
    assert capsys.readouterr().out == (
        "9  2027-03-01 08:00:00 UTC  staff rui  assisted  case 5 for case-work on behalf of resident 1\n"
    )
    assert main(["audit", "show", "--subject", "resident 1"]) == 0
    assert capsys.readouterr().out == (
        '1  2027-03-01 08:01:00 UTC  staff rui  read  resident 1 for case-work  {"case": "case 1"}\n'
        '8  2027-03-01 08:08:00 UTC  staff rui  read  resident 1 for case-work  {"case": "case 8"}\n'
    )


def test_before_there_are_tables_it_is_said_what_to_do(choose: Choose, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    choose(database_url=f"sqlite:///{tmp_path / 'empty.sqlite3'}")
    let_go()
    assert main(["audit", "verify"]) == 1
    assert "python -m portal migrate" in capsys.readouterr().err
    let_go()


def test_the_worker_applies_the_rules_of_retention_a_day_after_it_has_announced_them(
    store: Store, anchors: Path, worker: Worker, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(portal.worker, "FORGETS_EVERY", timedelta(0))
    found(store)
    booked = write(store, book_at_once, NOW, PERMIT, NINE, ANA, once=key("long ago"))
    turn(worker, 500)
    assert read(store, name_of, booked.reference) == "Ana Lopes"
    turn(worker, 501, minute=1)
    assert read(store, name_of, booked.reference) == ""


def name_of(session, reference: str) -> str:
    return session.exec(select(Appointment.name).where(Appointment.reference == reference)).one()
