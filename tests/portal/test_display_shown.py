"""What the screen in the hall shows, and what it must not forget."""

import pytest

from booking.counters import hand_to_service, recall
from booking.store import Store, read, write
from locales.catalogue import use_language
from portal.lobby.display_shown import DisplayShown, display_shown
from tests.booking.test_queue import ONE, TEN, TWO, called, draws, hall  # noqa: F401
from tests.booking.towns import minutes

PACOS = "pacos"


def shown(store: Store, now=TEN) -> DisplayShown:
    with use_language("pt"):
        return read(store, display_shown, now, PACOS)


@pytest.fixture(autouse=True)
def _town_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names as the town of this test has them, not the one that pages were drawn from."""
    monkeypatch.setattr("portal.lobby.display_shown.said", lambda words: words["pt"])


def test_everybody_who_is_being_called_is_shown_so_each_in_their_own_language(hall: Store):  # noqa: F811
    draws(hall, "first", language="ar")
    draws(hall, "second", language="es")
    called(hall, ONE)
    called(hall, TWO, now=TEN + minutes(1))
    write(hall, recall, TEN + minutes(2), ONE)
    calls = shown(hall, TEN + minutes(2)).calls
    assert [each.is_now for each in calls] == [True, True]
    assert {each.language for each in calls if each.sentence} == {"ar", "es"}
    assert max(each.calls for each in calls) == 2


def test_those_who_were_passed_on_do_not_push_the_last_calls_off_the_screen(hall: Store):  # noqa: F811
    draws(hall, "kept")
    kept = called(hall, TWO)
    for number in range(6):
        draws(hall, number)
        called(hall, ONE, number, now=TEN + minutes(1))
        write(hall, hand_to_service, TEN + minutes(2), ONE, "parking-permit")
    assert [each.number for each in shown(hall, TEN + minutes(3)).calls] == [kept.words]
