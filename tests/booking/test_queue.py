"""Tickets from the drawing to the end, on both databases."""

from datetime import datetime

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from booking.appointments import book_at_once, cancel
from booking.counters import (
    GUIDED,
    HANDLED,
    at_counter,
    begin,
    call,
    call_next,
    close_counter,
    decline,
    finish,
    hand_to_counter,
    hand_to_service,
    not_there,
    open_counter,
    park,
    pause,
    recall,
    resume,
)
from booking.errors import (
    AlreadyIn,
    CounterBusy,
    CounterShut,
    HallShut,
    MissedDay,
    NotInForce,
    NotNow,
    NotOfferedThere,
    NotValid,
    OtherHouse,
    TooEarly,
    UnknownCounter,
    UnknownReference,
    UnknownService,
    UnknownTicket,
)
from booking.lobby import in_hand, line_at
from booking.promises import Appointment
from booking.queue import (
    DESK,
    MOST_POSTPONED,
    ONLINE,
    Drawn,
    Wish,
    check_in,
    come_back,
    draw,
    follow,
    leave,
    need_more_time,
)
from booking.store import Store, read, write
from booking.tickets import FINISHED, LEFT, NOT_THERE, OFFERED, PARKED, WAITING, OpenCounter, Ticket, TicketChange
from booking.visits import Visit
from booking.waits import _past_of
from tests.booking.towns import ANA, NINE, NOW, PERMIT, amend, closure, found, key, minutes, person, wall_clock

WISH = Wish("pacos", "parking-permit", "pt")
ONE, TWO = "pacos-1", "pacos-2"
# Tuesday at nine the house opens.
TEN = NINE + minutes(60)


@pytest.fixture
def hall(store: Store) -> Store:
    """Two counters, with somebody at each; the second one can't do waste."""
    everything = ("streets", "waste", "family")
    found(store, counters=2, staff=(person("ana", (ONE,), everything), person("rui", (TWO,), ("streets",))))
    sits_down(store, ONE, "ana")
    sits_down(store, TWO, "rui")
    return store


def sits_down(store: Store, counter: str, staff: str) -> None:
    write(store, open_counter, NINE, counter, staff)


def draws(store: Store, name: object = 1, now=TEN, **wish) -> Drawn:
    return write(store, draw, now, Wish(**{**WISH.__dict__, **wish}), once=key(f"draw {name}"))


def calls(store: Store, counter: str = ONE, name: object = 1, now=TEN) -> Ticket | None:
    return write(store, call_next, now, counter, once=key(f"call {counter} {name}"))


def called(store: Store, counter: str = ONE, name: object = 1, now=TEN) -> Ticket:
    ticket = calls(store, counter, name, now)
    assert ticket is not None
    return ticket


def ends(store: Store, now: datetime, counter: str, outcome: str) -> Ticket:
    """They came to the counter, and it ends."""
    write(store, begin, now, counter)
    return write(store, finish, now, counter, outcome)


def books(store: Store, start=TEN, name: object = "a", visit: Visit = PERMIT) -> Appointment:
    return write(store, book_at_once, NOW, visit, start, ANA, once=key(f"book {name}"), channel="in_person").appointment


def comes_in(store: Store, appointment: Appointment, now=TEN, location: str = "pacos", name: object = 1) -> Drawn:
    return write(store, check_in, now, location, appointment.reference, once=key(f"in {name}"))


def numbers(store: Store, now=TEN) -> list[str]:
    """The line of the house as it is called."""

    def look(session: Session) -> list[str]:
        return [session.get_one(Ticket, each.ticket).words for each in line_at(session, now, "pacos")]

    return read(store, look)


# Drawing


def test_numbers_rise_without_a_gap_by_topic_and_day(hall: Store):
    assert [draws(hall, each).ticket.words for each in range(3)] == ["A 001", "A 002", "A 003"]
    assert draws(hall, "tomorrow", now=TEN + minutes(24 * 60)).ticket.words == "A 001"


def test_a_number_that_was_undone_is_given_out_again(hall: Store):
    def fails(session: Session) -> None:
        draw(session, TEN, WISH, once=key("lost"))
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write(hall, fails)
    assert draws(hall).ticket.words == "A 001"


def test_one_touch_is_one_ticket_however_often_it_arrives(hall: Store):
    first, again = draws(hall), draws(hall)
    assert (first.ticket.id, first.code) == (again.ticket.id, again.code)
    assert draws(hall, "another touch").ticket.words == "A 002"


