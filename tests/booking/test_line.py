"""The order in which people are called: each rule, in the order of the town's own words."""

import time
from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from booking.line import (
    APPOINTMENT,
    EARLY,
    PRIORITY,
    TURN,
    WAITED_LONG,
    Policy,
    Waiting,
    choose,
    favoured_after,
    line_up,
    passed_by,
)
from tests.booking.towns import NOW, minutes

POLICY = Policy()
ALL = frozenset({"one"})


def waits(ticket: int, since: int = -5, due: int | None = None, counters: frozenset[str] = ALL, **more) -> Waiting:
    """Minutes before (-) and after NOW."""
    due_at = None if due is None else NOW + minutes(due)
    return Waiting(ticket, NOW + minutes(since), due_at, counters=counters, **more)


def order(*waiting: Waiting, pace: int = 0, favoured: int = 0) -> list[int]:
    return [each.ticket for each in line_up(waiting, POLICY, NOW, minutes(pace), favoured)]


def test_whoever_came_first_is_called_first():
    assert order(waits(1, -1), waits(2, -3), waits(3, -2)) == [2, 3, 1]


def test_an_appointment_whose_time_has_come_goes_first_and_the_earlier_one_before():
    assert order(waits(1, -30), waits(2, due=0), waits(3, due=-10)) == [3, 2, 1]


def test_an_appointment_before_its_time_lets_others_go_but_fills_an_empty_hall():
    assert order(waits(1, -1), waits(2, -40, due=20)) == [1, 2]
    assert choose([waits(2, -40, due=20)], POLICY, NOW) == (waits(2, -40, due=20), EARLY)


def test_an_appointment_is_placed_where_its_time_will_come():
    """One is called every ten minutes: the time of 4 comes after two others."""
    line = line_up([waits(1, -9), waits(2, -8), waits(3, -7), waits(4, due=20)], POLICY, NOW, minutes(10))
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
    line = line_up([waits(1, -9, counters=one), waits(2, -8, counters=two), waits(3, -7, counters=one | two)], POLICY, NOW)
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


WAITERS = st.builds(
    lambda since, due, priority, rests: (since, due, priority, rests),
    st.integers(-120, 0),
    st.none() | st.integers(-30, 90),
    st.booleans(),
    st.integers(0, 2),
)


def one_by_one(waiting: list[Waiting], pace: int, favoured: int) -> list[tuple[int, int]]:
    """The same by asking who is next, again and again, as counters do."""
    left, then, order = list(waiting), NOW, []
    while left:
        found = choose(left, POLICY, then, favoured)
        if found is None:
            first = min(left, key=lambda each: (each.rests_until or then, each.ticket))
            found = choose([replace(first, lets_pass=0)], POLICY, then) or (first, TURN)
        chosen, rank = found
        left = [each for each in left if each.ticket != chosen.ticket]
        passed = {each.ticket for each in passed_by(left, chosen)}
        left = [replace(each, lets_pass=each.lets_pass - 1) if each.ticket in passed else each for each in left]
        order.append((chosen.ticket, rank))
        favoured, then = favoured_after(favoured, rank), then + minutes(pace)
    return order


@given(st.lists(WAITERS, max_size=14), st.integers(0, 30), st.integers(0, 5))
def test_everybody_is_called_once_nobody_waits_without_end_and_the_first_is_who_would_be_chosen(people, pace, favoured):
    waiting = [
        waits(number, since, due, has_priority=priority, lets_pass=rests, rests_until=NOW + minutes(10) if rests else None)
        for number, (since, due, priority, rests) in enumerate(people)
    ]
    line = line_up(waiting, POLICY, NOW, minutes(pace), favoured)
    assert sorted(each.ticket for each in line) == list(range(len(people)))
    assert [each.place for each in line] == list(range(1, len(line) + 1))
    assert [(each.ticket, each.rank) for each in line] == one_by_one(waiting, pace, favoured)
    if waiting and (first := choose(waiting, POLICY, NOW, favoured)):
        assert (line[0].ticket, line[0].rank) == (first[0].ticket, first[1])
    others = [each for each in waiting if each.due_at is None and not each.has_priority and not each.lets_pass]
    if others:
        longest = min(others, key=lambda each: (each.since, each.ticket)).ticket
        place = next(each.place for each in line if each.ticket == longest)
        assert place <= POLICY.most_in_a_row + 1 + sum(bool(each.lets_pass) for each in waiting)


def test_a_line_of_a_thousand_is_ordered_while_nobody_notices():
    waiting = [
        waits(each, -(each * 7 % 300), has_priority=each % 5 == 0, due=each % 60 if each % 9 == 0 else None)
        for each in range(1000)
    ]
    begun = time.perf_counter()
    line = line_up(waiting, POLICY, NOW, minutes(1))
    assert time.perf_counter() - begun < 0.5
    assert len(line) == 1000


def test_the_ranks_are_in_the_order_of_the_rules():
    assert APPOINTMENT < WAITED_LONG < PRIORITY < TURN < EARLY
    assert POLICY.span("late") == timedelta(minutes=15)
