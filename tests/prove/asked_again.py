"""Promise 4: whatever is sent three times, and with its reply dropped, is done once and told once. Over REST."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import uuid4

from sqlmodel import Session, func, select

from booking.outbox import Letter
from booking.promises import Appointment, AppointmentChange, Hold
from booking.store import read
from booking.tidings import BOOKING, CANCELLATION, MOVE
from tests.load.line import Answer, Line, LineLost
from tests.load.town import VISIT, days_ahead, founded_house, oversold, person, slots_path
from tests.prove.outcome import Outcome, unless
from tests.serving import House

APPOINTMENTS, HOLDS = "/api/v1/appointments", "/api/v1/holds"


class Counted(NamedTuple):
    """What stands in the book, and how many letters say that something happened (reminders apart)."""

    appointments: int
    holds: int
    changes: int
    letters: int


def proven(kind: str, rounds: int = 50, instead: Sequence[str] = ()) -> Outcome:
    """Each round: book at once, hold, book what is held, move, cancel. Every one of these is sent three times."""
    with founded_house(kind, instead=instead, counters=5) as (house, store), house:
        answers = asyncio.run(_run(house, rounds))
        counted, twice = read(store, _count), oversold(store)
    expected = Counted(appointments=2 * rounds, holds=rounds, changes=4 * rounds, letters=4 * rounds)
    differing = sum(len({(each.status, each.body) for each in same}) != 1 or same[0].status >= 300 for same in answers)
    broken = unless(
        each_done_and_told_once=counted == expected, repeated_answers_alike=differing == 0, nothing_sold_twice=twice == 0
    )
    found = f"{5 * rounds} intentions, each sent three times, the first reply dropped: {counted.appointments} appointments, "
    found += f"{counted.changes} changes, {counted.letters} letters"
    return Outcome("4 asked again", kind, f"{found} (should be {expected[0]}, {expected[2]}, {expected[3]})", broken)


async def _run(house: House, rounds: int) -> list[list[Answer]]:
    """The answers that were heard, by intention."""
    async with Line(house.port) as line:
        days = slots_path(days_ahead(datetime.now(UTC)))
        starts = [slot["start"] for slot in (await line.get(days)).json["slots"]]
    answers: list[list[Answer]] = []
    for number in range(rounds):
        answers += await _round(house, number, *starts[3 * number : 3 * number + 3])
    return answers


async def _round(house: House, number: int, one: str, two: str, three: str) -> list[list[Answer]]:
    booked = await _thrice(house, APPOINTMENTS, {**VISIT, "start": one, **person(f"a{number}")})
    held = await _thrice(house, HOLDS, {**VISIT, "start": two})
    kept = await _thrice(house, APPOINTMENTS, {"hold": held[0].json["hold"], **person(f"b{number}")})
    mine = booked[0].json
    address = f"{APPOINTMENTS}/{mine['reference']}"
    moved = await _thrice(house, f"{address}/move", {"start": three}, mine["key"])
    cancelled = await _thrice(house, f"{address}/cancel", {"reason": "I am ill"}, mine["key"])
    return [booked, held, kept, moved, cancelled]


async def _thrice(house: House, path: str, body: dict[str, Any], bearer: str = "") -> list[Answer]:
    """Once without hearing the reply, then twice at the same moment; the answers that were heard."""
    key = str(uuid4())
    async with Line(house.port) as gone, Line(house.port) as again, Line(house.port) as third:
        with suppress(LineLost):
            await gone.post_and_hang_up(path, body, key, bearer)
        return list(await asyncio.gather(again.post(path, body, key, bearer), third.post(path, body, key, bearer)))


def _count(session: Session) -> Counted:
    told = select(func.count()).select_from(Letter).where(Letter.what.in_((BOOKING, MOVE, CANCELLATION)))  # type: ignore[attr-defined]
    return Counted(*(session.exec(query).one() for query in (*_rows(), told)))


def _rows() -> Iterator[Any]:
    yield select(func.count()).select_from(Appointment)
    yield select(func.count()).select_from(Hold).where(Hold.appointment_id.is_not(None))  # type: ignore[union-attr]
    yield select(func.count()).select_from(AppointmentChange)
