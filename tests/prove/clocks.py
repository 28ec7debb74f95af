"""Promise 7: at every change of the clocks until 2036, in five zones, no start is missing and none is there twice.

The oracle walks the minutes (tests/booking/oracle.py). The house opens through the hour of the change, and around it.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from booking.hours import OpeningRule, local_day, openings, wall_clock
from booking.slots import Counters, Taken, VisitLength
from tests.booking import oracle
from tests.booking.test_hours import ZONES
from tests.prove.outcome import Outcome, unless

EVERY_DAY = frozenset(range(7))
# From midnight through the hour that clocks skip or repeat; from within that hour; and an ordinary morning.
RULES = [
    OpeningRule(EVERY_DAY, time(0), time(4, 10)),
    OpeningRule(EVERY_DAY, time(2, 30), time(6)),
    OpeningRule(EVERY_DAY, time(9), time(11)),
]
VISIT = VisitLength(20, 20, after=5)


def proven(first_year: int = 2026, last_year: int = 2036) -> Outcome:
    wrong, changes, starts = [], 0, 0
    for zone in ZONES:
        for change in oracle.changes(zone, first_year, last_year):
            changes += 1
            day = local_day(zone, change)
            found, right = free_around(zone, day), oracle_around(zone, day)
            starts += len(found)
            if found != right or len({start for start, _ in found}) < len(found):
                wrong.append(f"{zone.key} {day}")
    said = (
        f"{changes} changes of clocks in {len(ZONES)} zones, {first_year}-{last_year}: {starts} starts as the oracle has them"
    )
    return Outcome("7 clocks", "no database", said, (*wrong, *unless(changes_were_found=changes > 0)))


def free_around(zone: ZoneInfo, day: date) -> list[tuple[int, int]]:
    """(minute, places) on the day before, the day of the change and the day after, with something taken in its middle."""
    opened = openings(RULES, [], set(), zone, day - timedelta(days=1), day + timedelta(days=1))
    return Counters([opened]).free_places([Taken(_taken(zone, day))], VISIT, *_around(zone, day))


def oracle_around(zone: ZoneInfo, day: date) -> list[tuple[int, int]]:
    opened = oracle.openings(RULES, [], set(), zone, day - timedelta(days=1), day + timedelta(days=1))
    return oracle.free_places([opened], [_taken(zone, day)], VISIT, *_around(zone, day))


def _taken(zone: ZoneInfo, day: date) -> list[tuple[int, int]]:
    start = wall_clock(zone, datetime.combine(day, time(1, 20)))
    return [(start, start + 25)]


def _around(zone: ZoneInfo, day: date) -> tuple[int, int]:
    midnight = wall_clock(zone, datetime.combine(day, time()))
    return midnight - 2 * 1440, midnight + 3 * 1440
