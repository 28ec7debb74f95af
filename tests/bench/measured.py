"""What was measured of one contestant, as a row of the table; and what was promised of ours."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from tests.load.timing import Timing


@dataclass
class Measured:
    """`day`, `days`: answers in a second that say what is free on one day, and on 90. None where there is no such question, or no server.

    `oversold`: places that were promised twice, counted in the database afterwards. `megabytes`: peak of the processes that
    serve; `worker`, of the one that delivers letters.
    """

    name: str
    booking: Timing
    day: float | None = None
    days: float | None = None
    oversold: int | None = None
    megabytes: float | None = None
    worker: float | None = None
    is_ours: bool = False

    def broken(self) -> list[str]:
        return [f"{self.name}: {target.title}" for target in TARGETS if self.is_ours and not target.is_kept(self)]

    def cells(self) -> list[str]:
        booking = self.booking
        waits = (booking.percentile(50), booking.percentile(99), booking.slowest)
        return [
            self.name,
            _rate(self.day),
            _rate(self.days),
            f"{booking.rate:.0f}",
            *(f"{seconds:.3f}" for seconds in waits),
            "" if self.oversold is None else f"{self.oversold}",
            *("" if megabytes is None else f"{megabytes:.0f}" for megabytes in (self.megabytes, self.worker)),
        ]


class Target(NamedTuple):
    title: str
    bound: float
    figure: Callable[[Measured], float]
    at_least: bool = False

    def is_kept(self, measured: Measured) -> bool:
        figure = self.figure(measured)
        return figure >= self.bound if self.at_least else figure <= self.bound


TARGETS = (
    Target("answers about one day/s", 1000, lambda each: each.day or 0, at_least=True),
    Target("bookings/s", 200, lambda each: each.booking.rate, at_least=True),
    Target("p99 of booking, s", 1, lambda each: each.booking.percentile(99)),
    Target("slowest booking, s", 1, lambda each: each.booking.slowest),
    Target("oversold", 0, lambda each: each.oversold or 0),
    Target("memory, MB", 400, lambda each: each.megabytes or 0),
)
HEAD = ["", "1 day/s", "90 days/s", "bookings/s", "median, s", "p99", "slowest", "oversold", "MB", "worker, MB"]
PROMISED = ["promised", "1000", "", "200", "", "1", "1", "0", "400", ""]


def rows(found: Iterable[Measured]) -> list[list[str]]:
    return [HEAD, PROMISED, *(each.cells() for each in found)]


def ratios(found: list[Measured]) -> list[str]:
    """Ours beside each of the others on the same database, as sentences."""
    ours = {each.name.split(", ")[1]: each for each in found if each.is_ours}
    pairs = [(ours[each.name.split(", ")[1]], each) for each in found if not each.is_ours]
    return [f"{mine.name}: {_beside(mine, other)}" for mine, other in pairs]


def _beside(mine: Measured, other: Measured) -> str:
    said = f"{mine.booking.rate / other.booking.rate:.2f} times the bookings/s of {other.name}"
    said += f", slowest {mine.booking.slowest / other.booking.slowest:.2f} times"
    if mine.day and other.day and mine.days and other.days:
        said += f"; answers about a day {mine.day / other.day:.0f} times, about 90 {mine.days / other.days:.0f}"
    return said


def _rate(rate: float | None) -> str:
    if rate is None:
        return ""
    return f"{rate:.0f}" if rate >= 10 else f"{rate:.2f}"
