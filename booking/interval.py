"""Half-open spans of time, `[start, end)`, in whole minutes since the Unix epoch, UTC.

Plain ints, because slot arithmetic does millions of comparisons and a minute is the finest thing a town promises.
"""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

Span = tuple[int, int]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def minute_of(instant: datetime) -> int:
    """The minute that begins at this very instant. Raises ValueError when it is naive or lies inside a minute."""
    minute, rest = divmod(_since_epoch(instant), MINUTE)
    if rest:
        raise ValueError(f"{instant.isoformat()} isn't on a whole minute")
    return minute


def first_minute_from(instant: datetime) -> int:
    """The first minute that doesn't begin before `instant`: at 10:00:01 that is 10:01. Raises ValueError when it is naive."""
    return -(-_since_epoch(instant) // MINUTE)


def instant_of(minute: int) -> datetime:
    """The instant at which a minute begins, aware, in UTC."""
    return EPOCH + minute * MINUTE


def overlap(a: Span, b: Span) -> bool:
    """Do they share any time? Touching spans don't."""
    return a[0] < b[1] and b[0] < a[1]


def cut(spans: Iterable[Span], holes: Iterable[Span]) -> list[Span]:
    """What is left of each span outside the holes, sorted. Pieces are spans of their own; nothing is ever merged."""
    holes = union(holes)
    return sorted(piece for span in spans for piece in _pieces(span, holes))


def common(some: Iterable[Span], others: Iterable[Span]) -> list[Span]:
    """The time that lies in a span of the one and in a span of the other, sorted; never merged."""
    others = list(others)
    shared = ((max(a[0], b[0]), min(a[1], b[1])) for a in some for b in others)
    return sorted(span for span in shared if span[0] < span[1])


def union(spans: Iterable[Span]) -> list[Span]:
    """Sorted and disjoint: overlapping spans become one, spans that only touch stay apart, empty ones vanish."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if start >= end:
            continue
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _pieces(span: Span, holes: list[Span]) -> Iterable[Span]:
    start, end = span
    first = bisect_right(holes, start, key=_end)
    for hole_start, hole_end in holes[first:]:
        if hole_start >= end:
            break
        if start < hole_start:
            yield start, hole_start
        start = hole_end
    if start < end:
        yield start, end


def _end(span: Span) -> int:
    return span[1]


def _since_epoch(instant: datetime) -> timedelta:
    if instant.utcoffset() is None:
        raise ValueError(f"{instant.isoformat()} has no time zone")
    return instant - EPOCH
