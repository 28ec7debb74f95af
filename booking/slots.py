"""Free starts: pure functions and big integers. No database, no clock, no zone; minutes since the epoch, UTC.

In four steps:

1. The starts that the openings allow lie on a few grids. The longest stride that meets them all is the grain of an `_Axis`; bit
   i of every bitset stands for the start at `origin + i * grain`. Nothing is rounded: no start is possible between two bits.
2. A taken time [a, b) bars the starts strictly between a - minutes - after and b + before: one run of bits.
3. `allowed & ~barred` are the free starts of one counter.
4. How many counters have bit i set is counted for all starts at once, adding the bitsets column by column.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from math import gcd
from sys import maxsize
from typing import NamedTuple, Self

from booking.interval import Span, union

DAY = 1440
MOST_COUNTERS = 255  # places are counted in bytes
MOST_REMEMBERED = 32  # lengths of visit; whoever combines services at will must not fill the memory
RUNS = [bytearray(b"1") * length for length in range(256)]

Row = tuple[int, int, int]


@dataclass(frozen=True)
class VisitLength:
    """A visit's length, the step of its starts, and the buffers that keep counter time free around it; all in minutes."""

    minutes: int
    step: int
    before: int = 0
    after: int = 0

    def __post_init__(self):
        if self.minutes < 1 or self.step < 1 or self.before < 0 or self.after < 0:
            raise ValueError(f"no visit is like this: {self}")


def free_starts(openings: Iterable[Span], taken: Iterable[Span], needs: int, earliest: int, step: int) -> Iterator[int]:
    """Yield every minute at which a visit of `needs` minutes fits into the openings of one counter.

    A visit never straddles a taken time nor the end of an opening, and never starts before `earliest` (now plus the service's
    notice). Starts lie on `step` from the opening's own start, so that a 20-minute service opening at 09:05 offers 09:05,
    09:25, ...
    """
    found = Counters([openings]).free_places([Taken(taken)], VisitLength(needs, step), earliest, maxsize)
    return (start for start, _ in found)


class Counters:
    """The counters that can serve a kind of visit, each with its openings; 255 at most. Remembers the starts these allow."""

    def __init__(self, openings: Sequence[Iterable[Span]]):
        if len(openings) > MOST_COUNTERS:
            raise ValueError(f"{len(openings)} counters, where {MOST_COUNTERS} is the most")
        self._openings = [tuple(spans) for spans in openings]
        self._allowed: dict[tuple[int, int], _Allowed] = {}
        self._unions: dict[int, list[Span]] = {}

    def free_places(
        self, taken: Sequence["Taken"], visit: VisitLength, earliest: int, until: int, kept: int = 0
    ) -> list[tuple[int, int]]:
        """(start, places) for every start in [earliest, until) that has a place, sorted.

        Places are the counters that can serve the whole visit, less `kept`. `taken[i]` is the taken time of the i-th counter.
        """
        allowed = self._allowed_for(visit)
        first, last = bisect_left(allowed.starts, earliest), bisect_left(allowed.starts, until)
        if first >= last:
            return []
        counters = zip(allowed.bits, taken, strict=True)
        places = _counted((bits & ~time.barred(allowed.axis, visit) for bits, time in counters), allowed.axis.length)
        window = zip(allowed.starts[first:last], allowed.positions[first:last], strict=True)
        return [(start, places[i] - kept) for start, i in window if places[i] > kept]

    def starts(self, visit: VisitLength, earliest: int, until: int) -> list[int]:
        """Every start in [earliest, until) that the openings of some counter allow, taken or not."""
        allowed = self._allowed_for(visit)
        return allowed.starts[bisect_left(allowed.starts, earliest) : bisect_left(allowed.starts, until)]

    def serving(self, taken: Sequence["Taken"], visit: VisitLength, start: int) -> list[int]:
        """Which counters, by their position, can serve the whole visit from this very start."""
        allowed = self._allowed_for(visit)
        bit = allowed.axis.bit(start)
        needed = (start - visit.before, start + visit.minutes + visit.after)
        counters = enumerate(zip(allowed.bits, taken, strict=True))
        return [number for number, (bits, time) in counters if bits & bit and not time.meets(needed)]

    def is_open(self, counter: int, start: int, end: int) -> bool:
        """Is this counter, named by its position, open for all of [start, end)?"""
        opened = self._unions.get(counter)
        if opened is None:
            opened = self._unions[counter] = union(self._openings[counter])
        opens = bisect_right(opened, start, key=_opens) - 1
        return opens >= 0 and end <= opened[opens][1]

    def _allowed_for(self, visit: VisitLength) -> "_Allowed":
        key = (visit.minutes, visit.step)
        allowed = self._allowed.get(key)
        if allowed is None:
            allowed = _Allowed(self._openings, *key)
            _remember(self._allowed, key, allowed)
        return allowed


