"""What somebody wants to come for, and what the catalogue says about it: how long, where, how, and who could serve it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from booking.catalogue import MODES, Catalogue, Counter, Service, StaffMember
from booking.errors import (
    NotOfferedThere,
    NotOfferedTogether,
    NotValid,
    Problem,
    TooManyPeople,
    UnknownLocation,
    UnknownService,
)
from booking.slots import VisitLength

MOST_SERVICES = 8


@dataclass(frozen=True)
class Visit:
    """One or several services in one sitting, at one location, in one mode, for some people. Raises NotValid on wrong types."""

    services: tuple[str, ...]
    location: str
    mode: str
    people: int = 1

    def __post_init__(self):
        wrong = [
            Problem(field, "wrong-type")
            for field, fits in (
                ("services", _are_names(self.services)),
                ("location", isinstance(self.location, str)),
                ("mode", isinstance(self.mode, str)),
                ("people", type(self.people) is int),
            )
            if not fits
        ]
        if wrong:
            raise NotValid(tuple(wrong))
        object.__setattr__(self, "services", tuple(self.services))


@dataclass(frozen=True)
class Quote:
    """What a visit takes. `served` holds, per location, the modes in which at least one counter can really serve all of it."""

    services: tuple[Service, ...]
    people: int
    served: Mapping[str, tuple[str, ...]]

    @cached_property
    def minutes(self) -> int:
        return sum(each.minutes + (self.people - 1) * each.extra_person_minutes for each in self.services)

    @cached_property
    def step_minutes(self) -> int:
        return self.services[0].step_minutes

    @cached_property
    def before_minutes(self) -> int:
        return max(each.buffer_before_minutes for each in self.services)

    @cached_property
    def after_minutes(self) -> int:
        return max(each.buffer_after_minutes for each in self.services)

    @cached_property
    def notice_minutes(self) -> int:
        return max(each.notice_minutes for each in self.services)

    @cached_property
    def horizon_days(self) -> int:
        return min(each.horizon_days for each in self.services)

    @cached_property
    def desk_places(self) -> int:
        return max(each.desk_places for each in self.services)

    @cached_property
    def cancel_until_minutes(self) -> int:
        return max(each.cancel_until_minutes for each in self.services)

    @cached_property
    def max_people(self) -> int:
        return min(each.max_people for each in self.services)

    @cached_property
    def skills(self) -> frozenset[str]:
        return frozenset(each.skill for each in self.services)

    @cached_property
    def length(self) -> VisitLength:
        return VisitLength(self.minutes, self.step_minutes, self.before_minutes, self.after_minutes)

    @property
    def locations(self) -> tuple[str, ...]:
        return tuple(self.served)

    @property
    def modes(self) -> tuple[str, ...]:
        return tuple(mode for mode in MODES if any(mode in modes for modes in self.served.values()))

    def last_day(self, today: date) -> date:
        """The last local day that can be booked today."""
        return today + timedelta(days=self.horizon_days)


def quote(catalogue: Catalogue, services: Sequence[str], people: int = 1) -> Quote:
    """What these services take together. Raises UnknownService, TooManyPeople, NotOfferedTogether, NotValid."""
    rows = _offered_services(catalogue, services)
    served = _where_and_how(catalogue, rows)
    if not served:
        raise NotOfferedTogether(tuple(services))
    answer = Quote(rows, people, served)
    if not 1 <= people <= answer.max_people:
        raise TooManyPeople(people, answer.max_people)
    return answer


def quote_for(catalogue: Catalogue, visit: Visit) -> Quote:
    """The quote of this very visit. Raises what `quote` raises, UnknownLocation and NotOfferedThere."""
    answer = quote(catalogue, visit.services, visit.people)
    if visit.location not in catalogue.locations:
        raise UnknownLocation(visit.location)
    if visit.mode not in answer.served.get(visit.location, ()):
        raise NotOfferedThere(visit.location, visit.mode)
    return answer


def qualified(
    catalogue: Catalogue, location: str, mode: str, skills: frozenset[str]
) -> list[tuple[Counter, list[StaffMember] | None]]:
    """The counters of a location that can serve all `skills` in `mode`, each with the people who can do it there.

    None instead of people: nobody is assigned to that counter, so its own skills alone decide. A counter to which people are
    assigned, none of whom has every skill, serves nothing of the kind.
    """
    found = []
    for counter in catalogue.counters_at(location):
        if mode in counter.modes and skills <= set(counter.skills):
            assigned = catalogue.staff_of(counter.slug)
            able = [person for person in assigned if skills <= set(person.skills)]
            if able or not assigned:
                found.append((counter, able or None))
    return found


def _offered_services(catalogue: Catalogue, services: Sequence[str]) -> tuple[Service, ...]:
    if not _are_names(services):
        raise NotValid((Problem("services", "wrong-type"),))
    if not services:
        raise NotValid((Problem("services", "missing"),))
    if len(services) > MOST_SERVICES or len(set(services)) < len(services):
        raise NotOfferedTogether(tuple(services))
    for slug in services:
        if slug not in catalogue.services:
            raise UnknownService(slug)
    return tuple(catalogue.services[slug] for slug in services)


def _where_and_how(catalogue: Catalogue, services: tuple[Service, ...]) -> dict[str, tuple[str, ...]]:
    skills = frozenset(each.skill for each in services)
    served = {}
    for location in catalogue.locations:
        if all(location in each.locations for each in services):
            modes = [mode for mode in MODES if all(mode in each.modes for each in services)]
            served[location] = tuple(mode for mode in modes if qualified(catalogue, location, mode, skills))
    return {location: modes for location, modes in served.items() if modes}


def _are_names(services: object) -> bool:
    return isinstance(services, (list, tuple)) and all(isinstance(slug, str) for slug in services)
