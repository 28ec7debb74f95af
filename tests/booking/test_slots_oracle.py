"""Free starts against the oracle: nothing missing, nothing extra, places equal; and wrong rules, each caught by the same."""

from itertools import chain

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from booking import slots
from booking.slots import Counters, Taken, VisitLength
from tests.booking import oracle

FOREVER = 10**9
TWENTY = VisitLength(20, 20)
NINE, TEN = 540, 600

on_the_hour = st.sampled_from(range(0, 601, 60))
minutes = on_the_hour | st.integers(0, 600)
lengths = st.sampled_from([1, 5, 7, 10, 12, 20, 25, 30, 45, 60])
buffers = st.sampled_from([0, 0, 0, 5, 10, 13])
visits = st.builds(VisitLength, lengths, lengths, buffers, buffers)


def spans(border, most: int):
    """Up to so many spans; on the hour, they often touch."""
    span = st.tuples(border, border).filter(lambda pair: pair[0] != pair[1]).map(lambda pair: (min(pair), max(pair)))
    return st.lists(span, max_size=most)


openings = spans(on_the_hour, 4) | spans(minutes, 4)
taken_times = st.lists(st.tuples(minutes, lengths).map(lambda pair: (pair[0], sum(pair))), max_size=5)


@st.composite
def situations(draw, shifts=(0, 1440 * 20_000 - 300)):
    """Up to four counters in a stretch of some fifteen hours, or around a midnight of UTC; sometimes two share their hours."""
    shift = draw(st.sampled_from(shifts))
    hours_of = [
        [(start + shift, end + shift) for start, end in opened] for opened in draw(st.lists(openings, min_size=1, max_size=3))
    ]
    if draw(st.booleans()):
        hours_of.append(list(hours_of[0]))
    taken = [[(start + shift, end + shift) for start, end in draw(taken_times)] for _ in hours_of]
    earliest, until = (shift + draw(st.sampled_from([edge, edge, draw(minutes)])) for edge in (0, 900))
    return hours_of, taken, draw(visits), earliest, until, draw(st.sampled_from([0, 0, 0, 1]))


def answer(hours_of, taken, visit, earliest, until, kept):
    return Counters(hours_of).free_places([Taken(spans) for spans in taken], visit, earliest, until, kept)


def assert_right(how_to_answer, **how_to_search):
    """Nothing missing, nothing extra, places equal: for hundreds of situations."""

    @settings(max_examples=400, deadline=None, database=None, phases=[Phase.generate], **how_to_search)
    @given(situations())
    def right(situation):
        assert how_to_answer(*situation) == oracle.free_places(*situation)

    right()


def test_free_places_are_those_of_the_oracle_nothing_missing_nothing_extra():
    assert_right(answer)


@settings(max_examples=150, deadline=None)
@given(situations(), st.integers(0, 900))
def test_whoever_books_is_served_by_the_counters_that_were_counted(situation, minute):
    hours_of, taken, visit, *_ = situation
    counters, times = Counters(hours_of), [Taken(spans) for spans in taken]
    shown = dict(counters.free_places(times, visit, -FOREVER, FOREVER))
    first = min((start for spans in hours_of for start, _ in spans), default=0)
    for start in {*shown, first + minute}:
        serving = counters.serving(times, visit, start)
        assert serving == oracle.serving(hours_of, taken, visit, start)
        assert len(serving) == shown.get(start, 0)


@settings(max_examples=100, deadline=None)
@given(situations(shifts=[0]), situations(shifts=[0, 4000]), visits)
def test_an_answer_from_what_is_remembered_equals_one_computed_anew(situation, other, another_visit):
    hours_of, taken, visit, earliest, until, kept = situation
    counters, times = Counters(hours_of), [Taken(spans) for spans in taken]
    # The same taken time is asked by other counters, in other weeks, about other visits, before and in between.
    others = Counters([*other[0], *hours_of])
    asked = [*(Taken(spans) for spans in other[1]), *times]
    for length in (another_visit, visit, VisitLength(visit.minutes, visit.step)):
        others.free_places(asked, length, -FOREVER, FOREVER)
        counters.free_places(times, length, -FOREVER, FOREVER)
    assert counters.free_places(times, visit, earliest, until, kept) == answer(*situation)


def test_what_is_remembered_is_bounded_and_forgetting_changes_no_answer():
    counter, taken = Counters([[(NINE, TEN)]]), Taken([(560, 580)])
    for length in range(1, 100):
        visit = VisitLength(length, 7)
        assert counter.free_places([taken], visit, 0, FOREVER) == answer([[(NINE, TEN)]], [[(560, 580)]], visit, 0, FOREVER, 0)
        assert max(len(counter._allowed), len(taken._barred)) <= slots.MOST_REMEMBERED
    assert len(counter._allowed) > 1


# Positive controls: the same assertion catches each of these mistakes


def merging_touching(spans):
    joined = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def closed_taken(hours_of, taken, *rest):
    return answer(hours_of, [[(start, end + 1) for start, end in spans] for spans in taken], *rest)


def closed_openings(hours_of, taken, *rest):
    return answer([[(start, end + 1) for start, end in spans] for spans in hours_of], taken, *rest)


def without_buffers(hours_of, taken, visit, *rest):
    return answer(hours_of, taken, VisitLength(visit.minutes, visit.step), *rest)


def buffers_inside_openings(hours_of, taken, visit, *rest):
    inside = [[(start + visit.before, end - visit.after) for start, end in spans] for spans in hours_of]
    return answer(inside, taken, visit, *rest)


def one_grid_for_the_union(hours_of, taken, *rest):
    return answer([oracle.runs(sorted({m for span in spans for m in range(*span)})) for spans in hours_of], taken, *rest)


def notice_exclusive(hours_of, taken, visit, earliest, *rest):
    return answer(hours_of, taken, visit, earliest + 1, *rest)


def counters_pooled(hours_of, taken, *rest):
    return answer([[*chain(*hours_of)]], [[*chain(*taken)]], *rest)


@pytest.mark.parametrize(
    "mistake",
    [
        closed_taken,
        closed_openings,
        without_buffers,
        buffers_inside_openings,
        one_grid_for_the_union,
        notice_exclusive,
        counters_pooled,
    ],
)
def test_a_wrong_rule_is_caught_by_the_oracle(mistake):
    with pytest.raises(AssertionError):
        assert_right(mistake, derandomize=True)


def test_merging_touching_openings_is_caught_by_the_oracle(monkeypatch):
    monkeypatch.setattr(slots, "union", merging_touching)
    with pytest.raises(AssertionError):
        assert_right(answer, derandomize=True)


def test_a_grain_that_steps_over_starts_is_caught_by_the_oracle(monkeypatch):
    """Exactness to the minute: were the grain the step alone, starts of two grids would fall into one bit."""
    monkeypatch.setattr(slots, "gcd", lambda step, *_: step)
    with pytest.raises(AssertionError):
        assert_right(answer, derandomize=True)


def test_remembering_too_little_about_a_visit_is_caught(monkeypatch):
    """Were taken time remembered by the axis alone, the second visit would be answered as the first."""
    taken = Taken([(560, 580)])
    counter = Counters([[(NINE, TEN)]])
    right = counter.free_places([taken], VisitLength(20, 20, after=5), 0, FOREVER)
    monkeypatch.setattr(slots.Taken, "barred", lambda self, axis, visit: next(bits for _, bits in self._barred.values()))
    assert counter.free_places([taken], TWENTY, 0, FOREVER) == right
    monkeypatch.undo()
    assert counter.free_places([taken], TWENTY, 0, FOREVER) != right
