"""The order in which people are called: each rule, in the order of the town's own words."""

import time
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from booking.line import (
    APPOINTMENT,
    EARLY,
    PRIORITY,
    TURN,
    WAITED_LONG,
    Caller,
    Policy,
    Waiting,
    choose,
    favoured_after,
    line_up,
    passed_by,
    place_of,
)
from tests.booking.towns import NOW, minutes

POLICY = Policy()
ALL = frozenset({"one"})


def waits(
    ticket: int, since: int = -5, due: int | None = None, counters: frozenset[str] = ALL, lasts: int = 0, **more
) -> Waiting:
    """Minutes before (-) and after NOW."""
    due_at = None if due is None else NOW + minutes(due)
    return Waiting(ticket, NOW + minutes(since), due_at, counters=counters, lasts=minutes(lasts), **more)


def order(*waiting: Waiting, favoured: int = 0) -> list[int]:
    return [each.ticket for each in line_up(waiting, POLICY, NOW, [Caller("one", NOW, favoured)])]


def test_whoever_came_first_is_called_first():
    assert order(waits(1, -1), waits(2, -3), waits(3, -2)) == [2, 3, 1]


def test_an_appointment_whose_time_has_come_goes_first_and_the_earlier_one_before():
    assert order(waits(1, -30), waits(2, due=0), waits(3, due=-10)) == [3, 2, 1]


def test_an_appointment_before_its_time_lets_others_go_but_fills_an_empty_hall():
    assert order(waits(1, -1), waits(2, -40, due=20)) == [1, 2]
    assert choose([waits(2, -40, due=20)], POLICY, NOW) == (waits(2, -40, due=20), EARLY)


def test_an_appointment_is_placed_where_its_time_will_come():
    """Each takes ten minutes: the time of 4 comes after two others."""
    line = line_up([waits(1, -9, lasts=10), waits(2, -8, lasts=10), waits(3, -7), waits(4, due=20)], POLICY, NOW)
    assert [each.ticket for each in line] == [1, 2, 4, 3]
    assert line[3].ahead.appointments == (NOW + minutes(20),)
    assert (line[3].ahead.earlier, line[3].place) == (2, 4)


def test_priority_goes_before_turns_and_after_appointments():
    assert order(waits(1, -9), waits(2, -1, has_priority=True), waits(3, due=0)) == [3, 2, 1]


def test_whoever_has_waited_as_long_as_anybody_may_goes_before_priority():
    line = line_up([waits(1, -60), waits(2, -50, has_priority=True), waits(3, -59)], POLICY, NOW)
    assert [(each.ticket, each.rank) for each in line] == [(1, WAITED_LONG), (2, PRIORITY), (3, TURN)]


def test_after_three_favoured_in_a_row_one_of_the_others_is_called():
    favoured = [waits(number, -number, has_priority=True) for number in range(2, 8)]
    assert order(waits(1, -1), *favoured).index(1) == 3
    assert order(waits(1, -1), *favoured, favoured=2).index(1) == 1
    assert order(waits(1, -1), *favoured, favoured=3).index(1) == 0


def test_with_nobody_else_the_favoured_go_on():
    assert order(*[waits(number, -number, has_priority=True) for number in range(1, 6)], favoured=3) == [5, 4, 3, 2, 1]


def test_only_those_who_need_the_same_counters_are_ahead():
    one, two = frozenset({"one"}), frozenset({"two"})
    first, second = waits(1, -9, counters=one, lasts=5), waits(2, -8, counters=two, lasts=5)
    line = line_up([first, second, waits(3, -7, counters=one | two)], POLICY, NOW)
    assert [(each.ticket, each.place) for each in line] == [(1, 1), (2, 1), (3, 3)]


def test_whoever_needs_more_time_lets_two_others_go_and_keeps_the_number():
    rests = {"lets_pass": 2, "rests_until": NOW + minutes(10)}
    assert order(waits(1, -9, **rests), waits(2, -8), waits(3, -7), waits(4, -6)) == [2, 3, 1, 4]


def test_they_rest_ten_minutes_at_most_and_are_not_called_before_when_alone():
    resting = waits(1, lets_pass=2, rests_until=NOW + minutes(10))
    assert choose([resting], POLICY, NOW) is None
    assert choose([resting], POLICY, NOW + minutes(10)) == (resting, TURN)
    assert [each.ticket for each in line_up([resting], POLICY, NOW)] == [1]


def test_others_at_other_counters_are_not_let_pass():
    resting = waits(1, lets_pass=2, rests_until=NOW + minutes(10))
    elsewhere, here = waits(2, counters=frozenset({"two"})), waits(3)
    assert passed_by([resting, elsewhere, here], elsewhere) == []
    assert passed_by([resting, elsewhere, here], here) == [resting]


def test_each_counter_counts_its_own_favoured_and_calls_only_whom_it_can_serve():
    streets, bins = frozenset({"streets"}), frozenset({"bins"})
    waiting = [
        *(waits(number, -9, has_priority=True, counters=bins, lasts=20) for number in (1, 2, 3)),
        waits(4, -8, counters=streets, lasts=20),
        waits(5, -7, has_priority=True, counters=streets, lasts=20),
    ]
    line = line_up(waiting, POLICY, NOW, [Caller("streets", NOW), Caller("bins", NOW, favoured=3)])
    assert [(each.ticket, each.place) for each in line if each.ticket in (4, 5)] == [(5, 1), (4, 2)]
    assert [(each.ticket, each.place) for each in line if each.ticket in (1, 2, 3)] == [(1, 1), (2, 2), (3, 3)]


