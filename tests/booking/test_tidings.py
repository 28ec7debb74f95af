"""What a resident is told about their appointment, by which channel and when."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import col, select

from booking.appointments import book_at_once, cancel, move
from booking.details import Details
from booking.outbox import DELIVERED, EMAIL, OVERTAKEN, SMS, Letter, delivered, lease
from booking.store import Store, read, write
from booking.tidings import FRESH, NIGHT_BEGINS, NIGHT_ENDS, can_receive_text, reminder_times
from tests.booking.towns import ANA, NINE, NOW, PERMIT, found, key, minutes

LISBON = ZoneInfo("Europe/Lisbon")
THURSDAY = datetime(2027, 3, 4, 14, tzinfo=UTC)


def told(store: Store) -> list[tuple[str, str]]:
    rows = read(store, lambda session: list(session.exec(select(Letter).order_by(col(Letter.id)))))
    return [(letter.what, letter.outcome) for letter in rows]


def due(store: Store, what: str = "reminder") -> list[datetime]:
    rows = read(store, lambda session: list(session.exec(select(Letter).order_by(col(Letter.due_at)))))
    return [letter.due_at for letter in rows if letter.what == what and not letter.outcome]


def booked(store: Store, start: datetime = THURSDAY, details: Details = ANA):
    return write(store, book_at_once, NOW, PERMIT, start, details, once=key(f"book {start} {details}"))


def test_a_booking_is_told_at_once_and_reminded_of_two_days_and_three_hours_before(store: Store):
    found(store)
    booked(store)
    assert told(store) == [("booked", ""), ("reminder", ""), ("reminder", "")]
    assert due(store, "booked") == [NOW]
    assert due(store) == [THURSDAY - timedelta(days=2), THURSDAY - timedelta(hours=3)]


def test_each_service_says_how_long_before_to_remind(store: Store):
    found(store, reminder_minutes=(60,))
    booked(store)
    assert due(store) == [THURSDAY - timedelta(hours=1)]


def test_a_move_overtakes_what_was_not_told_yet_and_reminds_of_the_new_time(store: Store):
    found(store)
    appointment = booked(store)
    later = THURSDAY + timedelta(days=1)
    write(store, move, NOW, appointment.reference, appointment.access_key, later, once=key("move"))
    assert told(store)[:3] == [("booked", OVERTAKEN), ("reminder", OVERTAKEN), ("reminder", OVERTAKEN)]
    assert told(store)[3:] == [("moved", ""), ("reminder", ""), ("reminder", "")]
    assert due(store) == [later - timedelta(days=2), later - timedelta(hours=3)]


def test_a_cancellation_is_told_and_nothing_is_reminded_of_any_more(store: Store):
    found(store)
    appointment = booked(store)
    [confirmation] = write(store, lease, NOW, 10)
    write(store, delivered, NOW, confirmation)
    write(store, cancel, NOW, appointment.reference, appointment.access_key, once=key("cancel"))
    assert told(store) == [("booked", DELIVERED), ("reminder", OVERTAKEN), ("reminder", OVERTAKEN), ("cancelled", "")]


def test_a_letter_under_way_when_it_was_overtaken_counts_as_delivered(store: Store):
    found(store, reminder_minutes=())
    appointment = booked(store)
    [confirmation] = write(store, lease, NOW, 10)
    write(store, cancel, NOW, appointment.reference, appointment.access_key, once=key("cancel"))
    write(store, delivered, NOW, confirmation)
    assert told(store) == [("booked", DELIVERED), ("cancelled", "")]


@pytest.mark.parametrize(
    ("details", "channels"),
    [
        (ANA, {EMAIL}),
        (replace(ANA, phone="+351912345678"), {EMAIL}),
        (replace(ANA, email="", phone="+351912345678"), {SMS}),
        (replace(ANA, email="", phone="+351259000100"), set()),  # a telephone on a wall
    ],
)
def test_it_is_told_by_e_mail_else_by_text_message_else_not_at_all(store: Store, details: Details, channels: set[str]):
    found(store)
    booked(store, details=details)
    assert {letter.channel for letter in read(store, lambda session: list(session.exec(select(Letter))))} == channels


def test_a_number_that_may_be_mobile_can_receive_text():
    assert can_receive_text("+351912345678")
    assert can_receive_text("+12025550123")  # in North America nobody can tell
    assert not can_receive_text("+351259000100")


def test_what_falls_into_the_night_is_told_the_evening_before():
    early = datetime(2027, 3, 5, 9, tzinfo=UTC)
    assert reminder_times(NOW, early, [180], LISBON) == [datetime(2027, 3, 4, 20, tzinfo=UTC)]
    late = datetime(2027, 3, 5, 21, 30, tzinfo=UTC)
    assert reminder_times(NOW, late, [0, 20], LISBON) == [datetime(2027, 3, 5, 20, tzinfo=UTC)]


def test_the_evening_before_is_by_the_clock_of_the_location():
    summer = datetime(2027, 7, 6, 8, 30, tzinfo=UTC)  # 9:30 in Lisbon
    assert reminder_times(NOW, summer, [180], LISBON) == [datetime(2027, 7, 5, 19, tzinfo=UTC)]


def test_nobody_is_reminded_of_what_they_have_just_booked():
    soon = NOW + FRESH + minutes(180)
    assert reminder_times(NOW, soon, [180], LISBON) == [NOW + FRESH]
    assert reminder_times(NOW + minutes(1), soon, [180], LISBON) == []
    assert reminder_times(NOW, NINE, [2880], LISBON) == []


@given(
    start=st.datetimes(datetime(2026, 1, 1), datetime(2036, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC)),
    before=st.sets(st.integers(0, 20_000), max_size=5),
    zone=st.sampled_from(["Europe/Lisbon", "America/St_Johns", "Asia/Kathmandu", "Pacific/Apia", "Africa/Casablanca"]),
)
def test_reminders_come_by_day_after_now_and_before_the_visit(start: datetime, before: set[int], zone: str):
    now = start - timedelta(days=10)
    for instant in reminder_times(now, start, before, ZoneInfo(zone)):
        assert now + FRESH <= instant < start
        assert NIGHT_ENDS <= instant.astimezone(ZoneInfo(zone)).time() < NIGHT_BEGINS
