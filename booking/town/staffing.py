"""Nobody can be at two counters at once: counters that share people need enough of them, also while some are away.

Asked of each moment at which something changes (a counter opens, somebody leaves, a closure ends): can there be bookings,
one at each open counter, that too few people are there to serve? By Hall's theorem there can exactly when some set of people
is smaller than the number of counters where a skill is had by nobody outside that set.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta
from itertools import chain
from typing import NamedTuple

from booking.interval import Span
from booking.town.desks import Desk, Offer
from booking.town.document import Stretch, Thing, stretch_of, things, values
from booking.town.places import shown
from booking.town.positions import Place

DAY = timedelta(days=1)
# A group with more ways than this to share its people is looked at for the first so many.
MOST_SETS = 2_000
LONGEST_ABSENCE = 400 * DAY
_CLOSE_ONE = "Write a closure of one of these counters for that time."

People = frozenset[str]


class Shortage(NamedTuple):
    """Bookings that can be made for one time, each a counter and a skill, and all who could serve them: too few."""

    bookings: list[tuple[str, str]]
    people: People

    def __str__(self) -> str:
        at = " and ".join(f"{shown(counter)} for {shown(skill)}" for counter, skill in self.bookings)
        return f"people can book {at} at the same time, and only {', '.join(map(shown, sorted(self.people)))} could serve them"


def too_few_people(offer: Offer) -> Iterator[tuple[Place, str]]:
    """For each group of counters that share people, the first moment with too few of them: in a usual week, or during an absence."""
    for desks in _sharing(offer.desks):
        if shortage := next(filter(None, (_shortage(open_then, frozenset()) for open_then in _usual_moments(desks))), None):
            yield desks[-1].place, f"needs more people: {shortage}."
        else:
            yield from _while_away(offer, desks)


def _sharing(desks: list[Desk]) -> list[list[Desk]]:
    """Counters linked by the people they have in common, two or more together."""
    groups: list[tuple[People, list[Desk]]] = []
    for desk in desks:
        people = frozenset(map(_slug, desk.people))
        linked = [group for group in groups if group[0] & people]
        groups = [group for group in groups if group not in linked]
        groups.append((people.union(*(group[0] for group in linked)), [*(each for group in linked for each in group[1]), desk]))
    return [group for people, group in groups if people and len(group) > 1]


def _usual_moments(desks: list[Desk]) -> Iterator[list[Desk]]:
    """The counters that are open together when one of them opens, on any weekday."""
    for weekday, minute in sorted(
        {(weekday, opens) for desk in desks for weekday, spans in desk.hours.items() for opens, _ in spans}
    ):
        yield [desk for desk in desks if _within(desk.hours.get(weekday, []), minute)]


def _while_away(offer: Offer, desks: list[Desk]) -> Iterator[tuple[Place, str]]:
    """For each absence of somebody at these counters, the first moment of it with too few people left."""
    everybody = {_slug(person) for desk in desks for person in desk.people}
    absences = [
        (where, _slug(person), stretch)
        for place, person in things(offer.sound, "staff")
        if _slug(person) in everybody
        for where, stretch in _stretches(person, "absences", place)
    ]
    shut = [_closures(offer.sound, desk) for desk in desks]
    changes = sorted({instant for stretch in chain((each for _, _, each in absences), *shut) for instant in stretch})
    for where, _, absence in absences:
        for moment in _moments(desks, absence, changes):
            absent = frozenset(slug for _, slug, stretch in absences if _during([stretch], moment))
            open_then = [desk for desk, closed in zip(desks, shut, strict=True) if _is_open(desk, moment, closed)]
            if shortage := _shortage(open_then, absent):
                yield where, f"leaves too few people {moment:on %Y-%m-%d at %H:%M}: {shortage}. {_CLOSE_ONE}"
                break


def _shortage(desks: list[Desk], absent: People) -> Shortage | None:
    choices = [_choices(desk, absent) for desk in desks if desk.people]
    for people in _unions(able for choice in choices for able in choice):
        theirs = (next((booking for able, booking in choice.items() if able <= people), None) for choice in choices)
        bookings = [booking for booking in theirs if booking]
        if len(bookings) > len(people):
            return Shortage(bookings, people)
    return None


def _choices(desk: Desk, absent: People) -> dict[People, tuple[str, str]]:
    """Who could serve a booking here, for each skill that somebody present has, and the booking: (counter, skill)."""
    found: dict[People, tuple[str, str]] = {}
    for skill in values(desk.counter, "skills"):
        able = frozenset(_slug(person) for person in desk.people if skill in values(person, "skills")) - absent
        if able:
            found.setdefault(able, (_slug(desk.counter), skill))
    return found


def _unions(sets: Iterable[People]) -> list[People]:
    """Every union of some of these sets, smaller ones first; the first MOST_SETS of them when there are more."""
    found: set[People] = set()
    for each in dict.fromkeys(sets):
        found |= {each, *(each | other for other in found)}
        if len(found) > MOST_SETS:
            break
    return sorted(found, key=lambda people: (len(people), sorted(people)))


def _moments(desks: list[Desk], absence: Stretch, changes: list[datetime]) -> Iterator[datetime]:
    """During the absence, whenever a counter opens or something else changes; earliest first."""
    begins, ends = absence[0], min(absence[1], absence[0] + LONGEST_ABSENCE)
    moments = {instant for instant in changes if begins <= instant < ends}
    opened = {(weekday, opens) for desk in desks for weekday, spans in desk.hours.items() for opens, _ in spans}
    for number in range((ends.date() - begins.date()).days + 1):
        midnight = datetime.combine(begins.date() + number * DAY, time())
        starts = (midnight + timedelta(minutes=opens) for weekday, opens in opened if weekday == midnight.weekday())
        moments.update(start for start in starts if begins <= start < ends)
    return iter(sorted(moments))


def _is_open(desk: Desk, moment: datetime, shut: list[Stretch]) -> bool:
    return _within(desk.hours.get(moment.weekday(), []), moment.hour * 60 + moment.minute) and not _during(shut, moment)


def _closures(sound: Thing, desk: Desk) -> list[Stretch]:
    location = desk.counter.get("location")
    houses = [thing for _, thing in things(sound, "locations") if thing.get("slug") == location]
    return [stretch for around in (sound, *houses, desk.counter) for _, stretch in _stretches(around, "closures")]


def _stretches(around: Thing, kind: str, place: Place = ()) -> Iterator[tuple[Place, Stretch]]:
    for where, thing in things(around, kind, place):
        if stretch := stretch_of(thing):
            yield where, stretch


def _during(stretches: Iterable[Stretch], moment: datetime) -> bool:
    return any(starts <= moment < ends for starts, ends in stretches)


def _within(spans: Iterable[Span], minute: int) -> bool:
    return any(opens <= minute < closes for opens, closes in spans)


def _slug(thing: Thing) -> str:
    return str(thing.get("slug"))
