"""A town is backed up while it goes on booking, and stands up again elsewhere: on the same database or the other one."""

import json
import re
import sqlite3
import threading
import time
import zipfile
from collections import Counter as Tally
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from booking import backup, restore
from booking.appointments import Booked, book_at_once, cancel, look_up, move
from booking.archive import Backup, Broken, Manifest
from booking.audit import Verdict, verify
from booking.backup import Damaged, NothingToBackUp, back_up
from booking.catalogue import Town
from booking.errors import SlotTaken
from booking.holds import hold
from booking.own_tables import UnknownRevision, names_at
from booking.promises import BOOKED, CANCELLED, Appointment, AppointmentChange, Hold, Seat
from booking.restore import LaterVersion, NotEmpty
from booking.store import Store, is_up_to_date, migrate, read, transaction, violates, write
from tests.booking.audits import record_some
from tests.booking.towns import ANA, NINE, NOW, PERMIT, found, key, minutes
from tests.conftest import SECRET

AT = datetime(2026, 11, 25, 3, 15, tzinfo=UTC)
WRITERS, BEFORE = 6, 60
WORKDAYS = [day for day in range(50) if (NINE + timedelta(days=day)).weekday() < 5]


@pytest.fixture
def elsewhere(empty_database_url: str) -> Iterator[Store]:
    opened = Store(empty_database_url, SECRET)
    yield opened
    opened.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "town.zip"


def backed_up(store: Store, file: Path) -> Manifest:
    return back_up(store, AT, file, SECRET, secret_inside=True)


def restored(file: Path, store: Store, **wishes: bool) -> None:
    with Backup(file) as opened:
        restore.restore(store, opened, **wishes)


def booked(store: Store, number: int = 0) -> Booked:
    return write(store, book_at_once, NOW, PERMIT, NINE + minutes(20 * number), ANA, once=key(("book", number)))


def rows(store: Store) -> dict[str, int]:
    with transaction(store) as session:
        revision = session.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
        return {name: session.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() for name in names_at(revision)}


def every(store: Store, table: type) -> list[Any]:
    return read(store, lambda session: list(session.exec(select(table))))


@dataclass(frozen=True)
class Acknowledged:
    """What somebody was told, and won't change any more."""

    reference: str
    access_key: str
    start: datetime
    state: str


