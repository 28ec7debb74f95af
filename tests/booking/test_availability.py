"""What is shown as free is what can be booked: no more, no less, whoever looks and however often."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import select

from booking.appointments import book_at_once, cancel, move
from booking.availability import FreeStart, days_if_empty, free_places, nearest, next_places
from booking.catalogue import Counter, Location, Service, read_catalogue
from booking.counter_time import InsteadOf
from booking.errors import NotOfferedThere, NotValid, Refusal, SlotTaken, UnknownService
from booking.holds import hold
from booking.store import Store, read, write
from booking.visits import Quote, Visit, quote
from tests.booking.towns import (
    ANA,
    NINE,
    NOW,
    PERMIT,
    TODAY,
    TOMORROW,
    absence,
    amend,
    closure,
    found,
    key,
    minutes,
    opening,
    person,
    wall_clock,
)

WHOLE_DAY = (wall_clock(0), wall_clock(23, 59))
BINS = Visit(("bins",), "pacos", "in_person")
BOTH = Visit(("parking-permit", "bins"), "pacos", "in_person")


def shown(store: Store, visit: Visit = PERMIT, day: date = TOMORROW, now: datetime = NOW, channel: str = "online"):
    return read(store, free_places, now, visit, day, day, channel)


def starts(store: Store, visit: Visit = PERMIT, **options) -> list[str]:
    return [f"{place.start:%H:%M}" for place in shown(store, visit, **options)]


def places(store: Store, **options) -> int:
    return max((place.places for place in shown(store, **options)), default=0)


def booked(store: Store, start: datetime = NINE, visit: Visit = PERMIT, once: object = None, channel: str = "online"):
    return write(store, book_at_once, NOW, visit, start, ANA, once=key(once or (start, visit)), channel=channel)


def quoted(store: Store, *services: str, people: int = 1) -> Quote:
    return read(store, lambda session: quote(read_catalogue(session), services, people))


def change_counter(slug: str, **columns):
    def change(session) -> None:
        row = session.exec(select(Counter).where(Counter.slug == slug)).one()
        for name, value in columns.items():
            setattr(row, name, value)

    return change


def test_a_day_shows_each_step_from_opening_to_the_last_that_fits(store: Store):
    found(store)
    assert starts(store) == [f"{hour:02}:{minute:02}" for hour in range(9, 17) for minute in (0, 20, 40)]


def test_today_begins_after_the_notice_and_the_horizon_ends_with_its_last_day(store: Store):
    found(store)
    assert starts(store, day=TODAY)[0] == "10:00"
    last = TODAY + timedelta(days=60)
    assert starts(store, day=last)
    assert not starts(store, day=last + timedelta(days=3))
    assert read(store, free_places, NOW, PERMIT, date(2020, 1, 1), date(2040, 1, 1))[-1].start.date() == last
    assert read(store, free_places, NOW, PERMIT, TOMORROW, TODAY) == []


def test_every_start_shown_can_be_booked_and_no_other(store: Store):
    """Every minute of five around opening hours, tried for real and undone, for four visits with buffers and places kept."""
    found(store, counters=3, minutes=25, step_minutes=15, buffer_before_minutes=5, buffer_after_minutes=10, desk_places=1)
    amend(store, opening("pacos", "pacos-2", 10, 12), closure(wall_clock(13), wall_clock(14)))
    taken = shown(store, channel="phone")[::4]
    for place in taken:
        booked(store, place.start, channel="phone")
    for visit in (PERMIT, BINS, BOTH, replace(PERMIT, mode="video", people=2)):
        offered = {place.start for place in shown(store, visit)}
        bookable = {start for start in every_five_minutes() if can_be_booked(store, visit, start)}
        assert offered == bookable
        assert offered


def every_five_minutes() -> list[datetime]:
    return [datetime(2027, 3, 2, 8, tzinfo=UTC) + minutes(5 * number) for number in range(120)]


class UndoneError(Exception):
    pass


def can_be_booked(store: Store, visit: Visit, start: datetime) -> bool:
    def attempt(session) -> None:
        book_at_once(session, NOW, visit, start, ANA, once=key("attempt"))
        raise UndoneError

    try:
        write(store, attempt)
    except UndoneError:
        return True
    except Refusal:
        return False
    raise AssertionError("neither booked nor refused")


def test_what_is_remembered_equals_what_is_computed_anew_after_any_change(store: Store, database_url: str):
    """Forty random steps of booking, holding, moving, cancelling, closing and waiting; after each, a store that remembers is
    compared with one that has just been opened.
    """
    found(store, counters=2, buffer_after_minutes=5)
    other_process = Store(database_url, store.secret)
    dice, now, promises = random.Random(4), NOW, []
    for step in range(40):
        act = dice.choice(["book", "book", "hold", "move", "cancel", "close", "wait"])
        start = NINE + minutes(20 * dice.randrange(12))
        try:
            if act == "book":
                promises.append(write(store, book_at_once, now, PERMIT, start, ANA, once=key(step)))
            elif act == "hold":
                write(dice.choice([store, other_process]), hold, now, dice.choice([PERMIT, BINS]), start, once=key(step))
            elif act == "wait":
                now += minutes(dice.choice([1, 4, 11]))
            elif act == "close" and step % 3 == 0:
                begins = wall_clock(9) + minutes(20 * dice.randrange(12))
                amend(other_process, closure(begins, begins + minutes(10), counter="pacos-1"))
            elif promises:
                chosen = dice.choice(promises)
                opened = (chosen.reference, chosen.access_key)
                if act == "move":
                    write(store, move, now, *opened, start, once=key(step))
                else:
                    write(other_process, cancel, now, *opened, once=key(step))
        except Refusal:
            pass
        anew = Store(database_url, store.secret)
        for visit in (PERMIT, BINS):
            remembered = [shown(each, visit, now=now) for each in (store, other_process, store)]
            assert remembered == [shown(anew, visit, now=now)] * 3
        anew.close()
    other_process.close()


def test_a_booking_by_another_process_is_seen_at_once(store: Store, database_url: str):
    found(store)
    assert "09:00" in starts(store)
    other_process = Store(database_url, store.secret)
    booked(other_process)
    assert "09:00" not in starts(store)
    other_process.close()


def test_the_next_and_the_nearest_are_in_order_of_time(store: Store):
    found(store)
    booked(store, NOW + timedelta(hours=2))
    assert [f"{each.start:%H:%M}" for each in read(store, next_places, NOW, PERMIT)] == ["10:20", "10:40", "11:00"]
    booked(store, NINE + minutes(60))
    near = read(store, nearest, NOW, PERMIT, NINE + minutes(60))
    assert [f"{each.start:%H:%M}" for each in near] == ["09:20", "09:40", "10:20"]


def test_places_are_the_counters_that_can_serve_less_those_kept_which_the_desk_sees(store: Store):
    found(store, counters=3, desk_places=1)
    assert places(store) == 2
    assert places(store, channel="phone") == 3
    for number in range(2):
        booked(store, once=("x", number))
    assert "09:00" not in starts(store)
    with pytest.raises(SlotTaken):
        booked(store, once="third online")
    assert booked(store, once="third at the desk", channel="in_person")


def test_buffers_keep_counter_time_free_on_both_sides(store: Store):
    found(store, minutes=20, step_minutes=10, buffer_before_minutes=10, buffer_after_minutes=10)
    booked(store, NINE + minutes(60))
    assert [start for start in starts(store) if "09:00" <= start <= "11:00"] == [
        "09:00",
        "09:10",
        "09:20",
        "10:40",
        "10:50",
        "11:00",
    ]


def test_several_services_take_the_sum_of_their_minutes_and_several_people_more(store: Store):
    found(store, extra_person_minutes=10)
    both = quoted(store, "parking-permit", "bins")
    assert (both.minutes, both.step_minutes) == (50, 20)
    assert quoted(store, "parking-permit", people=3).minutes == 40
    assert starts(store, BOTH)[-1] == "16:00"
    assert starts(store, replace(PERMIT, people=3))[-1] == "16:20"


def test_a_visit_is_offered_only_where_and_how_one_counter_can_serve_all_of_it(store: Store):
    found(store)
    assert dict(quoted(store, "parking-permit").served) == {
        "pacos": ("in_person", "video", "phone"),
        "ribeira": ("in_person",),
    }
    assert quoted(store, "parking-permit", "wedding").locations == ("ribeira",)
    amend(store, change=change_counter("pacos-1", skills=("waste",)))
    assert quoted(store, "parking-permit").locations == ("ribeira",)
    with pytest.raises(NotOfferedThere):
        shown(store)


def test_a_counter_with_people_serves_when_one_of_them_is_there_who_can_do_it_all(store: Store):
    ana, rui = person("ana", ("pacos-1",), ("streets",)), person("rui", ("pacos-1",), ("streets", "waste"))
    found(store, staff=(ana, rui))
    amend(store, absence("rui", *WHOLE_DAY))
    assert starts(store, PERMIT)
    assert not starts(store, BINS)
    assert not starts(store, BOTH)
    amend(store, absence("ana", wall_clock(9), wall_clock(12)))
    assert starts(store, PERMIT)[0] == "12:00"


def test_while_a_colleague_is_there_an_absence_takes_no_start_and_adds_none(store: Store):
    found(store, staff=(person("ana", ("pacos-1",), ("streets",)), person("rui", ("pacos-1",), ("streets",))))
    before = starts(store)
    amend(store, absence("ana", wall_clock(10, 7), wall_clock(10, 50)))
    assert starts(store) == before
    amend(store, absence("rui", wall_clock(10, 30), wall_clock(11, 30)))
    assert [start for start in starts(store) if "10:00" <= start < "11:51"] == ["10:00", "10:50", "11:10", "11:30", "11:50"]


def test_a_kept_time_is_free_for_whoever_keeps_it_and_so_are_the_starts_that_it_bars(store: Store):
    found(store, step_minutes=10)
    kept = write(store, hold, NOW, PERMIT, NINE + minutes(20), once=key("mine"))
    assert {"09:10", "09:20", "09:30"}.isdisjoint(starts(store))
    mine = read(store, free_places, NOW, PERMIT, TOMORROW, TOMORROW, instead_of=InsteadOf(hold=kept.token))
    assert [f"{free.start:%H:%M}" for free in mine if free.start < NINE + minutes(40)][1:4] == ["09:10", "09:20", "09:30"]
    again = write(store, hold, NOW, PERMIT, NINE + minutes(30), once=key("better"), instead_of=kept.token)
    assert again.start == NINE + minutes(30)


def test_two_people_who_relieve_each_other_serve_one_visit_each_never_one_between_them(store: Store):
    """A visit fits when the counter is open for all of it: overlapping openings count as their union, touching ones don't."""
    found(store, staff=(person("ana", ("pacos-1",), ("streets",)), person("rui", ("pacos-1",), ("streets",))))
    amend(
        store,
        absence("ana", wall_clock(12, 10), wall_clock(17)),
        absence("rui", wall_clock(9), wall_clock(12, 10)),
    )
    assert [start for start in starts(store) if "11:30" < start < "13:00"] == ["11:40", "12:10", "12:30", "12:50"]


