"""`run` opens a day in the demo town, and the worker each further one; in nothing else than a demonstration of that town."""

import asyncio
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from sqlmodel import col, func, select

from booking.queue import DESK, Wish, draw
from booking.settings import DEMO_TOWN, settings
from booking.store import let_go, read, the_store, write
from booking.tickets import WAITING, Ticket
from portal import commands
from portal.__main__ import main
from portal.page_state import now
from portal.worker import BEGINS_EVERY, Worker
from tests.portal.conftest import Choose
from tests.serving import free_port

SUNDAY_NIGHT = datetime(2026, 11, 29, 3, tzinfo=UTC)


@pytest.fixture
def choose_town(choose: Choose, monkeypatch: pytest.MonkeyPatch) -> Iterator[Choose]:
    """An installation of this test alone, in which `run` comes to the point where it would serve."""
    # `run` sets it for those that it starts: it is unset again afterwards.
    monkeypatch.setenv("ATRIO_DEMO_DAY", "")
    for step in ("build_site", "serve"):
        monkeypatch.setattr(commands, step, lambda _: None)
    choose(limits="on", port=str(free_port()))
    let_go()
    with time_machine.travel(SUNDAY_NIGHT):
        yield choose
    let_go()


def waiting() -> int:
    return read(
        the_store(), lambda session: session.exec(select(func.count(col(Ticket.id))).where(Ticket.state == WAITING)).one()
    )


def gives_number() -> None:
    write(the_store(), draw, now(), Wish("pacos", "parking-permit", "pt", channel=DESK), once="somebody's wish")


def test_a_first_start_opens_a_day_and_says_where_to_look(choose_town: Choose, capsys: pytest.CaptureFixture[str]):
    assert main(["run"]) == 0
    assert waiting() >= 10
    gives_number()
    said = capsys.readouterr().out
    for page in ("/pt/desk/counter/", "/pt/display/?at=pacos"):
        assert f" {settings().address}{page}\n" in said


def test_those_that_it_starts_know_it(choose_town: Choose):
    assert main(["run"]) == 0
    assert os.environ["ATRIO_DEMO_DAY"] == "on"


def test_a_second_start_adds_nobody(choose_town: Choose):
    assert main(["run"]) == 0
    before = waiting()
    assert main(["run"]) == 0
    assert waiting() == before


@pytest.mark.parametrize("wish", [{"demo": "0"}, {"demo_day": "off"}])
def test_where_it_is_no_demonstration_or_not_wanted_nobody_comes(choose_town: Choose, wish: dict[str, str]):
    choose_town(**wish)
    assert main(["run"]) == 0
    assert waiting() == 0
    assert os.environ["ATRIO_DEMO_DAY"] != "on"


def test_in_a_demonstration_of_another_town_nobody_comes(choose_town: Choose, tmp_path: Path):
    another = tmp_path / "another.toml"
    another.write_text(DEMO_TOWN.read_text() + "\n# another town\n")
    choose_town(town=str(another), demo="1")
    assert main(["run"]) == 0
    assert waiting() == 0


def test_the_worker_begins_each_further_day(choose_town: Choose):
    assert main(["run"]) == 0
    first, worker = waiting(), Worker()
    asyncio.run(worker._begin_demo_day())
    assert waiting() == first
    with time_machine.travel(SUNDAY_NIGHT + timedelta(hours=21, seconds=30)):
        asyncio.run(worker._begin_demo_day())
        tickets = select(Ticket.day).where(Ticket.state == WAITING).distinct()
        assert read(the_store(), lambda session: session.exec(tickets).all()) == [datetime(2026, 11, 30).date()]


def test_the_worker_looks_no_more_often_than_it_must(choose_town: Choose, monkeypatch: pytest.MonkeyPatch):
    assert main(["run"]) == 0
    worker, looked = Worker(), []
    monkeypatch.setattr("portal.worker.day_is_due", lambda _session, at: bool(looked.append(at)))
    for moment in (SUNDAY_NIGHT, SUNDAY_NIGHT + BEGINS_EVERY / 2, SUNDAY_NIGHT + BEGINS_EVERY):
        with time_machine.travel(moment, tick=False):
            asyncio.run(worker._begin_demo_day())
    assert len(looked) == 2


def test_the_worker_of_a_real_installation_begins_none(choose_town: Choose):
    choose_town(demo="0")
    assert main(["run"]) == 0
    asyncio.run(Worker()._begin_demo_day())
    assert waiting() == 0