def test_a_counter_with_somebody_calls_when_they_are_done():
    one, two = frozenset({"one"}), frozenset({"two"})
    callers = [Caller("one", NOW + minutes(30)), Caller("two", NOW)]
    waiting = [waits(1, -9, counters=one), waits(2, -8, counters=one | two, lasts=10), waits(3, -7, counters=two)]
    assert [each.ticket for each in line_up(waiting, POLICY, NOW, callers)] == [2, 3, 1]


SKILLS = st.sets(st.sampled_from(["one", "two", "three"]), min_size=1).map(frozenset)
WAITERS = st.builds(
    lambda since, due, priority, rests, counters, lasts: {
        "since": since,
        "due": due,
        "has_priority": priority,
        "lets_pass": rests,
        "rests_until": NOW + minutes(10) if rests else None,
        "counters": counters,
        "lasts": lasts,
    },
    st.integers(-120, 0),
    st.none() | st.integers(-30, 90),
    st.booleans(),
    st.integers(0, 2),
    SKILLS,
    st.integers(0, 40),
)
CALLERS = st.fixed_dictionaries(
    {}, optional={slug: st.tuples(st.integers(0, 40), st.integers(0, 5)) for slug in ("one", "two", "three")}
).map(lambda found: [Caller(slug, NOW + minutes(free), favoured) for slug, (free, favoured) in found.items()])


def one_by_one(waiting: list[Waiting], callers: list[Caller]) -> list[tuple[int, int]]:
    """The same by letting each counter that is free ask who is next, again and again, as counters do."""
    free_at = {each.counter: each.free_at for each in callers} | {
        slug: NOW for slug in ("one", "three", "two") if slug not in [each.counter for each in callers]
    }
    favoured = {each.counter: each.favoured for each in callers}
    left, then, order = list(waiting), NOW, []
    while left:
        asking = [
            (asks_at(mine, max(at, then)), place, slug, mine)
            for place, (slug, at, mine) in enumerate(
                (slug, at, [each for each in left if slug in each.counters]) for slug, at in free_at.items()
            )
            if mine
        ]
        then, _, slug, mine = min(asking, key=lambda each: each[:2])
        found = choose(mine, POLICY, then, favoured.get(slug, 0))
        assert found
        chosen, rank = found
        passed = {each.ticket for each in passed_by(mine, chosen)}
        left = [
            replace(each, lets_pass=each.lets_pass - 1) if each.ticket in passed else each
            for each in left
            if each.ticket != chosen.ticket
        ]
        order.append((chosen.ticket, rank))
        favoured[slug], free_at[slug] = favoured_after(favoured.get(slug, 0), rank), then + chosen.lasts
    return order


def asks_at(mine: list[Waiting], free_at: datetime) -> datetime:
    """When somebody can be called there: those who rest alone are let rest."""
    return free_at if choose(mine, POLICY, free_at) else min(each.rests_until or free_at for each in mine)


@given(st.lists(WAITERS, max_size=14), CALLERS)
def test_the_line_is_what_comes_of_each_counter_calling_its_next_again_and_again(people, callers):
    waiting = [waits(number, **each) for number, each in enumerate(people)]
    line = line_up(waiting, POLICY, NOW, callers)
    assert [(each.ticket, each.rank) for each in line] == one_by_one(waiting, callers)
    needs = {each.ticket: each.counters for each in waiting}
    for nth, each in enumerate(line):
        assert each.ahead.people == sum(bool(needs[before.ticket] & needs[each.ticket]) for before in line[:nth])
    assert [place_of(each.ticket, waiting, POLICY, NOW, callers) for each in line] == line
    assert place_of(99, waiting, POLICY, NOW, callers) is None


@given(st.lists(WAITERS, max_size=14), st.integers(0, 5))
def test_at_one_counter_nobody_waits_without_end(people, favoured):
    waiting = [waits(number, **{**each, "counters": ALL}) for number, each in enumerate(people)]
    line = line_up(waiting, POLICY, NOW, [Caller("one", NOW, favoured)])
    assert [each.place for each in line] == list(range(1, len(people) + 1))
    others = [each for each in waiting if each.due_at is None and not each.has_priority and not each.lets_pass]
    if others:
        longest = min(others, key=lambda each: (each.since, each.ticket))
        place = next(each.place for each in line if each.ticket == longest.ticket)
        # Whoever came before them and has waited too long goes first, and the favoured are counted anew after each of those.
        earlier = sum(each.has_priority and each.since < longest.since for each in waiting)
        resting = sum(bool(each.lets_pass) for each in waiting)
        assert place <= (POLICY.most_in_a_row + 1) * (1 + earlier) + resting


def test_a_line_of_a_thousand_is_ordered_while_nobody_notices():
    waiting = [
        waits(each, -(each * 7 % 300), has_priority=each % 5 == 0, due=each % 60 if each % 9 == 0 else None, lasts=1)
        for each in range(1000)
    ]
    begun = time.perf_counter()
    line = line_up(waiting, POLICY, NOW)
    assert time.perf_counter() - begun < 0.5
    assert len(line) == 1000


def test_the_ranks_are_in_the_order_of_the_rules():
    assert APPOINTMENT < WAITED_LONG < PRIORITY < TURN < EARLY
    assert POLICY.span("late") == timedelta(minutes=15)
