"""Free starts: each rule of "When a start is free", by example."""

from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from booking import hours
from booking.interval import instant_of
from booking.slots import NOTHING_TAKEN, Counters, Taken, VisitLength, free_starts, taken_by_counter
from tests.booking import oracle

FOREVER = 10**9
TWENTY = VisitLength(20, 20)
NINE, TEN, ELEVEN, NOON = 540, 600, 660, 720


def free(openings, taken=(), visit=TWENTY, earliest=0, until=FOREVER, kept=0) -> list[str]:
    """The free starts of one counter as "09:00"."""
    found = Counters([openings]).free_places([Taken(taken)], visit, earliest, until, kept)
    return [f"{start // 60:02}:{start % 60:02}" for start, _ in found]


# Rule 1: half-open


def test_a_visit_may_end_when_the_opening_ends():
    assert free([(NINE, TEN)]) == ["09:00", "09:20", "09:40"]
    assert free([(NINE, TEN - 1)]) == ["09:00", "09:20"]


def test_a_visit_may_start_when_a_taken_time_ends_and_end_when_the_next_begins():
    assert free([(NINE, TEN)], [(NINE, NINE + 20), (NINE + 40, TEN)]) == ["09:20"]


# Rule 2: on the step from each opening's own start


def test_starts_lie_on_the_step_from_the_openings_own_start():
    assert free([(545, 615), (ELEVEN + 7, NOON)]) == ["09:05", "09:25", "09:45", "11:07", "11:27"]


def test_a_booking_does_not_shift_the_grid():
    assert free([(NINE, ELEVEN)], [(NINE, NINE + 25)]) == ["09:40", "10:00", "10:20", "10:40"]


def test_a_step_shorter_than_the_visit_offers_starts_that_exclude_each_other():
    assert free([(NINE, TEN)], visit=VisitLength(30, 10)) == ["09:00", "09:10", "09:20", "09:30"]


def test_a_step_longer_than_the_visit_leaves_gaps():
    assert free([(NINE, ELEVEN)], visit=VisitLength(10, 45)) == ["09:00", "09:45", "10:30"]


def test_the_piece_after_a_closure_has_a_grid_of_its_own():
    """From 10:07 on: the grid of the morning would have offered 10:20."""
    assert free([(NINE, 580), (607, 650)]) == ["09:00", "09:20", "10:07", "10:27"]


def test_two_overlapping_openings_offer_both_their_grids():
    assert free([(NINE, TEN), (550, TEN)]) == ["09:00", "09:10", "09:20", "09:30", "09:40"]


# Rule 3: open for all of it, not taken, buffers


def test_a_taken_time_splits_the_opening():
    assert free([(NINE, ELEVEN)], [(590, 605)]) == ["09:00", "09:20", "10:20", "10:40"]


def test_one_taken_minute_is_enough_to_bar_a_start():
    assert free([(NINE, TEN)], [(569, 570)]) == ["09:00", "09:40"]


def test_overlapping_openings_count_as_their_union():
    hour = VisitLength(60, 60)
    assert free([(NINE, 590), (580, NOON)], visit=hour) == ["09:00", "09:40", "10:40"]


def test_touching_openings_do_not_merge():
    hour = VisitLength(60, 30)
    assert free([(NINE, 590), (590, NOON)], visit=hour) == ["09:50", "10:20", "10:50"]


def test_touching_openings_are_one_where_a_third_overlaps_both():
    hour = VisitLength(60, 60)
    assert free([(NINE, 590), (590, NOON), (580, 595)], visit=hour) == ["09:00", "09:40", "09:50", "10:50"]


def test_a_start_lies_inside_the_opening_it_is_counted_from():
    """The grid of the first opening would reach 10:00, but that opening has ended by then."""
    assert free([(NINE, TEN), (595, ELEVEN)]) == ["09:00", "09:20", "09:40", "09:55", "10:15", "10:35"]


