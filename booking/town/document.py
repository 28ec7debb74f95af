"""Reads a town's document leniently: what is missing or of the wrong kind is passed over.

The schema has objected to it already. So every check can go on with the rest of a broken file, and all its mistakes are
told at once.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from booking.town.positions import Place

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MINUTES = {"m": 1, "h": 60, "d": 1440}

Thing = dict[str, Any]
Stretch = tuple[datetime, datetime]


def things(around: Any, kind: str, place: Place = ()) -> Iterator[tuple[Place, Thing]]:
    """Every table of one kind, with its place: `(("services", 3), {...})`."""
    for where, item in items(around, kind, place):
        if isinstance(item, dict):
            yield where, item


def items(around: Any, key: str, place: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Every item of a list, with its place, less the ones that the schema refused."""
    listed = around.get(key) if isinstance(around, dict) else None
    for index, item in enumerate(listed if isinstance(listed, list) else ()):
        if item is not None:
            yield (*place, key, index), item


def values(around: Any, key: str) -> list[Any]:
    return [item for _, item in items(around, key)]


def slugs(document: Thing, kind: str) -> list[str]:
    return [thing["slug"] for _, thing in things(document, kind) if isinstance(thing.get("slug"), str)]


def part(document: Any, key: str) -> Thing:
    """A table of the document, or an empty one."""
    inner = document.get(key) if isinstance(document, dict) else None
    return inner if isinstance(inner, dict) else {}


def clock(text: Any) -> time | None:
    return time.fromisoformat(text) if isinstance(text, str) else None


def day(text: Any) -> date | None:
    """None for a day that doesn't exist, too."""
    try:
        return date.fromisoformat(text)
    except (TypeError, ValueError):
        return None


def stretch_of(thing: Thing) -> Stretch | None:
    """Naive local times, half-open: from a time on its first day, or midnight, to a time on its last day, or the midnight after.

    None for one that doesn't exist or ends before it starts.
    """
    first, until = day(thing.get("first_day")), clock(thing.get("until"))
    last = day(thing.get("last_day", thing.get("first_day")))
    if not first or not last:
        return None
    starts = datetime.combine(first, clock(thing.get("from")) or time())
    ends = datetime.combine(last, until) if until is not None else datetime.combine(last + timedelta(days=1), time())
    return (starts, ends) if starts < ends else None


def stretches(around: Thing, kind: str, place: Place = ()) -> Iterator[tuple[Place, Stretch]]:
    """Every closure, or absence, that is one, with its place."""
    for where, thing in things(around, kind, place):
        if stretch := stretch_of(thing):
            yield where, stretch


def minutes_of(text: Any, default: int | None = None) -> int | None:
    """`"2h"` is 120; a length the schema refused is None."""
    if text is None:
        return default
    return int(text[:-1]) * _MINUTES[text[-1]]
