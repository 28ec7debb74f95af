"""Free starts for 90 days, 20 counters and 20,000 bookings, beside a naive computation on the same data in the same run.

`python -m tests.bench.bench_slots` prints the table; `make bench` asks for its rows.
"""

import gc
import random
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from statistics import quantiles
from time import perf_counter
from typing import NamedTuple
from zoneinfo import ZoneInfo

from booking.hours import Closure, OpeningRule, holiday_names, openings, wall_clock
from booking.interval import Span
from booking.slots import Counters, Row, Taken, VisitLength, taken_by_counter

LISBON = ZoneInfo("Europe/Lisbon")
FIRST_DAY, LAST_DAY = date(2026, 11, 23), date(2027, 2, 20)  # 90 days
COUNTERS, BOOKINGS = 20, 20_000
FOREVER = 2**40
WORKDAYS = frozenset(range(5))
RULES = [OpeningRule(WORKDAYS, time(9), time(13)), OpeningRule(WORKDAYS, time(14), time(18))]


class Figure(NamedTuple):
    """How long something took, in milliseconds; `target` is what was promised for the median, where anything was."""

    name: str
    median: float
    p99: float
    slowest: float
    target: float | None


def figures(rounds: int = 200) -> list[Figure]:
    """Every measured row of the table. Raises AssertionError when the naive computation finds anything else."""
    hours = town_openings()
    rows = bookings(hours)
    plain, buffered, odd = VisitLength(20, 20), VisitLength(20, 20, after=5), VisitLength(7, 7)
    counters, taken = Counters(hours), in_order(rows)
    for visit in (plain, buffered, odd):
        assert counters.free_places(taken, visit, 0, FOREVER) == naive(hours, rows, visit)
    return [
        measured("naive, from rows", None, 5, lambda: naive(hours, rows, plain)),
        measured("from rows", 5, rounds, lambda: counters.free_places(in_order(rows), plain, 0, FOREVER)),
        measured("from rows, with a buffer", 5, rounds, lambda: counters.free_places(in_order(rows), buffered, 0, FOREVER)),
        measured(
            "from rows, starts every 7 minutes", None, rounds, lambda: counters.free_places(in_order(rows), odd, 0, FOREVER)
        ),
        measured("from rows and openings, nothing remembered", None, rounds, lambda: anew(hours, rows, plain)),
        measured("warm", 0.5, rounds, lambda: counters.free_places(taken, plain, 0, FOREVER)),
        measured("warm, with a buffer", 0.5, rounds, lambda: counters.free_places(taken, buffered, 0, FOREVER)),
        measured("warm, starts every 7 minutes", None, rounds, lambda: counters.free_places(taken, odd, 0, FOREVER)),
        measured("warm, but never asked about such a visit", None, rounds, lambda: first_asked(hours, taken)),
        measured("one counter booked since, the others warm", 0.5, rounds, lambda: one_booked(counters, taken, rows, plain)),
        measured("opening rules to spans of UTC", None, 20, town_openings),
    ]


def town_openings() -> list[list[Span]]:
    """One list for each counter: the same hours, cut by the holidays of Vila Real and by an absence of their own for some."""
    wall_clock.cache_clear()
    holidays = holiday_names("PT", "17", [2026, 2027], {(6, 13): "Santo António"}, "pt")
    absences = [[absence(number)] if number % 5 == 0 else [] for number in range(COUNTERS)]
    return [openings(RULES, away, holidays, LISBON, FIRST_DAY, LAST_DAY) for away in absences]


def absence(number: int) -> Closure:
    starts = datetime.combine(FIRST_DAY, time(10)) + timedelta(days=number)
    return Closure(starts, starts + timedelta(days=2))


def bookings(hours: list[list[Span]]) -> list[Row]:
    """(counter, start, end), in the order of the index: visits of twenty minutes, as full as 20,000 make it."""
    dice = random.Random(20)
    rows = []
    for counter, spans in enumerate(hours):
        grid = [start for opens, closes in spans for start in range(opens, closes - 19, 20)]
        rows += [(counter, start, start + 20) for start in sorted(dice.sample(grid, BOOKINGS // COUNTERS))]
    return rows


def in_order(rows: list[Row]) -> list[Taken]:
    taken = taken_by_counter(rows)
    return [taken[counter] for counter in range(COUNTERS)]


def anew(hours: list[list[Span]], rows: list[Row], visit: VisitLength) -> list[tuple[int, int]]:
    return Counters(hours).free_places(in_order(rows), visit, 0, FOREVER)


def one_booked(counters: Counters, taken: list[Taken], rows: list[Row], visit: VisitLength) -> list[tuple[int, int]]:
    changed = taken_by_counter(rows[: BOOKINGS // COUNTERS])[0]
    return counters.free_places([changed, *taken[1:]], visit, 0, FOREVER)


def first_asked(hours: list[list[Span]], taken: list[Taken]) -> list[tuple[int, int]]:
    """A length of visit nobody has asked for: its grids and what bars it must be drawn up, once."""
    for each in taken:
        each._barred.clear()
    return Counters(hours).free_places(taken, VisitLength(30, 20), 0, FOREVER)


def naive(hours: list[list[Span]], rows: list[Row], visit: VisitLength) -> list[tuple[int, int]]:
    """What one writes first: for each counter, day and start, look whether any booking of that day is in the way."""
    booked: dict[tuple[int, int], list[Span]] = {}
    for counter, start, end in rows:
        booked.setdefault((counter, start // 1440), []).append((start, end))
    places: dict[int, int] = {}
    for counter, spans in enumerate(hours):
        for opens, closes in spans:
            of_day = booked.get((counter, opens // 1440), [])
            for start in range(opens, closes - visit.minutes + 1, visit.step):
                first, last = start - visit.before, start + visit.minutes + visit.after
                if not any(taken < last and first < end for taken, end in of_day):
                    places[start] = places.get(start, 0) + 1
    return sorted(places.items())


def measured(name: str, target: float | None, rounds: int, work: Callable[[], object]) -> Figure:
    """Wall time; the collector has its turn before, and may have another meanwhile."""
    gc.collect()
    took = []
    for _ in range(rounds):
        begun = perf_counter()
        work()
        took.append((perf_counter() - begun) * 1000)
    percentiles = quantiles(took, n=100, method="inclusive")
    return Figure(name, percentiles[49], percentiles[98], max(took), target)


def table(rows: list[Figure]) -> str:
    head = f"{'90 days, 20 counters, 20,000 bookings (ms)':<46}{'median':>9}{'p99':>9}{'slowest':>9}{'target':>8}"
    lines = [f"{row.name:<46}{row.median:>9.3f}{row.p99:>9.3f}{row.slowest:>9.3f}{row.target or '':>8}" for row in rows]
    return "\n".join([head, *lines])


if __name__ == "__main__":
    print(table(figures()))
