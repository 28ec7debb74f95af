"""How long somebody will wait, from what others waited: a range, or openly nothing. Pure functions.

From each past case is taken how long it waited for each person who was before it and for itself. Half of those cases waited at most
`low`, nine tenths at most `high`, for as many people as are ahead now. Cases of the same service at the same hour are asked first, then
of the service, then of the house; fewer than twenty say nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from math import ceil

FEWEST = 20
HALF, MOST = 0.5, 0.9
SERVICE_AND_HOUR, SERVICE, LOCATION, UNKNOWN = "service-and-hour", "service", "location", "unknown"


@dataclass(frozen=True)
class Past:
    """A case of this house: the hour of its own clock at which the wait began, how many were ahead then, how long it took."""

    service: str
    hour: int
    ahead: int
    waited: timedelta

    @property
    def for_each(self) -> timedelta:
        return self.waited / (self.ahead + 1)


@dataclass(frozen=True)
class Estimate:
    """Whole minutes; both None where we don't know yet. `basis` says which cases it is drawn from."""

    low: int | None
    high: int | None
    basis: str


NOTHING_KNOWN = Estimate(None, None, UNKNOWN)


class Experience:
    """The past cases of a house, sorted once to be asked often."""

    def __init__(self, past: Iterable[Past] = ()):
        self._waits: dict[tuple[object, ...], list[timedelta]] = {}
        for each in past:
            for key in ((each.service, each.hour), (each.service,), ()):
                self._waits.setdefault(key, []).append(each.for_each)
        for waits in self._waits.values():
            waits.sort()

    def estimate(self, service: str, hour: int, ahead: int) -> Estimate:
        for basis, key in ((SERVICE_AND_HOUR, (service, hour)), (SERVICE, (service,)), (LOCATION, ())):
            waits = self._waits.get(key, [])
            if len(waits) >= FEWEST:
                low, high = (quantile(waits, share) * (ahead + 1) for share in (HALF, MOST))
                return Estimate(_minutes(low), max(_minutes(high), _minutes(low) + 1), basis)
        return NOTHING_KNOWN


def quantile(ordered: list[timedelta], share: float) -> timedelta:
    """The smallest value that at least this share of them doesn't exceed."""
    return ordered[max(ceil(share * len(ordered)), 1) - 1]


def came_true(low: int | None, high: int | None, waited: timedelta) -> bool | None:
    """Whether they waited no longer than they were told; None when nothing was told."""
    return None if low is None or high is None else waited <= timedelta(minutes=high)


def _minutes(span: timedelta) -> int:
    return ceil(span / timedelta(minutes=1))
