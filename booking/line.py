"""The order in which people are called, as rules that anyone can read: pure functions, no database, no clock.

1. Appointments at their time.
2. Whoever has waited as long as anybody may.
3. Legal priority (elderly, pregnant, with a small child, disabled: the person says so, nobody asks for proof), by arrival.
4. Everybody else, by arrival.
5. Appointments before their time, when nobody else waits.

After so many of 1 and 3 in a row at a counter, one of the others is called first, so that nobody waits without end. Whoever asked for
more time lets two others go first; with nobody else there they rest ten minutes.
"""

from bisect import insort
from collections import Counter
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
    rows, placed, then, tally = _Rows(waiting), [], now, _Tally()
    while rows:
        chosen, rank = rows.take(policy, then, favoured)
        placed.append(Placed(chosen.ticket, rank, tally.ahead_of(chosen)))
        tally.add(chosen, rank)
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


class _Rows:
    """Those who wait, sorted by what they wait for: so that a long line is ordered in little more time than it takes to sort it."""

    def __init__(self, waiting: Iterable[Waiting]):
        self.appointments: list[Waiting] = []
        self.priority: list[Waiting] = []
        self.turns: list[Waiting] = []
        self.resting: list[Waiting] = []
        for each in waiting:
            (self.resting if each.lets_pass else self._row_of(each)).append(each)
        self.appointments.sort(key=_by_time)
        self.priority.sort(key=_by_arrival)
        self.turns.sort(key=_by_arrival)

    def __bool__(self) -> bool:
        return bool(self.appointments or self.priority or self.turns or self.resting)

    def take(self, policy: Policy, then: datetime, favoured: int) -> tuple[Waiting, int]:
        """The first of one row, or whoever rests when nobody else is there, even before they have rested."""
        heads = [row[0] for row in (self.appointments, self.priority, self.turns) if row]
        chosen, rank = choose(heads or self.resting, policy, then, favoured) or (
            min(self.resting, key=lambda each: (each.rests_until or then, each.ticket)),
            TURN,
        )
        if chosen.lets_pass:
            self.resting.remove(chosen)
            rank = _rank(chosen, policy, then)
        else:
            del self._row_of(chosen)[0]
        for passed in passed_by(self.resting, chosen):
            self._lets_one_pass(passed)
        return chosen, rank

    def _row_of(self, each: Waiting) -> list[Waiting]:
        return self.appointments if each.due_at else self.priority if each.has_priority else self.turns

    def _lets_one_pass(self, each: Waiting) -> None:
        self.resting.remove(each)
        left = replace(each, lets_pass=each.lets_pass - 1)
        if left.lets_pass:
            self.resting.append(left)
        else:
            insort(self._row_of(left), left, key=_by_time if left.due_at else _by_arrival)


class _Tally:
    """How many were called for each set of counters, by rule. There are few such sets, however long the line."""

    def __init__(self) -> None:
        self._ranks: dict[frozenset[str], Counter[int]] = {}
        self._times: dict[frozenset[str], list[datetime]] = {}

    def add(self, each: Waiting, rank: int) -> None:
        if each.due_at:
            self._times.setdefault(each.counters, []).append(each.due_at)
        else:
            self._ranks.setdefault(each.counters, Counter())[rank] += 1

    def ahead_of(self, each: Waiting) -> Ahead:
        ranks = sum((ranks for counters, ranks in self._ranks.items() if counters & each.counters), Counter())
        times = [at for counters, times in self._times.items() if counters & each.counters for at in times]
        return Ahead(tuple(sorted(times)), ranks[WAITED_LONG], ranks[PRIORITY], ranks[TURN])


def _by_time(each: Waiting) -> tuple[datetime, int]:
    return each.due_at or each.since, each.ticket


def _by_arrival(each: Waiting) -> tuple[datetime, int]:
    return each.since, each.ticket
