"""Who can serve what, and when, as a town file has it: counters with their people and their hours, day by day."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, cached_property
from math import lcm

from booking.hours import OpeningRule, holiday_names
from booking.interval import Span, union
from booking.town.document import Stretch, Thing, day, part, slugs, stretches, things, values
from booking.town.positions import Place
from booking.town.rows import opening_values

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
MOST_WEEKS = 104
ANY_MONDAY = date(2001, 1, 1)

# The openings of each of some counters on one day, in minutes of the day.
Hours = tuple[tuple[Span, ...], ...]


@dataclass(frozen=True, eq=False)
class Desk:
    """One counter, its people, its opening rules (or its location's), and the closures that concern it."""

    place: Place
    counter: Thing
    people: list[Thing]
    rules: list[OpeningRule]
    closures: list[Stretch]

    def serves(self, skill: str, modes: list[str]) -> bool:
        able = not self.people or any(skill in values(person, "skills") for person in self.people)
        equipped = not set(modes).isdisjoint(values(self.counter, "modes"))
        return able and equipped and bool(self.rules) and skill in values(self.counter, "skills")

    def usual_hours(self, that_day: date) -> tuple[Span, ...]:
        """In minutes of the day, by the weekly rules alone; overlapping openings as one, touching ones apart."""
        return tuple(union(_span(rule) for rule in self.rules if not rule.on_day and rule.opens_on(that_day, is_holiday=False)))

    def hours_on(self, that_day: date, *, is_holiday: bool) -> tuple[Span, ...]:
        """By all rules, so that a holiday and an opening for this very day count."""
        return tuple(union(_span(rule) for rule in self.rules if rule.opens_on(that_day, is_holiday)))


class Offer:
    """The counters and services of a document from which the schema's refusals have been taken out."""

    def __init__(self, sound: Thing):
        self.sound = sound
        self._ways_to_open = cache(self._find_ways_to_open)
        self._holidays_in = cache(lambda year: _holidays(part(sound, "holidays"), year))

    @cached_property
    def desks(self) -> list[Desk]:
        return [desk for desks in self._desks_at.values() for desk in desks]

    def desks_at(self, location: str) -> list[Desk]:
        return self._desks_at.get(location, [])

    def serving(self, service: Thing, location: str, modes: list[str]) -> list[Desk]:
        return [desk for desk in self.desks_at(location) if desk.serves(service["skill"], modes)]

    def services(self) -> Iterator[tuple[Place, Thing]]:
        """The services whose skill the town knows; about the others another check has complained."""
        known = values(part(self.sound, "town"), "skills")
        return ((place, service) for place, service in things(self.sound, "services") if service.get("skill") in known)

    def locations(self) -> list[str]:
        return list(self._desks_at)

    def locations_of(self, service: Thing) -> list[str]:
        return [location for location in values(service, "locations") if location in self._known_locations]

    def skills_in_one_visit(self, desk: Desk) -> list[list[str]]:
        """What can be booked together at a counter: for each of its modes, the skills of the services offered there so."""
        location = desk.counter.get("location")
        here = [service for _, service in self.services() if location in values(service, "locations")]
        wanted = (
            {service["skill"] for service in here if mode in values(service, "modes")} for mode in values(desk.counter, "modes")
        )
        return [[skill for skill in values(desk.counter, "skills") if skill in skills] for skills in wanted]

    def longest_opening(self, desks: list[Desk]) -> int:
        ways = self._ways_to_open(tuple(desks))
        return max((closes - opens for hours in ways for spans in hours for opens, closes in spans), default=0)

    def most_open_at_once(self, desks: list[Desk]) -> int:
        ways = self._ways_to_open(tuple(desks))
        return max((len(is_open) for hours in ways for _, is_open in moments(hours)), default=0)

    def is_holiday(self, that_day: date) -> bool:
        return that_day in self._holidays_in(that_day.year)

    def _find_ways_to_open(self, desks: tuple[Desk, ...]) -> set[Hours]:
        """The different days that these counters have, closures aside."""
        usual = {tuple(desk.usual_hours(day) for desk in desks) for day in usual_days(desks)}
        special = {tuple(desk.hours_on(day, is_holiday=self.is_holiday(day)) for desk in desks) for day in special_days(desks)}
        return usual | special

    @cached_property
    def _known_locations(self) -> set[str]:
        return set(slugs(self.sound, "locations"))

    @cached_property
    def _desks_at(self) -> dict[str, list[Desk]]:
        houses = {house.get("slug"): house for _, house in things(self.sound, "locations")}
        found: dict[str, list[Desk]] = {}
        for place, counter in things(self.sound, "counters"):
            location = str(counter.get("location"))
            house = houses.get(location, {})
            closures = [stretch for around in (self.sound, house, counter) for _, stretch in stretches(around, "closures")]
            desk = Desk(place, counter, self._people_at(counter), _rules(counter) or _rules(house), closures)
            found.setdefault(location, []).append(desk)
        return found

    def _people_at(self, counter: Thing) -> list[Thing]:
        slug = counter.get("slug")
        return [person for _, person in things(self.sound, "staff") if slug in values(person, "counters")]


def usual_days(desks: Iterable[Desk]) -> list[date]:
    """Days on which the weekly rules of these counters meet in every way they ever do.

    What the rules do changes when one begins or ends, and from there on repeats as often as their weeks coincide (looked at for
    MOST_WEEKS at most). So a few weeks from each such day tell everything, whatever the day today.
    """
    rules = [rule for desk in desks for rule in desk.rules if not rule.on_day]
    weeks = min(lcm(*(rule.every_weeks for rule in rules)), MOST_WEEKS)
    turns = {rule.first_day for rule in rules if rule.first_day} | {rule.last_day + DAY for rule in rules if rule.last_day}
    starts = {min(turns, default=ANY_MONDAY) - weeks * WEEK, *turns}
    return sorted({start + number * DAY for start in starts for number in range(7 * weeks)})


def moments(hours: Hours, more: Iterable[int] = ()) -> Iterator[tuple[int, tuple[int, ...]]]:
    """The minutes of a day at which one of some counters opens, and some more, each with the numbers of the counters open then.

    Minutes at which none is open are left out.
    """
    opening = {opens for spans in hours for opens, _ in spans}
    for minute in sorted(opening.union(more)):
        if is_open := tuple(number for number, spans in enumerate(hours) if _includes(spans, minute)):
            yield minute, is_open


def _includes(spans: Iterable[Span], minute: int) -> bool:
    return any(opens <= minute < closes for opens, closes in spans)


def special_days(desks: Iterable[Desk]) -> list[date]:
    """The days that have openings of their own."""
    return sorted({rule.on_day for desk in desks for rule in desk.rules if rule.on_day})


def _rules(thing: Thing) -> list[OpeningRule]:
    return [rule for _, written in things(thing, "openings") if (rule := _rule(written))]


def _rule(written: Thing) -> OpeningRule | None:
    """None for one that makes no sense; another check has complained."""
    if None in written.values() or not {"opens", "closes"} <= written.keys():
        return None
    try:
        rule = opening_values(written)
        rule["weekdays"] = frozenset(rule["weekdays"])
        return OpeningRule(**rule)
    except ValueError:
        return None


def _span(rule: OpeningRule) -> Span:
    return rule.opens.hour * 60 + rule.opens.minute, rule.closes.hour * 60 + rule.closes.minute


def _holidays(written: Thing, year: int) -> set[date]:
    """None at all when the country is unknown, about which another check has complained."""
    own: dict[date | tuple[int, int], str] = {}
    for _, holiday in things(written, "own"):
        text = str(holiday.get("day"))
        if once := day(text):
            own[once] = ""
        elif len(text) == len("08-11"):
            month, number = map(int, text.split("-"))
            own[month, number] = ""
    try:
        return set(holiday_names(written.get("country"), written.get("subdivision"), [year], own, "en"))
    except ValueError:
        return set()
