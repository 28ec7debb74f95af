"""The fewest who must sit down elsewhere so that one more visit finds a counter. Pure; `seating.py` says whether there is a way.

One visit takes a counter, those in its way look for another, and so on. Chains are followed depth first: all that move nobody,
then all that move one, then two. So the first that ends is a shortest one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from booking.seating import Sitting, Wanted

# Counters tried, after which a way with more moves will do: nobody notices one move more.
MOST_TRIES = 1_000


def fewest_moves(
    wanted: Wanted, meeting: Callable[[int, int], Iterator[Sitting]], fewer_than: int
) -> tuple[int, dict[int, int]] | None:
    """The wanted visit's counter and {seat: counter} of those who move; None when no way with fewer moves was found.

    `meeting(start, end)` are the visits, as they sit now, that need a counter in that time.
    """
    chains = _Chains(wanted, meeting)
    try:
        return next((found for most in range(fewer_than) if (found := chains.shorter(most))), None)
    except _TooManyTriesError:
        return None


class _TooManyTriesError(Exception):
    pass


class _Chains:
    def __init__(self, wanted: Wanted, meeting: Callable[[int, int], Iterator[Sitting]]):
        self._wanted = wanted
        self._meeting = meeting
        self._tries = 0

    def shorter(self, most: int) -> tuple[int, dict[int, int]] | None:
        placed = self._placed([self._wanted], {}, most)
        if placed is None:
            return None
        return placed.pop(self._wanted), {visit.seat: counter for visit, counter in placed.items()}  # type: ignore[union-attr]

    def _placed(
        self, waiting: list[Wanted | Sitting], placed: dict[Wanted | Sitting, int], most: int
    ) -> dict[Wanted | Sitting, int] | None:
        """Counters for all who wait and all who must make way for them, at most so many more; who is placed stays."""
        if not waiting:
            return placed
        visit, *others = waiting
        for counter in visit.able:
            self._count()
            evicted = self._in_the_way(visit, counter, {*placed, *waiting})
            if len(evicted) > most or _clash(visit, counter, placed):
                continue
            if found := self._placed([*others, *evicted], {**placed, visit: counter}, most - len(evicted)):
                return found
        return None

    def _in_the_way(self, visit: Wanted | Sitting, counter: int, gone: set[Wanted | Sitting]) -> list[Wanted | Sitting]:
        there = self._meeting(visit.start, visit.end)
        return [other for other in there if other.counter == counter and other not in gone]

    def _count(self) -> None:
        self._tries += 1
        if self._tries > MOST_TRIES:
            raise _TooManyTriesError


def _clash(visit: Wanted | Sitting, counter: int, placed: dict[Wanted | Sitting, int]) -> bool:
    return any(at == counter and other.start < visit.end and visit.start < other.end for other, at in placed.items())
