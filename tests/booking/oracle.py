"""What hours.py and slots.py must answer, as slowly and plainly as possible: minute by minute, in the words of the contract.

Nothing here uses the code under test but its plain words (OpeningRule, Closure, VisitLength).
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import groupby, pairwise
from zoneinfo import ZoneInfo

from booking.hours import Closure, OpeningRule
from booking.slots import VisitLength

Span = tuple[int, int]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def free_places(
    openings: Sequence[Sequence[Span]],
    taken: Sequence[Sequence[Span]],
    visit: VisitLength,
    earliest: int,
    until: int,
    kept: int = 0,
) -> list[tuple[int, int]]:
    """Ask every counter at every minute."""
    ends = [end for spans in openings for _, end in spans]
    found = []
    for start in range(earliest, min(until, max(ends, default=earliest))):
        places = len(serving(openings, taken, visit, start)) - kept
        if places > 0:
            found.append((start, places))
    return found


def serving(openings: Sequence[Sequence[Span]], taken: Sequence[Sequence[Span]], visit: VisitLength, start: int) -> list[int]:
    counters = enumerate(zip(openings, taken, strict=True))
    return [number for number, (opened, busy) in counters if serves(opened, busy, visit, start)]


def serves(openings: Sequence[Span], taken: Sequence[Span], visit: VisitLength, start: int) -> bool:
    """On the grid of an opening; open all the while, never passing into an opening that only touches the last; not taken."""
    end = start + visit.minutes
    on_a_grid = any(opens <= start < closes and (start - opens) % visit.step == 0 for opens, closes in openings)
    return (
        on_a_grid
        and all(any(opens <= minute < closes for opens, closes in openings) for minute in range(start, end))
        and all(any(opens < border < closes for opens, closes in openings) for border in range(start + 1, end))
        and not any(
            first <= minute < last for minute in range(start - visit.before, end + visit.after) for first, last in taken
        )
    )


def openings(
    rules: Sequence[OpeningRule],
    closures: Sequence[Closure],
    holidays: Collection[date],
    zone: ZoneInfo,
    first_day: date,
    last_day: date,
) -> list[Span]:
    """For every day and rule: walk the minutes of the opening, and keep the runs of minutes in which nothing is closed."""
    closed = [(first_showing(zone, each.starts), first_showing(zone, each.ends)) for each in closures]
    found: list[Span] = []
    for day in days(first_day, last_day):
        for rule in rules:
            if is_a_day_of(rule, day, holidays):
                opens = first_showing(zone, datetime.combine(day, rule.opens))
                closes = first_showing(zone, datetime.combine(day, rule.closes))
                minutes = [m for m in range(opens, closes) if not any(first <= m < last for first, last in closed)]
                found.extend(runs(minutes))
    return sorted(found)


def is_a_day_of(rule: OpeningRule, day: date, holidays: Collection[date]) -> bool:
    if rule.on_day:
        return day == rule.on_day and (day not in holidays or rule.despite_holiday)
    if day in holidays or (rule.first_day and day < rule.first_day) or (rule.last_day and day > rule.last_day):
        return False
    if rule.first_day is None:
        return day.weekday() in rule.weekdays
    monday = rule.first_day
    while monday.weekday() != 0:
        monday -= timedelta(days=1)
    while monday <= day:
        if any(day == monday + timedelta(days=weekday) for weekday in rule.weekdays):
            return True
        monday += rule.every_weeks * timedelta(days=7)
    return False


@cache
def first_showing(zone: ZoneInfo, local: datetime) -> int:
    """Look at a clock there every minute, from long before, until for the first time it shows `local` or later."""
    instant = local.replace(tzinfo=UTC) - timedelta(hours=16)
    while instant.astimezone(zone).replace(tzinfo=None) < local:
        instant += timedelta(minutes=1)
    return (instant - EPOCH) // timedelta(minutes=1)


@cache
def changes(zone: ZoneInfo, first_year: int, last_year: int) -> list[int]:
    """Every minute from which clocks there follow another offset than the minute before. (Offsets change on the half hour.)"""
    first, end = datetime(first_year, 1, 1, tzinfo=UTC), datetime(last_year + 1, 1, 1, tzinfo=UTC)
    half_hours = range((first - EPOCH) // timedelta(minutes=1), (end - EPOCH) // timedelta(minutes=1), 30)
    offsets = [(EPOCH + timedelta(minutes=minute)).astimezone(zone).utcoffset() for minute in half_hours]
    pairs = zip(half_hours[1:], pairwise(offsets), strict=True)
    return [minute for minute, (before, after) in pairs if before != after]


def days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += timedelta(days=1)


def runs(minutes: Sequence[int]) -> list[Span]:
    """Consecutive minutes, as spans."""
    found = []
    for _, run in groupby(enumerate(minutes), key=lambda pair: pair[1] - pair[0]):
        together = [minute for _, minute in run]
        found.append((together[0], together[-1] + 1))
    return found


Able = Sequence[int]


def seatings(visits: Sequence[tuple[Span, Able]]) -> Iterator[tuple[int, ...]]:
    """Every way to give each of these visits one of its counters, so that none overlap at one. Tries them all."""

    def further(seated: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        if len(seated) == len(visits):
            yield seated
            return
        (start, end), able = visits[len(seated)]
        for counter in able:
            others = [span for (span, _), at in zip(visits, seated, strict=False) if at == counter]
            if not any(first < end and start < last for first, last in others):
                yield from further((*seated, counter))

    return further(())
