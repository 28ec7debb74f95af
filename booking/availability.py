"""Which starts are free, for those who look. Whoever books goes through `seats.py`, which asks the same counters."""

from dataclasses import dataclass
from datetime import date, datetime
from sys import maxsize

from sqlmodel import Session

from booking.counter_time import InsteadOf, Terms, in_order, page_now, taken_by_others, terms
from booking.errors import NotValid, Problem
from booking.hours import day_span, local_day
from booking.interval import first_minute_from, instant_of
from booking.reseating import starts_made_free
from booking.slots import NOTHING_TAKEN
from booking.visits import Visit


@dataclass(frozen=True)
class FreeStart:
    """A start (UTC) that can be booked at this moment, and how many people at least could still book it.

    `places` are the counters with a gap for it, less those kept for the desk; 1 where a gap must be made by others' sitting
    down elsewhere.
    """

    start: datetime
    places: int


def free_places(
    session: Session,
    now: datetime,
    visit: Visit,
    first_day: date,
    last_day: date,
    channel: str = "online",
    *,
    instead_of: InsteadOf | None = None,
) -> list[FreeStart]:
    """Every start that can be booked now on these local days, both included, earliest first; [] when there is none.

    What would be given back `instead_of` the new start is free for the one who asks, though for nobody else.

    Raises NotBookable when the visit itself can't be had there (unknown, not offered, too many people), and NotValid.
    """
    if type(first_day) is not date or type(last_day) is not date:
        raise NotValid((Problem("first_day", "wrong-type"),))
    offered = terms(session, now, visit, channel)
    first, last = max(first_day, offered.today), min(last_day, offered.last_day)
    if first > last:
        return []
    free = _Free(session, offered, first, last, instead_of)
    return _as_starts(free.also_made_free(free.earliest, free.until))


def next_places(
    session: Session,
    now: datetime,
    visit: Visit,
    count: int = 3,
    channel: str = "online",
    *,
    instead_of: InsteadOf | None = None,
) -> list[FreeStart]:
    """The next `count` free starts. Raises as `free_places`."""
    free = _whole_horizon(session, now, visit, channel, instead_of)
    enough = free.as_seated[:count]
    until = enough[-1][0] if len(enough) == count > 0 else free.until
    return _as_starts(free.also_made_free(free.earliest, until)[:count])


def nearest(
    session: Session,
    now: datetime,
    visit: Visit,
    start: datetime,
    count: int = 3,
    channel: str = "online",
    *,
    instead_of: InsteadOf | None = None,
) -> list[FreeStart]:
    """The `count` free starts nearest to `start`, before or after it, earliest first. Raises as `free_places`."""
    wanted, free = first_minute_from(start), _whole_horizon(session, now, visit, channel, instead_of)

    def nearest_of(places: list[tuple[int, int]]) -> list[tuple[int, int]]:
        return sorted(places, key=lambda place: abs(place[0] - wanted))[:count]

    enough = nearest_of(free.as_seated)
    far = abs(enough[-1][0] - wanted) + 1 if len(enough) == count > 0 else maxsize
    around = free.also_made_free(max(free.earliest, wanted - far), min(free.until, wanted + far))
    return _as_starts(sorted(nearest_of(around)))


def days_if_empty(
    session: Session, now: datetime, visit: Visit, first_day: date, last_day: date, channel: str = "online"
) -> set[date]:
    """The local days that would have a start if nobody had booked: on these, no free start means full. Raises as `free_places`."""
    offered = terms(session, now, visit, channel)
    nobody = [NOTHING_TAKEN] * len(offered.opened.counter_ids)
    until = day_span(offered.zone, min(last_day, offered.last_day))[1]
    earliest = max(offered.earliest, day_span(offered.zone, first_day)[0])
    starts = offered.opened.counters.free_places(nobody, offered.quote.length, earliest, until, offered.kept)
    return {local_day(offered.zone, start) for start, _ in starts}


def _whole_horizon(session: Session, now: datetime, visit: Visit, channel: str, instead_of: InsteadOf | None) -> "_Free":
    offered = terms(session, now, visit, channel)
    return _Free(session, offered, offered.today, offered.last_day, instead_of)


def _as_starts(free: list[tuple[int, int]]) -> list[FreeStart]:
    return [FreeStart(instant_of(start), places) for start, places in free]


class _Free:
    """The free starts of some local days, as (minute, places): `as_seated`, and those that others can make free."""

    def __init__(self, session: Session, offered: Terms, first_day: date, last_day: date, instead_of: InsteadOf | None):
        self._session, self._offered, self._instead_of = session, offered, instead_of
        self.earliest = max(offered.earliest, day_span(offered.zone, first_day)[0])
        self.until = day_span(offered.zone, last_day)[1]
        at = (session, offered.now, offered.visit.location)
        self._page = None if instead_of else page_now(*at, offered.zone)
        taken = self._page.taken(offered.now) if self._page else taken_by_others(*at, instead_of or InsteadOf())
        self._taken = in_order(offered.opened, taken)
        length = offered.quote.length
        self.as_seated = offered.opened.counters.free_places(self._taken, length, self.earliest, self.until, offered.kept)

    def also_made_free(self, earliest: int, until: int) -> list[tuple[int, int]]:
        """All that are free as visits sit now, and in [earliest, until) also those that are free once some sit elsewhere."""
        if earliest >= until:
            return self.as_seated
        zone = self._offered.zone
        starts = self._made_free((local_day(zone, earliest), local_day(zone, until - 1)))
        more = [(start, 1) for start in starts if earliest <= start < until]
        return sorted(self.as_seated + more) if more else self.as_seated

    def _made_free(self, days: tuple[date, date]) -> list[int]:
        """Notice isn't asked for yet, so that what the page remembers stays right as time passes."""
        session, offered, taken = self._session, self._offered, self._taken
        if self._page is None:
            return starts_made_free(session, offered, taken, days, self._instead_of)
        kind = (offered.visit.mode, offered.quote.skills, offered.quote.horizon_days, offered.quote.length, offered.kept)
        return self._page.recall(offered.now, (kind, days), lambda: starts_made_free(session, offered, taken, days))
