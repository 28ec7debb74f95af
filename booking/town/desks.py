"""Who can serve what, and when at most, as a town file has it: counters with their people and their hours."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from booking.interval import Span, union
from booking.town.document import WEEKDAYS, Thing, clock, day, part, slugs, things, values
from booking.town.positions import Place


@dataclass(frozen=True)
class Desk:
    """One counter, its people, and its openings on each weekday (Monday is 0) in minutes of the day."""

    place: Place
    counter: Thing
    hours: dict[int, list[Span]]
    people: list[Thing]

    def serves(self, skill: str, modes: list[str]) -> bool:
        able = not self.people or any(skill in values(person, "skills") for person in self.people)
        equipped = not set(modes).isdisjoint(values(self.counter, "modes"))
        return able and equipped and bool(self.hours) and skill in values(self.counter, "skills")

    @property
    def longest(self) -> int:
        return max((closes - opens for spans in self.hours.values() for opens, closes in spans), default=0)


@dataclass(frozen=True)
class Offer:
    """The counters and services of a document from which the schema's refusals have been taken out."""

    sound: Thing

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

    def locations_of(self, service: Thing) -> list[str]:
        return [location for location in values(service, "locations") if location in self._known_locations]

    @cached_property
    def _known_locations(self) -> set[str]:
        return set(slugs(self.sound, "locations"))

    @cached_property
    def _desks_at(self) -> dict[str, list[Desk]]:
        location_hours = {location.get("slug"): _hours(location) for _, location in things(self.sound, "locations")}
        found: dict[str, list[Desk]] = {}
        for place, counter in things(self.sound, "counters"):
            location = str(counter.get("location"))
            hours = _hours(counter) or location_hours.get(location, {})
            found.setdefault(location, []).append(Desk(place, counter, hours, self._people_at(counter)))
        return found

    def _people_at(self, counter: Thing) -> list[Thing]:
        slug = counter.get("slug")
        return [person for _, person in things(self.sound, "staff") if slug in values(person, "counters")]


def _hours(thing: Thing) -> dict[int, list[Span]]:
    """The most that the rules can open on each weekday, with overlapping openings as one; touching ones stay apart."""
    found: dict[int, list[Span]] = {}
    for _, rule in things(thing, "openings"):
        opens, closes, on_day = clock(rule.get("opens")), clock(rule.get("closes")), day(rule.get("on_day"))
        weekdays = [on_day.weekday()] if on_day else [WEEKDAYS.index(name) for name in values(rule, "days")]
        if opens and closes:
            span = (opens.hour * 60 + opens.minute, closes.hour * 60 + closes.minute)
            for weekday in weekdays:
                found.setdefault(weekday, []).append(span)
    return {weekday: union(spans) for weekday, spans in found.items()}
