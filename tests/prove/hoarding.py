"""Promise 15: a program with 1,000 letter boxes tries to take everything, and people who want one appointment still get it.

Over REST, in this process, with the clock in our hands: so the limits of a whole day count, in minutes. The program reads every
letter that comes to its boxes, invents as many more addresses as it likes, asks from several networks until each is refused, and
sells: it cancels a time and at once books it again under the buyer's name.
"""

from __future__ import annotations

import asyncio
import os
import random
import tempfile
from collections import Counter as Tally
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx
import time_machine

import booking.store
import portal.site
from booking import settings as settings_module
from booking.settings import read_settings, settings
from booking.store import Store
from portal.doors import doors
from portal.held_times import memory
from portal.limits import limiter
from tests import databases
from tests.booking.towns import NOW, code_in_the_letter, found
from tests.prove.outcome import Outcome, unless

SECRET = b"a secret that only proofs know, and nobody else"
VISIT = {"services": ["parking-permit"], "location": "pacos", "mode": "in_person", "people": 1}
STEP = timedelta(minutes=5)
PROMISED = 0.95
HORIZON = 60  # days
TRIES = 3  # of somebody who finds that others were faster


@dataclass(frozen=True)
class Size:
    """A town of so many counters, a program of so many boxes and networks, and so many people in so many hours."""

    counters: int = 10
    boxes: int = 1000
    networks: int = 10
    people: int = 300
    hours: int = 12


def proven(size: Size = Size(), *, guarded: bool = True) -> Outcome:
    """Not `guarded`: ATRIO_LIMITS=off."""
    with _town(size, guarded) as hall:
        program, people = asyncio.run(_day(hall, size))
    served = Tally(people)[True]
    took = f"the program got {program.booked} of {program.places} places, sold {program.sold} of {program.offered}"
    found_out = (
        f"{size.boxes} letter boxes, {size.networks} networks, {size.hours} hours: {took}; "
        f"{served} of {size.people} people got theirs ({served / size.people:.0%})"
    )
    kept = unless(
        people_still_succeed=served >= PROMISED * size.people, nothing_was_sold=program.sold == 0, it_tried=program.offered > 0
    )
    return Outcome("15 hoarding", databases.SQLITE, found_out, kept)


@dataclass
class Hall:
    """The town's REST, its book and its clock."""

    store: Store
    clock: time_machine.Coordinates
    asking: dict[str, httpx.AsyncClient] = field(default_factory=dict)

    async def ask(self, network: str, method: str, path: str, body: Any = None, key: str = "") -> httpx.Response:
        if network not in self.asking:
            transport = httpx.ASGITransport(doors, client=(network, 1))
            self.asking[network] = httpx.AsyncClient(transport=transport, base_url="http://testserver/api/v1")
        headers = {"authorization": f"Bearer {key}"} if key else {}
        return await self.asking[network].request(method, path, json=body, headers=headers)

    async def free(self, network: str) -> list[str]:
        first = datetime.now(NOW.tzinfo).date()
        days = {"from": first.isoformat(), "to": (first + timedelta(days=HORIZON)).isoformat()}
        query = "&".join(f"{name}={value}" for name, value in days.items())
        answer = await self.ask(network, "GET", f"/slots?service=parking-permit&location=pacos&{query}")
        slots = answer.json()["slots"] if answer.status_code == 200 else []
        return [slot["start"] for slot in slots for _ in range(slot["places"])]

    async def confirm(self, network: str, booked: dict[str, Any]) -> bool:
        """With the code from the letter; nothing to do where none is asked for."""
        if booked["state"] == "booked":
            return True
        code = {"code": code_in_the_letter(self.store, booked["reference"])}
        answer = await self.ask(network, "POST", f"/appointments/{booked['reference']}/confirm", code, booked["key"])
        return answer.status_code == 200


