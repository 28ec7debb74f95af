"""Nobody can be at two counters at once: counters that share people need enough of them, also while some are away.

Asked of each moment at which something changes (a counter opens, a closure ends, somebody leaves): is there a shortage?
"""

from collections.abc import Iterator
from datetime import date, datetime, time
from functools import cache
from typing import NamedTuple

from booking.interval import MINUTE, Span, cut
from booking.town.desks import DAY, Desk, Hours, Offer, moments, special_days, usual_days
from booking.town.document import Stretch, Thing, stretches, things, values
from booking.town.positions import Place
from booking.town.shortage import NOBODY, Booking, People, Shortage, TooTangledError, hardest_bookings, shortage_among

LONGEST_ABSENCE = 400 * DAY
_CLOSE_ONE = "Write a closure of one of these counters for that time."


def too_few_people(offer: Offer) -> Iterator[tuple[Place, str]]:
    """For each group of counters that share people, the first moment with too few of them: in a usual week, or on a special day.

    When there is none, for each absence of one of these people the first moment of it with too few left.
    """
    for desks in _sharing(offer.desks):
        group = _Group(offer, _neighbours_together(desks))
        place = max(desk.place for desk in desks)
        try:
            if always := group.always_short():
                yield place, f"needs more people{always}."
            else:
                yield from group.short_while_away()
        except TooTangledError:
            yield (
                place,
                f"shares people with {len(desks) - 1} other counters in too many ways to check: "
                "give some counters people of their own.",
            )


def _sharing(desks: list[Desk]) -> list[list[Desk]]:
    """Counters linked by the people they have in common, two or more together."""
    groups: list[tuple[People, list[Desk]]] = []
    for desk in desks:
        people = _people(desk)
        linked = [group for group in groups if group[0] & people]
        groups = [group for group in groups if group not in linked]
        groups.append((people.union(*(group[0] for group in linked)), [*(each for group in linked for each in group[1]), desk]))
    return [group for people, group in groups if people and len(group) > 1]


def _neighbours_together(desks: list[Desk]) -> list[Desk]:
    """Each after those with which it shares most people, which keeps the search for a shortage short."""
    ordered, left, known = list[Desk](), list(desks), NOBODY
    while left:
        nearest = max(left, key=lambda desk: len(_people(desk) & known))
        left.remove(nearest)
        ordered.append(nearest)
        known |= _people(nearest)
    return ordered


class _Absence(NamedTuple):
    place: Place
    person: str
    starts: datetime
    ends: datetime


class _Group:
    """Counters that share people. The same counters open and the same people away is the same question, answered once."""

    def __init__(self, offer: Offer, desks: list[Desk]):
        self._offer = offer
        self._desks = desks
        self._absences = list(_absences(offer, desks))
        self._skills_in_one_visit = cache(offer.skills_in_one_visit)
        self._shortage = cache(self._shortage_of)
        self._bookings = cache(self._bookings_at)
        self._shortages_on = cache(self._shortages_of_day)

    def always_short(self) -> str:
        """The first shortage with everybody there, as the rest of a sentence; "" when there is none."""
        for usual in usual_days(self._desks):
            for _, is_open in moments(tuple(desk.usual_hours(usual) for desk in self._desks)):
                if shortage := self._shortage(is_open, NOBODY):
                    return f": {shortage}"
        for special in special_days(self._desks):
            for minute, is_open in moments(self._hours_on(special)):
                if shortage := self._shortage(is_open, NOBODY):
                    return f" {_at(special, minute):on %Y-%m-%d at %H:%M}: {shortage}"
        return ""

    def short_while_away(self) -> Iterator[tuple[Place, str]]:
        for absence in self._absences:
            if found := next(self._shortages_during(absence), None):
                moment, shortage = found
                yield absence.place, f"leaves too few people {moment:on %Y-%m-%d at %H:%M}: {shortage}. {_CLOSE_ONE}"

    def _shortages_during(self, absence: _Absence) -> Iterator[tuple[datetime, Shortage]]:
        last = min(absence.ends, absence.starts + LONGEST_ABSENCE).date()
        for number in range((last - absence.starts.date()).days + 1):
            for moment, shortage in self._shortages_on(absence.starts.date() + number * DAY):
                if absence.starts <= moment < absence.ends:
                    yield moment, shortage

    def _shortages_of_day(self, day: date) -> list[tuple[datetime, Shortage]]:
        """As the day really is: holidays, closures and everybody's absences counted."""
        begins, ends = _at(day), _at(day + DAY)
        absences = [each for each in self._absences if each.starts < ends and begins < each.ends]
        instants = {minute for each in absences for minute in _within(day, (each.starts, each.ends))}
        found = []
        for minute, is_open in moments(self._hours_on(day), instants):
            moment = _at(day, minute)
            away = frozenset(each.person for each in absences if each.starts <= moment < each.ends)
            if shortage := self._shortage(is_open, away):
                found.append((moment, shortage))
        return found

    def _hours_on(self, day: date) -> Hours:
        return tuple(tuple(self._open_on(desk, day)) for desk in self._desks)

    def _open_on(self, desk: Desk, day: date) -> list[Span]:
        hours = desk.hours_on(day, is_holiday=self._offer.is_holiday(day))
        return cut(hours, (_within(day, closure) for closure in desk.closures))

    def _shortage_of(self, is_open: tuple[int, ...], away: People) -> Shortage | None:
        return shortage_among(
            [bookings for number in is_open if (bookings := self._bookings(number, away & _people(self._desks[number])))]
        )

    def _bookings_at(self, number: int, away: People) -> list[Booking]:
        desk = self._desks[number]
        present = {_slug(person): set(values(person, "skills")) for person in desk.people if _slug(person) not in away}
        return hardest_bookings(_slug(desk.counter), self._skills_in_one_visit(desk), present)


def _absences(offer: Offer, desks: list[Desk]) -> Iterator[_Absence]:
    concerned = NOBODY.union(*map(_people, desks))
    for place, person in things(offer.sound, "staff"):
        if _slug(person) in concerned:
            for where, (starts, ends) in stretches(person, "absences", place):
                yield _Absence(where, _slug(person), starts, ends)


def _within(day: date, stretch: Stretch) -> Span:
    """The part of a stretch that lies on this day, in minutes of the day."""
    starts, ends = max(stretch[0], _at(day)), min(stretch[1], _at(day + DAY))
    return (starts - _at(day)) // MINUTE, (ends - _at(day)) // MINUTE


def _at(day: date, minute: int = 0) -> datetime:
    return datetime.combine(day, time()) + minute * MINUTE


def _people(desk: Desk) -> People:
    return frozenset(map(_slug, desk.people))


def _slug(thing: Thing) -> str:
    return str(thing.get("slug"))
