"""An earlier time, fairly: withheld, offered in turn, taken or passed on; and every turn can be explained."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import col, select

from booking import freed
from booking.appointments import Booked, book_at_once, cancel, look_up, move
from booking.availability import free_places
from booking.earlier import Waiting, Wish, ask_for_earlier, decline_offer, stop_asking, take_offer, waiting
from booking.errors import CannotBeTold, NotInForce, NotValid, OfferGone
from booking.freed import GRACE, LONGEST, SHORTEST, answer_time, pass_on
from booking.outbox import Letter
from booking.promises import Appointment, Hold, Seat
from booking.store import Store, read, write
from booking.tidings import OFFER
from booking.visits import Visit
from booking.waiting_list import (
    ANOTHER_DAY,
    ANOTHER_HOUR,
    DECLINED,
    NO_COUNTER,
    NOT_EARLIER,
    OFFERED,
    REMEMBERED,
    TAKEN,
    TOO_LATE_FOR_THEM,
    TOO_SOON,
    UNANSWERED,
    WITHDRAWN,
    EarlierWish,
    FreedPlace,
    Offer,
    forget_freed_places,
    found_for,
    history,
    in_turn,
    turns_of,
)
from tests.booking.towns import ANA, NOW, PERMIT, found, key, minutes

NOON = NOW + timedelta(hours=4)  # Monday: a time of day at which people may be asked
THURSDAY = datetime(2027, 3, 4, 9, tzinfo=UTC)
FRIDAY = THURSDAY + timedelta(days=1)
MONDAY = FRIDAY + timedelta(days=3)
LISBON = ZoneInfo("Europe/Lisbon")
ANY = Wish()


@pytest.fixture(autouse=True)
def loaded_dice(monkeypatch: pytest.MonkeyPatch) -> None:
    class Shortest:
        def uniform(self, shortest: float, _: float) -> float:
            return shortest

    monkeypatch.setattr(freed, "dice", Shortest())


def booked(store: Store, start: datetime, name: str = "Ana", visit: Visit = PERMIT, now: datetime = NOON) -> Booked:
    details = replace(ANA, name=name, email=f"{name.lower()}@example.org")
    return write(store, book_at_once, now, visit, start, details, once=key(f"{name} {start} {visit} {now}"))


def asks(store: Store, promise: Booked, wish: Wish = ANY, now: datetime = NOON) -> EarlierWish:
    codes = (promise.reference, promise.access_key)
    return write(store, ask_for_earlier, now, *codes, wish, once=key(hash((promise.reference, wish, now))))


def cancelled(store: Store, promise: Booked, now: datetime = NOON) -> None:
    write(store, cancel, now, promise.reference, promise.access_key, once=key(f"cancel {promise.reference}"))


def taken(store: Store, promise: Booked, now: datetime) -> Appointment:
    return write(store, take_offer, now, promise.reference, promise.access_key, once=key(f"take {promise.reference}"))


def turn_the_clock(store: Store, now: datetime) -> None:
    """What the worker does at this moment."""
    while write(store, pass_on, now):
        pass


def offered_to(store: Store, promise: Booked, now: datetime) -> datetime | None:
    def look(session) -> Waiting | None:
        return waiting(session, now, look_up(session, promise.reference, promise.access_key))

    state = read(store, look)
    return state.offer.start_at if state and state.offer else None


def is_free(store: Store, start: datetime, now: datetime) -> bool:
    day = start.date()
    return start in [place.start for place in read(store, free_places, now, PERMIT, day, day)]


def answers(store: Store) -> list[str]:
    return [offer.answer for offer in read(store, lambda session: list(session.exec(select(Offer).order_by(col(Offer.id)))))]


DUE = NOON + timedelta(seconds=SHORTEST)


@pytest.fixture
def town(store: Store) -> Store:
    """One counter at "pacos"; every quarter of an hour counts."""
    found(store, reminder_minutes=())
    return store


# Withheld


def test_a_place_that_came_free_is_withheld_and_then_everybodys(town: Store):
    promise = booked(town, THURSDAY)
    cancelled(town, promise)
    assert not is_free(town, THURSDAY, DUE - minutes(1))
    turn_the_clock(town, DUE)
    assert is_free(town, THURSDAY, DUE)


def test_without_a_worker_it_is_everybodys_a_little_later(town: Store):
    cancelled(town, booked(town, THURSDAY))
    assert not is_free(town, THURSDAY, DUE)
    assert is_free(town, THURSDAY, DUE + GRACE)


def test_how_long_it_is_withheld_is_random_within_bounds(town: Store, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.undo()
    for place in range(8):
        cancelled(town, booked(town, THURSDAY + minutes(20 * place)))
    due = read(town, lambda session: [row.due_at - row.freed_at for row in session.exec(select(FreedPlace))])
    assert len(set(due)) == len(due) == 8
    assert all(timedelta(seconds=SHORTEST) <= each <= timedelta(seconds=LONGEST) for each in due)


def test_what_begins_soon_is_everybodys_at_once(store: Store):
    found(store, notice_minutes=0, cancel_until_minutes=0)
    soon = NOON + freed.SOONEST - minutes(20)
    cancelled(store, booked(store, soon))
    assert is_free(store, soon, NOON)


def test_a_move_leaves_a_place_that_is_withheld_too(town: Store):
    promise = booked(town, THURSDAY)
    write(town, move, NOON, promise.reference, promise.access_key, FRIDAY, once=key("move"))
    assert not is_free(town, THURSDAY, NOON)
    turn_the_clock(town, DUE)
    assert is_free(town, THURSDAY, DUE)


# Offered and taken


def test_whoever_asked_is_offered_the_place_and_has_it_with_one_touch(town: Store):
    early, late = booked(town, THURSDAY, "Early"), booked(town, FRIDAY, "Late")
    asks(town, late)
    cancelled(town, early)
    assert offered_to(town, late, NOON) is None
    turn_the_clock(town, DUE)
    assert offered_to(town, late, DUE) == THURSDAY
    assert not is_free(town, THURSDAY, DUE)
    appointment = taken(town, late, DUE + minutes(5))
    assert (appointment.start_at, appointment.sequence) == (THURSDAY, 1)
    assert taken(town, late, DUE + minutes(6)).start_at == THURSDAY
    seats = read(town, lambda session: list(session.exec(select(Seat).where(col(Seat.appointment_id).is_not(None)))))
    assert [seat.start_minute * 60 for seat in seats] == [THURSDAY.timestamp()]


def test_the_one_who_is_asked_is_told_and_nobody_else(town: Store):
    early, late = booked(town, THURSDAY, "Early"), booked(town, FRIDAY, "Late")
    asks(town, late)
    asks(town, booked(town, FRIDAY + minutes(20), "Later"), now=NOON + minutes(1))
    cancelled(town, early)
    turn_the_clock(town, DUE)
    offers = read(town, lambda session: list(session.exec(select(Letter).where(Letter.what == OFFER))))
    assert [(letter.appointment_id, letter.due_at) for letter in offers] == [(late.appointment.id, DUE)]
    assert offers[0].useful_until == DUE + answer_time(DUE, THURSDAY)


def test_an_offer_that_nobody_answers_passes_to_the_next_and_then_to_everybody(town: Store):
    early, first, second = (
        booked(town, start, name) for start, name in ((THURSDAY, "A"), (FRIDAY, "B"), (FRIDAY + minutes(20), "C"))
    )
    asks(town, first)
    asks(town, second, now=NOON + minutes(1))
    cancelled(town, early, NOON + minutes(2))
    now = DUE + minutes(2)
    turn_the_clock(town, now)
    assert (offered_to(town, first, now), offered_to(town, second, now)) == (THURSDAY, None)
    now += answer_time(now, THURSDAY)
    turn_the_clock(town, now)
    assert (offered_to(town, first, now), offered_to(town, second, now)) == (None, THURSDAY)
    with pytest.raises(OfferGone):
        taken(town, first, now)
    now += answer_time(now, THURSDAY)
    turn_the_clock(town, now)
    assert is_free(town, THURSDAY, now)
    assert answers(town) == [UNANSWERED, UNANSWERED]


def test_an_offer_that_is_declined_passes_on_at_once_and_they_go_on_waiting(town: Store):
    early, first, second = (
        booked(town, start, name) for start, name in ((THURSDAY, "A"), (FRIDAY, "B"), (FRIDAY + minutes(20), "C"))
    )
    wish = asks(town, first)
    asks(town, second, now=NOON + minutes(1))
    cancelled(town, early, NOON + minutes(2))
    now = DUE + minutes(2)
    turn_the_clock(town, now)
    for _ in range(2):  # a double tap declines once
        write(town, decline_offer, now, first.reference, first.access_key)
    assert (offered_to(town, first, now), offered_to(town, second, now)) == (None, THURSDAY)
    assert answers(town) == [DECLINED, ""]
    assert read(town, lambda session: session.get_one(EarlierWish, wish.id).ended_at) is None


def test_the_place_that_was_left_is_offered_on(town: Store):
    """One cancellation can bring three people forward."""
    people = [booked(town, start, name) for start, name in ((THURSDAY, "A"), (FRIDAY, "B"), (MONDAY, "C"))]
    asks(town, people[1])
    asks(town, people[2], now=NOON + minutes(1))
    cancelled(town, people[0], NOON + minutes(2))
    now = DUE + minutes(2)
    turn_the_clock(town, now)
    assert taken(town, people[1], now).start_at == THURSDAY
    now += timedelta(seconds=SHORTEST)
    turn_the_clock(town, now)
    assert offered_to(town, people[2], now) == FRIDAY


@pytest.mark.parametrize("leave", ["stop", "cancel", "move"])
def test_whoever_no_longer_waits_lets_the_next_have_the_offer(town: Store, leave: str):
    early, first, second = (
        booked(town, start, name) for start, name in ((THURSDAY, "A"), (FRIDAY, "B"), (FRIDAY + minutes(20), "C"))
    )
    asks(town, first)
    asks(town, second, now=NOON + minutes(1))
    cancelled(town, early, NOON + minutes(2))
    now = DUE + minutes(2)
    turn_the_clock(town, now)
    codes = (first.reference, first.access_key)
    if leave == "stop":
        write(town, stop_asking, now, *codes)
    elif leave == "cancel":
        write(town, cancel, now, *codes, once=key("leave"))
    else:
        write(town, move, now, *codes, FRIDAY + timedelta(hours=2), once=key("leave"))
    assert (offered_to(town, first, now), offered_to(town, second, now)) == (None, THURSDAY)
    assert answers(town) == [WITHDRAWN, ""]


def test_an_offer_taken_by_two_taps_of_two_tabs_moves_once(town: Store):
    early, late = booked(town, THURSDAY, "Early"), booked(town, FRIDAY, "Late")
    asks(town, late)
    cancelled(town, early)
    turn_the_clock(town, DUE)
    codes = (late.reference, late.access_key)
    assert write(town, take_offer, DUE, *codes, once=key("one tab")).sequence == 1
    with pytest.raises(OfferGone):
        write(town, take_offer, DUE, *codes, once=key("the other tab"))
    assert answers(town) == [TAKEN]


def test_a_place_half_as_long_is_not_offered_to_whom_it_does_not_fit(town: Store):
    """20 minutes came free between two others; the bins take 30."""
    before, early, _ = (
        booked(town, THURSDAY - minutes(0), "A"),
        booked(town, THURSDAY + minutes(20), "B"),
        booked(town, THURSDAY + minutes(40), "C"),
    )
    bins = booked(town, FRIDAY, "Bins", Visit(("bins",), "pacos", "in_person"))
    asks(town, bins)
    cancelled(town, early)
    turn_the_clock(town, DUE)
    assert offered_to(town, bins, DUE) is None
    assert before
    assert [found for _, found in explained(town)] == [NO_COUNTER]


# The rule


def explained(store: Store) -> list[tuple[int, str]]:
    """The turns at the place that came free last, and what was found."""

    def look(session) -> list[tuple[int, str]]:
        place = session.exec(select(FreedPlace).order_by(col(FreedPlace.id).desc())).first()
        return [(row.turn, row.found) for row in turns_of(session, place.id)]

    return read(store, look)


def test_need_comes_before_convenience_and_then_the_longest_wait(town: Store):
    early = booked(town, THURSDAY, "Early")
    names = ["Nice", "Needs", "NeedsToo"]
    people = [booked(town, MONDAY + minutes(20 * place), name) for place, name in enumerate(names)]
    for place, person in enumerate(people):
        wish = Wish(needed_by=date(2027, 3, 5)) if place else ANY
        asks(town, person, wish, NOON + minutes(place))
    cancelled(town, early, NOON + minutes(10))
    now, order = DUE + minutes(10), []
    for _ in people:
        turn_the_clock(town, now)
        [who] = [name for name, person in zip(names, people, strict=True) if offered_to(town, person, now)]
        order.append(who)
        now += answer_time(now, THURSDAY)
    assert order == ["Needs", "NeedsToo", "Nice"]
    assert explained(town) == [(1, OFFERED), (2, OFFERED), (3, OFFERED)]


def test_asking_again_keeps_the_turn(town: Store):
    promise = booked(town, FRIDAY)
    first = asks(town, promise)
    again = asks(town, promise, Wish(weekdays=(3,)), NOON + minutes(30))
    assert (again.id, again.asked_at, again.weekdays) == (first.id, first.asked_at, (3,))


def wish_of(**columns) -> EarlierWish:
    usual = {"weekdays": (3,), "from_time": time(9), "until_time": time(12), "notice_minutes": 180, "asked_at": NOON}
    return EarlierWish(id=1, appointment_id=1, location="pacos", **(usual | columns))


@pytest.mark.parametrize(
    ("start", "columns", "found"),
    [
        (THURSDAY, {}, OFFERED),
        (MONDAY, {}, NOT_EARLIER),
        (FRIDAY, {}, ANOTHER_DAY),
        (THURSDAY - minutes(1), {}, ANOTHER_HOUR),
        (THURSDAY + timedelta(hours=3), {}, ANOTHER_HOUR),
        (THURSDAY, {"notice_minutes": 4320}, TOO_SOON),
        (THURSDAY, {"needed_by": date(2027, 3, 3)}, TOO_LATE_FOR_THEM),
        (THURSDAY, {"needed_by": date(2027, 3, 4)}, OFFERED),
    ],
)
def test_what_suits_is_what_they_said(start: datetime, columns: dict, found: str):
    has = MONDAY
    assert found_for(wish_of(**columns), has, start, NOON, LISBON) == found


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5)), max_size=12))
def test_nobody_is_passed_by_somebody_with_less_need_or_a_shorter_wait(people: list[tuple[bool, int]]):
    wishes = [wish_of(needed_by=date(2027, 3, 4) if needs else None, asked_at=NOON + minutes(waits)) for needs, waits in people]
    for place, wish in enumerate(wishes):
        wish.id = place
    order = in_turn(wishes)
    for first, second in pairwise(order):
        assert (first.needed_by is None) <= (second.needed_by is None)
        if (first.needed_by is None) == (second.needed_by is None):
            assert first.asked_at <= second.asked_at


def test_what_nobody_answered_by_the_evening_is_everybodys_and_wakes_nobody(town: Store):
    early, first, second = booked(town, FRIDAY, "A"), booked(town, MONDAY, "B"), booked(town, MONDAY + minutes(20), "C")
    asks(town, first)
    asks(town, second, now=NOON + minutes(1))
    evening = NOW + timedelta(hours=11)  # 19:00
    cancelled(town, early, evening)
    turn_the_clock(town, evening + minutes(2))
    assert offered_to(town, first, evening + minutes(3)) == FRIDAY
    night = evening + minutes(2) + answer_time(evening, FRIDAY)
    turn_the_clock(town, night)
    assert offered_to(town, second, night) is None
    assert is_free(town, FRIDAY, night)


def test_an_offer_whose_time_is_over_is_gone_though_no_worker_has_looked(town: Store):
    early, late = booked(town, THURSDAY, "Early"), booked(town, FRIDAY, "Late")
    asks(town, late)
    cancelled(town, early)
    turn_the_clock(town, DUE)
    over = DUE + answer_time(DUE, THURSDAY)
    assert offered_to(town, late, over) is None
    with pytest.raises(OfferGone):
        taken(town, late, over)


def test_nobody_is_asked_at_night(town: Store):
    early, late = booked(town, FRIDAY, "Early"), booked(town, MONDAY, "Late")
    asks(town, late)
    night = NOW + timedelta(hours=14)  # 22:00
    cancelled(town, early, night)
    turn_the_clock(town, night + minutes(30))
    assert offered_to(town, late, night + minutes(30)) is None
    assert not is_free(town, FRIDAY, night + minutes(30))
    morning = NOW + timedelta(days=1)
    turn_the_clock(town, morning)
    assert offered_to(town, late, morning) == FRIDAY


def test_however_many_wait_visits_that_are_alike_are_asked_about_once(town: Store, monkeypatch: pytest.MonkeyPatch):
    """The page is locked meanwhile: everybody who books would wait."""
    early = booked(town, THURSDAY, "Early")
    for place in range(12):  # eleven whose hours it doesn't suit, and one whom it does
        wish = ANY if place == 11 else Wish(from_time=time(16))
        asks(town, booked(town, MONDAY + minutes(20 * place), f"W{place}"), wish, NOON + minutes(place))
    cancelled(town, early, NOON + minutes(20))
    asked = []
    monkeypatch.setattr(freed, "free_places", lambda *args, **named: asked.append(args) or free_places(*args, **named))
    turn_the_clock(town, DUE + minutes(20))
    assert [found for _, found in explained(town)] == [ANOTHER_HOUR] * 11 + [OFFERED]
    assert len(asked) == 1


def test_the_history_tells_each_person_what_they_were_considered_for(town: Store):
    early, late = booked(town, THURSDAY, "Early"), booked(town, FRIDAY, "Late")
    wish = asks(town, late, Wish(weekdays=(0,)))
    cancelled(town, early)
    turn_the_clock(town, DUE)
    [(place, considered, offer)] = read(town, history, wish)
    assert (place.start_at, considered.turn, considered.found, offer) == (THURSDAY, 1, ANOTHER_DAY, None)


# Refused


def test_whoever_can_not_be_written_to_can_not_wait(town: Store):
    by_landline = replace(ANA, email="", phone="+351259000100")
    promise = write(town, book_at_once, NOON, PERMIT, FRIDAY, by_landline, once=key("book"))
    with pytest.raises(CannotBeTold):
        asks(town, promise)


def test_a_cancelled_appointment_waits_for_nothing(town: Store):
    promise = booked(town, FRIDAY)
    cancelled(town, promise)
    with pytest.raises(NotInForce):
        asks(town, promise)


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        (Wish(weekdays=()), "weekdays"),
        (Wish(weekdays=(7,)), "weekdays"),
        (Wish(from_time=time(12), until_time=time(12)), "hours"),
        (Wish(notice_minutes=7), "notice"),
        (Wish(needed_by=date(2027, 3, 5)), "needed_by"),
        (Wish(needed_by=date(2027, 2, 28)), "needed_by"),
    ],
)
def test_a_wish_that_makes_no_sense_is_refused(town: Store, wish: Wish, field: str):
    promise = booked(town, FRIDAY)
    with pytest.raises(NotValid) as refusal:
        asks(town, promise, wish)
    assert [problem.field for problem in refusal.value.problems] == [field]


def test_places_done_with_long_ago_are_forgotten(town: Store):
    early, late = booked(town, THURSDAY, "Early"), booked(town, FRIDAY, "Late")
    asks(town, late)
    cancelled(town, early)
    turn_the_clock(town, DUE)
    taken(town, late, DUE)
    turn_the_clock(town, DUE + timedelta(days=1))
    write(town, forget_freed_places, DUE + REMEMBERED + timedelta(days=2))
    assert read(town, lambda session: len(session.exec(select(FreedPlace)).all())) == 0


def test_nothing_of_the_house_stays_held(town: Store):
    """Every hold that withheld or offered a place is gone or has lapsed once all is done."""
    early, late = booked(town, THURSDAY, "Early"), booked(town, FRIDAY, "Late")
    asks(town, late)
    cancelled(town, early)
    now = DUE
    turn_the_clock(town, now)
    now += answer_time(now, THURSDAY)
    turn_the_clock(town, now)
    assert read(town, lambda session: list(session.exec(select(Hold)))) == []
    assert len(read(town, lambda session: list(session.exec(select(Seat))))) == 1
