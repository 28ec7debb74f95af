"""How long things took, and how many of them were done in a second."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import quantiles


@dataclass
class Timing:
    """`seconds` each thing took; `lasted`, all of it together."""

    seconds: list[float] = field(default_factory=list)
    lasted: float = 0.0

    @contextmanager
    def one(self) -> Iterator[None]:
        """Not counted when it raises."""
        begun = time.perf_counter()
        yield
        self.seconds.append(time.perf_counter() - begun)

    @contextmanager
    def all(self) -> Iterator[None]:
        begun = time.perf_counter()
        yield
        self.lasted = time.perf_counter() - begun

    @property
    def rate(self) -> float:
        return len(self.seconds) / self.lasted

    @property
    def slowest(self) -> float:
        return max(self.seconds)

    def percentile(self, percent: int) -> float:
        return quantiles(self.seconds, n=100, method="inclusive")[percent - 1] if len(self.seconds) > 1 else self.seconds[0]
