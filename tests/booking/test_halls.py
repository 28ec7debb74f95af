"""What the door says: open until, closed until, and why on a day like this it stays shut."""

from datetime import UTC, date, datetime, timedelta

import pytest

from booking.catalogue import OwnHoliday, read_catalogue
from booking.halls import hall_now, shut_on
from booking.store import Store, read
from tests.booking.towns import NOW, amend, closure, found, words

MONDAY = NOW.date()


@pytest.fixture
def town(store: Store) -> Store:
    found(store)
    return store


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(MONDAY.year, MONDAY.month, MONDAY.day, hour, minute, tzinfo=UTC)


def now(town: Store, moment: datetime):
    return hall_now(read(town, read_catalogue), "pacos", moment)


def test_an_open_hall_says_when_it_closes(town: Store) -> None:
    assert now(town, at(12)).closes_at == at(17)
    assert now(town, at(9)).closes_at == at(17)


def test_a_closed_hall_says_when_it_opens(town: Store) -> None:
    assert now(town, at(8)).opens_at == at(9)
    assert now(town, at(17)).opens_at == at(9) + timedelta(days=1)


def test_over_the_weekend_it_opens_on_monday(town: Store) -> None:
    saturday = at(12) + timedelta(days=5)
    assert now(town, saturday).opens_at == at(9) + timedelta(days=7)


def test_a_closure_of_the_afternoon_closes_at_noon(town: Store) -> None:
    noon, evening = datetime(2027, 3, 1, 12), datetime(2027, 3, 1, 18)
    amend(town, closure(noon, evening))
    assert now(town, at(10)).closes_at == at(12)
    assert now(town, at(13)).opens_at == at(9) + timedelta(days=1)


def test_the_closure_of_one_counter_or_of_the_other_house_does_not_close_this_one(town: Store) -> None:
    day, next_day = datetime(2027, 3, 1), datetime(2027, 3, 2)
    amend(town, closure(day, next_day, counter="pacos-1"), closure(day, next_day, location="ribeira"))
    assert now(town, at(12)).closes_at == at(17)


def test_a_shut_day_says_why(town: Store) -> None:
    day, next_day = datetime(2027, 3, 3), datetime(2027, 3, 4)
    amend(town, closure(day, next_day), OwnHoliday(day=date(2027, 3, 4), name=words("Town day")))
    catalogue = read(town, read_catalogue)
    closed, holiday = shut_on(catalogue, "pacos", date(2027, 3, 3), "en"), shut_on(catalogue, "pacos", date(2027, 3, 4), "en")
    assert closed
    assert (closed.is_holiday, closed.reason["en"]) == (False, "Closed (en)")
    assert holiday
    assert (holiday.is_holiday, holiday.reason["en"]) == (True, "Town day (en)")


def test_an_open_day_and_an_ordinary_sunday_have_nothing_to_explain(town: Store) -> None:
    catalogue = read(town, read_catalogue)
    assert shut_on(catalogue, "pacos", MONDAY, "en") is None
    assert shut_on(catalogue, "pacos", MONDAY + timedelta(days=6), "en") is None