def test_the_code_opens_it_and_nothing_else_does(hall: Store):
    drawn = draws(hall)
    assert read(hall, follow, drawn.code.lower()).words == "A 001"
    for wrong in ("", "A 001", drawn.code[:-1], "0" * 16, "x" * 9000):
        with pytest.raises(UnknownTicket):
            read(hall, follow, wrong)


def test_the_code_is_not_in_the_database(hall: Store):
    drawn = draws(hall)
    assert drawn.code not in str(read(hall, lambda session: session.exec(select(Ticket)).one().model_dump()))


def test_what_is_not_offered_there_is_refused(hall: Store):
    with pytest.raises(UnknownService):
        draws(hall, service="tea")
    with pytest.raises(NotOfferedThere):
        draws(hall, service="wedding")
    with pytest.raises(NotValid):
        draws(hall, language="xx")
    with pytest.raises(NotValid):
        draws(hall, needs=("a throne",))


def test_a_closed_house_gives_out_none_and_says_when_it_opens(hall: Store):
    with pytest.raises(HallShut) as shut:
        draws(hall, now=NINE - minutes(1))
    assert shut.value.opens_at == NINE
    amend(hall, closure(wall_clock(9, 30), wall_clock(12), "pacos"))
    with pytest.raises(HallShut):
        draws(hall)


# Appointments


def test_an_appointment_checks_in_and_is_called_at_its_time(hall: Store):
    draws(hall, now=TEN - minutes(20))
    appointment = books(hall)
    checked = comes_in(hall, appointment, now=TEN - minutes(10))
    assert checked.ticket.words == "M 001"
    assert numbers(hall, TEN - minutes(5)) == ["A 001", "M 001"]
    assert numbers(hall, TEN) == ["M 001", "A 001"]


def test_it_checks_in_once_and_is_answered_the_same_when_asked_again(hall: Store):
    appointment = books(hall)
    assert comes_in(hall, appointment).ticket.id == comes_in(hall, appointment).ticket.id
    with pytest.raises(AlreadyIn) as again:
        comes_in(hall, appointment, name="another touch")
    assert again.value.number == "M 001"


def test_too_early_another_house_cancelled_and_unknown(hall: Store):
    appointment = books(hall)
    with pytest.raises(TooEarly) as early:
        comes_in(hall, appointment, now=TEN - minutes(61))
    assert early.value.since == TEN - minutes(60)
    with pytest.raises(OtherHouse):
        comes_in(hall, appointment, location="ribeira")
    with pytest.raises(MissedDay):
        comes_in(hall, appointment, now=TEN + minutes(24 * 60))
    promised = write(hall, book_at_once, NOW, PERMIT, NINE, ANA, once=key("x"), channel="in_person")
    write(hall, cancel, NOW, promised.reference, promised.access_key, once=key("cancel"))
    with pytest.raises(NotInForce):
        comes_in(hall, promised.appointment)
    by_video = books(hall, name="video", start=NINE, visit=Visit(("parking-permit",), "pacos", "video"))
    with pytest.raises(UnknownReference):
        comes_in(hall, by_video)


def test_who_comes_late_keeps_the_time_for_a_while_and_then_waits_like_everybody(hall: Store):
    draws(hall, now=TEN)
    on_time, late = books(hall), books(hall, name="b")
    assert comes_in(hall, on_time, now=TEN + minutes(15)).ticket.due_at == TEN
    assert comes_in(hall, late, now=TEN + minutes(16), name=2).ticket.due_at is None
    assert numbers(hall, TEN + minutes(17)) == ["M 001", "A 001", "M 002"]


# Calling


def test_the_next_one_is_called_by_skill(hall: Store):
    draws(hall, 1, service="bins")
    draws(hall, 2, now=TEN + minutes(1))
    assert called(hall, TWO, now=TEN + minutes(2)).service == "parking-permit"
    assert called(hall, ONE, now=TEN + minutes(2)).service == "bins"


def test_nobody_waits_nobody_is_called(hall: Store):
    assert calls(hall) is None


def test_a_call_that_arrives_twice_calls_one_and_another_is_refused_while_somebody_is_there(hall: Store):
    draws(hall, 1)
    draws(hall, 2)
    first = called(hall)
    assert called(hall).id == first.id
    with pytest.raises(CounterBusy) as busy:
        calls(hall, name="another press")
    assert busy.value.number == "A 001"
    assert called(hall, TWO).words == "A 002"


