"""Holding, booking, looking up, moving and cancelling, on both databases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, select

from booking import appointments, freed
from booking.appointments import book, book_at_once, cancel, changeable_until, look_up, move
from booking.availability import free_places, nearest
from booking.catalogue import read_catalogue
from booking.deeds import REMEMBERED, forget_deeds
from booking.errors import (
    BeyondHorizon,
    ClosedThen,
    ExtendedEnough,
    HoldExpired,
    KeyReused,
    MistypedReference,
    NotInForce,
    NotOfferedThere,
    NotOfferedTogether,
    NotValid,
    PastTime,
    SlotTaken,
    TooLate,
    TooManyPeople,
    TooShortNotice,
    UnknownLocation,
    UnknownReference,
    UnknownService,
)
from booking.holds import LASTS, MOST_EXTENSIONS, extend, forget_lapsed, hold, look_at, release
from booking.meeting import meeting_address
from booking.promises import Appointment, AppointmentChange, Deed, Hold, Seat
from booking.references import new_reference
from booking.store import Store, read, write
from booking.visits import Visit
from tests.booking.towns import ANA, NINE, NOW, PERMIT, TOMORROW, amend, closure, found, key, minutes, wall_clock

# When what came free is everybody's again, whether or not a worker lives.
LATER = NOW + timedelta(seconds=freed.LONGEST) + freed.GRACE


def held(store: Store, start: datetime = NINE, now: datetime = NOW, name: object = "hold", **options):
    return write(store, hold, now, PERMIT, start, once=key(name), **options)


def booked(store: Store, start: datetime = NINE, now: datetime = NOW, visit: Visit = PERMIT, **options):
    options = {"once": key(f"book {start} {visit}"), **options}
    return write(store, book_at_once, now, visit, start, ANA, **options)


def starts(store: Store, now: datetime = NOW, visit: Visit = PERMIT) -> list[datetime]:
    return [place.start for place in read(store, free_places, now, visit, TOMORROW, TOMORROW)]


def rows(store: Store, table) -> list:
    return read(store, lambda session: list(session.exec(select(table).order_by(col(table.id)))))


# Holding


def test_a_held_time_is_no_longer_offered_and_comes_back_when_the_hold_runs_out(store: Store):
    found(store)
    kept = held(store)
    assert (kept.start, kept.end, kept.expires_at) == (NINE, NINE + minutes(20), NOW + LASTS)
    assert NINE not in starts(store, NOW + LASTS - minutes(1))
    assert NINE in starts(store, NOW + LASTS)


def test_a_hold_can_be_extended_six_times_and_says_how_often_still(store: Store):
    found(store)
    kept, now = held(store), NOW
    for left in range(MOST_EXTENSIONS - 1, -1, -1):
        now += minutes(1)
        kept = write(store, extend, now, kept.token, once=key(f"more {left}"))
        assert (kept.expires_at, kept.extensions_left) == (now + LASTS, left)
    assert NINE not in starts(store, now + minutes(9))
    with pytest.raises(ExtendedEnough):
        write(store, extend, now + minutes(1), kept.token, once=key("one more"))


def test_more_time_asked_for_twice_at_once_is_one_wish(store: Store):
    found(store)
    kept, soon = held(store), NOW + minutes(5)
    more = write(store, extend, soon, kept.token, once=key("a tap"))
    again = write(store, extend, soon + timedelta(seconds=29), kept.token, once=key("the same tap, replayed"))
    assert again == more
    later = write(store, extend, soon + timedelta(seconds=30), kept.token, once=key("another tap"))
    assert later.extensions_left == more.extensions_left - 1


def test_a_hold_that_is_made_longer_and_longer_ends_when_its_time_begins(store: Store):
    found(store, notice_minutes=0)
    kept = held(store, now=NINE - minutes(5))
    for more in range(3):
        kept = write(store, extend, NINE - minutes(4 - more), kept.token, once=key(f"more {more}"))
    for verb in (
        lambda: write(store, extend, NINE + minutes(1), kept.token, once=key("too late")),
        lambda: held_book(store, kept.token, NINE + minutes(1), once=key("too late")),
    ):
        with pytest.raises(PastTime):
            verb()
    assert held_book(store, kept.token, NINE).appointment.start_at == NINE  # exactly then is not too late


def test_a_kept_time_that_the_town_has_closed_meanwhile_is_not_promised(store: Store):
    found(store)
    kept = held(store)
    amend(store, closure(wall_clock(0), wall_clock(23, 59)))
    for verb in (
        lambda: held_book(store, kept.token),
        lambda: write(store, extend, NOW + minutes(1), kept.token, once=key("more")),
    ):
        with pytest.raises(ClosedThen):
            verb()
    assert rows(store, Appointment) == []
    assert look_up_hold(store, kept.token).token == kept.token


def look_up_hold(store: Store, token: str):
    return read(store, look_at, NOW, token)


def test_what_nobody_asks_for_any_more_is_forgotten(store: Store):
    found(store)
    booked_hold, lapsed, fresh = held(store, NINE), held(store, NINE + minutes(20), name=2), None
    appointment = held_book(store, booked_hold.token).appointment
    much_later = NOW + REMEMBERED + minutes(1)
    fresh = held(store, NINE + timedelta(days=9), much_later, name=3)
    write(store, forget_lapsed, much_later)
    write(store, forget_deeds, much_later)
    assert [hold.start_at for hold in rows(store, Hold)] == [fresh.start]
    assert read(store, lambda session: len(session.exec(select(Deed)).all())) == 1
    assert [each.id for each in rows(store, Appointment)] == [appointment.id]
    assert len(rows(store, Seat)) == 2
    assert lapsed.token


def test_extending_a_hold_that_ran_out_takes_the_time_up_again_if_nobody_has_it(store: Store):
    found(store)
    kept, late = held(store), NOW + minutes(30)
    again = write(store, extend, late, kept.token, once=key("more"))
    assert again.expires_at == late + LASTS
    assert NINE not in starts(store, late)


def test_extending_a_hold_that_ran_out_and_was_taken_says_so(store: Store):
    found(store)
    kept, late = held(store), NOW + minutes(30)
    booked(store, now=late)
    with pytest.raises(SlotTaken):
        write(store, extend, late, kept.token, once=key("more"))


def test_letting_go_frees_the_time_and_may_be_said_twice(store: Store):
    found(store)
    kept = held(store)
    write(store, release, NOW, kept.token)
    write(store, release, NOW, kept.token)
    write(store, release, NOW, "nonsense")
    assert NINE in starts(store)
    for verb in (lambda: read(store, look_at, NOW, kept.token), lambda: held_book(store, kept.token)):
        with pytest.raises(HoldExpired):
            verb()


def held_book(store: Store, token: str, now: datetime = NOW, **options):
    return write(store, book, now, token, ANA, **{"once": key("book"), **options})


def test_choosing_another_time_lets_the_first_go_in_the_same_step(store: Store):
    found(store)
    first = held(store)
    second = held(store, NINE + minutes(20), name="second", instead_of=first.token)
    assert NINE in starts(store)
    assert NINE + minutes(20) not in starts(store)
    assert read(store, look_at, NOW, second.token) == second


def test_the_same_time_can_be_held_again_instead_of_itself(store: Store):
    found(store)
    assert held(store, name="second", instead_of=held(store).token).start == NINE


def test_when_the_other_time_is_taken_the_first_stays_held(store: Store):
    found(store)
    booked(store, NINE + minutes(20))
    first = held(store)
    with pytest.raises(SlotTaken):
        held(store, NINE + minutes(20), name="second", instead_of=first.token)
    assert read(store, look_at, NOW, first.token) == first


# Booking


def test_a_hold_becomes_an_appointment_that_its_reference_and_key_open(store: Store):
    found(store)
    promise = held_book(store, held(store).token)
    seen = read(store, look_up, promise.reference, promise.access_key)
    assert (seen.name, seen.start_at, seen.end_at, seen.state) == ("Ana Lopes", NINE, NINE + minutes(20), "booked")
    assert seen.services == ("parking-permit",)
    assert NINE not in starts(store, NOW + timedelta(hours=3))


def test_a_hold_that_ran_out_is_booked_all_the_same_when_its_time_is_free(store: Store):
    found(store)
    kept = held(store)
    promise = held_book(store, kept.token, NOW + minutes(40))
    assert promise.appointment.start_at == NINE
    assert len(rows(store, Seat)) == 1


def test_a_hold_that_ran_out_was_swept_away_and_is_free_is_booked_too(store: Store):
    found(store)
    kept = held(store)
    booked(store, NINE + minutes(20), NOW + minutes(20))
    assert held_book(store, kept.token, NOW + minutes(40)).appointment.start_at == NINE


def test_a_hold_that_ran_out_and_was_taken_is_refused_and_the_nearest_three_are_there(store: Store):
    found(store)
    kept, late = held(store), NOW + minutes(20)
    booked(store, now=late)
    with pytest.raises(SlotTaken) as refusal:
        held_book(store, kept.token, late)
    near = read(store, nearest, late, kept.visit, refusal.value.start)
    monday = datetime(2027, 3, 1, 16, 40, tzinfo=UTC)
    assert [place.start for place in near] == [NINE + minutes(20), NINE + minutes(40), NINE + minutes(60)]
    assert monday not in [place.start for place in near]


def test_a_hold_booked_in_two_tabs_is_one_appointment(store: Store):
    found(store)
    kept = held(store)
    first, second = held_book(store, kept.token), held_book(store, kept.token, once=key("other tab"))
    assert (first.reference, first.access_key) == (second.reference, second.access_key)
    assert len(rows(store, Appointment)) == 1


def test_a_hold_keeps_its_promise_although_the_notice_has_passed_meanwhile(store: Store):
    found(store)
    at_ten = NOW + timedelta(hours=2)
    kept = held(store, at_ten)
    assert held_book(store, kept.token, NOW + minutes(9)).appointment.start_at == at_ten


def test_a_reference_that_is_in_use_is_not_given_out_again(store: Store, monkeypatch: pytest.MonkeyPatch):
    found(store)
    first = booked(store).reference
    following = iter((first, first, other := new_reference("VC")))
    monkeypatch.setattr(appointments, "new_reference", lambda prefix: next(following))
    assert booked(store, starts(store)[0]).reference == other
    assert [row.reference for row in rows(store, Appointment)] == [first, other]


def test_what_was_booked_is_written_down(store: Store):
    found(store)
    booked(store)
    [change] = rows(store, AppointmentChange)
    assert (change.what, change.at, change.by, change.to_start_at) == ("booked", NOW, "resident", NINE)


@pytest.mark.parametrize(
    ("visit", "start", "refusal"),
    [
        (PERMIT, NOW - timedelta(days=1), PastTime),
        (PERMIT, NOW + minutes(60), TooShortNotice),
        (PERMIT, NINE + timedelta(days=60), BeyondHorizon),
        (PERMIT, NINE + minutes(1), ClosedThen),
        (PERMIT, NINE + timedelta(seconds=30), ClosedThen),
        (PERMIT, NINE - timedelta(hours=2), ClosedThen),
        (PERMIT, NINE + timedelta(days=4), ClosedThen),
        (replace(PERMIT, services=("dragons",)), NINE, UnknownService),
        (replace(PERMIT, services=("parking-permit", "parking-permit")), NINE, NotOfferedTogether),
        (replace(PERMIT, location="atlantis"), NINE, UnknownLocation),
        (replace(PERMIT, location="ribeira", mode="video"), NINE, NotOfferedThere),
        (replace(PERMIT, mode="telepathy"), NINE, NotOfferedThere),
        (replace(PERMIT, services=("wedding",)), NINE, NotOfferedThere),
        (replace(PERMIT, people=5), NINE, TooManyPeople),
        (replace(PERMIT, people=0), NINE, TooManyPeople),
    ],
)
def test_what_can_not_be_booked_is_refused_with_its_reason_and_nothing_is_written(store: Store, visit, start, refusal):
    found(store)
    for attempt in (
        lambda: booked(store, start, visit=visit),
        lambda: write(store, hold, NOW, visit, start, once=key("hold")),
    ):
        with pytest.raises(refusal):
            attempt()
    assert not rows(store, Appointment)
    assert not rows(store, Hold)
    assert not rows(store, Seat)


def test_exactly_at_the_notice_and_up_to_the_end_of_the_horizon_it_can_be_booked(store: Store):
    found(store)
    assert booked(store, NOW + timedelta(hours=2)).appointment
    assert booked(store, datetime(2027, 4, 30, 15, 40, tzinfo=UTC)).appointment
    with pytest.raises(BeyondHorizon):
        booked(store, datetime(2027, 5, 3, 8, tzinfo=UTC))


def test_a_start_that_is_no_instant_is_refused(store: Store):
    found(store)
    for start in ("2027-03-02T09:00", None, 0, NINE.replace(tzinfo=None)):
        with pytest.raises(NotValid):
            booked(store, start)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "wrong",
    [
        {"services": "parking-permit"},
        {"services": ({},)},
        {"services": None},
        {"location": 7},
        {"mode": None},
        {"people": "2"},
        {"people": True},
    ],
)
def test_a_visit_of_wrong_types_is_refused(wrong: dict):
    with pytest.raises(NotValid):
        replace(PERMIT, **wrong)


def test_an_idempotency_key_that_is_none_is_refused(store: Store):
    found(store)
    for once in ("", "short", "x" * 201, None, 12345678, "new\nline-key"):
        with pytest.raises(NotValid):
            booked(store, once=once)


def test_a_town_that_closed_in_the_meantime_is_not_booked(store: Store):
    found(store)
    starts(store)
    amend(store, closure(wall_clock(0), wall_clock(23, 59)))
    with pytest.raises(ClosedThen):
        booked(store, NINE + minutes(20))


def test_a_video_appointment_has_a_room_that_stays_and_nobody_can_guess(store: Store):
    found(store)
    promise = booked(store, visit=replace(PERMIT, mode="video"))
    town = read(store, read_catalogue).town
    address = meeting_address(town, promise.appointment)
    moved = write(store, move, NOW, promise.reference, promise.access_key, NINE + minutes(20), once=key("move"))
    assert meeting_address(town, moved) == address
    assert address == f"https://meet.example.org/{moved.video_room}"
    assert len(moved.video_room or "") * 4 >= 128
    assert meeting_address(town, booked(store, now=LATER).appointment) is None


# The same call twice


def test_every_verb_called_again_with_the_same_key_answers_the_same_and_does_nothing_twice(store: Store):
    found(store)
    kept = [held(store) for _ in range(3)]
    longer = [write(store, extend, NOW + minutes(2), kept[0].token, once=key("more")) for _ in range(3)]
    promises = [held_book(store, kept[0].token) for _ in range(3)]
    opened = (promises[0].reference, promises[0].access_key)
    moved = [write(store, move, NOW, *opened, NINE + minutes(20), once=key("move")) for _ in range(3)]
    cancelled = [write(store, cancel, NOW, *opened, once=key("cancel")) for _ in range(3)]
    assert kept[0] == kept[1] == kept[2]
    assert longer[0] == longer[1] == longer[2]
    assert longer[0].extensions_left == MOST_EXTENSIONS - 1
    assert {(each.reference, each.access_key) for each in promises} == {opened}
    assert {each.sequence for each in moved} == {1}
    assert {each.sequence for each in cancelled} == {2}
    assert [change.what for change in rows(store, AppointmentChange)] == ["booked", "moved", "cancelled"]


def test_a_key_used_for_something_else_is_refused_and_shows_nothing(store: Store):
    found(store, counters=2)
    booked(store, once=key("mine"))
    with pytest.raises(KeyReused):
        booked(store, NINE + minutes(20), once=key("mine"))
    with pytest.raises(KeyReused):
        write(store, book_at_once, NOW, PERMIT, NINE, replace(ANA, name="Eve"), once=key("mine"))


def test_a_refused_call_leaves_its_key_unused(store: Store):
    found(store)
    first = booked(store)
    with pytest.raises(SlotTaken):
        booked(store, once=key("second"))
    write(store, cancel, NOW, first.reference, first.access_key, once=key("cancel"))
    assert booked(store, now=LATER, once=key("second")).reference != first.reference


def test_a_replayed_hold_that_was_let_go_does_not_show_somebody_elses(store: Store):
    found(store)
    write(store, release, NOW, held(store).token)
    other = held(store, name="somebody else")
    with pytest.raises(HoldExpired):
        held(store)
    assert read(store, look_at, NOW, other.token) == other


# Looking up, moving, cancelling


def test_a_wrong_key_and_an_unknown_reference_are_refused_alike(store: Store):
    found(store)
    promise, other = booked(store), booked(store, NINE + minutes(20))
    tries = [
        (promise.reference, "AAAA-AAAA-AAAA-AAAA"),
        (promise.reference, ""),
        (promise.reference, None),
        (promise.reference, "é\x00" * 9),
        (promise.reference, other.access_key),
        (new_reference("VC"), promise.access_key),
    ]
    refusals = set()
    for reference, access in tries:
        for verb in (
            lambda: read(store, look_up, reference, access),  # noqa: B023
            lambda: write(store, cancel, NOW, reference, access, once=key("cancel")),  # noqa: B023
            lambda: write(store, move, NOW, reference, access, NINE + minutes(40), once=key("move")),  # noqa: B023
        ):
            with pytest.raises(UnknownReference) as refusal:
                verb()
            refusals.add((type(refusal.value), str(refusal.value), refusal.value.code))
    assert len(refusals) == 1


def test_a_typing_slip_is_said_before_anything_is_looked_up(store: Store):
    found(store)
    promise = booked(store)
    last = "2" if promise.reference[-1] != "2" else "3"
    with pytest.raises(MistypedReference):
        read(store, look_up, promise.reference[:-1] + last, promise.access_key)


def test_a_move_exchanges_the_old_time_for_the_new(store: Store):
    found(store)
    promise = booked(store)
    moved = write(store, move, NOW, promise.reference, promise.access_key, NINE + minutes(20), once=key("move"))
    assert (moved.start_at, moved.end_at, moved.sequence) == (NINE + minutes(20), NINE + minutes(40), 1)
    assert moved.calendar_uid == promise.appointment.calendar_uid
    assert NINE not in starts(store)
    assert NINE in starts(store, LATER)
    assert NINE + minutes(20) not in starts(store, LATER)
    change = rows(store, AppointmentChange)[-1]
    assert (change.what, change.from_start_at, change.to_start_at) == ("moved", NINE, NINE + minutes(20))


def test_a_move_to_a_taken_time_leaves_everything_as_it_was(store: Store):
    found(store)
    promise = booked(store)
    booked(store, NINE + minutes(20))
    with pytest.raises(SlotTaken):
        write(store, move, NOW, promise.reference, promise.access_key, NINE + minutes(20), once=key("move"))
    seen = read(store, look_up, promise.reference, promise.access_key)
    assert (seen.start_at, seen.sequence) == (NINE, 0)
    assert NINE not in starts(store)


def test_a_move_may_overlap_the_appointments_own_time(store: Store):
    found(store, minutes=40, step_minutes=20)
    promise = booked(store)
    moved = write(store, move, NOW, promise.reference, promise.access_key, NINE + minutes(20), once=key("move"))
    assert moved.start_at == NINE + minutes(20)


def test_moving_to_the_same_time_changes_nothing(store: Store):
    found(store)
    promise = booked(store)
    assert write(store, move, NOW, promise.reference, promise.access_key, NINE, once=key("move")).sequence == 0


def test_cancelling_gives_the_time_back_and_keeps_the_record(store: Store):
    found(store)
    promise = booked(store)
    reason = "não\u200e posso"
    gone = write(store, cancel, NOW, promise.reference, promise.access_key, once=key("cancel"), reason=reason)
    assert (gone.state, gone.sequence) == ("cancelled", 1)
    assert NINE not in starts(store)
    assert NINE in starts(store, LATER)
    assert (rows(store, AppointmentChange)[-1].what, rows(store, AppointmentChange)[-1].reason) == (
        "cancelled",
        "não posso",
    )


def test_cancelling_what_is_cancelled_changes_nothing_and_moving_it_is_refused(store: Store):
    found(store)
    promise = booked(store)
    write(store, cancel, NOW, promise.reference, promise.access_key, once=key("cancel"))
    again = write(store, cancel, NOW, promise.reference, promise.access_key, once=key("cancel again"))
    assert again.sequence == 1
    with pytest.raises(NotInForce):
        write(store, move, NOW, promise.reference, promise.access_key, NINE + minutes(20), once=key("move"))


def test_a_reason_that_can_not_be_kept_is_refused(store: Store):
    found(store)
    promise = booked(store)
    for reason in ("x" * 501, "a\x00b", "\ud800", None, 5):
        with pytest.raises(NotValid):
            write(store, cancel, NOW, promise.reference, promise.access_key, once=key("cancel"), reason=reason)  # type: ignore[arg-type]


def test_until_the_service_says_so_it_can_be_changed_and_not_a_minute_later(store: Store):
    found(store, counters=2)
    promise, other = booked(store), booked(store, once=key("other"))
    until = read(store, lambda session: changeable_until(read_catalogue(session), promise.appointment))
    assert until == NINE - minutes(60)
    late = until + timedelta(seconds=1)
    for verb in (
        lambda: write(store, cancel, late, promise.reference, promise.access_key, once=key("cancel")),
        lambda: write(store, move, late, promise.reference, promise.access_key, NINE + minutes(200), once=key("move")),
    ):
        with pytest.raises(TooLate) as refusal:
            verb()
        assert refusal.value.until == until
    assert write(store, cancel, until, promise.reference, promise.access_key, once=key("c")).state == "cancelled"
    later = NINE + minutes(240)
    assert write(store, move, until, other.reference, other.access_key, later, once=key("m")).start_at == later