@dataclass
class Program:
    """`mine` are the appointments it has, `boxes` those that may yet have more; whom it invents never reads a letter."""

    hall: Hall
    boxes: list[str]
    networks: list[str]
    places: int
    mine: list[dict[str, Any]] = field(default_factory=list)
    booked: int = 0
    offered: int = 0
    sold: int = 0
    invented: Iterator[int] = field(default_factory=count)

    async def turn(self) -> None:
        for network in self.networks:
            await self._take_what_there_is(network)
        await self._sell(self.networks[0])

    async def _take_what_there_is(self, network: str) -> None:
        starts = iter(await self.hall.free(network))
        start = next(starts, None)
        while start:
            box = self.boxes[0] if self.boxes else ""
            answer = await self._book(network, start, box or f"invented{next(self.invented)}@example.com", "Buyer")
            match answer.status_code, answer.json().get("code"):
                case 201, _:
                    await self._make_it_count(network, answer.json(), box)
                    start = next(starts, None)
                case 409, _:
                    start = next(starts, None)
                case 429, "too-many-bookings" | "too-many-codes":
                    self.boxes = self.boxes[1:]
                case _:
                    return

    async def _make_it_count(self, network: str, booked: dict[str, Any], box: str) -> None:
        if not box and booked["state"] != "booked":
            return
        if await self.hall.confirm(network, booked):
            self.booked += 1
            self.mine.append(booked)
        else:  # it has as many as one may have
            self.boxes = [each for each in self.boxes if each != box]

    async def _sell(self, network: str) -> None:
        """Whoever pays gets the time of one that is given back, if nobody can come between. Where places are free nobody pays."""
        free = set(await self.hall.free(network))
        mine = next((each for each in reversed(self.mine) if each["start"] not in free), None)
        if mine is None:
            return
        self.mine.remove(mine)
        given_back = await self.hall.ask(network, "POST", f"/appointments/{mine['reference']}/cancel", {}, mine["key"])
        if given_back.status_code == 200:
            self.booked, self.offered = self.booked - 1, self.offered + 1
            buyer = await self._book("203.0.113.250", mine["start"], f"buyer{next(self.invented)}@example.com", "Buyer")
            self.sold += buyer.status_code == 201

    async def _book(self, network: str, start: str, address: str, name: str) -> httpx.Response:
        body = {**VISIT, "start": start, "name": name, "email": address}
        return await self.hall.ask(network, "POST", "/appointments", body)


async def _day(hall: Hall, size: Size) -> tuple[Program, list[bool]]:
    networks = [f"198.51.100.{number + 1}" for number in range(size.networks)]
    boxes = [f"box{number}@example.net" for number in range(size.boxes)]
    program = Program(hall, boxes, networks, len(await hall.free("203.0.113.251")))
    steps = size.hours * 60 // int(STEP.total_seconds() // 60)
    arrivals = Tally(random.Random(15).randrange(steps) for _ in range(size.people))
    numbers, people = count(), []
    for step in range(steps):
        await program.turn()
        people += [await _comes(hall, next(numbers)) for _ in range(arrivals[step])]
        hall.clock.shift(STEP)
    return program, people


async def _comes(hall: Hall, number: int) -> bool:
    """Somebody at home, with a letter box and a line of their own, who takes the first time that they can have."""
    network, address = f"10.{number // 250}.{number % 250}.7", f"resident{number}@example.org"
    for _ in range(TRIES):
        for start in (await hall.free(network))[:1]:
            held = await hall.ask(network, "POST", "/holds", {**VISIT, "start": start})
            if held.status_code != 201:
                continue
            who = {"hold": held.json()["hold"], "name": "Resident", "email": address}
            booked = await hall.ask(network, "POST", "/appointments", who)
            if booked.status_code == 201 and await hall.confirm(network, booked.json()):
                return True
    return False


@contextmanager
def _town(size: Size, guarded: bool) -> Iterator[Hall]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = stack.enter_context(databases.migrated_database(databases.SQLITE, folder))
        store = Store(url, SECRET, caps=guarded)
        stack.callback(store.close)
        found(store, counters=size.counters, horizon_days=HORIZON)
        chosen = {"ATRIO_DATA": str(folder / "data"), "ATRIO_LIMITS": "on" if guarded else "off"}
        stack.enter_context(patch.dict(os.environ, chosen))
        stack.enter_context(patch.object(settings_module, "read_settings", partial(read_settings, folder / "no .env")))
        for module in (booking.store, portal.site):
            stack.enter_context(patch.object(module, "the_store", lambda: store))
        for remembered in (settings, limiter, memory, portal.site.drawn_catalogue):
            remembered.cache_clear()
            stack.callback(remembered.cache_clear)
        clock = stack.enter_context(time_machine.travel(NOW, tick=False))
        yield Hall(store, clock)