def test_the_database_itself_refuses_a_counter_two_people(hall: Store):
    """Control: with the look at who is there taken away."""
    draws(hall, 1)
    second = draws(hall, 2)
    called(hall)

    def without_looking(session: Session) -> None:
        ticket = session.get_one(Ticket, second.ticket.id)
        ticket.state, ticket.counter = "called", ONE

    with pytest.raises(IntegrityError):
        write(hall, without_looking)


def test_a_shut_or_pausing_counter_calls_nobody(hall: Store):
    draws(hall)
    write(hall, pause, TEN, ONE)
    with pytest.raises(CounterShut):
        calls(hall)
    write(hall, close_counter, NINE, ONE)
    with pytest.raises(CounterShut):
        calls(hall)
    with pytest.raises(UnknownCounter):
        calls(hall, "moon-1")
    sits_down(hall, ONE, "ana")
    assert called(hall).words == "A 001"


def test_a_counter_with_somebody_is_not_closed(hall: Store):
    draws(hall)
    called(hall)
    with pytest.raises(CounterBusy):
        write(hall, close_counter, NINE, ONE)


def test_three_priorities_in_a_row_then_one_of_the_others(hall: Store):
    draws(hall, "plain")
    for each in range(4):
        draws(hall, each, has_priority=True, now=TEN + minutes(1))
    order = []
    for turn in range(5):
        order.append(called(hall, ONE, turn, TEN + minutes(5)).words)
        ends(hall, TEN + minutes(5), ONE, HANDLED)
    assert order == ["A 002", "A 003", "A 004", "A 001", "A 005"]


def test_recall_begin_and_finish_are_written_down(hall: Store):
    draws(hall)
    called(hall)
    assert write(hall, recall, TEN + minutes(1), ONE).calls == 2
    write(hall, begin, TEN + minutes(2), ONE)
    assert write(hall, begin, TEN + minutes(3), ONE).begun_at == TEN + minutes(2)
    ended = write(hall, finish, TEN + minutes(9), ONE, GUIDED, ("bins",))
    assert (ended.state, ended.outcome, ended.delivered) == (FINISHED, GUIDED, ("bins",))
    changes = read(hall, lambda session: [each.what for each in session.exec(select(TicketChange).order_by(TicketChange.id))])
    assert changes == ["drawn", "called", "called again", "begun", "finished"]
    with pytest.raises(NotNow):
        write(hall, finish, TEN, ONE, HANDLED)
    with pytest.raises(NotValid):
        write(hall, finish, TEN, ONE, "thrown out")


def test_whoever_was_not_there_comes_back_for_a_while_at_their_place(hall: Store):
    first = draws(hall, 1)
    draws(hall, 2, now=TEN + minutes(1))
    called(hall)
    assert write(hall, not_there, TEN + minutes(2), ONE).state == NOT_THERE
    assert write(hall, come_back, TEN + minutes(30), first.code).state == WAITING
    assert numbers(hall, TEN + minutes(30)) == ["A 001", "A 002"]
    called(hall, name=2, now=TEN + minutes(31))
    write(hall, not_there, TEN + minutes(32), ONE)
    with pytest.raises(NotNow):
        write(hall, come_back, TEN + minutes(62), first.code)


def test_parked_they_go_on_here_or_wait_again_at_their_place(hall: Store):
    first = draws(hall, 1)
    draws(hall, 2, now=TEN + minutes(1))
    called(hall)
    assert write(hall, park, TEN + minutes(1), ONE, "fetches a photo").state == PARKED
    assert called(hall, name=2, now=TEN + minutes(2)).words == "A 002"
    ends(hall, TEN + minutes(3), ONE, HANDLED)
    assert write(hall, call, TEN + minutes(4), ONE, first.ticket.id).words == "A 001"
    write(hall, park, TEN + minutes(5), ONE)
    assert write(hall, resume, TEN + minutes(6), ONE, first.ticket.id).state == WAITING
    assert numbers(hall, TEN + minutes(6)) == ["A 001"]


