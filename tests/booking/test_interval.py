"""Half-open spans, held against sets of minutes."""

from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking import interval
from tests.booking import oracle

spans = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 12)).map(lambda pair: (pair[0], pair[0] + pair[1])), max_size=6)


def minutes_of(some_spans) -> set[int]:
    return {minute for start, end in some_spans for minute in range(start, end)}


def test_a_minute_and_its_instant_are_two_names_of_one_thing():
    instant = datetime(2026, 11, 22, 9, 5, tzinfo=UTC)
    assert interval.instant_of(interval.minute_of(instant)) == instant
    assert interval.minute_of(datetime(1970, 1, 1, 1, 0, tzinfo=timezone(timedelta(hours=1)))) == 0
    assert interval.minute_of(datetime(1969, 12, 31, 23, 59, tzinfo=UTC)) == -1


@pytest.mark.parametrize("instant", [datetime.fromisoformat("2026-01-01T09:00"), datetime(2026, 1, 1, 9, 0, 1, tzinfo=UTC)])
def test_an_instant_without_a_zone_or_inside_a_minute_is_no_minute(instant):
    with pytest.raises(ValueError, match=r"no time zone|whole minute"):
        interval.minute_of(instant)


def test_the_first_minute_from_an_instant_is_never_before_it():
    nine = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
    assert interval.first_minute_from(nine) == interval.minute_of(nine)
    assert interval.first_minute_from(nine + timedelta(microseconds=1)) == interval.minute_of(nine) + 1
    with pytest.raises(ValueError, match="no time zone"):
        interval.first_minute_from(datetime.fromisoformat("2026-01-01T09:00"))


def test_touching_spans_do_not_overlap():
    assert not interval.overlap((0, 10), (10, 20))
    assert not interval.overlap((10, 20), (0, 10))
    assert interval.overlap((0, 11), (10, 20))


@given(spans, spans)
def test_what_is_cut_away_is_gone_and_everything_else_is_left(some_spans, holes):
    pieces = interval.cut(some_spans, holes)
    assert minutes_of(pieces) == minutes_of(some_spans) - minutes_of(holes)
    assert pieces == sorted(run for span in some_spans for run in oracle.runs(sorted(minutes_of([span]) - minutes_of(holes))))


def test_pieces_left_by_a_hole_stay_apart_even_where_they_touch_others():
    assert interval.cut([(0, 10), (10, 20)], [(4, 6)]) == [(0, 4), (6, 10), (10, 20)]
    assert interval.cut([(0, 10), (5, 20)], [(6, 8)]) == [(0, 6), (5, 6), (8, 10), (8, 20)]


@given(spans)
def test_a_union_has_the_same_minutes_and_joins_what_overlaps_only(some_spans):
    joined = interval.union(some_spans)
    assert minutes_of(joined) == minutes_of(some_spans)
    assert all(before[1] <= after[0] for before, after in pairwise(joined))
    borders = {end for _, end in joined} & {start for start, _ in joined}
    assert not any(start < border < end for border in borders for start, end in some_spans)


def test_a_union_keeps_touching_spans_apart():
    assert interval.union([(10, 20), (0, 10)]) == [(0, 10), (10, 20)]
    assert interval.union([(10, 20), (0, 10), (9, 11)]) == [(0, 20)]
