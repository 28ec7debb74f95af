"""A range from what others waited, or openly nothing."""

import random

from booking.estimates import (
    FEWEST,
    LOCATION,
    NOTHING_KNOWN,
    SERVICE,
    SERVICE_AND_HOUR,
    Estimate,
    Experience,
    Past,
    came_true,
    quantile,
)
from tests.booking.towns import minutes


def estimate(past: list[Past], service: str, hour: int, ahead: int) -> Estimate:
    return Experience(past).estimate(service, hour, ahead)


def cases(count: int = FEWEST, service: str = "permit", hour: int = 10, ahead: int = 0, waited: int = 5) -> list[Past]:
    return [Past(service, hour, ahead, minutes(waited)) for _ in range(count)]


def test_too_few_cases_say_nothing():
    assert estimate(cases(FEWEST - 1), "permit", 10, 3) == NOTHING_KNOWN
    assert estimate([], "permit", 10, 0) == NOTHING_KNOWN


def test_the_nearest_cases_are_asked_first():
    past = [*cases(waited=5), *cases(hour=11, waited=8), *cases(service="bins", waited=60)]
    assert estimate(past, "permit", 10, 0).basis == SERVICE_AND_HOUR
    assert estimate(past, "permit", 10, 0).low == 5
    assert estimate(past, "permit", 9, 0).basis == SERVICE
    assert estimate(past, "wedding", 9, 0).basis == LOCATION


def test_it_grows_with_those_who_are_ahead():
    past = cases(ahead=1, waited=10)
    assert [estimate(past, "permit", 10, ahead).low for ahead in (0, 1, 5)] == [5, 10, 30]


def test_a_range_is_never_a_point():
    told = estimate(cases(), "permit", 10, 0)
    assert (told.low, told.high) == (5, 6)


def test_half_and_nine_tenths_of_the_cases_it_was_drawn_from_are_within():
    chance = random.Random(7)
    past = [Past("permit", 10, 0, minutes(chance.randint(1, 40))) for _ in range(200)]
    told = estimate(past, "permit", 10, 0)
    assert told.low is not None
    assert told.high is not None
    assert sum(each.waited <= minutes(told.low) for each in past) >= 100
    assert sum(each.waited <= minutes(told.high) for each in past) >= 180
    assert sum(each.waited <= minutes(told.high - 1) for each in past) < 180


def test_the_quantile_is_a_value_that_was_seen():
    assert quantile([minutes(1), minutes(2), minutes(3), minutes(4)], 0.5) == minutes(2)
    assert quantile([minutes(9)], 0.9) == minutes(9)


def test_what_was_told_came_true_or_not():
    assert came_true(5, 10, minutes(10)) is True
    assert came_true(5, 10, minutes(11)) is False
    assert came_true(None, None, minutes(1)) is None
