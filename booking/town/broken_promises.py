"""Visits promised under the rules of yesterday that can't be kept under those of today: for people to call about."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache

from sqlmodel import Session, col, select

from booking.catalogue import Catalogue, Counter
from booking.counter_time import counter_openings
from booking.interval import Span, minute_of, union
from booking.promises import BOOKED, Appointment, Seat
from booking.visits import qualified

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class BrokenPromise:
    """A visit still to come that the catalogue no longer has a place for, and why. No names: this may be printed."""

    reference: str
    location: str
    start_at: datetime
    why: str

    def __str__(self) -> str:
        return f"{self.reference} at {self.location}, {self.start_at:%Y-%m-%d %H:%M} UTC: {self.why}"


def broken_promises(session: Session, catalogue: Catalogue, now: datetime) -> list[BrokenPromise]:
    """Earliest first. A visit under way still counts; one that is over, or was cancelled, doesn't."""
    promised = session.exec(
        select(Appointment, Counter.slug)
        .where(Appointment.id == Seat.appointment_id, Counter.id == Seat.counter_id)
        .where(Appointment.state == BOOKED, Appointment.end_at > now)
        .order_by(col(Appointment.start_at), col(Appointment.reference))
    ).all()
    rules = _Rules(catalogue)
    reasons = ((appointment, rules.why_broken(appointment, counter)) for appointment, counter in promised)
    return [BrokenPromise(each.reference, each.location, each.start_at, why) for each, why in reasons if why]


class _Rules:
    """A catalogue, asked about many visits: openings are worked out once per counter, kind of visit and day."""

    def __init__(self, catalogue: Catalogue):
        self._catalogue = catalogue
        self._opened = cache(self._open)

    def why_broken(self, promised: Appointment, counter: str) -> str | None:
        catalogue = self._catalogue
        services = [catalogue.services[slug] for slug in promised.services if slug in catalogue.services]
        if len(services) < len(promised.services):
            return "the service is no longer offered"
        if promised.location not in catalogue.locations:
            return "the location is no longer there"
        if counter not in catalogue.counters or catalogue.counters[counter].location != promised.location:
            return "the counter is no longer there"
        if not all(promised.mode in each.modes and promised.location in each.locations for each in services):
            return "the service is no longer offered there in that way"
        return self._why_not_then(promised, counter, frozenset(each.skill for each in services))

    def _why_not_then(self, promised: Appointment, counter: str, skills: frozenset[str]) -> str | None:
        opened = self._opened(counter, promised.location, promised.mode, skills, promised.start_at.date())
        if opened is None:
            return "nobody at that counter can serve it any more"
        start, end = minute_of(promised.start_at), minute_of(promised.end_at)
        fits = any(opens <= start and end <= closes for opens, closes in opened)
        return None if fits else "the counter is closed then"

    def _open(self, counter: str, location: str, mode: str, skills: frozenset[str], day: date) -> list[Span] | None:
        """When the counter is open for such a visit around a day of UTC; None when it can't serve it at all."""
        for able, people in qualified(self._catalogue, location, mode, skills):
            if able.slug == counter:
                return union(counter_openings(self._catalogue, able, people, (day - ONE_DAY, day + 2 * ONE_DAY)))
        return None
