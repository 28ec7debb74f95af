"""Real workers, really killed: every letter reaches a real mail server, and copies of one letter are known as one."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.parser import BytesHeaderParser
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from sqlmodel import select

from booking.appointments import book_at_once
from booking.availability import next_places
from booking.outbox import DELIVERED, Letter
from booking.store import Store, read, write
from tests.booking.towns import ANA, PERMIT, found, key
from tests.serving import free_port

COUNTERS, LETTERS = 24, 120
# With a lease that ends soon, so that the test needn't wait for what a killed worker had taken.
WORKER = """
from datetime import timedelta
from booking import outbox
outbox.LEASE = timedelta(seconds=2)
from portal.__main__ import main
main(["worker"])
"""


class MessageIds:
    """A mail server that remembers which letters it took."""

    def __init__(self) -> None:
        self.taken: Counter[str] = Counter()

    async def handle_DATA(self, _server, _session, envelope) -> str:
        self.taken[str(BytesHeaderParser().parsebytes(envelope.content)["Message-ID"])] += 1
        return "250 OK"


@pytest.fixture
def mail_server() -> Iterator[tuple[MessageIds, str]]:
    handler, port = MessageIds(), free_port()
    server = Controller(handler, hostname="127.0.0.1", port=port)
    server.start()
    try:
        yield handler, f"smtp://127.0.0.1:{port}"
    finally:
        server.stop()


@pytest.fixture
def promised(store: Store) -> list[str]:
    """The keys of so many letters that wait."""
    found(store, counters=COUNTERS, reminder_minutes=())
    now = datetime.now(UTC)
    starts = [place.start for place in read(store, next_places, now, PERMIT, LETTERS // COUNTERS)]
    for number in range(LETTERS):
        write(store, book_at_once, now, PERMIT, starts[number // COUNTERS], ANA, once=key(number))
    return read(store, lambda session: list(session.exec(select(Letter.key))))


@contextmanager
def worker(database_url: str, data: Path, smtp_url: str) -> Iterator[subprocess.Popen]:
    others = {name: value for name, value in os.environ.items() if not name.startswith("ATRIO_")}
    chosen = {
        "ATRIO_ENV_FILE": os.devnull,
        "ATRIO_DATA": str(data),
        "ATRIO_DATABASE_URL": database_url,
        "ATRIO_SMTP_URL": smtp_url,
        "ATRIO_SECRET": "a secret that only tests know, and nobody else",
    }
    process = subprocess.Popen([sys.executable, "-c", WORKER], env=others | chosen)
    try:
        yield process
    finally:
        process.terminate()
        assert process.wait(20) in (0, -signal.SIGKILL)


def undelivered(store: Store) -> int:
    waiting = select(Letter.id).where(Letter.outcome != DELIVERED)
    return len(read(store, lambda session: session.exec(waiting).all()))


def wait_until_delivered(store: Store, left: int = 0, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while undelivered(store) > left:
        assert time.monotonic() < deadline, f"{undelivered(store)} letters still wait"
        time.sleep(0.05)


def test_no_letter_is_lost_when_workers_are_killed(
    store: Store, database_url: str, promised: list[str], mail_server: tuple[MessageIds, str], tmp_path: Path
):
    handler, smtp_url = mail_server
    for round_ in range(1, 4):
        with worker(database_url, tmp_path, smtp_url) as process:
            wait_until_delivered(store, LETTERS - round_ * LETTERS // 4)
            process.kill()
    with worker(database_url, tmp_path, smtp_url):
        wait_until_delivered(store)
    assert set(handler.taken) == {f"<{letter}@example.org>" for letter in promised}


def test_two_workers_share_the_work_and_send_nothing_twice(
    store: Store, database_url: str, promised: list[str], mail_server: tuple[MessageIds, str], tmp_path: Path
):
    handler, smtp_url = mail_server
    with worker(database_url, tmp_path, smtp_url), worker(database_url, tmp_path, smtp_url):
        wait_until_delivered(store)
    assert sum(handler.taken.values()) == LETTERS == len(handler.taken)


def test_a_lease_that_nobody_keeps_would_send_letters_twice(
    store: Store, database_url: str, promised: list[str], mail_server: tuple[MessageIds, str], tmp_path: Path
):
    """Control: the count above does notice a letter that is sent twice."""
    handler, smtp_url = mail_server
    with worker(database_url, tmp_path, smtp_url):
        wait_until_delivered(store)
    write(store, _as_if_never_leased)
    with worker(database_url, tmp_path, smtp_url):
        wait_until_delivered(store)
    assert sum(handler.taken.values()) == LETTERS + 1


def _as_if_never_leased(session) -> None:
    letter = session.exec(select(Letter)).first()
    letter.outcome, letter.settled_at, letter.leased_until = "", None, None
