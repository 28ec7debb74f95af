"""Promise 3: many kiosks draw and many counters call at the same time: no number is doubled or left out, nobody is called twice or
skipped. Over REST; every tenth touch arrives twice, at the same moment.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import uuid4

from sqlmodel import select

from booking.catalogue import OpeningRow, StaffMember
from booking.store import Store, read, write
from booking.tickets import Ticket
from kiosk.device import new_device
from portal.identity.api_tokens import new_token
from tests.booking.towns import amend
from tests.load.line import Answer, Line
from tests.load.town import founded_house
from tests.prove.outcome import Outcome, unless
from tests.serving import House

WISH = {"location": "pacos", "service": "parking-permit", "language": "pt"}
KIOSKS, COUNTERS = 32, 20
CLERKS = tuple(f"clerk-{number}" for number in range(1, COUNTERS + 1))
REST_OF_A_COUNTER = 0.02  # seconds, when nobody waits


def proven(kind: str, tickets: int = 10_000, instead: Sequence[str] = ("tests.load.rest",), before: str = "") -> Outcome:
    """`before`: SQL that takes the database's own guard away."""
    with founded_house(kind, instead=instead, counters=COUNTERS) as (house, store):
        devices, clerks = _people(store)
        if before:
            write(store, lambda session: session.connection().exec_driver_sql(before))
        with house:
            drawn, took, called, odd = asyncio.run(_run(house, devices, clerks, tickets))
        numbers = sorted(read(store, lambda session: session.exec(select(Ticket.number)).all()))
    told = sorted(int(number.split()[1]) for number in drawn)
    broken = unless(
        no_number_doubled_or_left_out=numbers == told == list(range(1, tickets + 1)),
        nobody_called_twice=len(called) == len(set(called)),
        nobody_skipped=set(called) == set(drawn),
        no_other_answer=not odd,
    )
    took.sort()
    found = f"{len(drawn)} tickets by {KIOSKS} kiosks, {len(called)} calls to {COUNTERS} counters: {len(called) - len(set(called))} called "
    found += f"twice, {len(set(drawn) - set(called))} skipped; touch to number {took[len(took) // 2]:.3f} s, "
    found += f"p99 {took[int(0.99 * len(took))]:.3f} s, at most {took[-1]:.3f} s{f'; odd answers {odd[:3]}' if odd else ''}"
    return Outcome("3 the line", kind, found, broken)


def _people(store: Store) -> tuple[list[str], list[str]]:
    """Open at any hour, with a token for each kiosk and for whoever sits at each counter."""
    now = datetime.now(UTC)
    midnight, last = datetime.min.time(), datetime.max.time().replace(second=0, microsecond=0)
    amend(
        store,
        OpeningRow(location="pacos", weekdays=tuple(range(7)), opens=midnight, closes=last),
        *(
            StaffMember(
                slug=each,
                position=nth,
                name=each,
                email=f"{each}@example.org",
                counters=(),
                skills=("streets",),
                roles=("clerk",),
            )
            for nth, each in enumerate(CLERKS)
        ),
    )
    devices = [write(store, new_device, now, "pacos") for _ in range(KIOSKS)]
    return devices, [write(store, new_token, now, each) for each in CLERKS]


async def _run(
    house: House, devices: list[str], clerks: list[str], tickets: int
) -> tuple[list[str], list[float], list[str], list[Any]]:
    drawn: list[str] = []
    took: list[float] = []
    called: list[str] = []
    odd: list[Any] = []
    numbers = count()

    async def kiosk(device: str) -> None:
        async with Line(house.port) as line, Line(house.port) as again:
            while (number := next(numbers)) < tickets:
                key, begun = str(uuid4()), time.monotonic()
                twice = [again.post("/api/v1/tickets", WISH, key, device)] if number % 10 == 0 else []
                answers = await asyncio.gather(line.post("/api/v1/tickets", WISH, key, device), *twice)
                took.append(time.monotonic() - begun)
                odd.extend(_strange(answers, 201))
                if answers[0].status == 201:
                    drawn.append(answers[0].json["number"])

    async def counter(number: int, is_over: asyncio.Event) -> None:
        address, clerk = f"/api/v1/counters/pacos-{number}", clerks[number - 1]
        async with Line(house.port) as line:
            while True:
                was_over = is_over.is_set()
                answer = await line.post(f"{address}/call", {}, str(uuid4()), clerk)
                if answer.status == 204:
                    if was_over:
                        return
                    await asyncio.sleep(REST_OF_A_COUNTER)
                    continue
                odd.extend(_strange([answer], 200))
                # Where nobody looks who is called already, it would never end.
                if answer.status != 200 or len(called) > 2 * tickets:
                    return
                called.append(answer.json["number"])
                odd.extend(_strange([await line.post(f"{address}/begin", {}, str(uuid4()), clerk)], 200))
                odd.extend(_strange([await line.post(f"{address}/finish", {"outcome": "handled"}, str(uuid4()), clerk)], 200))

    is_over = asyncio.Event()
    at_counters = [asyncio.create_task(counter(number + 1, is_over)) for number in range(COUNTERS)]
    await asyncio.gather(*(kiosk(device) for device in devices))
    is_over.set()
    await asyncio.gather(*at_counters)
    return drawn, took, called, odd


def _strange(answers: list[Answer], expected: int) -> list[Any]:
    """What isn't as expected. Asked again it is the same ticket; where it stands may be told anew."""
    same = {each.json.get("code") for each in answers if each.status == 201}
    return [(each.status, each.body[:120]) for each in answers if each.status != expected] + (
        ["told apart"] if len(same) > 1 else []
    )
