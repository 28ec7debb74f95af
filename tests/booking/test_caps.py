"""Nobody can take what many need: so many appointments ahead of one person, and no more."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from booking.appointments import Booked, book, book_at_once, cancel
from booking.caps import MOST_IN_ALL
from booking.details import Details
from booking.errors import TooManyBookings
from booking.holds import hold
from booking.one_time_codes import MOST_AN_HOUR
from booking.store import Store, write
from booking.visits import Visit
from tests.booking.towns import ANA, NINE, NOW, PERMIT, confirmed, found, key, minutes

BINS = Visit(("bins",), "pacos", "in_person")


@pytest.fixture
def town(store: Store) -> Store:
    store.caps = True
    found(store, counters=4, max_active=2)
    return store


def booked(store: Store, place: int, details: Details = ANA, visit: Visit = PERMIT, **options) -> Booked:
    once, start = key(hash((place, details, visit, str(options)))), NINE + minutes(60 * place)
    return confirmed(store, write(store, book_at_once, NOW, visit, start, details, once=once, **options))


def test_one_person_has_so_many_appointments_for_a_service_and_no_more(town: Store):
    booked(town, 0)
    booked(town, 1)
    with pytest.raises(TooManyBookings) as refusal:
        booked(town, 2)
    assert (refusal.value.most, refusal.value.service) == (2, "parking-permit")
    booked(town, 2, visit=BINS)
    booked(town, 2, replace(ANA, email="somebody.else@example.org"))


def test_another_name_makes_no_other_person(town: Store):
    booked(town, 0)
    booked(town, 1, replace(ANA, name="Another Name"))
    with pytest.raises(TooManyBookings):
        booked(town, 2, replace(ANA, name="A Third Name"))


def test_a_telephone_number_is_a_person_too(town: Store):
    by_phone = replace(ANA, email="", phone="912 345 678")
    booked(town, 0, by_phone)
    booked(town, 1, replace(by_phone, phone="+351 912345678"))
    with pytest.raises(TooManyBookings):
        booked(town, 2, by_phone)


def test_whoever_adds_somebody_elses_number_uses_up_nothing_of_theirs(town: Store):
    for place in range(2):
        booked(town, place, replace(ANA, phone="912 345 678"))
    booked(town, 2, replace(ANA, email="", phone="912 345 678"))


@pytest.mark.parametrize("variant", ["Ana@example.org", "ana@EXAMPLE.org", "ana+again@example.org"])
def test_one_letter_box_is_one_person_however_it_is_written(town: Store, variant: str):
    booked(town, 0)
    booked(town, 1, replace(ANA, email=variant))
    with pytest.raises(TooManyBookings):
        booked(town, 2)


def test_nobody_learns_how_many_appointments_a_contact_has_that_is_not_theirs(town: Store):
    for place in range(2):
        booked(town, place)
    stranger = write(town, book_at_once, NOW, PERMIT, NINE + minutes(180), ANA, once=key("stranger"))
    assert stranger.appointment.state == "unconfirmed"


def test_what_was_cancelled_or_is_over_does_not_count(town: Store):
    first = booked(town, 0)
    booked(town, 1)
    write(town, cancel, NOW, first.reference, first.access_key, once=key("cancel"))
    booked(town, 2)
    with pytest.raises(TooManyBookings):
        booked(town, 3)
    later = NINE + timedelta(days=1)
    write(town, book_at_once, later, PERMIT, later + timedelta(days=1), ANA, once=key("later"))


def test_in_all_there_are_so_many(town: Store, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("booking.caps.MOST_IN_ALL", 3)
    booked(town, 0)
    booked(town, 1)
    booked(town, 2, visit=BINS)
    with pytest.raises(TooManyBookings) as refusal:
        booked(town, 3, visit=BINS)
    assert (refusal.value.most, refusal.value.service) == (3, None)
    assert MOST_IN_ALL == 10


def test_a_held_time_is_counted_when_it_is_booked_and_stays_kept(town: Store):
    booked(town, 0)
    booked(town, 1)
    held = write(town, hold, NOW, PERMIT, NINE + minutes(120), once=key("hold"))
    with pytest.raises(TooManyBookings):
        write(town, book, NOW, held.token, ANA, once=key("book"), is_known=True)
    other = replace(ANA, email="other@example.org")
    assert write(town, book, NOW, held.token, other, once=key("again")).appointment.start_at == NINE + minutes(120)


@pytest.mark.parametrize("channel", ["in_person", "phone", "kiosk"])
def test_the_desk_the_telephone_and_the_kiosk_are_exempt(town: Store, channel: str):
    for place in range(4):
        booked(town, place, channel=channel)


def test_without_caps_nothing_is_counted(town: Store):
    town.caps = False
    for place in range(4):
        booked(town, place)


def test_asking_again_with_the_same_key_answers_the_same_at_the_cap_too(town: Store):
    booked(town, 0)
    assert booked(town, 1).reference == booked(town, 1).reference


def test_bookings_of_one_person_at_the_same_moment_are_counted_one_after_the_other(town: Store):
    def try_to(place: int) -> Callable[[], bool]:
        def attempt() -> bool:
            visit = PERMIT if place % 2 else Visit(PERMIT.services, "ribeira", "in_person")
            try:
                booked(town, place // 2, visit=visit)
            except TooManyBookings:
                return False
            return True

        return attempt

    with ThreadPoolExecutor(8) as threads:
        outcomes = list(threads.map(lambda attempt: attempt(), [try_to(place) for place in range(MOST_AN_HOUR)]))
    assert sum(outcomes) == 2