def test_handed_to_a_counter_it_is_the_first_ones_until_the_other_takes_it(hall: Store):
    ticket = draws(hall).ticket
    called(hall)
    offered = write(hall, hand_to_counter, TEN, ONE, TWO)
    assert (offered.state, offered.owner, offered.offered_to) == (OFFERED, "ana", TWO)
    assert write(hall, call, TEN, TWO, ticket.id).owner == "rui"
    with pytest.raises(NotNow):
        write(hall, call, TEN, ONE, ticket.id)


def test_handed_to_a_counter_that_declines_it_keeps_its_place(hall: Store):
    ticket = draws(hall, 1).ticket
    draws(hall, 2, now=TEN + minutes(1))
    called(hall)
    write(hall, hand_to_counter, TEN, ONE, TWO)
    write(hall, decline, TEN, TWO, ticket.id)
    assert numbers(hall, TEN + minutes(2)) == ["A 001", "A 002"]
    called(hall, name=2)
    with pytest.raises(CounterShut):
        write(hall, hand_to_counter, TEN, ONE, "ribeira-1")


def test_what_was_offered_to_a_counter_that_closes_waits_again(hall: Store):
    draws(hall)
    called(hall)
    write(hall, hand_to_counter, TEN, ONE, TWO)
    write(hall, close_counter, NINE, TWO)
    assert numbers(hall) == ["A 001"]


def test_handed_to_another_matter_it_keeps_its_place(hall: Store):
    draws(hall, 1)
    draws(hall, 2, service="bins", now=TEN + minutes(1))
    called(hall, TWO)
    write(hall, hand_to_service, TEN + minutes(2), TWO, "bins")
    assert numbers(hall, TEN + minutes(3)) == ["A 001", "A 002"]
    assert calls(hall, TWO, 2) is None
    assert called(hall, ONE).words == "A 001"
    with pytest.raises(NotOfferedThere):
        write(hall, hand_to_service, TEN, ONE, "wedding")


# On the phone


def test_more_time_lets_two_others_go_and_is_given_twice(hall: Store):
    first = draws(hall, 0)
    for each in range(1, 4):
        draws(hall, each, now=TEN + minutes(each))
    now = TEN + minutes(5)
    assert write(hall, need_more_time, now, first.code, once=key("more 1")).postponed == 1
    assert write(hall, need_more_time, now, first.code, once=key("more 1")).postponed == 1
    assert numbers(hall, now) == ["A 002", "A 003", "A 001", "A 004"]
    order = []
    for turn in range(3):
        order.append(called(hall, ONE, turn, now).words)
        ends(hall, now, ONE, HANDLED)
    assert order == ["A 002", "A 003", "A 001"]


def test_more_time_a_third_time_or_while_being_served_is_refused(hall: Store):
    drawn = draws(hall)
    for each in range(MOST_POSTPONED):
        write(hall, need_more_time, TEN, drawn.code, once=key(each))
    with pytest.raises(NotNow):
        write(hall, need_more_time, TEN, drawn.code, once=key("too much"))
    called(hall, now=TEN + minutes(10))
    write(hall, begin, TEN + minutes(11), ONE)
    with pytest.raises(NotNow):
        write(hall, need_more_time, TEN, draws(hall).code, once=key("served"))


def test_whoever_is_called_and_needs_more_time_frees_the_counter(hall: Store):
    drawn = draws(hall)
    called(hall)
    write(hall, need_more_time, TEN, drawn.code, once=key("more"))
    assert read(hall, in_hand, ONE) is None


def test_whoever_leaves_is_gone_and_may_say_so_twice(hall: Store):
    drawn = draws(hall)
    assert write(hall, leave, TEN, drawn.code).state == LEFT
    assert write(hall, leave, TEN, drawn.code).state == LEFT
    assert numbers(hall) == []
    assert calls(hall) is None


def test_a_leaving_that_arrives_late_puts_nobody_out_again(hall: Store):
    """The answer was lost on the way; meanwhile they are back in line."""
    booked = books(hall)
    drawn = comes_in(hall, booked, name="in")
    write(hall, leave, TEN, drawn.code, once=key("leave"))
    again = comes_in(hall, booked, name="back")
    assert again.ticket.state == WAITING
    assert write(hall, leave, TEN, drawn.code, once=key("leave")).state == WAITING
    # Control: another wish to leave is one.
    assert write(hall, leave, TEN, drawn.code, once=key("leave for good")).state == LEFT


