"""How surely somebody must have shown who they are before they book online."""

import pytest

from booking.appointments import book, book_at_once
from booking.assurance import LEVELS, reaches
from booking.errors import NotSureEnough
from booking.holds import hold
from booking.store import Store, write
from tests.booking.towns import ANA, NINE, NOW, PERMIT, found, key


def test_a_level_reaches_itself_and_those_below():
    assert [[reaches(has, needs) for needs in LEVELS] for has in LEVELS] == [
        [True, False, False, False],
        [True, True, False, False],
        [True, True, True, False],
        [True, True, True, True],
    ]


@pytest.mark.parametrize("needs", LEVELS)
@pytest.mark.parametrize("has", LEVELS)
def test_a_kept_time_becomes_an_appointment_of_whoever_is_known_surely_enough(store: Store, needs: str, has: str):
    found(store, assurance=needs)
    held = write(store, hold, NOW, PERMIT, NINE, once=key("hold"))

    def books() -> str:
        return write(store, book, NOW, held.token, ANA, once=key("book"), assurance=has).appointment.state

    if reaches(has, needs):
        assert books() == "booked"
        return
    with pytest.raises(NotSureEnough) as refused:
        books()
    assert (refused.value.needs, refused.value.reason) == (needs, "assurance-needed")
    # The time is still theirs: once they have shown who they are, the same intention goes through.
    assert write(store, book, NOW, held.token, ANA, once=key("book"), assurance="high").appointment.state == "booked"


@pytest.mark.parametrize(("channel", "is_asked"), [("online", True), ("in_person", False), ("phone", False), ("kiosk", False)])
def test_at_once_nobody_has_shown_who_they_are_and_the_desk_has_seen_them(store: Store, channel: str, is_asked: bool):
    found(store, assurance="low")
    if not is_asked:
        assert (
            write(store, book_at_once, NOW, PERMIT, NINE, ANA, once=key("desk"), channel=channel).appointment.state == "booked"
        )
        return
    with pytest.raises(NotSureEnough):
        write(store, book_at_once, NOW, PERMIT, NINE, ANA, once=key("online"), channel=channel)
