"""What a database alone can bear under the same guarantee: the same tables, indexes and guards, and as little else as possible.

One transaction locks the location's page, then writes an appointment and its seat, which the database refuses when it overlaps
another. No framework, no HTTP, no letters, no idempotency; threads of one process with a connection each.
"""

from __future__ import annotations

import random
import sqlite3
import threading
from contextlib import closing, nullcontext
from datetime import UTC, datetime, timedelta
from secrets import token_hex
from uuid import uuid4

import psycopg
from sqlalchemy import make_url
from sqlmodel import Session, select

from booking.availability import free_places
from booking.catalogue import Counter
from booking.interval import minute_of
from booking.promises import Seat
from booking.store import Store, read
from tests.booking.towns import PERMIT
from tests.load.timing import Timing
from tests.load.town import days_ahead

TURN = "UPDATE book SET version = version + 1 WHERE location = 'pacos'"
APPOINTMENT = """INSERT INTO appointment (reference, key_salt, key_hash, state, services, location, mode, people, channel,
    start_at, end_at, name, contact, language, needs, sequence, calendar_uid, created_at) VALUES (?, '', '', 'booked',
    '["parking-permit"]', 'pacos', 'in_person', 1, 'online', ?, ?, 'Somebody', '', 'pt', '[]', 0, ?, ?) RETURNING id"""
SEAT = "INSERT INTO seat (location, counter_id, start_minute, end_minute, appointment_id) VALUES ('pacos', ?, ?, ?, ?)"

Place = tuple[int, datetime]


def booked(store: Store, clients: int, seconds: float) -> Timing:
    """So many threads book one free place after the other, until the time is over or none is left."""
    places, timings, over = iter(read(store, _free)), [Timing() for _ in range(clients)], threading.Event()
    turn = threading.Lock() if store.is_sqlite else nullcontext()  # SQLite has one writer

    def client(timing: Timing) -> None:
        with closing(_connection(store)) as connection:
            while not over.is_set() and (place := next(places, None)):
                with timing.one(), turn:
                    _book(connection, *place)

    threads = [threading.Thread(target=client, args=(timing,)) for timing in timings]
    together = Timing()
    with together.all():
        for thread in threads:
            thread.start()
        time_is_over = threading.Timer(seconds, over.set)
        time_is_over.start()
        for thread in threads:
            thread.join()
        time_is_over.cancel()
    together.seconds = [each for timing in timings for each in timing.seconds]
    return together


class _Sqlite:
    def __init__(self, store: Store):
        self._connection = sqlite3.connect(str(make_url(store.engine.url).database), timeout=20, isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            self._connection.execute(f"PRAGMA {pragma}")
        self.close = self._connection.close

    def begin(self) -> None:
        self._connection.execute("BEGIN IMMEDIATE")

    def run(self, statement: str, *values: object) -> int:
        found = self._connection.execute(statement, values).fetchone()
        return found[0] if found else 0

    def commit(self) -> None:
        self._connection.execute("COMMIT")


class _Postgresql:
    def __init__(self, store: Store):
        self._connection = psycopg.connect(make_url(store.engine.url).set(drivername="postgresql").render_as_string(False))
        self.close = self._connection.close
        self.commit = self._connection.commit

    def begin(self) -> None:
        """The driver does it with the first statement."""

    def run(self, statement: str, *values: object) -> int:
        cursor = self._connection.execute(statement.replace("?", "%s"), values)  # type: ignore[arg-type]
        found = cursor.fetchone() if cursor.description else None
        return found[0] if found else 0


def _connection(store: Store) -> _Sqlite | _Postgresql:
    return _Sqlite(store) if store.is_sqlite else _Postgresql(store)


def _book(connection: _Sqlite | _Postgresql, counter: int, start: datetime) -> None:
    minute, naive = minute_of(start), start.replace(tzinfo=None)
    when = (naive, naive + timedelta(minutes=20)) if isinstance(connection, _Sqlite) else (start, start + timedelta(minutes=20))
    connection.begin()
    connection.run(TURN)
    mine = connection.run(APPOINTMENT, f"VC-{token_hex(8)}", *map(str, when), str(uuid4()), str(when[0]))
    connection.run(SEAT, counter, minute, minute + 20, mine)
    connection.commit()


def _free(session: Session) -> list[Place]:
    """Every place that is left, shuffled. All visits begin on the same steps."""
    now = datetime.now(UTC)
    counters = session.exec(select(Counter.id).where(Counter.location == PERMIT.location)).all()
    taken = set(session.exec(select(Seat.counter_id, Seat.start_minute)).all())
    starts = [each.start for each in free_places(session, now, PERMIT, *days_ahead(now))]
    places = [
        (counter, start) for start in starts for counter in counters if counter and (counter, minute_of(start)) not in taken
    ]
    random.Random(3).shuffle(places)
    return places