class AtWork:
    """Threads that book, move and cancel for as long as the block lasts; `told` is what was acknowledged by now."""

    def __init__(self, store: Store):
        self._store, self._numbers, self._stopped = store, count(), threading.Event()
        self._threads = [threading.Thread(target=self._work) for _ in range(WRITERS)]
        self._troubles: list[BaseException] = []
        self.told: list[Acknowledged] = []

    def __enter__(self) -> "AtWork":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        for thread in self._threads:
            thread.join(30)
        assert not self._troubles

    def wait_for(self, count: int) -> list[Acknowledged]:
        deadline = time.monotonic() + 30
        while len(self.told) < count:
            assert not self._troubles
            assert time.monotonic() < deadline
            self._stopped.wait(0.01)
        return list(self.told)

    def _work(self) -> None:
        try:
            while not self._stopped.is_set():
                self._visit(next(self._numbers))
        except BaseException as trouble:
            self._troubles.append(trouble)

    def _visit(self, number: int) -> None:
        turn, place = divmod(number, 20)
        start = NINE + timedelta(days=WORKDAYS[turn // 3 % len(WORKDAYS)]) + minutes(20 * place)
        try:
            promise = write(self._store, book_at_once, NOW, PERMIT, start, ANA, once=key(("at work", number)))
            codes, state = (promise.reference, promise.access_key), BOOKED
            if number % 3 == 1:
                start = write(self._store, move, NOW, *codes, start + minutes(20), once=key(("move", number))).start_at
            if number % 5 == 2:
                state = write(self._store, cancel, NOW, *codes, once=key(("cancel", number))).state
        except SlotTaken:
            return
        self.told.append(Acknowledged(*codes, start, state))


def as_it_was_told(store: Store, promise: Acknowledged) -> bool:
    found = read(store, look_up, promise.reference, promise.access_key)
    return (found.start_at, found.state) == (promise.start, promise.state)


def halves(store: Store) -> list[int]:
    """Appointments in force without exactly their seat, cancelled ones with one, and any that didn't come about."""
    seats: dict[int, list[int]] = {}
    for seat in (each for each in every(store, Seat) if each.appointment_id):
        seats.setdefault(seat.appointment_id, []).append(seat.start_minute)
    came_about = Tally(change.appointment_id for change in every(store, AppointmentChange) if change.what == "booked")
    due = {each.id: [int(each.start_at.timestamp()) // 60] * (each.state == BOOKED) for each in every(store, Appointment)}
    return [id_ for id_ in {*due, *seats} if seats.get(id_, []) != due.get(id_) or came_about[id_] != 1]


def test_a_backup_made_while_everybody_books_holds_every_promise_and_no_half_of_one(store: Store, elsewhere: Store, file: Path):
    found(store, counters=3)
    with AtWork(store) as town:
        before = town.wait_for(BEFORE)
        manifest = backed_up(store, file)
        town.wait_for(len(before) + 5)
    restored(file, elsewhere)
    assert all(as_it_was_told(elsewhere, promise) for promise in before)
    assert {promise.state for promise in before} == {BOOKED, CANCELLED}
    assert not halves(elsewhere)
    assert rows(elsewhere) == {part.name: part.rows for part in manifest.tables}
    assert rows(elsewhere)["appointment"] < rows(store)["appointment"]


@pytest.mark.parametrize("torn", [False, True])
def test_what_is_booked_between_two_tables_is_not_in_the_backup_by_half(
    store: Store, elsewhere: Store, file: Path, monkeypatch: pytest.MonkeyPatch, torn: bool
):
    """Control: with a new look for each table, the seat would be there without its appointment."""
    found(store)
    earlier, one_part = booked(store), backup._part

    def part_and_a_booking(connection, archive, table):
        part = one_part(connection, archive, table)
        if table.name == "appointment":
            if torn:
                connection.connection.rollback()
            booked(store, 1)
        return part

    monkeypatch.setattr(backup, "_part", part_and_a_booking)
    backed_up(store, file)
    if torn:
        with pytest.raises(Broken):
            restored(file, elsewhere)
        return
    restored(file, elsewhere)
    assert [each.reference for each in every(elsewhere, Appointment)] == [earlier.reference]
    assert not halves(elsewhere)


def test_a_town_goes_from_one_database_to_the_other_and_back_and_is_the_same(
    store: Store, elsewhere: Store, file: Path, tmp_path: Path
):
    found(store, counters=2)
    promise, other = booked(store), booked(store, 1)
    write(store, cancel, NOW, other.reference, other.access_key, once=key("cancel"), reason='"Olá"\u2028 وداعا')
    backed_up(store, file)
    restored(file, elsewhere)
    backed_up(elsewhere, tmp_path / "back.zip")
    restored(tmp_path / "back.zip", store, replace=True)
    assert read(store, look_up, promise.reference, promise.access_key) == promise.appointment
    assert told(tmp_path / "back.zip") == told(file)
    assert read(store, is_up_to_date)


def told(file: Path) -> dict[str, list[dict[str, Any]]]:
    """All rows by the names of their columns, without what changes on purpose."""
    with Backup(file) as opened:
        return {
            part.name: [
                {name: value for name, value in zip(part.columns, row, strict=True) if name not in ("revision", "version")}
                for row in opened.rows(part)
            ]
            for part in opened.manifest.tables
        }


def test_the_town_takes_bookings_again_and_gives_no_number_twice(store: Store, file: Path):
    assert next_hold(store, file) == 4


def test_numbers_that_nobody_remembers_would_be_given_again(store: Store, file: Path, monkeypatch: pytest.MonkeyPatch):
    """Control."""
    monkeypatch.setattr(restore, "_go_on_counting", lambda *_: None)
    assert next_hold(store, file) == 1


def next_hold(store: Store, file: Path) -> int:
    """The number of the first hold after a restore, when three were made before and none of them is left."""
    found(store)
    for number in range(3):
        write(store, hold, NOW, PERMIT, NINE + minutes(20 * number), once=key(number))
    with transaction(store) as session:
        session.execute(text("DELETE FROM hold"))
    backed_up(store, file)
    restored(file, store, replace=True)
    write(store, hold, NOW, PERMIT, NINE, once=key("another"))
    booked(store, 1)
    [kept] = every(store, Hold)
    return kept.id


def test_nobody_takes_the_restored_town_for_the_one_they_remember(store: Store, file: Path):
    found(store)
    before = every(store, Town)[0].revision
    backed_up(store, file)
    restored(file, store, replace=True)
    assert every(store, Town)[0].revision != before


def test_a_backup_of_an_earlier_revision_is_restored_as_one_of_today(empty_database_url: str, elsewhere: Store, file: Path):
    migrate(empty_database_url, "0003")
    with transaction(elsewhere) as session:
        session.execute(
            text("INSERT INTO topic (slug, position, name, icon) VALUES ('streets', 0, '{\"pt\": \"Ruas\"}', 'car')")
        )
    assert backed_up(elsewhere, file).revision == "0003"
    restored(file, elsewhere, replace=True)
    assert read(elsewhere, is_up_to_date)
    assert rows(elsewhere)["topic"] == 1


def test_a_town_that_is_there_is_lost_only_when_somebody_says_so(store: Store, file: Path):
    found(store)
    first = booked(store)
    backed_up(store, file)
    second = booked(store, 1)
    with pytest.raises(NotEmpty):
        restored(file, store)
    assert {each.reference for each in every(store, Appointment)} == {first.reference, second.reference}
    restored(file, store, replace=True)
    assert {each.reference for each in every(store, Appointment)} == {first.reference}


def test_tables_of_others_in_the_same_database_are_neither_copied_nor_touched(store: Store, file: Path):
    found(store)
    with transaction(store) as session:
        session.execute(text("CREATE TABLE of_others (fact text)"))
        session.execute(text("INSERT INTO of_others VALUES ('kept')"))
    assert "of_others" not in [part.name for part in backed_up(store, file).tables]
    restored(file, store, replace=True)
    with transaction(store) as session:
        assert session.execute(text("SELECT fact FROM of_others")).scalar_one() == "kept"


def test_every_table_there_is_is_backed_up(store: Store, file: Path):
    assert {part.name for part in backed_up(store, file).tables} == set(Town.metadata.tables)


def test_the_audit_record_goes_along_and_its_chain_still_holds(store: Store, elsewhere: Store, file: Path):
    found(store)
    record_some(store, 30)
    head = read(store, verify).head
    backed_up(store, file)
    restored(file, elsewhere)
    assert read(elsewhere, verify, anchors=[head]) == Verdict(30, head)
    record_some(elsewhere, 1, 31)
    assert read(elsewhere, verify, anchors=[head]).count == 31


def test_a_town_with_an_audit_record_can_be_replaced_and_its_record_is_guarded_again(store: Store, file: Path):
    found(store)
    record_some(store, 3)
    backed_up(store, file)
    record_some(store, 3, 4)
    restored(file, store, replace=True)
    assert read(store, verify).count == 3
    with pytest.raises(DBAPIError) as refused, transaction(store) as session:
        session.execute(text("DELETE FROM audit_entry"))
    assert violates(refused.value, "audit_append_only")


# What is not restored


Change = Callable[[dict[str, bytes]], object]


def rewrite(file: Path, change: Change, coherent: bool = False) -> None:
    """The same zip with other content and right checksums of its own; `coherent`: the manifest's digests follow."""
    with zipfile.ZipFile(file) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    change(content)
    if coherent:
        manifest = json.loads(content["manifest.json"])
        for part in manifest["tables"]:
            written = content[f"tables/{part['name']}.jsonl"]
            part |= {"sha256": sha256(written).hexdigest(), "rows": written.count(b"\n")}
        content["manifest.json"] = json.dumps(manifest).encode()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, written in content.items():
            archive.writestr(name, written)


def cut(share: float) -> Callable[[Path], None]:
    def shorten(file: Path) -> None:
        file.write_bytes(file.read_bytes()[: int(file.stat().st_size * share)])

    return shorten


def flipped(file: Path) -> None:
    written = bytearray(file.read_bytes())
    with zipfile.ZipFile(file) as archive:
        member = archive.getinfo("tables/appointment.jsonl")
    written[member.header_offset + 30 + len(member.filename) + member.compress_size // 2] ^= 0xFF
    file.write_bytes(written)


def with_content(name: str, old: bytes, new: bytes, **wishes: bool) -> Callable[[Path], None]:
    def damage(file: Path) -> None:
        def change(content: dict[str, bytes]) -> None:
            assert old in content[name]
            content[name] = content[name].replace(old, new)

        rewrite(file, change, **wishes)

    return damage


def without(name: str) -> Callable[[Path], None]:
    return lambda file: rewrite(file, lambda content: content.pop(name))


def of_revision(revision: str) -> Change:
    def change(content: dict[str, bytes]) -> None:
        content["manifest.json"] = json.dumps(json.loads(content["manifest.json"]) | {"revision": revision}).encode()

    return change


def with_a_second_seat(content: dict[str, bytes]) -> None:
    [_, *place] = json.loads(content[SEATS])
    content[SEATS] += json.dumps([77, *place]).encode() + b"\n"


APPOINTMENTS, SEATS = "tables/appointment.jsonl", "tables/seat.jsonl"
DAMAGES: dict[str, Callable[[Path], object]] = {
    "empty": cut(0),
    "cut in half": cut(0.5),
    "its end is missing": cut(0.995),
    "one bit": flipped,
    "no zip": lambda file: file.write_text("town"),
    "another name in a row": with_content(APPOINTMENTS, b"Ana Lopes", b"Eva Lopes"),
    "a row less": with_content(APPOINTMENTS, b"\n", b""),
    "a row twice": with_content(SEATS, b"]\n", b"]\n" * 2),
    "a table less": without(SEATS),
    "no manifest": without("manifest.json"),
    "no secret": without("secret"),
    "another secret": with_content("secret", b"only tests", b"only jests"),
    "a file more": lambda file: rewrite(file, lambda content: content.update({"../../etc/passwd": b""})),
    "a manifest that isn't one": with_content("manifest.json", b'"rows"', b'"rose"'),
    "a table of another name": with_content("manifest.json", b'"seat"', b'"soot"'),
    "another revision": lambda file: rewrite(file, of_revision("0001")),
    "a later format": with_content("manifest.json", b'"format": 1', b'"format": 2'),
    # With every checksum right: the database itself refuses.
    "a seat of no appointment": with_content(SEATS, b",1]", b",77]", coherent=True),
    "two seats at one time": lambda file: rewrite(file, with_a_second_seat, coherent=True),
    "a day that isn't one": with_content(APPOINTMENTS, b"2027-03-02T09", b"2027-02-30T09", coherent=True),
    "nothing where something must be": with_content(APPOINTMENTS, b'"Ana Lopes"', b"null", coherent=True),
}


def test_a_file_that_was_cut_or_changed_is_refused_and_changes_nothing(store: Store, file: Path):
    found(store)
    booked(store)
    backed_up(store, file)
    whole, later = file.read_bytes(), booked(store, 1)
    before = rows(store)
    for name, damage in DAMAGES.items():
        file.write_bytes(whole)
        damage(file)
        with pytest.raises(Broken) as refusal:
            restored(file, store, replace=True)
        assert re.fullmatch(r"[^\n]+", str(refusal.value)), name
        assert rows(store) == before, name
    assert read(store, look_up, later.reference, later.access_key) == later.appointment
    file.write_bytes(whole)
    restored(file, store, replace=True)


@pytest.mark.parametrize("damage", ["a seat of no appointment", "two seats at one time"])
def test_rows_that_contradict_each_other_are_noticed_by_the_database_alone(store: Store, file: Path, damage: str):
    """The file is as it should be: every digest is right."""
    found(store)
    booked(store)
    backed_up(store, file)
    DAMAGES[damage](file)
    with Backup(file) as opened:
        opened.check()


def test_a_file_with_the_same_content_in_another_zip_is_restored(store: Store, file: Path):
    """Control: it is not the rewriting that is refused above."""
    found(store)
    booked(store)
    backed_up(store, file)
    rewrite(file, lambda content: content, coherent=True)
    restored(file, store, replace=True)
    assert rows(store)["appointment"] == 1


def test_a_file_whose_rows_nobody_checks_would_be_restored(store: Store, file: Path, monkeypatch: pytest.MonkeyPatch):
    """Control: it is the digest that refuses another name."""
    found(store)
    booked(store)
    backed_up(store, file)
    DAMAGES["another name in a row"](file)
    monkeypatch.setattr(Backup, "rows", lambda self, part: map(json.loads, self._archive.open(f"tables/{part.name}.jsonl")))
    restored(file, store, replace=True)
    assert every(store, Appointment)[0].name == "Eva Lopes"


def test_a_file_of_a_later_version_is_refused(store: Store, file: Path):
    manifest = backed_up(store, file)
    with_content("manifest.json", manifest.revision.encode(), b"9999")(file)
    with pytest.raises(LaterVersion):
        restored(file, store)


def test_a_database_of_a_later_version_is_neither_backed_up_nor_replaced(store: Store, file: Path):
    backed_up(store, file)
    with transaction(store) as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(UnknownRevision):
        backed_up(store, file.with_name("later.zip"))
    with pytest.raises(UnknownRevision):
        restored(file, store, replace=True)


def test_a_damaged_book_is_not_taken_for_one_that_is_backed_up(store: Store, database_url: str, file: Path):
    """PostgreSQL checks its own pages; SQLite says what it finds when it is asked."""
    if not store.is_sqlite:
        return
    found(store)
    booked(store)
    with closing(sqlite3.connect(database_url.removeprefix("sqlite:///"))) as careless:
        careless.execute("DELETE FROM appointment")
        careless.commit()
    with pytest.raises(Damaged, match="foreign_key_check"):
        backed_up(store, file)
    assert not file.exists()


def test_a_database_without_tables_is_not_backed_up(elsewhere: Store, file: Path):
    with pytest.raises(NothingToBackUp):
        backed_up(elsewhere, file)
    assert not file.exists()


# How the file comes about


def test_nobody_else_may_read_the_file_and_another_one_is_never_written_over(store: Store, file: Path):
    backed_up(store, file)
    assert file.stat().st_mode & 0o777 == 0o600
    before = file.read_bytes()
    with pytest.raises(FileExistsError):
        backed_up(store, file)
    assert file.read_bytes() == before
    assert list(file.parent.glob(".*")) == []


def test_a_backup_that_fails_half_way_leaves_no_file(store: Store, file: Path, monkeypatch: pytest.MonkeyPatch):
    one_part = backup._part

    def full(connection, archive, table):
        if table.name == "appointment":
            raise OSError(28, "No space left on device")
        return one_part(connection, archive, table)

    monkeypatch.setattr(backup, "_part", full)
    with pytest.raises(OSError, match="No space left"):
        backed_up(store, file)
    assert [each.name for each in file.parent.iterdir() if "town" in each.name] == []
