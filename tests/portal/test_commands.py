"""What a technician sees: one plain sentence for what is wrong, a check that tells the truth and changes nothing."""

import asyncio
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from functools import partial
from pathlib import Path

import granian.server
import pytest
from redis import Redis
from sqlalchemy import text
from starlette.requests import Request

from booking import settings as settings_module
from booking.appointments import book_at_once
from booking.availability import next_places
from booking.outbox import lease, park, worker_lives
from booking.settings import DEMO_TOWN, read_settings, settings
from booking.store import Store, let_go, migrate, read, transaction, write
from booking.town import digest_of
from portal import build, checkup, commands
from portal.__main__ import main
from portal.doors import is_ready
from portal.page_state import now
from tests.booking.towns import ANA, PERMIT, found, key
from tests.serving import free_port

Set = Callable[..., None]


@pytest.fixture(autouse=True)
def with_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Set]:
    """An installation of this test alone, in `tmp_path / "data"`; called, it changes settings named without their prefix."""

    def choose(**wishes: str) -> None:
        for name, value in wishes.items():
            monkeypatch.setenv(f"ATRIO_{name.upper()}", value)
        settings.cache_clear()
        let_go()

    for name in [name for name in os.environ if name.startswith("ATRIO_")]:
        monkeypatch.delenv(name)
    # Whoever runs the tests may have an installation of their own here.
    # `run` sets it for those that it starts: it is unset again afterwards.
    monkeypatch.setenv("ATRIO_DEMO_DAY", "")
    monkeypatch.setattr(settings_module, "read_settings", partial(read_settings, tmp_path / "no .env"))
    choose(data=str(tmp_path / "data"), port=str(free_port()))
    yield choose
    settings.cache_clear()
    let_go()


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Pages that were drawn to the end, from whatever is loaded; the file that says so."""
    stamp = tmp_path / "stamp"
    monkeypatch.setattr(build, "BUILT", tmp_path)
    monkeypatch.setattr(build, "STAMP", stamp)
    monkeypatch.setattr(build, "_fingerprint", lambda digest: digest)
    stamp.write_text("file")
    return stamp


@pytest.fixture
def sound(with_settings: Set, database_url: str, store: Store, drawn: Path) -> Store:
    """An installation that lacks nothing."""
    found(store)
    with_settings(database_url=database_url)
    drawn.write_text(loaded(store))
    return store


def loaded(store: Store) -> str:
    return commands.loaded_digest(store)


def of_another_version(store: Store) -> None:
    with transaction(store) as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))


def findings(capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    """What `check` said of each part: "" for ok."""
    said = {}
    for line in capsys.readouterr().out.splitlines():
        part, _, trouble = line[4:].partition(": ")
        assert line.startswith("NO  " if trouble else "ok  ")
        said[part] = trouble
    return said


def test_a_town_file_that_broke_since_the_last_start_is_refused_with_its_line(
    sound: Store, with_settings: Set, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "broken.toml").write_text("[town]\nnonsense")
    with_settings(town=str(tmp_path / "broken.toml"))
    assert main(["run"]) == 1
    assert "broken.toml:2:" in capsys.readouterr().err


def test_a_database_that_can_not_be_made_gets_one_sentence(
    with_settings: Set, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    with_settings(database_url=f"sqlite:///{tmp_path}/missing/book.sqlite3")
    assert main(["load", str(DEMO_TOWN)]) == 1
    said = capsys.readouterr().err
    assert said.startswith("The database cannot be written")
    assert "ATRIO_DATABASE_URL" in said
    assert said.count("\n") == 1


def test_a_database_of_a_newer_version_is_not_touched(sound: Store, capsys: pytest.CaptureFixture[str]):
    of_another_version(sound)
    assert main(["migrate"]) == 1
    assert "newer than this program" in capsys.readouterr().err


def test_a_sound_installation_is_found_sound(sound: Store, capsys: pytest.CaptureFixture[str]):
    assert main(["check"]) == 0
    assert findings(capsys) == dict.fromkeys(("settings", "database", "town file", "pages", "address", "letters"), "")


def test_check_makes_neither_a_folder_nor_a_secret_nor_a_database(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["check"]) == 1
    assert findings(capsys)["database"] == "there is none yet: python -m portal migrate"
    assert list(tmp_path.iterdir()) == []


def test_check_leaves_an_empty_file_empty(tmp_path: Path, with_settings: Set, capsys: pytest.CaptureFixture[str]):
    file = tmp_path / "book.sqlite3"
    file.touch()
    with_settings(database_url=f"sqlite:///{file}")
    assert main(["check"]) == 1
    assert "migrate" in findings(capsys)["database"]
    assert (file.stat().st_size, list(tmp_path.iterdir())) == (0, [file])


def test_check_asks_for_no_secret(sound: Store, tmp_path: Path):
    assert main(["check"]) == 0
    assert not (tmp_path / "data").exists()


def test_check_finds_settings_that_can_not_be_used(with_settings: Set, capsys: pytest.CaptureFixture[str]):
    with_settings(port="eighty")
    assert main(["check"]) == 1
    assert list(findings(capsys)) == ["settings"]


def test_check_finds_a_database_that_was_not_brought_up_to_date(
    with_settings: Set, empty_database_url: str, capsys: pytest.CaptureFixture[str]
):
    migrate(empty_database_url, "0001")
    with_settings(database_url=empty_database_url)
    assert main(["check"]) == 1
    assert "python -m portal migrate" in findings(capsys)["database"]


def test_check_finds_a_database_without_a_town(with_settings: Set, database_url: str, capsys: pytest.CaptureFixture[str]):
    with_settings(database_url=database_url)
    assert main(["check"]) == 1
    assert "python -m portal load" in findings(capsys)["database"]


def test_check_finds_a_postgresql_that_is_too_old(
    sound: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(checkup, "OLDEST_POSTGRESQL", 99)
    assert main(["check"]) == int(not sound.is_sqlite)
    assert ("install 99 or newer" in findings(capsys)["database"]) is not sound.is_sqlite


def test_check_finds_a_redis_that_does_not_answer(
    with_settings: Set, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    with_settings(redis_url=f"redis://:hunter2@localhost:{free_port()}/0")
    main(["check"])
    trouble = findings(capsys)["redis"]
    assert trouble.startswith("it does not answer")
    assert "hunter2" not in trouble
    monkeypatch.setattr(Redis, "ping", lambda _: True)
    main(["check"])
    assert findings(capsys)["redis"] == ""


def test_check_finds_a_town_file_that_was_not_loaded(sound: Store, with_settings: Set, capsys: pytest.CaptureFixture[str]):
    with_settings(town=str(DEMO_TOWN))
    assert main(["check"]) == 1
    assert f"python -m portal load {DEMO_TOWN}" in findings(capsys)["town file"]


def test_check_finds_a_town_file_with_mistakes(with_settings: Set, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "broken.toml").write_text("nonsense")
    with_settings(town=str(tmp_path / "broken.toml"))
    main(["check"])
    assert findings(capsys)["town file"].startswith("broken.toml:1:")


def test_check_finds_pages_that_are_missing_half_drawn_or_old(
    sound: Store, drawn: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    drawn.write_text("an older town")
    assert main(["check"]) == 1
    assert "older than the town" in findings(capsys)["pages"]
    drawn.unlink()
    assert main(["check"]) == 1
    assert "not drawn yet, or not all" in findings(capsys)["pages"]
    drawn.write_text(loaded(sound))
    monkeypatch.setattr(build, "BUILT", drawn.parent / "missing")
    assert main(["check"]) == 1
    assert "not drawn yet, or not all" in findings(capsys)["pages"]


def test_check_finds_that_nobody_knows_where_people_reach_the_portal(
    sound: Store, with_settings: Set, capsys: pytest.CaptureFixture[str]
):
    with_settings(demo="0")
    assert main(["check"]) == 1
    assert "ATRIO_PUBLIC_URL" in findings(capsys)["address"]


def test_check_finds_that_letters_reach_nobody(sound: Store, with_settings: Set, capsys: pytest.CaptureFixture[str]):
    with_settings(demo="0")
    assert main(["check"]) == 1
    assert "ATRIO_SMTP_URL is not set" in findings(capsys)["letters"]


def test_letters_that_could_not_be_delivered_are_found_shown_and_tried_again(sound: Store, capsys: pytest.CaptureFixture[str]):
    [place] = read(sound, next_places, now(), PERMIT, 1)
    promise = write(sound, book_at_once, now(), PERMIT, place.start, ANA, once=key("book"))
    [letter] = write(sound, lease, now() + timedelta(seconds=1), 10)
    write(sound, park, now(), letter, "550")
    assert main(["check"]) == 1
    assert findings(capsys)["letters"] == "1 could not be delivered: python -m portal letters"
    assert main(["letters"]) == 0
    shown = capsys.readouterr().out
    assert f"{promise.reference}  booked by email: 550" in shown
    assert "ana" not in shown.lower()
    assert main(["letters", "--again"]) == 0
    assert main(["check"]) == 0


def test_half_drawn_pages_are_not_served(sound: Store, drawn: Path, capsys: pytest.CaptureFixture[str]):
    drawn.unlink()
    assert main(["serve"]) == 1
    assert "Draw them: python -m portal build" in capsys.readouterr().err


def test_a_database_of_another_version_is_not_served(sound: Store, capsys: pytest.CaptureFixture[str]):
    of_another_version(sound)
    assert main(["serve"]) == 1
    assert "python -m portal migrate" in capsys.readouterr().err


def test_it_is_ready_while_the_database_is_of_this_version_holds_a_town_and_a_worker_was_seen(
    with_settings: Set, database_url: str, store: Store
):
    def status() -> int:
        return asyncio.run(is_ready(Request({"type": "http"}))).status_code

    with_settings(database_url=database_url)
    assert status() == 503
    found(store)
    assert status() == 503
    write(store, worker_lives, now() - timedelta(minutes=2), "gone")
    assert status() == 503
    write(store, worker_lives, now(), "here")
    assert status() == 200
    of_another_version(store)
    assert status() == 503


def test_only_this_machine_reaches_the_port_unless_told_otherwise(with_settings: Set, monkeypatch: pytest.MonkeyPatch):
    bound: list[str] = []

    class Server:
        def __init__(self, _app: str, *, address: str, **_: object):
            bound.append(address)

        def serve(self, **_: object) -> None:
            pass

    monkeypatch.setattr(granian.server, "Server", Server)
    with_settings(demo="0", public_url="https://portal.example.org")
    commands._granian(settings())
    with_settings(listen="0.0.0.0")
    commands._granian(settings())
    assert bound == ["127.0.0.1", "0.0.0.0"]


def test_an_address_that_this_machine_does_not_have_is_not_called_a_port_in_use(
    with_settings: Set, capsys: pytest.CaptureFixture[str]
):
    with_settings(listen="192.0.2.1", demo="force")
    assert main(["run"]) == 1
    assert capsys.readouterr().err == "ATRIO_LISTEN is 192.0.2.1, and this machine has no such address.\n"


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_a_port_in_use_is_refused_with_another_to_try(with_settings: Set, capsys: pytest.CaptureFixture[str], address: str):
    try:
        taken = socket.create_server((address, 0), family=socket.AF_INET6 if ":" in address else socket.AF_INET)
    except OSError:
        pytest.skip(f"This machine has no {address}")
    with closing(taken):
        with_settings(listen=address, port=str(taken.getsockname()[1]))
        assert main(["run"]) == 1
    assert "already in use" in capsys.readouterr().err
    commands.port_is_free(settings())


@pytest.fixture
def no_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """`run` as far as the book is concerned."""
    for step in ("build_site", "say_where", "serve"):
        monkeypatch.setattr(commands, step, lambda _: None)


@pytest.fixture
def older_demo(tmp_path: Path) -> Path:
    older = tmp_path / "older.toml"
    older.write_text(DEMO_TOWN.read_text() + "\n# as it was before\n")
    return older


def test_a_demo_that_came_by_itself_makes_way_for_a_newer_one(no_pages: None, older_demo: Path, tmp_path: Path):
    assert main(["run"]) == 0
    mark = tmp_path / "data" / commands.DEMO_MARK
    assert mark.read_text() == commands.loaded_digest() == digest_of(DEMO_TOWN)
    assert main(["load", str(older_demo)]) == 0
    mark.write_text(commands.loaded_digest())
    assert main(["run"]) == 0
    assert mark.read_text() == commands.loaded_digest() == digest_of(DEMO_TOWN)


def test_a_town_that_somebody_loaded_is_never_replaced_by_the_demo(no_pages: None, older_demo: Path):
    assert main(["run"]) == 0
    assert main(["load", str(older_demo)]) == 0
    assert main(["run"]) == 0
    assert commands.loaded_digest() == digest_of(older_demo)


def test_the_town_that_is_named_is_loaded_again_when_its_file_changed(
    no_pages: None, with_settings: Set, older_demo: Path, tmp_path: Path
):
    with_settings(town=str(older_demo))
    assert main(["run"]) == 0
    older_demo.write_text(DEMO_TOWN.read_text())
    assert main(["run"]) == 0
    assert commands.loaded_digest() == digest_of(DEMO_TOWN)
    assert not (tmp_path / "data" / commands.DEMO_MARK).exists()