def test_what_is_done_is_about_the_one_whom_they_saw(hall: Store):
    """A page that is behind, in another tab say, ends nobody else's visit."""
    sits_down(hall, ONE, "ana")
    first, second = draws(hall, "first"), draws(hall, "second")
    called(hall, name="first")
    write(hall, begin, TEN, ONE)
    write(hall, at_counter, TEN, finish, ONE, "ana", HANDLED, once=key("here"), about=first.ticket.id)
    called(hall, name="second")
    write(hall, begin, TEN, ONE)
    with pytest.raises(NotNow):
        write(hall, at_counter, TEN, finish, ONE, "ana", HANDLED, once=key("behind"), about=first.ticket.id)
    there = read(hall, in_hand, ONE)
    assert there
    assert there.id == second.ticket.id
    # Asked again it is answered as before; control: without saying whom they saw, it would be whoever is there.
    assert write(hall, at_counter, TEN, finish, ONE, "ana", HANDLED, once=key("here"), about=first.ticket.id).state == FINISHED
    assert write(hall, at_counter, TEN, finish, ONE, "ana", HANDLED, once=key("blind")).id == second.ticket.id


def test_only_whoever_sits_there_pauses_or_closes_a_counter(hall: Store):
    """A call that arrives late must not take the seat of a colleague who sat down since."""
    sits_down(hall, ONE, "ana")
    for verb in (pause, close_counter):
        with pytest.raises(CounterShut):
            write(hall, verb, NINE, ONE, by="rui")
    write(hall, pause, NINE, ONE, by="ana")
    write(hall, close_counter, NINE, ONE, by="ana")
    write(hall, close_counter, NINE, ONE, by="ana")


def test_what_is_told_is_the_order_in_which_they_are_called_after_priorities_in_a_row(hall: Store):
    sits_down(hall, ONE, "ana")
    write(hall, close_counter, NINE, TWO)
    draws(hall, "plain")
    for each in range(3):
        draws(hall, each, has_priority=True, now=TEN + minutes(1))
        called(hall, name=each, now=TEN + minutes(2))
        ends(hall, TEN + minutes(2), ONE, HANDLED)
    draws(hall, "priority", has_priority=True, now=TEN + minutes(3))
    told = numbers(hall, TEN + minutes(4))
    assert called(hall, name="then", now=TEN + minutes(4)).words == told[0]


def test_a_wait_ends_with_the_first_call_however_often_they_are_called_again(hall: Store):
    first = draws(hall, 1)
    called(hall, now=TEN + minutes(5))
    write(hall, park, TEN + minutes(6), ONE)
    again = write(hall, call, TEN + minutes(40), ONE, first.ticket.id)
    assert (again.first_called_at, again.called_at) == (TEN + minutes(5), TEN + minutes(40))
    past = read(hall, _past_of, TEN + minutes(41), "pacos")
    assert [each.waited for each in past] == [minutes(5)]


# What was told


def test_nothing_is_told_before_there_is_a_past_and_then_a_range(hall: Store):
    drawn = draws(hall)
    assert (drawn.ticket.told_low, drawn.ticket.told_basis) == (None, "unknown")
    for each in range(20):
        write(hall, leave, TEN, drawn.code)
        drawn = draws(hall, f"past {each}", now=TEN + minutes(each))
        called(hall, name=f"past {each}", now=TEN + minutes(each + 6))
        ends(hall, TEN + minutes(each + 7), ONE, HANDLED)
    tomorrow = TEN + minutes(24 * 60)
    # Nobody sits there yet: what the past says is of a house that calls.
    assert draws(hall, "too soon", now=tomorrow).ticket.told_low is None
    write(hall, leave, tomorrow, draws(hall, "too soon", now=tomorrow).code)
    write(hall, open_counter, tomorrow, ONE, "ana")
    later = draws(hall, "later", now=tomorrow).ticket
    assert (later.told_low, later.told_high, later.told_basis) == (6, 7, "service-and-hour")


def test_each_way_of_coming_is_kept(hall: Store):
    assert [draws(hall, way, channel=way).ticket.channel for way in (ONLINE, DESK)] == [ONLINE, DESK]


def test_the_one_who_sits_down_later_takes_over_the_counter(hall: Store):
    draws(hall)
    called(hall)
    sits_down(hall, ONE, "rui")
    assert read(hall, lambda session: session.get_one(OpenCounter, ONE).staff) == "rui"
    assert ends(hall, TEN, ONE, HANDLED).words == "A 001"