def test_buffers_need_counter_time_but_not_open_time():
    buffered = VisitLength(20, 20, before=15, after=10)
    assert free([(NINE, TEN)], visit=buffered) == ["09:00", "09:20", "09:40"]
    assert free([(NINE, TEN)], [(520, 525)], buffered) == ["09:00", "09:20", "09:40"]
    assert free([(NINE, TEN)], [(520, 526)], buffered) == ["09:20", "09:40"]
    assert free([(NINE, TEN)], [(610, 630)], buffered) == ["09:00", "09:20", "09:40"]
    assert free([(NINE, TEN)], [(609, 630)], buffered) == ["09:00", "09:20"]


def test_overlapping_taken_times_do_no_harm():
    assert free([(NINE, ELEVEN)], [(NINE, TEN), (550, 570), (NINE, TEN)]) == ["10:00", "10:20", "10:40"]


# Rule 4: notice and horizon


def test_exactly_the_earliest_minute_is_allowed_and_a_minute_later_is_not():
    assert free([(NINE, TEN)], earliest=560) == ["09:20", "09:40"]
    assert free([(NINE, TEN)], earliest=561) == ["09:40"]


def test_a_visit_that_starts_before_the_horizon_ends_may_end_after_it():
    assert free([(NINE, TEN)], until=561) == ["09:00", "09:20"]
    assert free([(NINE, TEN)], until=560) == ["09:00"]


def test_a_window_that_ends_before_it_begins_is_empty():
    assert free([(NINE, TEN)], earliest=TEN, until=NINE) == []


# Rule 6: real minutes, whatever the clocks do

ZONES = ["Europe/Lisbon", "Atlantic/Azores", "Africa/Casablanca", "America/Santiago", "Australia/Lord_Howe"]
ALL_DAY = hours.OpeningRule(frozenset(range(7)), time(0, 0), time(23, 59))
NIGHT = hours.OpeningRule(frozenset(range(7)), time(0, 30), time(4, 30))


@pytest.mark.parametrize("zone", [ZoneInfo(name) for name in ZONES], ids=str)
def test_at_every_change_of_clocks_until_2036_no_slot_is_missing_and_none_is_doubled(zone):
    for change in oracle.changes(zone, 2026, 2036):
        day = hours.local_day(zone, change)
        for rule in (ALL_DAY, NIGHT):
            openings = hours.openings([rule], [], set(), zone, day, day)
            opens, closes = (oracle.first_showing(zone, datetime.combine(day, at)) for at in (rule.opens, rule.closes))
            assert list(free_starts(openings, [], 20, 0, 20)) == list(range(opens, closes - 19, 20)), (zone.key, day)


def test_a_day_of_23_hours_has_three_slots_less_and_one_of_25_three_more():
    lisbon = ZoneInfo("Europe/Lisbon")
    days = [date(2026, 3, 28), date(2026, 3, 29), date(2026, 10, 25)]
    counts = [len(list(free_starts(hours.openings([ALL_DAY], [], set(), lisbon, day, day), [], 20, 0, 20))) for day in days]
    assert counts == [71, 68, 74]


def test_slots_cut_by_the_wall_clock_would_be_missing_or_doubled():
    """Positive control: steps of local time across the change of autumn lose the hour that comes twice."""
    lisbon, day = ZoneInfo("Europe/Lisbon"), date(2026, 10, 25)
    by_wall_clock = [
        hours.wall_clock(lisbon, datetime.combine(day, NIGHT.opens) + timedelta(minutes=20 * number)) for number in range(12)
    ]
    elapsed = list(free_starts(hours.openings([NIGHT], [], set(), lisbon, day, day), [], 20, 0, 20))
    assert {after - before for before, after in pairwise(elapsed)} == {20}
    assert {after - before for before, after in pairwise(by_wall_clock)} == {20, 80}
    assert len(elapsed) == len(by_wall_clock) + 3


