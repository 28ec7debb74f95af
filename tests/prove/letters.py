"""Promise 8: a worker that is killed again and again loses no letter, and copies of a letter are known as one by their Message-ID.

Against a mail server that listens on a socket. The lease is shortened, so that nobody waits minutes for what a killed worker held.
"""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path

from aiosmtpd.controller import Controller
from sqlmodel import Session, select

from booking.outbox import EMAIL, Letter
from booking.promises import Appointment
from booking.references import new_capability
from booking.store import Store, store_of, write
from booking.tidings import BOOKING
from tests.booking.towns import found
from tests.databases import migrated_database
from tests.load.town import COUNTERS, SECRET, fill
from tests.portal.test_worker import MessageIds, undelivered, wait_until_delivered, worker
from tests.prove.outcome import Outcome, unless
from tests.serving import free_port


def proven(kind: str, letters: int = 10_000, kills: int = 50) -> Outcome:
    with tempfile.TemporaryDirectory() as folder, migrated_database(kind, Path(folder)) as url:
        store = Store(url, SECRET.encode())
        found(store, counters=COUNTERS, horizon_days=120)
        keys = set(write(store, wait_to_be_told, datetime.now(UTC), letters))
        taken = _delivered(store, url, Path(folder), letters, kills)
        left = undelivered(store)
        store.close()
    ids, copies = {f"<{key}@example.org>" for key in keys}, taken.total() - len(taken)
    broken = unless(
        every_letter_arrived=ids <= set(taken), nobody_is_told_anything_else=set(taken) <= ids, none_waits_any_more=left == 0
    )
    found_out = (
        f"{letters} letters, the worker killed {kills} times: {len(ids - set(taken))} lost, {copies} copies, each with its "
    )
    return Outcome("8 letters", kind, f"{found_out}letter's own Message-ID", broken)


def _delivered(store: Store, url: str, folder: Path, letters: int, kills: int):
    """How often each Message-ID was taken by the mail server."""
    handler, port = MessageIds(), free_port()
    server = Controller(handler, hostname="127.0.0.1", port=port)
    server.start()
    try:
        for killed in range(1, kills + 1):
            with worker(url, folder, f"smtp://127.0.0.1:{port}") as process:
                wait_until_delivered(store, letters - killed * letters // (kills + 1), seconds=300)
                process.kill()
        with worker(url, folder, f"smtp://127.0.0.1:{port}"):
            wait_until_delivered(store, seconds=300)
    finally:
        server.stop()
    return handler.taken


def wait_to_be_told(session: Session, now: datetime, letters: int) -> list[str]:
    """So many letters about appointments of somebody who can be written to. Their keys."""
    fill(session, now, letters)
    for appointment in session.exec(select(Appointment)):
        capability = new_capability(store_of(session).secret, "appointment")
        appointment.email, appointment.key_salt, appointment.key_hash = "ana@example.org", capability.salt, capability.key_hash
    session.flush()
    rows = [
        Letter(appointment_id=mine, what=BOOKING, channel=EMAIL, written_at=now, due_at=now, useful_until=until)
        for mine, until in session.exec(select(Appointment.id, Appointment.end_at))
    ]
    session.add_all(rows)
    session.flush()
    return [row.key for row in rows]
