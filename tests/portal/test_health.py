"""/healthz and /readyz tell the truth: while everybody books, while the database is away, and as soon as it is back."""

import asyncio
import socket
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import httpx
import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from booking import store as store_module
from booking.outbox import worker_lives
from booking.store import Store, read, write
from portal import patience
from portal.doors import doors
from portal.metrics import Measured
from portal.page_state import now
from portal.patience import Look
from tests import databases
from tests.booking.towns import NINE, minutes
from tests.portal.test_api import ANA, VISIT
from tests.portal.test_metrics import client, figure

SOON, BACK_WITHIN = 2.0, 5.0  # seconds
CLIENTS, SECONDS = 12, 2.0
Client = httpx.AsyncClient


@pytest.fixture
def at_work(town: Store) -> Store:
    """A town whose worker was seen a moment ago."""
    write(town, worker_lives, now(), "here")
    return town


def asking() -> Client:
    transport = httpx.ASGITransport(Measured(doors), raise_app_exceptions=False, client=("127.0.0.1", 1))
    return Client(transport=transport, base_url="http://localhost", timeout=30)


async def books(client: Client, number: int) -> int:
    """One of a crowd, who all want the same day."""
    start = (NINE + minutes(20 * (number % 24))).isoformat()
    return (await client.post("/api/v1/appointments", json={**VISIT, "start": start, **ANA})).status_code


async def crowd(client: Client, until: Callable[[], bool]) -> Counter[int]:
    """What they are answered."""
    said: Counter[int] = Counter()

    async def one(number: int) -> None:
        while not until():
            said[await books(client, number)] += 1
            number += CLIENTS

    await asyncio.gather(*map(one, range(CLIENTS)))
    return said


async def timed(answer: Awaitable[httpx.Response]) -> tuple[int, float]:
    begun = time.monotonic()
    return (await answer).status_code, time.monotonic() - begun


def test_both_answer_at_once_while_everybody_books(at_work: Store):
    async def look() -> tuple[Counter[int], list[tuple[int, float]]]:
        end = time.monotonic() + SECONDS
        async with asking() as client:
            booking = asyncio.create_task(crowd(client, lambda: time.monotonic() > end))
            looks = []
            while time.monotonic() < end:
                looks += [await timed(client.get(path)) for path in ("/healthz", "/readyz")]
                await asyncio.sleep(0.05)
            return await booking, looks

    said, looks = asyncio.run(look())
    assert said[201] > 10
    assert set(said) <= {201, 409}
    assert {status for status, _ in looks} == {200}
    assert max(seconds for _, seconds in looks) < SOON


def test_while_the_database_is_away_it_is_said_plainly_and_when_it_is_back_all_goes_on(at_work: Store, database_url: str):
    if at_work.is_sqlite:  # a file of this machine
        return

    async def look() -> Counter[int]:
        is_over = False
        async with asking() as client:
            booking = asyncio.create_task(crowd(client, lambda: is_over))
            assert await timed_status(client, "/readyz") == 200
            with databases.postgres().away(database_url):
                for _ in range(5):
                    assert await timed_status(client, "/healthz") == 200
                    assert await timed_status(client, "/readyz") == 503
                    refused = await client.get("/api/v1/services")
                    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
                    assert refused.headers["content-type"] == "application/problem+json"
                    assert int(refused.headers["retry-after"]) >= 1
                    assert "atrio_database_up 0.0" in (await client.get("/metrics")).text
                    await asyncio.sleep(0.1)
            back = time.monotonic()
            while await timed_status(client, "/readyz") != 200 or (await client.get("/api/v1/services")).status_code != 200:
                assert time.monotonic() - back < BACK_WITHIN
            is_over = True
            return await booking

    said = asyncio.run(look())
    assert set(said) <= {201, 409, 503}
    assert said[503] > 0
    assert said[201] + said[409] > 0


def test_whoever_asks_first_after_the_database_was_away_does_not_notice(at_work: Store, database_url: str):
    if at_work.is_sqlite:
        return

    async def look() -> tuple[int, int]:
        async with asking() as client:
            assert await timed_status(client, "/readyz") == 200
            with databases.postgres().away(database_url):
                pass
            return await timed_status(client, "/readyz"), await books(client, 0)

    assert asyncio.run(look()) == (200, 201)


