"""How many more visits fit on a day when seats are given late: the same requests, with seats that stay and seats that may move.

A day like one at the town hall of the demo town: seven counters with their skills and modes, services of 15 to 60 minutes, and
people who ask at random for a service and a time. No database, no clock, the same dice every time. Two questions:

- People who want a time, give or take a quarter of an hour: how many get one?
- A day with seats that stay has no start left for any service: how many more visits fit once seats may move?

`python -m tests.bench.bench_seating` prints the table; `make bench` asks for it.
"""

import random
from statistics import mean
from typing import NamedTuple

from booking.interval import Span
from booking.seating import Seating, Sitting, Wanted
from booking.slots import Counters, Taken, VisitLength

DAYS = 20
HALF_PAST_EIGHT, HALF_PAST_FIVE, SEVEN = 510, 1050, 1140


class Desk(NamedTuple):
    skills: frozenset[str]
    modes: frozenset[str]
    opened: Span


class Kind(NamedTuple):
    """A service in one mode."""

    skill: str
    mode: str
    length: VisitLength


class Gain(NamedTuple):
    """Visits that fit, on each of some days: with seats that stay, and with seats that may move."""

    name: str
    stay: list[int]
    move: list[int]


def _desk(skills: str, modes: str, closes: int = HALF_PAST_FIVE) -> Desk:
    return Desk(frozenset(skills.split()), frozenset(modes.split()), (HALF_PAST_EIGHT, closes))


EVERYDAY, PLANS, FAMILIES = "welcome documents streets waste", "planning business", "family social"
# The order in which they are given away: the one that can do least first.
DESKS = [
    _desk(PLANS, "in_person video phone"),
    _desk(PLANS, "in_person video phone"),
    _desk(FAMILIES, "in_person video phone"),
    _desk(FAMILIES, "in_person video phone"),
    _desk(EVERYDAY, "in_person phone"),
    _desk(EVERYDAY, "in_person video phone"),
    _desk(f"{EVERYDAY} {PLANS} {FAMILIES}", "video phone", SEVEN),
]
# (skill, minutes, step, modes), as the demo town has them.
SERVICES = [
    ("planning", 20, 20, "in_person video phone"),
    ("planning", 45, 15, "in_person"),
    ("planning", 40, 20, "in_person video"),
    ("planning", 50, 10, "in_person video"),
    ("business", 20, 20, "in_person video phone"),
    ("business", 30, 15, "in_person video phone"),
    ("streets", 20, 20, "in_person video phone"),
    ("waste", 15, 15, "in_person phone"),
    ("waste", 30, 30, "in_person video phone"),
    ("family", 30, 15, "in_person video phone"),
    ("family", 45, 15, "in_person video"),
    ("social", 60, 30, "in_person video phone"),
    ("documents", 15, 15, "in_person video phone"),
    ("documents", 30, 15, "in_person"),
    ("welcome", 25, 25, "in_person video phone"),
    ("welcome", 40, 20, "in_person video phone"),
]
KINDS = [Kind(skill, mode, VisitLength(minutes, step)) for skill, minutes, step, modes in SERVICES for mode in modes.split()]


def gains(days: int = DAYS) -> list[Gain]:
    full = [_when_full(seed) for seed in range(days)]
    return [
        *(Gain(f"{people} people want a time, +-15 minutes", *_who_get_one(people, days)) for people in (100, 150)),
        Gain("no start is left as people sit", [stay for stay, _ in full], [move for _, move in full]),
    ]


def table(found: list[Gain]) -> str:
    head = f"{f'Visits on a day, mean of {DAYS} days':<46}{'stay':>9}{'may move':>9}{'more':>9}{'from, to':>9}"
    return "\n".join([head, *map(_line, found)])


def _line(gain: Gain) -> str:
    more = [move - stay for stay, move in zip(gain.stay, gain.move, strict=True)]
    share = f"{sum(more) / sum(gain.stay):+.1%}"
    return f"{gain.name:<46}{mean(gain.stay):>9.1f}{mean(gain.move):>9.1f}{share:>9}{f'{min(more)}, {max(more)}':>9}"


def _who_get_one(people: int, days: int) -> tuple[list[int], list[int]]:
    stay, move = ([_served(people, seed, may_move=may) for seed in range(days)] for may in (False, True))
    return stay, move


def _served(people: int, seed: int, *, may_move: bool) -> int:
    dice, book = random.Random(seed), _Book(may_move=may_move)
    for _ in range(people):
        book.booked(*_wish(dice, KINDS), within=15)
    return len(book.sittings)


def _when_full(seed: int) -> tuple[int, int]:
    dice, book = random.Random(seed), _Book(may_move=False)
    stay = _filled(book, dice)
    book.may_move = True
    return stay, _filled(book, dice)


def _filled(book: "_Book", dice: random.Random) -> int:
    possible = list(KINDS)
    while possible:
        kind, wanted = _wish(dice, possible)
        if not book.booked(kind, wanted):
            possible.remove(kind)
    return len(book.sittings)


def _wish(dice: random.Random, kinds: list[Kind]) -> tuple[Kind, int]:
    return dice.choice(kinds), dice.randrange(HALF_PAST_EIGHT, HALF_PAST_FIVE)


class _Book:
    def __init__(self, *, may_move: bool):
        self.sittings: list[Sitting] = []
        self.may_move = may_move
        self._able = {kind: [number for number, desk in enumerate(DESKS) if _can(desk, kind)] for kind in KINDS}
        self._counters = {kind: Counters([[DESKS[number].opened] for number in able]) for kind, able in self._able.items()}

    def booked(self, kind: Kind, wanted: int, within: int = SEVEN) -> bool:
        """At the start nearest to `wanted`; False when none is free within so many minutes."""
        starts = self._counters[kind].starts(kind.length, wanted - within, wanted + within + 1)
        return any(self._seated(kind, start) for start in sorted(starts, key=lambda start: (abs(start - wanted), start)))

    def _seated(self, kind: Kind, start: int) -> bool:
        able, counters, taken = self._able[kind], self._counters[kind], self._taken(kind)
        free = counters.serving(taken, kind.length, start)
        end = start + kind.length.minutes
        could = tuple(able[number] for number in counters.serving([Taken(())] * len(able), kind.length, start))
        counter = able[free[0]] if free else self._made_free(Wanted(start, end, could))
        if counter is None:
            return False
        open_all_the_while = tuple(each for number, each in enumerate(able) if counters.is_open(number, start, end))
        self.sittings.append(Sitting(start, end, open_all_the_while, counter, len(self.sittings)))
        return True

    def _made_free(self, wanted: Wanted) -> int | None:
        room = Seating(self.sittings).room(wanted) if self.may_move else None
        if room is None:
            return None
        for seat, counter in room.moves.items():
            self.sittings[seat] = self.sittings[seat]._replace(counter=counter)
        return room.counter

    def _taken(self, kind: Kind) -> list[Taken]:
        return [Taken([each[:2] for each in self.sittings if each.counter == number]) for number in self._able[kind]]


def _can(desk: Desk, kind: Kind) -> bool:
    return kind.skill in desk.skills and kind.mode in desk.modes


if __name__ == "__main__":
    print(table(gains()))