def test_a_visit_may_cross_midnight():
    tokyo_morning = (1400, 1500)  # the UTC day ends at 1440
    assert list(free_starts([tokyo_morning], [], 30, 0, 30)) == [1400, 1430, 1460]


# Rule 7: places


def test_places_are_the_counters_that_can_serve_the_whole_visit_less_those_kept_for_the_desk():
    counters = Counters([[(NINE, TEN)], [(NINE, TEN)], [(NINE, 580)], []])
    taken = [Taken([(NINE, 550)]), NOTHING_TAKEN, NOTHING_TAKEN, NOTHING_TAKEN]
    assert counters.free_places(taken, TWENTY, 0, FOREVER) == [(540, 2), (560, 3), (580, 2)]
    assert counters.free_places(taken, TWENTY, 0, FOREVER, kept=2) == [(560, 1)]
    assert counters.serving(taken, TWENTY, 540) == [1, 2]
    assert counters.serving(taken, TWENTY, 580) == [0, 1]


def test_half_a_visit_at_one_counter_and_half_at_another_is_no_place():
    counters = Counters([[(NINE, 580)], [(560, TEN)]])
    assert counters.free_places([NOTHING_TAKEN] * 2, VisitLength(60, 20), 0, FOREVER) == []


def test_as_many_as_255_counters_are_counted_and_no_more_are_taken_on():
    most = Counters([[(NINE, TEN)]] * 255)
    assert most.free_places([NOTHING_TAKEN] * 255, TWENTY, 0, FOREVER) == [(540, 255), (560, 255), (580, 255)]
    with pytest.raises(ValueError, match="255"):
        Counters([[(NINE, TEN)]] * 256)


def test_no_counter_and_no_opening_give_no_start():
    assert Counters([]).free_places([], TWENTY, 0, FOREVER) == []
    assert free([]) == free([(NINE, NINE)]) == free([(NINE, NINE + 19)]) == []


def test_a_start_off_every_grid_or_outside_is_served_by_nobody():
    counters = Counters([[(NINE, TEN)]])
    assert [counters.serving([NOTHING_TAKEN], TWENTY, start) for start in (539, 550, 600, 0, -20, FOREVER)] == [[]] * 6


# What callers may rely on


@pytest.mark.parametrize("wrong", [(0, 20), (20, 0), (20, 20, -1), (20, 20, 0, -1)])
def test_a_visit_of_no_length_or_step_or_with_a_negative_buffer_is_refused(wrong):
    with pytest.raises(ValueError, match="no visit"):
        VisitLength(*wrong)


def test_taken_time_of_another_number_of_counters_is_refused():
    with pytest.raises(ValueError, match="shorter"):
        Counters([[(NINE, TEN)]]).free_places([], TWENTY, 0, FOREVER)


def test_a_taken_time_that_ends_before_it_starts_is_refused_rather_than_miscounted():
    with pytest.raises(ValueError, match="before it starts"):
        free([(NINE, NOON)], [(700, 580)])


def test_rows_of_many_counters_are_sorted_out_in_any_order():
    taken = taken_by_counter([(7, 580, 600), (3, 540, 560), (7, 540, 560)])
    assert sorted(taken) == [3, 7]
    assert [taken[7].meets(span) for span in ((560, 580), (559, 580), (560, 581))] == [False, True, True]


def test_a_taken_time_longer_than_a_month_bars_all_of_it():
    month = [(day * 1440 + NINE, day * 1440 + TEN) for day in range(40)]
    assert list(free_starts(month, [(NINE, 39 * 1440)], 20, 0, 20)) == [39 * 1440 + start for start in (540, 560, 580)]


def test_a_shown_start_is_an_instant_on_the_minute():
    start = next(free_starts([(NINE, TEN)], [], 20, 0, 20))
    assert instant_of(start).isoformat() == "1970-01-01T09:00:00+00:00"
