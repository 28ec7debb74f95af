"""Promise 1: many clients want the last places at once, and exactly the places are given. Over REST.

Each client tries every start, in an order of its own. What is counted is counted twice: what clients were told, and what stands in
the book afterwards.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter as Tally
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import func, update
from sqlmodel import Session, col, select

from booking.promises import BOOKED, Appointment, Book, Seat
from booking.store import Store, read, transaction
from booking.waiting_list import FreedPlace
from tests.booking.test_races import drop_the_constraint
from tests.load.line import Answer, Line
from tests.load.town import VISIT, days_ahead, founded_house, oversold, person, slots_path
from tests.prove.outcome import Outcome, unless
from tests.serving import House

WAYS = ("book", "hold and book", "move", "cancel and book again", "book at one of five counters", "book a video call")
APPOINTMENTS, HOLDS = "/api/v1/appointments", "/api/v1/holds"
GIVEN, TAKEN = (200, 201), 409

numbers = count()


@dataclass
class Race:
    """So many clients for so many places. What they were `told`, by status; how often each start was `accepted`."""

    house: House
    clients: int
    places: int
    way: str
    told: Tally[int] = field(default_factory=Tally)
    accepted: Tally[str] = field(default_factory=Tally)

    @property
    def mode(self) -> str:
        return "video" if self.way == WAYS[5] else "in_person"

    def heard(self, start: str, answer: Answer) -> Answer:
        self.told[answer.status] += 1
        if answer.status in GIVEN:
            self.accepted[start] += 1
        return answer


def proven(
    kind: str, way: str, clients: int = 200, places: int = 50, instead: Sequence[str] = (), guarded: bool = True
) -> Outcome:
    """`instead`: what serves, when it isn't the whole site. Not `guarded`: the database's own guard is dropped."""
    counters = 5 if way == WAYS[4] else 1
    with founded_house(kind, instead=instead, counters=counters) as (house, store), house:
        if not guarded:
            drop_the_constraint(store)
        race = Race(house, clients, places, way)
        wanted = asyncio.run(_run(race, store, counters))
        in_force = read(store, _in_force, wanted)
        return _outcome(kind, race, in_force, oversold(store))


def _outcome(kind: str, race: Race, in_force: int, twice: int) -> Outcome:
    given, tries = sum(race.accepted.values()), sum(race.told.values())
    found = f"{race.clients} clients, {tries} attempts for {race.places} places: {given} accepted, {twice} sold twice"
    broken = unless(
        exactly_the_places_accepted=given == race.places,
        exactly_the_places_in_the_book=in_force == race.places,
        nothing_sold_twice=twice == 0,
        no_answer_but_given_or_taken=set(race.told) <= {*GIVEN, TAKEN},
    )
    return Outcome(f"1 {race.way}", kind, f"{found}; told {dict(sorted(race.told.items()))}", broken)


async def _run(race: Race, store: Store, counters: int) -> list[datetime]:
    """The starts that were wanted."""
    starts = (await _free(race))[: race.places // counters]
    homes: list[dict[str, Any]] = [{}] * race.clients
    if race.way == "move":
        homes = await _homes(race, (await _free(race))[race.places : race.places + race.clients])
    if race.way == "cancel and book again":
        await _booked_and_cancelled(race, store, starts)

    async def client(number: int) -> None:
        mine = starts * counters
        random.Random(number).shuffle(mine)
        async with Line(race.house.port) as line:
            for start in mine:
                await ATTEMPTS.get(race.way, _book)(race, line, start, homes[number])

    await asyncio.gather(*map(client, range(race.clients)))
    return [datetime.fromisoformat(start) for start in starts]


async def _book(race: Race, line: Line, start: str, _home: dict[str, Any]) -> None:
    race.heard(start, await line.post(APPOINTMENTS, _wish(race, start) | person(next(numbers))))


async def _hold_and_book(race: Race, line: Line, start: str, _home: dict[str, Any]) -> None:
    kept = await line.post(HOLDS, _wish(race, start))
    if kept.status == 201:
        kept = await line.post(APPOINTMENTS, {"hold": kept.json["hold"], **person(next(numbers))})
    race.heard(start, kept)


async def _move(race: Race, line: Line, start: str, home: dict[str, Any]) -> None:
    """Whoever has moved has what they wanted, and rests."""
    if not home.get("moved"):
        moved = await line.post(f"{APPOINTMENTS}/{home['reference']}/move", {"start": start}, bearer=home["key"])
        home["moved"] = race.heard(start, moved).status == 200


ATTEMPTS = {"hold and book": _hold_and_book, "move": _move}


async def _free(race: Race) -> list[str]:
    path = f"{slots_path(days_ahead(datetime.now(UTC)))}&mode={race.mode}"
    async with Line(race.house.port) as line:
        return [slot["start"] for slot in (await line.get(path)).json["slots"]]


def _wish(race: Race, start: str) -> dict[str, Any]:
    return {**VISIT, "mode": race.mode, "start": start}


async def _homes(race: Race, starts: list[str]) -> list[dict[str, Any]]:
    """An appointment for each client, somewhere else."""
    async with Line(race.house.port) as line:
        return [(await line.post(APPOINTMENTS, _wish(race, start) | person(next(numbers)))).json for start in starts]


async def _booked_and_cancelled(race: Race, store: Store, starts: list[str]) -> None:
    """All are booked, then cancelled at once while others want them; nobody gets one until the delay has passed."""
    owners = await _homes(race, starts)

    async def cancel(owner: dict[str, Any]) -> None:
        async with Line(race.house.port) as line:
            done = await line.post(f"{APPOINTMENTS}/{owner['reference']}/cancel", {}, bearer=owner["key"])
            assert done.status == 200, done

    async def want(start: str) -> None:
        async with Line(race.house.port) as line:
            answer = await line.post(APPOINTMENTS, _wish(race, start) | person(next(numbers)))
            race.told[answer.status] += 1
            assert answer.status == TAKEN, answer

    await asyncio.gather(*map(cancel, owners), *map(want, starts))
    let_the_delay_pass(store)


def let_the_delay_pass(store: Store) -> None:
    """What is withheld is everybody's, as it would be after some minutes."""
    past = datetime.now(UTC) - timedelta(minutes=1)
    with transaction(store) as session:
        session.execute(update(FreedPlace).values(done_at=past))
        session.execute(update(Seat).where(col(Seat.lapses_at).is_not(None)).values(lapses_at=past))
        session.execute(update(Book).values(version=Book.version + 1))


def _in_force(session: Session, starts: list[datetime]) -> int:
    there = select(func.count()).where(Appointment.state == BOOKED, col(Appointment.start_at).in_(starts))
    return session.exec(there).one()
