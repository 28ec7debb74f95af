"""Another program beside ours: django-appointment 3.12 with the same town, asked and booked over HTTP by the same clients.

It lives in an environment of its own under `.bench/`, which git doesn't know. Its clients are signed in already (ours never
are), its letters go nowhere, and it has two processes where ours has one.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from itertools import cycle, product
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

from sqlalchemy import create_engine, make_url, text

from tests import databases
from tests.bench.measured import Measured
from tests.load.crowd import all_at_once, crowd
from tests.load.line import Line
from tests.load.memory import peak_megabytes
from tests.load.timing import Timing
from tests.load.town import BOOKINGS, days_ahead
from tests.serving import free_port, group, wait_for

NAME = "django-appointment 3.12"
NEEDS = ["django-appointment==3.12.*", "psycopg[binary]", "gunicorn"]
PLACE = Path(".bench/peer")
CLIENTS, READERS, LOOKING, BOOKING, RACES = 32, 8, 5.0, 10.0, 10  # as many, and as long, as ours
TWICE = """SELECT coalesce(sum(more), 0) FROM (SELECT count(*) - 1 AS more FROM appointment_appointment a
    JOIN appointment_appointmentrequest r ON r.id = a.appointment_request_id
    GROUP BY r.staff_member_id, r.date, r.start_time HAVING count(*) > 1) AS twice"""

Slot = tuple[int, date, str]  # who serves, on which day, from when ("09:20:00")


class Peer(NamedTuple):
    """It is being served: where, to whom signed in, and the processes."""

    port: int
    sessions: list[str]
    service: int
    staff: list[int]
    process: int

    def lines(self, count: int) -> list[Line]:
        return [
            Line(self.port, {"X-Requested-With": "XMLHttpRequest", "Cookie": f"sessionid={each}"})
            for each in self.sessions[:count]
        ]


def figures(kinds: list[str]) -> list[Measured]:
    """[] when it can't be installed, which is then said in one line."""
    if why_not := _why_not_installed():
        print(f"{NAME} could not be installed, so there is nothing to compare with: {why_not}", flush=True)
        return []
    return [_measured(kind) for kind in kinds]


def _why_not_installed() -> str:
    if (PLACE / "installed").exists():
        return ""
    for command in ([sys.executable, "-m", "venv", PLACE], [PLACE / "bin/pip", "install", "-q", *NEEDS]):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            return next(iter(done.stderr.strip().splitlines()[-1:]), "no reason was given")
    (PLACE / "installed").touch()
    return ""


def _measured(kind: str) -> Measured:
    first, last = days_ahead(datetime.now(UTC))
    weekdays = [day for day in _days(first, last) if day.weekday() < 5]
    with tempfile.TemporaryDirectory() as folder, databases.empty_database(kind, Path(folder)) as url:
        with _served(url, Path(folder), first, last) as peer:
            day, days = _looked(peer, weekdays[-1:]), _looked(peer, weekdays)
            free = _free_slots(peer, weekdays)
            _raced(peer, free[:RACES])
            booking = _booked(peer, free[RACES:])
            megabytes = peak_megabytes(group(peer.process))
        return Measured(f"{NAME}, {kind}", booking, day, days, _sold_twice(url), megabytes)


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


@contextmanager
def _served(url: str, folder: Path, first: date, last: date) -> Iterator[Peer]:
    environment = {**os.environ, "PEER_DATABASE": json.dumps(_as_django(url)), "PYTHONPATH": str(Path(__file__).parent)}
    python, port = (PLACE / "bin/python").absolute(), free_port()
    fill = [python, "-m", "peer_site.fill", str(first), str(last), str(BOOKINGS), str(CLIENTS)]
    filled = json.loads(subprocess.run(fill, env=environment, check=True, stdout=subprocess.PIPE).stdout.splitlines()[-1])
    serve = [python, "-m", "gunicorn", "-w", "2", "--threads", "16", "-b", f"127.0.0.1:{port}", "--keep-alive", "60"]
    environment["DJANGO_SETTINGS_MODULE"] = "peer_site.settings"
    with (folder / "peer.log").open("w") as log:
        command = [*serve, "django.core.wsgi:get_wsgi_application()"]
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        wait_for(port)
        yield Peer(port, filled["sessions"], filled["service"], filled["staff"], server.pid)
    finally:
        server.terminate()
        server.wait(20)


