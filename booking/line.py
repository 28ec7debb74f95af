"""The order in which people are called, as rules that anyone can read: pure functions, no database, no clock.

1. Appointments at their time.
2. Whoever has waited as long as anybody may.
3. Legal priority (elderly, pregnant, with a small child, disabled: the person says so, nobody asks for proof), by arrival.
4. Everybody else, by arrival.
5. Appointments before their time, when nobody else waits.

After so many of 1 and 3 in a row at a counter, one of the others is called first, so that nobody waits without end. Whoever asked for
more time lets two others go first; with nobody else there they rest ten minutes.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
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
    serve them now, or could if somebody who can sat there, where `is_attended` is false. `lasts`: how long what they come for takes.
    `lets_pass` so many others first; with nobody else there, until `rests_until`.
    """

    ticket: int
    since: datetime
    due_at: datetime | None = None
    has_priority: bool = False
    counters: frozenset[str] = frozenset({""})
    lets_pass: int = 0
    rests_until: datetime | None = None
    lasts: timedelta = timedelta(0)
    is_attended: bool = True


@dataclass(frozen=True)
class Caller:
    """A counter, from when it is free to call, and how many of rules 1 and 3 it has called last, in a row."""

    counter: str
    free_at: datetime
    favoured: int = 0


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
    """`place` 1 is next. `rank`: by which rule they will be called. `is_attended`: somebody is at a counter who can serve them."""

    ticket: int
    rank: int
    ahead: Ahead
    is_attended: bool = True

    @property
    def place(self) -> int:
        return self.ahead.people + 1


def line_up(waiting: Iterable[Waiting], policy: Policy, now: datetime, callers: Iterable[Caller] = ()) -> list[Placed]:
    """Everybody in the order in which they will be called, if each takes as long as it lasts and nobody else comes.

    Each counter calls by itself, whom it can serve, as `choose` says: so counters that nobody needs both of don't touch each other. One
    that somebody needs and that is not among `callers` is free now.
    """
    placed, tally = [], _Tally()
    for chosen, rank in _called(waiting, policy, now, callers):
        placed.append(Placed(chosen.ticket, rank, tally.ahead_of(chosen), chosen.is_attended))
        tally.add(chosen, rank)
    return placed


def place_of(
    ticket: int, waiting: Iterable[Waiting], policy: Policy, now: datetime, callers: Iterable[Caller] = ()
) -> Placed | None:
    """Where this one stands in `line_up`, asked no further than it has to be; None for whoever doesn't wait."""
    tally = _Tally()
    for chosen, rank in _called(waiting, policy, now, callers):
        if chosen.ticket == ticket:
            return Placed(ticket, rank, tally.ahead_of(chosen), chosen.is_attended)
        tally.add(chosen, rank)
    return None


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


def _called(
    waiting: Iterable[Waiting], policy: Policy, now: datetime, callers: Iterable[Caller]
) -> Iterator[tuple[Waiting, int]]:
    """Whoever is called, one after the other, and by which rule: always by the counter that can call first."""
    seats, then = _seats(waiting, now, callers), now
    while ready := [(at, place) for place, seat in enumerate(seats) if (at := seat.calls_at(then))]:
        then, place = min(ready)
        yield seats[place].call(policy, then)


def _seats(waiting: Iterable[Waiting], now: datetime, callers: Iterable[Caller]) -> list["_Seat"]:
    by_counters: dict[frozenset[str], list[Waiting]] = {}
    for each in waiting:
        by_counters.setdefault(each.counters, []).append(each)
    rows = {counters: _Rows(those) for counters, those in by_counters.items()}
    known = {each.counter: each for each in callers}
    others = sorted({counter for counters in rows for counter in counters} - known.keys())
    return [
        _Seat(each, theirs)
        for each in (*known.values(), *(Caller(counter, now) for counter in others))
        if (theirs := [those for counters, those in rows.items() if each.counter in counters])
    ]


class _Seat:
    """A counter and the rows of those whom it can serve. Rows are shared by the counters that can serve the same people."""

    def __init__(self, caller: Caller, rows: list["_Rows"]):
        self._free_at, self._favoured, self._rows = caller.free_at, caller.favoured, rows

    def calls_at(self, then: datetime) -> datetime | None:
        """When it calls next, then or later; None with nobody to call. Whoever rests is called when they have rested."""
        free_at = max(self._free_at, then)
        if any(row.is_awake for row in self._rows):
            return free_at
        rests = [each.rests_until or free_at for row in self._rows for each in row.resting]
        return max(free_at, min(rests)) if rests else None

    def call(self, policy: Policy, then: datetime) -> tuple[Waiting, int]:
        heads = [head for row in self._rows for head in row.heads()]
        resting = [each for row in self._rows for each in row.resting]
        found = choose(heads or resting, policy, then, self._favoured)
        assert found, "calls_at said that somebody can be called"
        chosen, rank = found
        next(row for row in self._rows if row.counters == chosen.counters).take(chosen)
        if resting:
            for row in self._rows:
                row.let_pass(chosen)
        self._favoured, self._free_at = favoured_after(self._favoured, rank), then + chosen.lasts
        return chosen, rank


class _Rows:
    """Those who need the same counters, sorted by what they wait for: so that a long line is ordered in little more time than it takes
    to sort it.
    """

    def __init__(self, waiting: list[Waiting]):
        self.counters = waiting[0].counters
        self.appointments: list[Waiting] = []
        self.priority: list[Waiting] = []
        self.turns: list[Waiting] = []
        self.resting: list[Waiting] = []
        for each in waiting:
            (self.resting if each.lets_pass else self._row_of(each)).append(each)
        # Backwards, so that the first is taken from the end.
        self.appointments.sort(key=_by_time, reverse=True)
        self.priority.sort(key=_by_arrival, reverse=True)
        self.turns.sort(key=_by_arrival, reverse=True)

    @property
    def is_awake(self) -> bool:
        return bool(self.turns or self.appointments or self.priority)

    def heads(self) -> list[Waiting]:
        return [row[-1] for row in (self.appointments, self.priority, self.turns) if row]

    def take(self, chosen: Waiting) -> None:
        if chosen.lets_pass:
            self.resting.remove(chosen)
        else:
            self._row_of(chosen).pop()

    def let_pass(self, chosen: Waiting) -> None:
        for passed in passed_by(self.resting, chosen):
            self.resting.remove(passed)
            left = replace(passed, lets_pass=passed.lets_pass - 1)
            if left.lets_pass:
                self.resting.append(left)
            else:
                row = self._row_of(left)
                row.append(left)
                row.sort(key=_by_time if left.due_at else _by_arrival, reverse=True)

    def _row_of(self, each: Waiting) -> list[Waiting]:
        return self.appointments if each.due_at else self.priority if each.has_priority else self.turns


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