class Taken:
    """The taken time of one counter, buffers inside; remembers what it bars.

    Spans have start < end and come in any order; overlaps do no harm.
    """

    def __init__(self, spans: Iterable[Span]):
        self._rows: list[Row] = [(0, start, end) for start, end in spans]
        self._barred: dict[tuple[int, ...], tuple[int, int]] = {}

    @classmethod
    def of_rows(cls, rows: list[Row]) -> Self:
        """From (counter, start, end) of one counter, kept as they are: to copy 20,000 rows takes longer than to use them."""
        taken = cls(())
        taken._rows = rows
        return taken

    def barred(self, axis: "_Axis", visit: VisitLength) -> int:
        """Bit i is set when the visit can't start there. There may be more bits than the axis has."""
        if not self._rows:
            return 0
        needs = visit.minutes + visit.after
        key = (axis.origin, axis.grain, visit.before, needs)
        length, bits = self._barred.get(key, (0, 0))
        if length < axis.length:
            bits = _barred(self._rows, axis, visit.before, needs)
            _remember(self._barred, key, (axis.length, bits))
        return bits

    def meets(self, span: Span) -> bool:
        first, last = span
        return any(start < last and first < end for _, start, end in self._rows)


NOTHING_TAKEN = Taken(())


def taken_by_counter(rows: Iterable[Row]) -> dict[int, Taken]:
    """Taken time from (counter, start, end) rows in any order, each with start < end."""
    of_counter: defaultdict[int, list[Row]] = defaultdict(list)
    for row in rows:
        of_counter[row[0]].append(row)
    return {counter: Taken.of_rows(own) for counter, own in of_counter.items()}


class _Axis(NamedTuple):
    """The starts `origin + i * grain` for i in range(length)."""

    origin: int
    grain: int
    length: int

    def bit(self, start: int) -> int:
        position, beside = divmod(start - self.origin, self.grain)
        return 0 if beside or not 0 <= position < self.length else 1 << position


class _Allowed:
    """The starts that the openings of some counters allow to a visit of `minutes`: of all together, and as bits of each."""

    def __init__(self, openings: Sequence[tuple[Span, ...]], minutes: int, step: int):
        grids = {spans: list(_grids(spans, minutes, step)) for spans in set(openings)}
        self.starts = sorted(set(chain.from_iterable(chain.from_iterable(grids.values()))))
        self.axis = _axis(self.starts, [grid.start for own in grids.values() for grid in own], step)
        self.positions = [(start - self.axis.origin) // self.axis.grain for start in self.starts]
        bits = {spans: _bits(own, self.axis) for spans, own in grids.items()}
        self.bits = [bits[spans] for spans in openings]


def _grids(openings: Sequence[Span], minutes: int, step: int) -> Iterator[range]:
    """The starts of each opening, counted from its own start. A visit may run on into an overlapping opening."""
    joined = iter(union(openings))
    closes = -maxsize
    for start, end in sorted(openings):
        if start >= end:
            continue
        while closes <= start:
            _, closes = next(joined)
        if start + minutes <= closes:
            yield range(start, min(end, closes - minutes + 1), step)


def _axis(starts: Sequence[int], grid_starts: Iterable[int], step: int) -> _Axis:
    """The origin lies near midnight, not at the first start, so that the axes of most counters share what `Taken` remembers."""
    if not starts:
        return _Axis(0, 1, 0)
    grain = gcd(step, *(start - starts[0] for start in grid_starts))
    origin = starts[0] - starts[0] % DAY // grain * grain
    return _Axis(origin, grain, (starts[-1] - origin) // grain + 1)


def _bits(grids: Iterable[range], axis: _Axis) -> int:
    origin, grain, length = axis
    board = bytearray(b"0") * (length + 1)  # int() wants at least one digit
    for grid in grids:
        first, last = (grid[0] - origin) // grain, (grid[-1] - origin) // grain
        board[first : last + 1 : grid.step // grain] = b"1" * len(grid)
    return int(board[::-1], 2)


def _barred(rows: Iterable[Row], axis: _Axis, before: int, needs: int) -> int:
    """A run of bits a row. The board holds the latest start first, as int() reads it: to turn it round takes a tenth longer."""
    origin, grain, length = axis
    board = bytearray(b"0") * length
    beyond = origin + length * grain
    latest, earliest = beyond - before, beyond + needs - 1
    for _, start, end in rows:
        first = (latest - end) // grain
        last = (earliest - start) // grain
        if first < 0 or last > length:
            first, last = max(first, 0), max(min(last, length), first, 0)
        try:
            board[first:last] = RUNS[last - first]
        except IndexError:
            board[first:last] = b"1" * (last - first)
    if len(board) != length:
        raise ValueError("a taken time ends before it starts")
    return int(board, 2)


def _opens(span: Span) -> int:
    return span[0]


def _remember(known: dict, key: tuple[int, ...], value: object) -> None:
    """Threads share what is remembered, so that nobody may count on finding it again."""
    if len(known) >= MOST_REMEMBERED:
        known.clear()
    known[key] = value


def _counted(bitsets: Iterable[int], length: int) -> bytearray:
    """Byte i: how many of the bitsets, 255 at most, have bit i set."""
    digits = _added(bitsets)
    columns = -(-length // 8)
    every_eighth = int.from_bytes(b"\1" * columns, "little")
    counts = bytearray(8 * columns)
    for place in range(8):
        sums = sum(((digit >> place) & every_eighth) << power for power, digit in enumerate(digits))
        counts[place::8] = sums.to_bytes(columns, "little")
    return counts


def _added(bitsets: Iterable[int]) -> list[int]:
    """Bit i of the k-th answer is the k-th binary digit of how many bitsets have bit i set: sums by column, with carries."""
    digits: list[int] = []
    for bits in bitsets:
        carry = bits
        for power, digit in enumerate(digits):
            digits[power], carry = digit ^ carry, digit & carry
            if not carry:
                break
        if carry:
            digits.append(carry)
    return digits
