"""What a technician is told who backs a town up and brings it back; a refusal is one sentence and changes nothing."""

from pathlib import Path

import pytest
from sqlmodel import select

from booking.appointments import Booked, book_at_once, booked_again
from booking.promises import Appointment
from booking.store import Store, read, write
from portal import backup
from portal.__main__ import main
from tests.booking.towns import ANA, NINE, NOW, PERMIT, found, key, minutes
from tests.conftest import SECRET
from tests.portal.conftest import Choose

SETTING = SECRET.decode()
OTHER = "another secret than the one that tests know"


@pytest.fixture
def promise(store: Store, database_url: str, choose: Choose) -> Booked:
    """In a town whose installation this is."""
    found(store)
    choose(database_url=database_url)
    return booked(store)


@pytest.fixture
def kept(promise: Booked, choose: Choose, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A backup of it."""
    file = tmp_path / "town.zip"
    choose(secret=SETTING)
    assert main(["backup", str(file)]) == 0
    assert f" rows of {len(_tables(file))} tables are in {file}.\n" in capsys.readouterr().out
    return file


@pytest.fixture
def elsewhere(kept: Path, choose: Choose, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """From here on another installation, with nothing in it; the address of its database."""
    monkeypatch.delenv("ATRIO_SECRET")
    address = f"sqlite:///{tmp_path / 'elsewhere.sqlite3'}"
    choose(data=str(tmp_path / "new"), database_url=address)
    return address


def booked(store: Store, number: int = 0) -> Booked:
    return write(store, book_at_once, NOW, PERMIT, NINE + minutes(20 * number), ANA, once=key(number))


def _tables(file: Path) -> tuple:
    with backup.Backup(file) as opened:
        return opened.manifest.tables


def references(store: Store) -> set[str]:
    return set(read(store, lambda session: session.exec(select(Appointment.reference)).all()))


def refusal(capsys: pytest.CaptureFixture[str], *words: str | Path) -> str:
    """The one sentence with which a command is refused."""
    capsys.readouterr()
    assert main([str(word) for word in words]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    return said.err


def test_a_town_that_moves_says_its_access_codes_again(
    promise: Booked, kept: Path, elsewhere: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert main(["restore", str(kept)]) == 0
    assert "Note" not in capsys.readouterr().out
    secret = tmp_path / "new" / "secret"
    assert secret.stat().st_mode & 0o777 == 0o600
    store = Store(elsewhere, secret.read_bytes())
    assert read(store, booked_again, promise.reference) == promise
    store.close()


def test_without_the_secret_it_is_said_what_will_not_work(
    promise: Booked, store: Store, choose: Choose, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    choose(secret=SETTING)
    assert main(["backup", "--without-secret", str(tmp_path / "bare.zip")]) == 0
    assert backup.KEPT_ELSEWHERE in capsys.readouterr().out
    assert SECRET not in (tmp_path / "bare.zip").read_bytes()
    assert main(["restore", "--replace", str(tmp_path / "bare.zip")]) == 0
    assert "Note" not in capsys.readouterr().out
    choose(secret=OTHER)
    assert main(["restore", "--replace", str(tmp_path / "bare.zip")]) == 0
    assert backup.OTHER_SECRET in capsys.readouterr().out


def test_a_backup_into_a_folder_is_named_for_the_time_and_none_is_written_over(
    kept: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    folder = tmp_path / "backups"
    folder.mkdir()
    assert main(["backup", str(folder)]) == 0
    [file] = folder.iterdir()
    assert file.match("atrio-20??-??-??-??????.zip")
    before = kept.read_bytes()
    assert "is there already" in refusal(capsys, "backup", kept)
    assert kept.read_bytes() == before


def test_what_can_not_be_backed_up_is_refused(
    promise: Booked, choose: Choose, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert "No such file or directory" in refusal(capsys, "backup", tmp_path / "missing" / "town.zip")
    choose(database_url=f"sqlite:///{tmp_path / 'none.sqlite3'}")
    assert "no database yet" in refusal(capsys, "backup", tmp_path / "town.zip")
    assert not (tmp_path / "none.sqlite3").exists()
    choose(database_url="postgresql://atrio@localhost:1/atrio")
    assert "can't be read" in refusal(capsys, "backup", tmp_path / "town.zip")
    assert not (tmp_path / "town.zip").exists()


def test_a_town_that_is_there_stays_unless_somebody_says_that_it_may_go(
    promise: Booked, kept: Path, store: Store, capsys: pytest.CaptureFixture[str]
):
    second = booked(store, 1)
    assert "--replace" in refusal(capsys, "restore", kept)
    assert references(store) == {promise.reference, second.reference}
    assert main(["restore", "--replace", str(kept)]) == 0
    assert references(store) == {promise.reference}


def test_a_secret_that_is_there_is_not_lost(
    kept: Path, elsewhere: str, tmp_path: Path, choose: Choose, capsys: pytest.CaptureFixture[str], monkeypatch
):
    choose(secret=OTHER)
    assert "ATRIO_SECRET is another secret" in refusal(capsys, "restore", "--replace", kept)
    monkeypatch.delenv("ATRIO_SECRET")
    choose()
    mine = tmp_path / "new" / "secret"
    mine.parent.mkdir()
    mine.write_text(OTHER)
    assert "another secret" in refusal(capsys, "restore", kept)
    assert not (tmp_path / "elsewhere.sqlite3").exists()
    assert main(["restore", "--replace", str(kept)]) == 0
    assert mine.read_bytes() == SECRET
    [before] = mine.parent.glob("secret.before-*")
    assert before.read_text() == OTHER


def test_a_file_that_is_no_backup_or_was_cut_is_refused(
    promise: Booked, kept: Path, store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    cut = tmp_path / "cut.zip"
    cut.write_bytes(kept.read_bytes()[:-100])
    for file, why in ((cut, "damaged, cut off"), (Path(__file__), "no backup"), (tmp_path / "none.zip", "No such file")):
        said = refusal(capsys, "restore", "--replace", file)
        assert why in said
        assert "Nothing was changed." in said
    assert references(store) == {promise.reference}
