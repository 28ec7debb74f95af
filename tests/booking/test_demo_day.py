"""The demonstration's day: under way at whatever hour it is begun, once a day, and in no real installation."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import col, select

from booking.audit import verify
from booking.availability import free_places
from booking.catalogue import read_catalogue
from booking.counters import call_next, open_counter
from booking.demo.day import EXPECTED, HOUSE, STORY, Comes, begin_day, day_is_due
from booking.errors import HallShut
from booking.halls import HallNow, hall_now
from booking.lobby import line_at, open_counters
from booking.outbox import Letter
from booking.queue import DESK, Wish, draw
from booking.retention import ANNOUNCED_FOR
from booking.settings import DEMO_TOWN
from booking.store import Store, read, write
from booking.tickets import (
    CALLED,
    FINISHED,
    LEFT,
    NOT_THERE,
    PARKED,
    SERVING,
    WAITING,
    Ticket,
    TicketChange,
    TicketSeries,
)
from booking.tidying import tidy
from booking.town import CheckedTown, apply_town, checked_town, digest_of
from booking.visits import Visit
from booking.waits import wait_for_next
from tests.booking.towns import key
from tests.conftest import SECRET

LISBON = ZoneInfo("Europe/Lisbon")
DAY = timedelta(days=1)
MORNING = datetime(2026, 11, 25, 10, 20, 7, tzinfo=UTC)  # a Wednesday
SUNDAY_NIGHT = datetime(2026, 11, 29, 3, tzinfo=UTC)
CERTIFICATE = Visit(("residence-certificate",), HOUSE, "in_person")
# Each in UTC.
MOMENTS = {
    "by day": MORNING,
    "at three on a Sunday": SUNDAY_NIGHT,
    "on a public holiday": datetime(2026, 12, 8, 14, tzinfo=UTC),
    "on a day on which the town closes": datetime(2026, 12, 24, 18, tzinfo=UTC),
    "just after clocks went forward": datetime(2027, 3, 28, 1, 10, tzinfo=UTC),
    "in the hour that comes twice, first": datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
    "in the hour that comes twice, then": datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
    "just before midnight": datetime(2026, 11, 27, 23, 59, 50, tzinfo=UTC),
    "just after midnight": datetime(2026, 11, 28, 0, 0, 8, tzinfo=UTC),
    "just after midnight in summer": datetime(2027, 6, 16, 23, 0, 8, tzinfo=UTC),
    "at midnight itself": datetime(2026, 11, 28, tzinfo=UTC),
}
Open = Callable[..., Store]


@pytest.fixture(scope="module")
def town() -> CheckedTown:
    return checked_town(DEMO_TOWN)


@pytest.fixture
def opened(database_url: str, town: CheckedTown) -> Iterator[Open]:
    """Called, Vila Clara in a database of this test alone; without a digest nothing of it is a demonstration."""
    stores: list[Store] = []

    def open_it(demonstrates: str = "", loaded_at: datetime = MORNING) -> Store:
        stores.append(Store(database_url, SECRET, demonstrates=demonstrates))
        write(stores[-1], apply_town, town, loaded_at)
        return stores[-1]

    yield open_it
    for store in stores:
        store.close()


@pytest.fixture
def demo(opened: Open) -> Store:
    return opened(digest_of(DEMO_TOWN))


def tickets(store: Store, *states: str, day: date | None = None) -> list[Ticket]:
    found = select(Ticket).where(col(Ticket.state).in_(states)) if states else select(Ticket)
    return list(read(store, lambda session: session.exec(found.where(Ticket.day == day) if day else found).all()))


def local_day(now: datetime) -> date:
    return now.astimezone(LISBON).date()


@pytest.mark.parametrize("moment", MOMENTS)
def test_people_wait_and_colleagues_serve_whatever_the_hour(demo: Store, moment: str):
    now = MOMENTS[moment]
    today = local_day(now)
    assert write(demo, begin_day, now)
    todays = tickets(demo, day=today)
    waiting = tickets(demo, WAITING)
    assert {each.language for each in waiting} == {"pt", "en", "es", "ar"}
    assert 10 <= len(waiting) == len(read(demo, line_at, now, HOUSE)) <= 16
    assert any(each.has_priority for each in waiting)
    assert any(each.needs for each in waiting)
    assert {each.counter for each in tickets(demo, CALLED, SERVING)} == {"pacos-2", "pacos-3", "pacos-5"}
    assert {each.day for each in tickets(demo, WAITING, CALLED, SERVING, PARKED, NOT_THERE)} == {today}
    assert len(tickets(demo, PARKED)) == len(tickets(demo, NOT_THERE)) == 1
    assert len(tickets(demo, FINISHED, day=today)) >= 4
    assert all(local_day(each.drawn_at) == today and each.drawn_at <= now for each in todays)
    assert list(read(demo, open_counters, HOUSE)) == ["pacos-2", "pacos-3", "pacos-5"]


@pytest.mark.parametrize(
    ("counter", "staff"), [("pacos-1", "rosa-teixeira"), ("pacos-4", "rui-pimentel"), ("pacos-6", "andre-sequeira")]
)
def test_whoever_tries_it_out_gives_a_number_and_calls_at_any_hour(demo: Store, counter: str, staff: str):
    write(demo, begin_day, SUNDAY_NIGHT)
    write(demo, draw, SUNDAY_NIGHT, Wish(HOUSE, "parking-permit", "pt", channel=DESK), once=key("mine"))
    write(demo, open_counter, SUNDAY_NIGHT, counter, staff)
    assert write(demo, call_next, SUNDAY_NIGHT, counter, once=key("mine"))


def test_in_a_real_installation_nobody_comes_and_the_house_is_shut(opened: Open):
    real = opened()
    assert not read(real, day_is_due, SUNDAY_NIGHT)
    assert not write(real, begin_day, SUNDAY_NIGHT)
    assert tickets(real) == []
    with pytest.raises(HallShut):
        write(real, draw, SUNDAY_NIGHT, Wish(HOUSE, "parking-permit", "pt"), once=key("mine"))


def test_of_another_town_than_the_demo_no_day_is_played(opened: Open):
    other = opened("the digest of another file")
    assert not read(other, day_is_due, SUNDAY_NIGHT)
    assert not write(other, begin_day, SUNDAY_NIGHT)
    assert tickets(other) == []


def test_the_door_stands_open_to_midnight_and_beyond_in_every_house(demo: Store):
    catalogue = read(demo, read_catalogue)
    midnight = datetime(2026, 11, 30, tzinfo=UTC)
    for house in catalogue.locations:
        assert hall_now(catalogue, house, SUNDAY_NIGHT) == HallNow(midnight, None)
        assert hall_now(catalogue, house, midnight - timedelta(milliseconds=1)) == HallNow(midnight, None)
        assert hall_now(catalogue, house, midnight) == HallNow(midnight + DAY, None)


def test_no_appointment_can_be_had_outside_the_hours_of_the_town_file(opened: Open, demo: Store):
    real = opened()
    asked = (SUNDAY_NIGHT, CERTIFICATE, date(2026, 11, 29), date(2026, 12, 9))
    write(demo, begin_day, SUNDAY_NIGHT)
    offered = read(demo, free_places, *asked)
    assert offered == read(real, free_places, *asked)
    assert {each.start.date() for each in offered}.isdisjoint({date(2026, 11, 29), date(2026, 12, 8)})


def test_by_day_people_with_appointments_are_there_too_and_nobody_is_written_to(demo: Store):
    write(demo, begin_day, MORNING)
    with_one = [each for each in tickets(demo) if each.appointment_id]
    assert len(with_one) == len(EXPECTED)
    assert {each.series for each in with_one} == {"M"}
    assert read(demo, lambda session: session.exec(select(Letter)).all()) == []


def test_begun_again_on_the_same_day_nobody_is_added(demo: Store):
    assert read(demo, day_is_due, MORNING)
    assert write(demo, begin_day, MORNING)
    before = len(tickets(demo))
    for later in (MORNING, MORNING + timedelta(hours=9)):
        assert not read(demo, day_is_due, later)
        assert not write(demo, begin_day, later)
    assert len(tickets(demo)) == before


def test_the_next_day_begins_anew_and_leaves_nothing_of_the_one_before(demo: Store):
    write(demo, begin_day, SUNDAY_NIGHT)
    monday = datetime(2026, 11, 30, 0, 0, 40, tzinfo=UTC)
    assert read(demo, day_is_due, monday)
    assert write(demo, begin_day, monday)
    assert tickets(demo, WAITING, CALLED, SERVING, PARKED, NOT_THERE, day=date(2026, 11, 29)) == []
    assert tickets(demo, LEFT, day=date(2026, 11, 29))
    assert len(tickets(demo, WAITING)) >= 10
    assert list(read(demo, open_counters, HOUSE)) == ["pacos-2", "pacos-3", "pacos-5"]


def test_who_sits_at_a_counter_already_keeps_it(demo: Store):
    write(demo, open_counter, MORNING - timedelta(hours=1), "pacos-2", "teresa-nunes")
    write(demo, begin_day, MORNING)
    seats = read(demo, open_counters, HOUSE)
    assert {slug: seat.staff for slug, seat in seats.items()}["pacos-2"] == "teresa-nunes"
    assert {each.counter for each in tickets(demo, CALLED, SERVING)} == {"pacos-3", "pacos-5"}


def test_loading_the_town_again_changes_nothing_before_or_after(demo: Store, town: CheckedTown):
    write(demo, begin_day, MORNING)
    for _ in range(2):
        assert write(demo, apply_town, town, MORNING).changes == ()


@pytest.mark.parametrize("now", [MORNING, SUNDAY_NIGHT])
def test_numbers_have_no_gaps_on_any_day(demo: Store, now: datetime):
    write(demo, begin_day, now)
    write(demo, begin_day, now + DAY)
    numbers: dict[tuple[date, str], list[int]] = {}
    for each in sorted(tickets(demo), key=lambda each: each.number):
        numbers.setdefault((each.day, each.series), []).append(each.number)
    last = {(row.day, row.series): row.last for row in read(demo, lambda session: session.exec(select(TicketSeries)).all())}
    assert numbers == {of: list(range(1, most + 1)) for of, most in last.items()}


def test_each_ticket_of_the_past_is_as_the_verbs_leave_it(demo: Store):
    write(demo, begin_day, SUNDAY_NIGHT)
    before = [each for each in tickets(demo) if each.day < local_day(SUNDAY_NIGHT)]
    assert len({each.day for each in before}) >= 20
    assert {each.day.weekday() for each in before} <= {0, 1, 2, 3, 4, 5}
    assert all(
        each.drawn_at < each.called_at < each.begun_at < each.ended_at and local_day(each.ended_at) == each.day
        for each in before
    )
    steps = Counter(
        read(
            demo,
            lambda session: session.exec(select(TicketChange.what).join(Ticket).where(Ticket.day < date(2026, 11, 29))).all(),
        )
    )
    assert steps == dict.fromkeys(("drawn", "called", "begun", "finished"), len(before))
    in_turn = sorted((each for each in before if each.counter), key=lambda each: (each.counter or "", each.called_at))
    pairs = pairwise(in_turn)
    assert all(one.ended_at <= next_one.called_at for one, next_one in pairs if one.counter == next_one.counter)


def test_what_is_told_about_waiting_is_drawn_from_that_past(demo: Store):
    write(demo, begin_day, SUNDAY_NIGHT)
    for service in {step.service for _, step in STORY if isinstance(step, Comes)}:
        told = read(demo, wait_for_next, SUNDAY_NIGHT, HOUSE, service, 3)
        assert told.low is not None
        assert told.high is not None
        assert told.low < told.high


def test_by_day_the_hours_before_have_their_numbers_too(demo: Store):
    write(demo, begin_day, MORNING)
    begun = MORNING - timedelta(minutes=75)
    gone = [each for each in tickets(demo, FINISHED, day=local_day(MORNING)) if each.ended_at and each.ended_at < begun]
    assert gone
    assert all(each.drawn_at.astimezone(LISBON).hour >= 8 for each in gone)


def test_a_day_on_which_numbers_were_given_out_is_left_alone(demo: Store):
    yesterday = MORNING - DAY
    write(demo, draw, yesterday, Wish(HOUSE, "parking-permit", "pt"), once=key("theirs"))
    write(demo, begin_day, MORNING)
    assert len(tickets(demo, day=local_day(yesterday))) == 1
    assert len(tickets(demo, day=local_day(yesterday - DAY))) > 1


def test_it_is_erased_when_it_was_kept_long_enough(demo: Store):
    write(demo, begin_day, MORNING)
    write(demo, tidy, MORNING)
    assert write(demo, tidy, MORNING + ANNOUNCED_FOR) == {}
    assert write(demo, tidy, MORNING + 20 * DAY)["tickets"] == 300
    while write(demo, tidy, MORNING + 40 * DAY):
        pass
    assert not any(each.key_salt or each.needs or each.has_priority for each in tickets(demo))
    assert read(demo, verify).broken is None


def test_two_that_begin_the_day_at_once_begin_it_once(demo: Store):
    with ThreadPoolExecutor(2) as both:
        begun = list(both.map(lambda _: write(demo, begin_day, MORNING), range(2)))
    assert sorted(begun) == [False, True]
    assert Counter(each.state for each in tickets(demo))[CALLED] == 1
