"""What everybody who waits in a house is told, on both databases."""

import pytest
from sqlmodel import Session

from booking.errors import NotValid, UnknownLocation
from booking.hall_notices import SYSTEM_DOWN, TAKES_LONGER, HallNotice, stop_telling, tell_everybody, told_at
from booking.store import Store, read, write
from booking.tickets import Lobby
from tests.booking.towns import NINE, found, minutes

TEN = NINE + minutes(60)


@pytest.fixture
def house(store: Store) -> Store:
    found(store)
    return store


def tells(store: Store, kind: str = SYSTEM_DOWN, takes: int | None = 20, now=TEN) -> None:
    write(store, tell_everybody, now, "pacos", kind, takes, "ana")


def told(store: Store, now=TEN) -> HallNotice | None:
    return read(store, told_at, now, "pacos")


def version(store: Store) -> int:
    return read(store, lambda session: session.get_one(Lobby, "pacos").version)


def test_everybody_is_told_what_and_about_how_long(house: Store):
    assert told(house) is None
    tells(house)
    assert told(house, TEN + minutes(5)) == HallNotice(SYSTEM_DOWN, TEN, 20)


def test_screens_see_that_something_is_told_and_that_it_is_over(house: Store):
    tells(house)
    first = version(house)
    write(house, stop_telling, "pacos", "ana")
    assert version(house) > first
    assert told(house) is None


def test_what_is_told_twice_stands_since_the_first_time(house: Store):
    tells(house)
    tells(house, now=TEN + minutes(10))
    assert told(house) == HallNotice(SYSTEM_DOWN, TEN, 20)


def test_something_else_takes_its_place(house: Store):
    tells(house)
    tells(house, TAKES_LONGER, None, TEN + minutes(10))
    assert told(house, TEN + minutes(10)) == HallNotice(TAKES_LONGER, TEN + minutes(10))


def test_it_is_over_with_the_day(house: Store):
    tells(house)
    assert told(house, TEN + minutes(24 * 60)) is None
    tells(house, now=TEN + minutes(24 * 60))
    assert told(house, TEN + minutes(24 * 60))


def test_other_houses_are_told_nothing(house: Store):
    tells(house)
    assert read(house, told_at, TEN, "elsewhere") is None


@pytest.mark.parametrize(
    ("kind", "takes"), [("something", 20), ("", None), (SYSTEM_DOWN, 0), (SYSTEM_DOWN, 10_000), (SYSTEM_DOWN, -5)]
)
def test_what_nobody_could_read_is_refused_and_nothing_changes(house: Store, kind: str, takes: int | None):
    tells(house)
    with pytest.raises(NotValid):
        tells(house, kind, takes)
    assert told(house) == HallNotice(SYSTEM_DOWN, TEN, 20)


def test_a_house_that_is_not_there_is_told_nothing(house: Store):
    with pytest.raises(UnknownLocation):
        write(house, tell_everybody, TEN, "nowhere", SYSTEM_DOWN, 20, "ana")
    with pytest.raises(UnknownLocation):
        write(house, stop_telling, "nowhere", "ana")


def test_words_and_version_change_together(house: Store):
    """A screen that has seen the new version has the new words."""
    tells(house)

    def looks(session: Session) -> tuple[int, str]:
        row = session.get_one(Lobby, "pacos")
        return row.version, row.notice

    before = read(house, looks)
    tells(house, TAKES_LONGER)
    assert read(house, looks) == (before[0] + 1, TAKES_LONGER)
