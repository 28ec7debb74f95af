"""Who sits where: could visits sit down anew so that one more finds a counter? Pure: no database, no clock.

A visit needs one counter that can serve it, for all of its time; at one counter visits never overlap. With skills in play this
is NP-hard, but not for a few counters (Arkin and Silverberg, "Scheduling jobs with fixed start and end times", 1987). Their way is
taken here: visits are seated in order of their start, and of all that went before only who is still at which counter matters.
Ways that lead to the same people at the same counters are followed once.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from booking.fewest_moves import fewest_moves

# Seats tried for one question before it is answered with no, whatever the answer might have been: some milliseconds. A
# visit that comes next can't have more ways to be seated than its house has orders of counters: 24 with four, 120 with five. So
# 125 visits that hang together at four counters, or 25 at five, are always answered for exactly; a real day takes some hundreds.
MOST_TRIES = 3_000


class Wanted(NamedTuple):
    """A visit that looks for a counter: its time in minutes, buffers included, and the counters it could have.

    These stand in the order in which they are given away.
    """

    start: int
    end: int
    able: tuple[int, ...]


class Sitting(NamedTuple):
    """A visit that has a counter. `able` are all it could have, its own included; when it must stay there is no other."""

    start: int
    end: int
    able: tuple[int, ...]
    counter: int
    seat: int


class Room(NamedTuple):
    """The counter that a new visit gets, and where others sit from then on: {seat: counter}."""

    counter: int
    moves: dict[int, int]


class Seating:
    """Visits where they sit: those of one day at one location. At no counter do two of them overlap."""

    def __init__(self, sittings: Sequence[Sitting]):
        self._sittings = sorted(sittings)
        self._starts = [sitting.start for sitting in self._sittings]
        self._longest = max((sitting.end - sitting.start for sitting in self._sittings), default=0)

    def has_room(self, wanted: Wanted, places: int = 1) -> bool:
        """Is there a seating of everybody and of `places` such visits at once?

        Exact, but for questions that take more than MOST_TRIES seats to try: these are answered with no. The same visits in the
        same seats always give the same answer.
        """
        return self._seated_with(wanted, places) is not None

    def room(self, wanted: Wanted, places: int = 1) -> Room | None:
        """The same question, answered with how one such visit is seated. As few as possible sit down elsewhere, where the ways
        to do so are few enough to try.
        """
        found = self._seated_with(wanted, places)
        if found is None:
            return None
        return Room(*(fewest_moves(wanted, self.meeting, len(found.moves)) or found))

    def meeting(self, start: int, end: int) -> Iterator[Sitting]:
        """Who needs a counter at any time in [start, end), by their start."""
        first, last = bisect_left(self._starts, start - self._longest + 1), bisect_left(self._starts, end)
        return (sitting for sitting in self._sittings[first:last] if sitting.end > start)

    def _seated_with(self, wanted: Wanted, places: int) -> Room | None:
        if len(wanted.able) < places or not self._fit_at_every_moment(wanted, places):
            return None
        concerned = self._concerned(wanted)
        visits = sorted([*concerned, *[wanted] * places], key=lambda visit: visit[:2])
        counters = _seated_in_order(visits)
        if counters is None:
            return None
        found = list(zip(visits, counters, strict=True))
        moves = {who.seat: counter for who, counter in found if isinstance(who, Sitting) and who.counter != counter}
        return Room(next(counter for who, counter in found if isinstance(who, Wanted)), moves)

    def _fit_at_every_moment(self, wanted: Wanted, places: int) -> bool:
        """What must hold, and mostly decides: at each moment alone, everybody who is there then has a counter."""
        there = list(self.meeting(wanted.start, wanted.end))
        moments = {wanted.start, *(sitting.start for sitting in there if sitting.start > wanted.start)}
        return all(
            _fit_at_once(wanted, places, [each for each in there if each.start <= moment < each.end])
            for moment in sorted(moments)
        )

    def _concerned(self, wanted: Wanted) -> set[Sitting]:
        """Everybody whose seat could matter: who might be in the way of the wanted visit, or of somebody who might be."""
        found, to_ask = set[Sitting](), list[Wanted | Sitting]([wanted])
        while to_ask:
            visit = to_ask.pop()
            able = set(visit.able)
            for other in self.meeting(visit.start, visit.end):
                if other not in found and not able.isdisjoint(other.able):
                    found.add(other)
                    if len(other.able) > 1:
                        to_ask.append(other)
        return found


def _fit_at_once(wanted: Wanted, places: int, there: Sequence[Sitting]) -> bool:
    """Counters for all at one moment: augmenting paths (Kuhn 1955), beginning with where they sit."""
    at: dict[int, Wanted | Sitting] = {sitting.counter: sitting for sitting in there}
    return all(_finds_a_counter(wanted, at, set()) for _ in range(places))


def _finds_a_counter(visit: Wanted | Sitting, at: dict[int, Wanted | Sitting], asked: set[int]) -> bool:
    for counter in visit.able:
        if counter not in asked:
            asked.add(counter)
            if counter not in at or _finds_a_counter(at[counter], at, asked):
                at[counter] = visit
                return True
    return False


def _seated_in_order(visits: Sequence[Wanted | Sitting]) -> list[int] | None:
    """A counter for each of these visits, which are sorted by their start; None when there is no way, or too many to try.

    Depth first, each visit at its own counter before any other, so that the way usually lies close to how they sit now.
    """
    numbers = {counter: number for number, counter in enumerate(sorted({each for visit in visits for each in visit.able}))}
    until = tuple(0 for _ in numbers)
    ways, chosen, tries = [(until, iter(_by_preference(visits[0])))], list[int](), 0
    known = set[tuple[int, tuple[int, ...]]]()
    while ways:
        until, left = ways[-1]
        visit = visits[len(ways) - 1]
        counter = next((each for each in left if until[numbers[each]] <= visit.start), None)
        if counter is None:
            ways.pop()
            continue
        if (tries := tries + 1) > MOST_TRIES:
            return None
        chosen[len(ways) - 1 :] = [counter]
        if len(ways) == len(visits):
            return chosen
        upcoming = visits[len(ways)]
        until = _who_stays(until, numbers[counter], visit.end, upcoming.start)
        if (len(ways), until) not in known:
            known.add((len(ways), until))
            ways.append((until, iter(_by_preference(upcoming))))
    return None


def _by_preference(visit: Wanted | Sitting) -> tuple[int, ...]:
    if isinstance(visit, Wanted):
        return visit.able
    return (visit.counter, *(counter for counter in visit.able if counter != visit.counter))


def _who_stays(until: tuple[int, ...], number: int, end: int, moment: int) -> tuple[int, ...]:
    """Until when each counter is taken, seen from `moment`: what is over by then is all the same."""
    after = (end if each == number else taken for each, taken in enumerate(until))
    return tuple(taken if taken > moment else 0 for taken in after)
