"""The order in which people are called, as rules that anyone can read: pure functions, no database, no clock.

1. Appointments at their time.
2. Whoever has waited as long as anybody may.
3. Legal priority (elderly, pregnant, with a small child, disabled: the person says so, nobody asks for proof), by arrival.
4. Everybody else, by arrival.
5. Appointments before their time, when nobody else waits.

After so many of 1 and 3 in a row at a counter, one of the others is called first, so that nobody waits without end. Whoever asked for
more time lets two others go first; with nobody else there they rest ten minutes.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

APPOINTMENT, WAITED_LONG, PRIORITY, TURN, EARLY = range(5)
FAVOURED = (APPOINTMENT, PRIORITY)


@dataclass(frozen=True)
class Policy:
    """As the town file's `[line]` has it; minutes. `early_minutes` before its time an appointment may check in; it keeps its time until
    `late_minutes` after. Who wasn't there when called may come back for `grace_minutes`.
    """

    most_in_a_row: int = 3
    longest_wait_minutes: int = 60
    early_minutes: int = 60
    late_minutes: int = 15
    grace_minutes: int = 30
    joins_from_outside: bool = True

    def span(self, name: str) -> timedelta:
        """`longest_wait`, `early`, `late` or `grace`."""
        return timedelta(minutes=getattr(self, f"{name}_minutes"))


@dataclass(frozen=True)
class Waiting:
    """`since`: from when they count as waiting. `due_at`: the time of their appointment, while they keep it. `counters`: those that can
    serve them now. `lets_pass` so many others first; with nobody else there, until `rests_until`.
    """

    ticket: int
    since: datetime
    due_at: datetime | None = None
    has_priority: bool = False
    counters: frozenset[str] = frozenset()
    lets_pass: int = 0
    rests_until: datetime | None = None


@dataclass(frozen=True)
class Ahead:
    """Who is called before somebody at the counters that they need: why, and the times of the appointments."""

    appointments: tuple[datetime, ...] = ()
    waited_long: int = 0
    priority: int = 0
    earlier: int = 0

    @property
    def people(self) -> int:
        return len(self.appointments) + self.waited_long + self.priority + self.earlier


@dataclass(frozen=True)
class Placed:
    """`place` 1 is next. `rank`: by which rule they will be called."""

    ticket: int
    rank: int
    ahead: Ahead

    @property
    def place(self) -> int:
        return self.ahead.people + 1


def line_up(
    waiting: Iterable[Waiting], policy: Policy, now: datetime, pace: timedelta = timedelta(0), favoured: int = 0
) -> list[Placed]:
    """Everybody in the order in which they will be called, if one is called every `pace` and nobody else comes.

    `favoured`: how many of rules 1 and 3 were called last, in a row.
    """
    left, called, placed, then = {each.ticket: each for each in waiting}, [], [], now
    while left:
        chosen, rank = choose(left.values(), policy, then, favoured) or _whoever(left.values(), policy, then)
        for passed in passed_by(left.values(), chosen):
            left[passed.ticket] = replace(passed, lets_pass=passed.lets_pass - 1)
        placed.append(Placed(chosen.ticket, rank, _ahead_of(chosen, called)))
        called.append((chosen, rank))
        del left[chosen.ticket]
        favoured, then = favoured_after(favoured, rank), then + pace
    return placed


def choose(waiting: Collection[Waiting], policy: Policy, now: datetime, favoured: int = 0) -> tuple[Waiting, int] | None:
    """Who is called now, and by which rule; None while everybody who waits rests."""
    awake = [each for each in waiting if not each.lets_pass] or [each for each in waiting if _has_rested(each, now)]
    if not awake:
        return None
    ready = [(_rank(each, policy, now), each) for each in awake]
    if favoured >= policy.most_in_a_row:
        ready = [pair for pair in ready if pair[0] in (WAITED_LONG, TURN)] or ready
    rank, chosen = min(ready, key=lambda pair: (pair[0], _moment(*pair), pair[1].ticket))
    return chosen, rank


def passed_by(waiting: Iterable[Waiting], chosen: Waiting) -> list[Waiting]:
    """Those who let this one go first, as they said they would, and one fewer from now on."""
    return [each for each in waiting if each.lets_pass and each.ticket != chosen.ticket and each.counters & chosen.counters]


def favoured_after(favoured: int, rank: int) -> int:
    return favoured + 1 if rank in FAVOURED else 0


def _whoever(waiting: Collection[Waiting], policy: Policy, now: datetime) -> tuple[Waiting, int]:
    """All of them rest: the one who has rested longest."""
    first = min(waiting, key=lambda each: (each.rests_until or now, each.ticket))
    return first, _rank(first, policy, now)


def _has_rested(each: Waiting, now: datetime) -> bool:
    return each.rests_until is None or each.rests_until <= now


def _rank(each: Waiting, policy: Policy, now: datetime) -> int:
    if each.due_at is not None:
        return APPOINTMENT if each.due_at <= now else EARLY
    if now - each.since >= policy.span("longest_wait"):
        return WAITED_LONG
    return PRIORITY if each.has_priority else TURN


def _moment(rank: int, each: Waiting) -> datetime:
    return each.due_at if rank in (APPOINTMENT, EARLY) and each.due_at else each.since


def _ahead_of(chosen: Waiting, called: list[tuple[Waiting, int]]) -> Ahead:
    before = [(each, rank) for each, rank in called if each.counters & chosen.counters]
    ranks = [rank for _each, rank in before]
    return Ahead(
        appointments=tuple(each.due_at for each, _rank in before if each.due_at),
        waited_long=ranks.count(WAITED_LONG),
        priority=ranks.count(PRIORITY),
        earlier=ranks.count(TURN),
    )
