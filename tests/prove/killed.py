"""Promise 5: every process of the site is killed (-9) again and again while 32 clients book; no acknowledged promise is lost, and the
site is ready again within five seconds.
"""

from __future__ import annotations

import asyncio
import random
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from itertools import count

from sqlmodel import Session, select

from booking.availability import free_places
from booking.outbox import Letter
from booking.promises import BOOKED, Appointment
from booking.references import fits
from booking.store import read
from tests.booking.towns import PERMIT
from tests.load.line import Line, LineLost
from tests.load.town import VISIT, days_ahead, founded_house, oversold, person
from tests.prove.outcome import Outcome, unless
from tests.serving import House

CLIENTS = 32
APPOINTMENTS = "/api/v1/appointments"
SOONEST, LATEST = 0.1, 1.0  # seconds until it is killed
READY_WITHIN = 5.0

numbers = count()
Promise = tuple[str, str]  # reference, key


def proven(kind: str, kills: int = 50, clients: int = CLIENTS, instead: Sequence[str] = ()) -> Outcome:
    dice, promised, odd, ready_after = random.Random(5), list[Promise](), list[int](), list[float]()
    with founded_house(kind, instead=instead, counters=10) as (house, store):
        starts = iter(read(store, _starts))
        for _ in range(kills):
            ready_after.append(_opened(house))
            _booked_until_killed(house, clients, starts, promised, odd, dice.uniform(SOONEST, LATEST))
        ready_after.append(_opened(house))
        house.__exit__()
        lost, twice = read(store, _lost, promised), oversold(store)
    broken = unless(
        no_promise_lost=lost == 0,
        ready_in_five_seconds=max(ready_after) < READY_WITHIN,
        nothing_sold_twice=twice == 0,
        something_was_promised=len(promised) >= kills,
        no_odd_answer=not odd,
    )
    found = f"killed {kills} times under {clients} clients: {len(promised)} promises acknowledged, {lost} lost, {twice} sold twice; "
    found += f"ready again after {sorted(ready_after)[len(ready_after) // 2]:.1f} s, at most {max(ready_after):.1f} s"
    return Outcome("5 killed", kind, f"{found}{f'; odd answers {odd}' if odd else ''}", broken)


def _opened(house: House) -> float:
    """Seconds until it was ready."""
    begun = time.monotonic()
    house.__enter__()
    return time.monotonic() - begun


def _booked_until_killed(
    house: House, clients: int, starts: Iterator[str], promised: list[Promise], odd: list[int], seconds: float
) -> None:
    """Killed so many seconds after the first promise, however slow the machine is."""
    killer = threading.Timer(seconds, house.kill)
    asyncio.run(_booked(house, clients, starts, promised, odd, killer))
    killer.join()


async def _booked(
    house: House, clients: int, starts: Iterator[str], promised: list[Promise], odd: list[int], killer: threading.Timer
) -> None:
    before = len(promised)

    async def client() -> None:
        async with Line(house.port) as line:
            with suppress(LineLost):
                while True:
                    answer = await line.post(APPOINTMENTS, {**VISIT, "start": next(starts), **person(next(numbers))})
                    if answer.status == 201:
                        promised.append((answer.json["reference"], answer.json["key"]))
                        if len(promised) == before + 1:
                            killer.start()
                    elif answer.status != 409:
                        odd.append(answer.status)

    await asyncio.gather(*(client() for _ in range(clients)))


def _starts(session: Session) -> list[str]:
    """Each start as often as it has places."""
    now = datetime.now(UTC)
    free = free_places(session, now, PERMIT, *days_ahead(now))
    return [each.start.isoformat() for each in free for _ in range(each.places)]


def _lost(session: Session, promised: list[Promise]) -> int:
    """Acknowledged, and not in the book, or nobody will be told."""
    found = {each.reference: each for each in session.exec(select(Appointment).where(Appointment.state == BOOKED))}
    told = set(session.exec(select(Letter.appointment_id)))
    return sum(_is_lost(found.get(reference), key, told) for reference, key in promised)


def _is_lost(appointment: Appointment | None, key: str, told: set[int]) -> bool:
    return appointment is None or not fits(key, appointment.key_hash) or appointment.id not in told