def test_a_counter_whose_people_all_lack_the_skill_serves_nothing_of_the_kind(store: Store):
    found(store, staff=(person("ana", ("pacos-1",), ("waste",)),))
    assert starts(store, BINS)
    with pytest.raises(NotOfferedThere):
        shown(store, PERMIT)


def test_closures_of_a_counter_a_house_and_the_town_each_reach_so_far(store: Store):
    found(store, counters=2)
    there = replace(PERMIT, location="ribeira")
    amend(store, closure(*WHOLE_DAY, counter="pacos-1"))
    assert places(store) == 1
    assert places(store, visit=there) == 1
    amend(store, closure(*WHOLE_DAY, location="pacos"))
    assert places(store) == 0
    assert places(store, visit=there) == 1
    amend(store, closure(*WHOLE_DAY))
    assert places(store, visit=there) == 0


def test_a_national_holiday_is_closed(store: Store):
    found(store)
    good_friday = date(2027, 3, 26)
    assert not starts(store, day=good_friday)
    assert starts(store, day=good_friday - timedelta(days=1))


def test_after_the_clocks_change_the_house_still_opens_at_nine_by_its_own_clock(store: Store):
    found(store)
    assert (starts(store, day=date(2027, 3, 25))[0], starts(store, day=date(2027, 3, 29))[0]) == ("09:00", "08:00")


