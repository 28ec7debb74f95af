"""Can there be bookings, one at each of some counters, that too few people could serve?

By Hall's theorem (1935) the people suffice unless some of the bookings can be served, all together, by fewer people than there
are bookings. So bookings are looked for that have as few people as possible in common.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from booking.town.places import shown

# Far more than any real town needs: counters share their people with a few others, or are all served by the same people.
MOST_WAYS = 5_000

People = frozenset[str]
NOBODY: People = frozenset()


class Booking(NamedTuple):
    """What can be booked at a counter in one visit, and who could serve it."""

    counter: str
    skills: tuple[str, ...]
    able: People

    def __str__(self) -> str:
        return f"{shown(self.counter)} for {' and '.join(map(shown, self.skills))}"


class Shortage(tuple[Booking, ...]):
    """Bookings that can be made for one time, more than there are people who could serve them."""

    def __str__(self) -> str:
        people = ", ".join(map(shown, sorted(everybody(self))))
        return f"people can book {' and '.join(map(str, self))} at the same time, and only {people} could serve them"


class TooTangledError(Exception):
    """There are so many ways to share these people that nobody can tell whether they suffice."""


def everybody(bookings: Iterable[Booking]) -> People:
    return NOBODY.union(*(booking.able for booking in bookings))


def hardest_bookings(counter: str, together: Iterable[Sequence[str]], skills_of: dict[str, set[str]]) -> list[Booking]:
    """The bookings at a counter that the fewest people could serve: everything that one of them can do there.

    `together` are lists of skills that can be booked in one visit; `skills_of` knows the people who are there.
    """
    found: dict[People, Booking] = {}
    for wanted in together:
        for own in skills_of.values():
            skills = tuple(skill for skill in wanted if skill in own)
            able = _able(skills, skills_of)
            if skills and able not in found:
                found[able] = Booking(counter, _fewest(skills, skills_of), able)
    return [booking for able, booking in found.items() if not any(other < able for other in found)]


def shortage_among(counters: Sequence[Sequence[Booking]]) -> Shortage | None:
    """`counters` are the bookings possible at each; best those next to each other share people. Raises TooTangledError.

    Counter by counter, every choice of bookings is kept that may still grow into a shortage.
    """
    choices = [_Choice()]
    for number, bookings in enumerate(counters):
        longer = [choice.and_also(booking) for choice in choices for booking in bookings]
        for choice in longer:
            if choice.spare < 0:
                return _smallest(choice.bookings)
        choices = _worth_keeping([*choices, *longer], counters[number + 1 :])
        if len(choices) > MOST_WAYS:
            raise TooTangledError
    return None


class _Choice(NamedTuple):
    """Bookings, at most one at each counter, and everybody who could serve one of them."""

    bookings: tuple[Booking, ...] = ()
    people: People = NOBODY

    @property
    def spare(self) -> int:
        return len(self.people) - len(self.bookings)

    def and_also(self, booking: Booking) -> "_Choice":
        return _Choice((*self.bookings, booking), self.people | booking.able)


def _worth_keeping(choices: list[_Choice], to_come: Sequence[Sequence[Booking]]) -> list[_Choice]:
    """Of choices that have the same people in common with the counters to come, the one with the fewest people to spare.

    One that has as many to spare as it has in common is no better than the empty choice, and one that has as many to spare as
    there are counters to come can't run short.
    """
    later = everybody(booking for bookings in to_come for booking in bookings)
    best = {NOBODY: _Choice()}
    for choice in choices:
        shared = choice.people & later
        if choice.spare < min(len(shared), len(to_come)) and (shared not in best or choice.spare < best[shared].spare):
            best[shared] = choice
    return list(best.values())


def _smallest(bookings: tuple[Booking, ...]) -> Shortage:
    """Without the bookings that the shortage doesn't need."""
    for booking in bookings:
        rest = tuple(each for each in bookings if each is not booking)
        if len(everybody(rest)) < len(rest):
            bookings = rest
    return Shortage(bookings)


def _able(skills: Iterable[str], skills_of: dict[str, set[str]]) -> People:
    return frozenset(person for person, own in skills_of.items() if own.issuperset(skills))


def _fewest(skills: tuple[str, ...], skills_of: dict[str, set[str]]) -> tuple[str, ...]:
    """As few of the skills as leave nobody else able, the first ones rather than the last."""
    able = _able(skills, skills_of)
    for skill in reversed(skills):
        rest = tuple(each for each in skills if each != skill)
        if rest and _able(rest, skills_of) == able:
            skills = rest
    return skills
