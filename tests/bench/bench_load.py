"""How many can look and book over HTTP, beside what the database alone can bear and beside another program, all in one run.

`python -m tests.bench.bench_load` prints the table; `make bench` asks for it. Server, database and clients share one machine:
ratios travel, absolute figures don't.
"""

from __future__ import annotations

import random
import sys
from datetime import UTC, date, datetime, timedelta
from itertools import count

from tests import databases
from tests.bench import bare, peer
from tests.bench.aligned import aligned
from tests.bench.measured import Measured, ratios, rows
from tests.load.crowd import all_at_once, crowd
from tests.load.line import Line
from tests.load.memory import is_worker, peak_megabytes
from tests.load.timing import Timing
from tests.load.town import BOOKINGS, COUNTERS, VISIT, days_ahead, founded_house, oversold, person, slots_path
from tests.serving import House

TITLE = "Looking and booking over HTTP, 32 clients, each booking a new person's: 10 counters, 5,000 bookings over 90 days"
READERS, CLIENTS = 8, 32
LOOKING, BOOKING = 5.0, 10.0  # seconds
RACES = 10

numbers = count()


def figures() -> list[Measured]:
    """Ours, what each database alone can bear, and the other program as far as it can be had."""
    kinds = databases.runnable()
    return [*map(_ours, kinds), *map(_bare, kinds), *peer.figures(kinds)]


def _ours(kind: str) -> Measured:
    with founded_house(kind, counters=COUNTERS, bookings=BOOKINGS) as (house, store), house:
        ours = Measured(f"Átrio, {kind}", Timing(), is_ours=True)
        first, last = days_ahead(datetime.now(UTC))
        ours.day, ours.days = (_looked(house, slots_path(days)) for days in ((_weekday(last),) * 2, (first, last)))
        free = _free_starts(house, slots_path((first, last)))
        surplus = _raced(house, free)
        ours.booking = _booked(house, free)
        web = [process for process in house.processes if not is_worker(process)]
        ours.megabytes, ours.worker = peak_megabytes(web), peak_megabytes(filter(is_worker, house.processes))
        ours.oversold = surplus + oversold(store)
        return ours


def _bare(kind: str) -> Measured:
    with founded_house(kind, counters=COUNTERS, bookings=BOOKINGS) as (_, store):
        timing = bare.booked(store, CLIENTS, BOOKING / 2)
        return Measured(f"the database alone, {kind}", timing, oversold=oversold(store))


def _weekday(day: date) -> date:
    return day - timedelta(days=max(0, day.weekday() - 4))


def _looked(house: House, path: str) -> float:
    async def look(line: Line) -> bool:
        assert (await line.get(path)).status == 200
        return True

    return crowd([Line(house.port) for _ in range(READERS)], LOOKING, look).rate


def _free_starts(house: House, path: str) -> dict[str, int]:
    """Each start with its places."""
    found: dict[str, int] = {}

    async def look(line: Line) -> bool:
        found.update((slot["start"], slot["places"]) for slot in (await line.get(path)).json["slots"])
        return False

    crowd([Line(house.port)], LOOKING, look)
    return found


def _raced(house: House, free: dict[str, int]) -> int:
    """32 clients at once for each of ten starts, which are then no longer free: how many more were accepted than places."""
    surplus = 0
    for start in random.Random(20).sample(sorted(free), RACES):

        async def book(line: Line, start: str = start) -> bool:
            return await _book(line, start) == 201

        surplus += sum(all_at_once([Line(house.port) for _ in range(CLIENTS)], [book] * CLIENTS)) - free.pop(start)
    return max(surplus, 0)


def _booked(house: House, free: dict[str, int]) -> Timing:
    wanted = [start for start, places in free.items() for _ in range(places)]
    random.Random(1).shuffle(wanted)
    following = iter(wanted)

    async def book(line: Line) -> bool:
        status = await _book(line, next(following))
        assert status == 201, status
        return True

    return crowd([Line(house.port) for _ in range(CLIENTS)], BOOKING, book)


async def _book(line: Line, start: str) -> int:
    return (await line.post("/api/v1/appointments", {**VISIT, "start": start, **person(next(numbers))})).status


def main() -> int:
    found = figures()
    print(aligned(rows(found)), *ratios(found), sep="\n")
    databases.let_go()
    return int(any(each.broken() for each in found))


if __name__ == "__main__":
    sys.exit(main())