def test_what_was_withdrawn_is_no_longer_offered_but_still_has_a_name(store: Store):
    found(store)

    def withdraw(session) -> None:
        session.get_one(Service, "bins").withdrawn_at = NOW
        session.get_one(Location, "ribeira").withdrawn_at = NOW

    amend(store, change=withdraw)
    with pytest.raises(UnknownService):
        shown(store, BINS)
    catalogue = read(store, read_catalogue)
    assert "bins" in catalogue.known_services
    assert "ribeira" in catalogue.known_locations
    assert "bins" not in catalogue.services
    assert "ribeira" not in catalogue.locations


@pytest.mark.parametrize("wrong", [{"day": "2027-03-02"}, {"day": NINE}, {"channel": "carrier pigeon"}])
def test_wrong_types_are_refused(store: Store, wrong: dict):
    found(store)
    with pytest.raises(NotValid):
        shown(store, **wrong)


def test_the_least_versatile_counter_is_given_away_first(store: Store):
    found(store, counters=2)
    amend(store, change=change_counter("pacos-2", skills=("streets",)))
    booked(store)
    assert shown(store, BINS)[0] == FreeStart(NINE, 1)


def test_a_move_is_shown_every_start_that_it_could_take_its_own_time_included(store: Store) -> None:
    found(store, step_minutes=10)
    booked = write(store, book_at_once, NOW, PERMIT, NINE, ANA, once="a booking that moves")
    between = NINE + timedelta(minutes=10)
    shown = [
        free.start
        for free in read(
            store, free_places, NOW, PERMIT, TOMORROW, TOMORROW, instead_of=InsteadOf(appointment=booked.appointment.id)
        )
    ]
    others = [free.start for free in read(store, free_places, NOW, PERMIT, TOMORROW, TOMORROW)]
    assert between in shown
    assert between not in others
    moved = write(store, move, NOW, booked.reference, booked.access_key, between, once="ten minutes later")
    assert moved.start_at == between


def test_a_day_is_full_only_when_it_would_have_a_start_with_nobody_booked(store: Store) -> None:
    found(store, notice_minutes=24 * 60)
    week = TODAY + timedelta(days=6)
    days = read(store, days_if_empty, NOW, PERMIT, TODAY, week)
    assert TODAY not in days  # too soon
    assert TOMORROW in days
    assert week not in days  # a Sunday
