"""Opening rules become spans: rules 1, 5 and 6 of "When a start is free", then all against a clock watched minute by minute."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from booking import hours
from booking.hours import Closure, OpeningRule, openings
from booking.interval import instant_of
from tests.booking import oracle

LISBON = ZoneInfo("Europe/Lisbon")
ZONES = [
    LISBON,
    ZoneInfo("Atlantic/Azores"),
    ZoneInfo("Africa/Casablanca"),
    ZoneInfo("America/Santiago"),
    ZoneInfo("Australia/Lord_Howe"),
]
MONDAY = date(2026, 11, 23)
WORKDAYS = frozenset(range(5))
CHRISTMAS_EVE, CHRISTMAS = date(2026, 12, 24), date(2026, 12, 25)
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)  # in Lisbon 01:00 becomes 02:00, and 02:00 becomes 01:00


def weekly(*weekdays: int, opens: str = "09:00", closes: str = "12:00", **more) -> OpeningRule:
    return OpeningRule(frozenset(weekdays), time.fromisoformat(opens), time.fromisoformat(closes), **more)


def on(day: date, opens: str = "09:00", closes: str = "12:00", **more) -> OpeningRule:
    return weekly(opens=opens, closes=closes, on_day=day, **more)


def closed(starts: str, ends: str) -> Closure:
    return Closure(datetime.fromisoformat(starts), datetime.fromisoformat(ends))


def spans(rules, first_day, last_day=None, closures=(), holidays=(), zone=LISBON) -> list[str]:
    """Each opening as local wall-clock time, "23 09:00-12:00"."""
    found = openings(rules, closures, set(holidays), zone, first_day, last_day or first_day)
    local = [[instant_of(minute).astimezone(zone) for minute in span] for span in found]
    return [f"{opens:%d %H:%M}-{closes:%H:%M}" for opens, closes in local]


def real_minutes(rule: OpeningRule, day: date, zone=LISBON) -> list[int]:
    return [closes - opens for opens, closes in openings([rule], [], set(), zone, day, day)]


# Rule 1: wall-clock rules of the location's zone, weeks counted from the Monday of the first day's week


def test_a_weekly_opening_opens_on_its_weekdays_and_both_ends_of_the_range_count():
    assert spans([weekly(0, 2)], MONDAY, MONDAY + timedelta(days=7)) == ["23 09:00-12:00", "25 09:00-12:00", "30 09:00-12:00"]


def test_wall_clock_time_is_that_of_the_zone():
    lisbon, azores = (openings([weekly(0)], [], set(), zone, MONDAY, MONDAY) for zone in ZONES[:2])
    assert azores == [(start + 60, end + 60) for start, end in lisbon]


def test_every_second_week_is_counted_from_the_monday_of_the_first_days_week():
    friday = MONDAY + timedelta(days=4)
    every_second = weekly(0, 4, every_weeks=2, first_day=friday)
    found = spans([every_second], MONDAY, MONDAY + timedelta(days=21))
    assert found == ["27 09:00-12:00", "07 09:00-12:00", "11 09:00-12:00"]


def test_weeks_counted_from_the_first_day_itself_would_be_another_calendar():
    """Positive control: seven-day periods from Friday put Monday 30 November in the first of them."""
    every_second = weekly(0, every_weeks=2, first_day=MONDAY + timedelta(days=4))
    next_monday = MONDAY + timedelta(days=7)
    assert (next_monday - (MONDAY + timedelta(days=4))).days // 7 % 2 == 0
    assert spans([every_second], next_monday) == []


def test_a_rule_between_dates_holds_on_its_first_and_last_day_and_not_beside_them():
    rule = weekly(*WORKDAYS, first_day=MONDAY + timedelta(days=1), last_day=MONDAY + timedelta(days=2))
    assert spans([rule], MONDAY, MONDAY + timedelta(days=6)) == ["24 09:00-12:00", "25 09:00-12:00"]


def test_an_opening_on_one_day_adds_to_the_weekly_ones():
    rules = [weekly(0), on(MONDAY, "11:00", "14:00"), on(MONDAY + timedelta(days=5))]
    assert spans(rules, MONDAY, MONDAY + timedelta(days=6)) == ["23 09:00-12:00", "23 11:00-14:00", "28 09:00-12:00"]


def test_touching_openings_stay_two():
    rules = [weekly(0, closes="10:00"), weekly(0, opens="10:00")]
    assert spans(rules, MONDAY) == ["23 09:00-10:00", "23 10:00-12:00"]


@pytest.mark.parametrize(
    "senseless",
    [
        lambda: weekly(0, opens="12:00", closes="09:00"),
        lambda: weekly(0, opens="09:00", closes="09:00"),
        lambda: weekly(0, opens="09:00:30"),
        lambda: weekly(7),
        weekly,
        lambda: weekly(0, every_weeks=0),
        lambda: weekly(0, every_weeks=2),
        lambda: weekly(0, first_day=CHRISTMAS, last_day=CHRISTMAS_EVE),
        lambda: weekly(0, despite_holiday=True),
        lambda: weekly(0, on_day=MONDAY),
        lambda: on(MONDAY, last_day=MONDAY),
        lambda: closed("2026-12-24T12:00", "2026-12-24T12:00"),
        lambda: closed("2026-12-24T12:00+01:00", "2026-12-24T13:00+01:00"),
        lambda: closed("2026-12-24T12:00:30", "2026-12-24T13:00"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_with_a_reason(senseless):
    with pytest.raises(ValueError, match=r"\w+ \w+"):
        senseless()


# Rule 5: closures, holidays and absences cut openings


def test_a_closure_cuts_and_the_pieces_are_openings_of_their_own():
    assert spans([weekly(0)], MONDAY, closures=[closed("2026-11-23T10:07", "2026-11-23T10:30")]) == [
        "23 09:00-10:07",
        "23 10:30-12:00",
    ]


@pytest.mark.parametrize(
    ("starts", "ends", "left"),
    [
        ("08:00", "09:00", ["23 09:00-12:00"]),
        ("12:00", "13:00", ["23 09:00-12:00"]),
        ("08:00", "09:01", ["23 09:01-12:00"]),
        ("11:59", "13:00", ["23 09:00-11:59"]),
        ("09:00", "12:00", []),
    ],
)
def test_a_closure_that_touches_takes_nothing_and_one_that_covers_takes_all(starts, ends, left):
    assert spans([weekly(0)], MONDAY, closures=[closed(f"2026-11-23T{starts}", f"2026-11-23T{ends}")]) == left


def test_a_closure_of_several_days_takes_them_whole_and_frees_the_day_it_ends():
    closure = closed("2026-11-23T11:00", "2026-11-25T10:00")
    assert spans([weekly(*WORKDAYS)], MONDAY, MONDAY + timedelta(days=2), [closure]) == ["23 09:00-11:00", "25 10:00-12:00"]


def test_overlapping_openings_are_cut_each_for_itself():
    rules = [weekly(0), weekly(0, opens="11:00", closes="14:00")]
    assert spans(rules, MONDAY, closures=[closed("2026-11-23T11:30", "2026-11-23T11:40")]) == [
        "23 09:00-11:30",
        "23 11:00-11:30",
        "23 11:40-12:00",
        "23 11:40-14:00",
    ]


def test_a_holiday_closes_the_day():
    assert spans([weekly(*WORKDAYS)], CHRISTMAS_EVE, CHRISTMAS, holidays=[CHRISTMAS]) == ["24 09:00-12:00"]


def test_an_opening_written_for_that_very_day_wins_over_a_holiday_only_when_it_says_so():
    assert spans([on(CHRISTMAS)], CHRISTMAS, holidays=[CHRISTMAS]) == []
    assert spans([on(CHRISTMAS, despite_holiday=True)], CHRISTMAS, holidays=[CHRISTMAS]) == ["25 09:00-12:00"]


def test_nothing_wins_over_a_closure():
    closure = closed("2026-12-25T00:00", "2026-12-25T11:00")
    rules = [on(CHRISTMAS, despite_holiday=True)]
    assert spans(rules, CHRISTMAS, closures=[closure], holidays=[CHRISTMAS]) == ["25 11:00-12:00"]


# Rule 6: clocks that change


def test_a_time_that_does_not_exist_is_the_instant_of_the_jump():
    jump = hours.wall_clock(LISBON, datetime.fromisoformat("2026-03-29T02:00"))
    assert hours.wall_clock(LISBON, datetime.fromisoformat("2026-03-29T01:00")) == jump
    assert hours.wall_clock(LISBON, datetime.fromisoformat("2026-03-29T01:30")) == jump
    assert spans([weekly(6, opens="01:30", closes="03:00")], SPRING) == ["29 02:00-03:00"]


def test_an_opening_that_lies_wholly_in_the_jump_vanishes():
    assert spans([weekly(6, opens="01:15", closes="01:45")], SPRING) == []


def test_a_time_that_exists_twice_is_the_first():
    first = hours.wall_clock(LISBON, datetime.fromisoformat("2026-10-25T01:30"))
    assert hours.wall_clock(LISBON, datetime.fromisoformat("2026-10-25T02:00")) - first == 90
    assert real_minutes(weekly(6, opens="01:30", closes="01:45"), AUTUMN) == [15]


def test_an_opening_over_the_change_lasts_its_real_minutes():
    night = weekly(6, opens="00:30", closes="03:30")
    assert [real_minutes(night, day) for day in (SPRING, AUTUMN)] == [[120], [240]]


def test_a_closure_follows_the_same_clock():
    assert spans(
        [weekly(6, opens="00:00", closes="03:00")], AUTUMN, closures=[closed("2026-10-25T01:30", "2026-10-25T02:30")]
    ) == [
        "25 00:00-01:30",
        "25 02:30-03:00",
    ]


@pytest.mark.parametrize(
    ("zone", "day", "length"),
    [
        (LISBON, MONDAY, 24 * 60),
        (LISBON, SPRING, 23 * 60),
        (LISBON, AUTUMN, 25 * 60),
        (ZoneInfo("Australia/Lord_Howe"), date(2026, 4, 5), 24 * 60 + 30),
        (ZoneInfo("America/Santiago"), date(2026, 9, 6), 23 * 60),  # 00:00 itself is jumped over
    ],
)
def test_a_day_lasts_from_midnight_to_midnight_in_real_minutes(zone, day, length):
    start, end = hours.day_span(zone, day)
    assert end - start == length
    assert hours.local_day(zone, start) == hours.local_day(zone, end - 1) == day
    assert hours.local_day(zone, start - 1) == day - timedelta(days=1)
    assert hours.local_day(zone, end) == day + timedelta(days=1)


@pytest.mark.parametrize("zone", ZONES, ids=str)
def test_at_every_change_of_clocks_until_2036_wall_clock_times_are_those_of_a_watched_clock(zone):
    changes = oracle.changes(zone, 2026, 2036)
    assert len(changes) >= 20
    for change in changes:
        day = hours.local_day(zone, change)
        for minutes in range(-90, 180, 15):
            local = datetime.combine(day, time()) + timedelta(minutes=minutes)
            near = (instant_of(change).astimezone(zone).replace(tzinfo=None) - local) // timedelta(minutes=1)
            for wall in (local, local + timedelta(minutes=near // 15 * 15)):
                assert hours.wall_clock(zone, wall) == oracle.first_showing(zone, wall), (zone.key, wall)


def test_a_clock_read_without_care_for_the_jump_is_caught():
    """Positive control: PEP 495's reading of a time in the gap, an hour after the jump or before it, isn't ours."""
    in_the_gap = datetime.fromisoformat("2026-03-29T01:30")
    naive = {int(in_the_gap.replace(tzinfo=LISBON, fold=fold).timestamp()) // 60 for fold in (0, 1)}
    assert oracle.first_showing(LISBON, in_the_gap) not in naive


# All of it against the oracle

quarters = st.integers(0, 95).map(lambda quarter: time(quarter // 4, quarter % 4 * 15))
near_days = st.integers(-10, 10)


@st.composite
def weeks_around_a_change(draw):
    zone = draw(st.sampled_from(ZONES))
    change = hours.local_day(zone, draw(st.sampled_from(oracle.changes(zone, 2026, 2027))))

    def day(number: int) -> date:
        return change + timedelta(days=number)

    def rule() -> OpeningRule:
        opens, closes = sorted(draw(st.lists(quarters, min_size=2, max_size=2, unique=True)))
        if draw(st.booleans()):
            return OpeningRule(frozenset(), opens, closes, on_day=day(draw(near_days)), despite_holiday=draw(st.booleans()))
        first_day, last_day = (day(number) for number in sorted((draw(near_days), draw(near_days))))
        weekdays = draw(st.frozensets(st.integers(0, 6), min_size=1))
        weeks = draw(st.integers(1, 3))
        starts = first_day if weeks > 1 or draw(st.booleans()) else None
        return OpeningRule(weekdays, opens, closes, weeks, starts, last_day if draw(st.booleans()) else None)

    def closure() -> Closure:
        starts = datetime.combine(day(draw(near_days)), draw(quarters)) + timedelta(minutes=draw(st.integers(0, 14)))
        return Closure(starts, starts + timedelta(minutes=draw(st.sampled_from([1, 15, 60, 90, 1440, 4000]))))

    rules = [rule() for _ in range(draw(st.integers(1, 3)))]
    closures = [closure() for _ in range(draw(st.integers(0, 3)))]
    holidays = {day(number) for number in draw(st.sets(near_days, max_size=3))}
    return rules, closures, holidays, zone, day(-4), day(4)


@settings(max_examples=150, deadline=None)
@given(weeks_around_a_change())
def test_openings_are_those_of_a_clock_watched_minute_by_minute(week):
    assert openings(*week) == oracle.openings(*week)


# Holidays


def test_public_holidays_are_named_in_the_language_asked_for_or_in_english():
    def name(language: str, day: date = date(2026, 10, 5)) -> str:
        return hours.holiday_names("PT", None, [2026], {}, language)[day]

    assert (name("pt"), name("en")) == ("Implantação da República", "Republic Day")
    assert name("ar") == name("en")


def test_a_subdivision_adds_its_own_holidays():
    saint_anthony = date(2026, 6, 13)
    assert saint_anthony not in hours.holiday_names("PT", None, [2026], {}, "pt")
    assert saint_anthony in hours.holiday_names("PT", "17", [2026], {}, "pt")


def test_own_days_come_once_or_every_year_and_join_a_public_one():
    own = {(9, 8): "Senhora dos Remédios", date(2027, 5, 20): "Centenário", (12, 25): "Feira", (2, 29): "Bissexto"}
    names = hours.holiday_names("PT", None, [2027, 2028], own, "pt")
    assert names[date(2027, 9, 8)] == names[date(2028, 9, 8)] == "Senhora dos Remédios"
    assert names[date(2027, 5, 20)] == "Centenário"
    assert date(2028, 5, 20) not in names
    assert names[date(2027, 12, 25)] == "Dia de Natal; Feira"
    assert names[date(2028, 2, 29)] == "Bissexto"


def test_a_town_without_a_country_has_its_own_days_alone():
    assert hours.holiday_names(None, None, [2026], {(6, 1): "Festa"}, "pt") == {date(2026, 6, 1): "Festa"}


@pytest.mark.parametrize(("country", "subdivision"), [("XX", None), ("PT", "Vila Clara")])
def test_an_unknown_country_or_subdivision_is_refused(country, subdivision):
    with pytest.raises(ValueError, match=subdivision or country):
        hours.holiday_names(country, subdivision, [2026], {}, "pt")
