"""The town that all are measured with: ten counters, one service of twenty minutes, Monday to Friday from nine to five, 5,000
bookings over 90 days. Made for the days ahead of today, since a served town lives by the clock on the wall.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from secrets import token_hex
from typing import Any
from uuid import uuid4

from sqlalchemy import insert, text
from sqlmodel import Session, col, select

from booking.availability import free_places
from booking.catalogue import Counter
from booking.interval import minute_of
from booking.promises import Appointment, Book, Seat
from booking.store import Store, reading, write
from tests.booking.towns import PERMIT, found
from tests.databases import migrated_database
from tests.serving import House

SECRET = "a secret that only tests know, and nobody else"
DAYS, COUNTERS, BOOKINGS = 90, 10, 5_000
VISIT = {"services": list(PERMIT.services), "location": PERMIT.location}
SLOTS = f"/api/v1/slots?service={PERMIT.services[0]}&location={PERMIT.location}"


@contextmanager
def founded_house(kind: str, *, bookings: int = 0, instead: Sequence[str] = (), **how: Any) -> Iterator[tuple[House, Store]]:
    """A town founded in an empty database of this `kind`, not yet open, and its book. `how` is what `found` takes."""
    with tempfile.TemporaryDirectory() as folder, migrated_database(kind, Path(folder)) as url:
        store = Store(url, SECRET.encode())
        found(store, **{"horizon_days": 120, **how})
        if bookings:
            write(store, fill, datetime.now(UTC), bookings)
        try:
            yield House(Path(folder), instead, database_url=url, secret=SECRET), store
        finally:
            store.close()


def fill(session: Session, now: datetime, bookings: int) -> None:
    """So many appointments at random, written as rows: nobody is told of them."""
    counters = session.exec(select(Counter.id).where(Counter.location == PERMIT.location)).all()
    starts = [place.start for place in free_places(session, now, PERMIT, *days_ahead(now))]
    taken = random.Random(5).sample([(counter, start) for start in starts for counter in counters], bookings)
    session.execute(insert(Appointment), [_appointment(now, start) for _, start in taken])
    ids = session.exec(select(Appointment.id).order_by(col(Appointment.id).desc()).limit(bookings)).all()
    seats = [
        _seat(counter, start) | {"appointment_id": mine} for (counter, start), mine in zip(taken, reversed(ids), strict=True)
    ]
    session.execute(insert(Seat), seats)
    session.add(Book(location=PERMIT.location))


def days_ahead(now: datetime) -> tuple[date, date]:
    """Tomorrow and the day that ends `DAYS` days."""
    return now.date() + timedelta(days=1), now.date() + timedelta(days=DAYS)


def slots_path(days: tuple[date, date]) -> str:
    return f"{SLOTS}&from={days[0]}&to={days[1]}"


def person(name: object) -> dict[str, str]:
    """Somebody who never came before."""
    return {"name": f"Client {name}", "email": f"client-{name}@example.org", "language": "pt"}


def oversold(store: Store) -> int:
    """Pairs of seats of one counter that overlap, and appointments in force without a seat of their own: told by plain SQL."""
    pairs = """SELECT count(*) FROM seat a JOIN seat b ON a.counter_id = b.counter_id AND a.id < b.id
        AND a.start_minute < b.end_minute AND b.start_minute < a.end_minute"""
    unseated = """SELECT count(*) FROM appointment a WHERE a.state = 'booked'
        AND (SELECT count(*) FROM seat s WHERE s.appointment_id = a.id) <> 1"""
    with reading(store) as session:
        return sum(session.connection().execute(text(query)).scalar_one() for query in (pairs, unseated))


def _appointment(now: datetime, start: datetime) -> dict[str, object]:
    return {
        "reference": f"VC-{token_hex(8)}",
        "key_salt": "",
        "key_hash": "",
        "state": "booked",
        "services": PERMIT.services,
        "location": PERMIT.location,
        "mode": PERMIT.mode,
        "people": 1,
        "channel": "online",
        "start_at": start,
        "end_at": start + timedelta(minutes=20),
        "name": "Somebody",
        "language": "pt",
        "needs": (),
        "sequence": 0,
        "calendar_uid": str(uuid4()),
        "created_at": now,
    }


def _seat(counter: int | None, start: datetime) -> dict[str, object]:
    minute = minute_of(start)
    return {"location": PERMIT.location, "counter_id": counter, "start_minute": minute, "end_minute": minute + 20}