def _as_django(url: str) -> dict[str, Any]:
    """The writer's transactions begin at once and wait for each other, as is advised for SQLite."""
    parts = make_url(url)
    if parts.get_backend_name() == "sqlite":
        first = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
        options = {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": first}
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": parts.database, "OPTIONS": options}
    where = {"HOST": parts.query.get("host") or parts.host or "", "PORT": parts.port or "", "CONN_MAX_AGE": 60}
    who = {"USER": parts.username or "", "PASSWORD": parts.password or ""}
    return {"ENGINE": "django.db.backends.postgresql", "NAME": parts.database, **where, **who}


def _looked(peer: Peer, days: list[date]) -> float:
    """Answers in a second. It is asked for each of the staff and each day, so one answer takes as many requests."""
    asked = cycle(list(product(peer.staff, days)))

    async def look(line: Line) -> bool:
        await _slots(line, peer, *next(asked))
        return True

    return crowd(peer.lines(READERS), LOOKING, look).rate / (len(peer.staff) * len(days))


def _free_slots(peer: Peer, days: list[date]) -> list[Slot]:
    """Enough of them, shuffled."""
    found: list[Slot] = []
    wanted = random.Random(7).sample(list(product(peer.staff, days)), 150)
    asked = iter(wanted)

    async def look(line: Line) -> bool:
        clerk, day = next(asked, (0, None))
        if day:
            found.extend((clerk, day, start.partition("T")[2]) for start in await _slots(line, peer, clerk, day))
        return day is not None

    crowd(peer.lines(READERS), 60, look)
    random.Random(1).shuffle(found)
    return found


async def _slots(line: Line, peer: Peer, clerk: int, day: date) -> list[str]:
    asked = urlencode({"selected_date": day.isoformat(), "staff_member": clerk, "service_id": peer.service})
    answer = await line.get(f"/ajax/available_slots/?{asked}")
    assert answer.status == 200, answer
    return [slot[0] for slot in answer.json["available_slots"]]


def _raced(peer: Peer, slots: list[Slot]) -> None:
    for slot in slots:

        async def book(line: Line, slot: Slot = slot) -> bool:
            return await _book(line, peer, slot)

        all_at_once(peer.lines(CLIENTS), [book] * CLIENTS)


def _booked(peer: Peer, slots: list[Slot]) -> Timing:
    following = iter(slots)

    async def book(line: Line) -> bool:
        assert await _book(line, peer, next(following))
        return True

    return crowd(peer.lines(CLIENTS), BOOKING, book)


async def _book(line: Line, peer: Peer, slot: Slot) -> bool:
    """As its pages do: first the time, then who comes."""
    clerk, day, start = slot
    end = (datetime.combine(day, time.fromisoformat(start)) + timedelta(minutes=20)).time()
    wish = {
        "date": str(day),
        "start_time": start,
        "end_time": str(end),
        "service": str(peer.service),
        "staff_member": str(clerk),
    }
    chosen = await line.post_form("/request-submit/", wish)
    if chosen.status != 302:
        return False
    who = {"name": "Ana Lopes", "phone_0": "PT", "phone_1": "912345678", "address": "Vila Clara"}
    person = {**who, "additional_info": "", "payment_type": "full"}
    return (await line.post_form(chosen.headers["location"], person)).status == 302


def _sold_twice(url: str) -> int:
    engine = create_engine(url)
    with engine.connect() as connection:
        twice = int(connection.execute(text(TWICE)).scalar_one())
    engine.dispose()
    return twice
