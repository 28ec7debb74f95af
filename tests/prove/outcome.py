"""What came of a proof."""

from __future__ import annotations

from typing import NamedTuple


class Outcome(NamedTuple):
    """`found`: the figures, as a sentence. `broken`: every way in which the promise was not kept."""

    promise: str
    where: str
    found: str
    broken: tuple[str, ...] = ()


def unless(**conditions: bool) -> tuple[str, ...]:
    """The names of those that don't hold."""
    return tuple(name.replace("_", " ") for name, holds in conditions.items() if not holds)