async def timed_status(client: Client, path: str) -> int:
    status, seconds = await timed(client.get(path))
    assert seconds < SOON
    return status


def test_no_promise_is_kept_by_half_when_the_database_goes_away_meanwhile(at_work: Store, database_url: str):
    """Whatever was answered 201 is there afterwards."""
    if at_work.is_sqlite:
        return

    async def look() -> tuple[int, int]:
        over: list[bool] = []
        async with asking() as client:
            booking = asyncio.create_task(crowd(client, lambda: bool(over)))
            await asyncio.sleep(0.3)
            for _ in range(3):
                with databases.postgres().away(database_url):
                    await asyncio.sleep(0.1)
                await asyncio.sleep(0.3)
            over.append(True)
            said = await booking
            known = figure(await text(client), 'atrio_appointment_changes_total{what="booked"}')
            seated = figure(await text(client), 'atrio_appointments{state="booked"}')
        assert known == seated
        return said[201], int(known)

    acknowledged, known = asyncio.run(look())
    # One whose commit went through while the line broke was told 503, and is there all the same.
    assert acknowledged <= known


async def text(client: Client) -> str:
    return (await client.get("/metrics")).text


def test_not_seen_is_not_ready_and_is_noted(at_work: Store):
    write(at_work, lambda session: session.connection().exec_driver_sql("DELETE FROM worker_seen"))
    with client("127.0.0.1") as here:
        assert here.get("/readyz").status_code == 503
        assert here.get("/healthz").status_code == 200
        assert "atrio_worker_last_seen_seconds +Inf" in here.get("/metrics").text


# A database that neither answers nor refuses


@contextmanager
def silence() -> Iterator[tuple[Callable[..., str], list[int]]]:
    """A question that isn't answered before the block ends, and how often it was asked."""
    heard, asked = threading.Event(), []

    def verb(_session: Session, _now: object) -> str:
        asked.append(1)
        heard.wait(10)
        return "at last"

    try:
        yield verb, asked
    finally:
        heard.set()


def test_a_server_that_lets_us_in_and_says_nothing_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(store_module.POSTGRESQL_PATIENCE, "connect_timeout", 2)  # the least that libpq takes
    with socket.create_server(("127.0.0.1", 0)) as silent:
        store = Store(f"postgresql+psycopg://atrio@127.0.0.1:{silent.getsockname()[1]}/atrio", b"")
        begun = time.monotonic()
        with pytest.raises(OperationalError, match="timeout"):
            read(store, lambda session: session.connection())
        assert time.monotonic() - begun < 4
        store.close()


@pytest.mark.parametrize("alone", [True, False])
def test_whoever_asks_in_vain_is_told_so_soon_and_occupies_one_thread_however_often(
    town: Store, monkeypatch: pytest.MonkeyPatch, alone: bool
):
    """Control: were each to ask anew, every thread would soon wait."""
    monkeypatch.setattr(patience, "PATIENCE", 0.2)

    async def ask(verb: Callable[..., str]) -> None:
        look = Look(verb)
        for _ in range(3):
            with pytest.raises(TimeoutError):
                await (look if alone else Look(verb)).answer()

    with silence() as (verb, asked):
        begun = time.monotonic()
        loop = asyncio.new_event_loop()
        loop.run_until_complete(ask(verb))
        assert time.monotonic() - begun < 2
        assert len(asked) == (1 if alone else 3)
    loop.run_until_complete(asyncio.sleep(0.2))
    loop.close()


def test_what_went_wrong_is_told_to_everybody_who_waited_and_not_to_the_next(town: Store):
    answers: list[Exception | str] = [OperationalError("", {}, Exception("gone")), "well"]

    def verb(_session: Session, _now: object) -> str:
        time.sleep(0.1)
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def ask() -> list[object]:
        look = Look(verb)
        first = await asyncio.gather(look.answer(), look.answer(), return_exceptions=True)
        return [*map(type, first), await look.answer()]

    assert asyncio.run(ask()) == [OperationalError, OperationalError, "well"]
