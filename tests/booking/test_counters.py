"""Counters that nobody may be stranded at: who was only called, who has been missed, offered, or is at a counter that is gone."""

from pathlib import Path

import pytest
from sqlmodel import Session, select

from booking.appointments import book_at_once, move
from booking.catalogue import Counter, Location, Service, StaffMember
from booking.closing import clear_withdrawn, vacate
from booking.counters import (
    HANDED_ON,
    HANDLED,
    ask_for_help,
    at_counter,
    at_seat,
    begin,
    call,
    close_counter,
    finish,
    hand_to_counter,
    not_there,
    park,
    pause,
    resume,
    sit_and_call,
    sit_down,
)
from booking.errors import AlreadyIn, CounterBusy, CounterShut, NotNow
from booking.lobby import in_hand
from booking.store import Store, read, write
from booking.tickets import CALLED, FINISHED, OFFERED, SERVING, WAITING, OpenCounter, Ticket
from booking.town import load_town
from tests.booking.test_queue import (
    ONE,
    TEN,
    TWO,
    books,
    called,
    comes_in,
    draws,
    ends,
    hall,  # noqa: F401
    numbers,
    sits_down,
)
from tests.booking.town_texts import small_town
from tests.booking.towns import ANA, NINE, NOW, PERMIT, amend, key, minutes


def seats(hall: Store) -> dict[str, str]:  # noqa: F811
    rows = read(hall, lambda session: session.exec(select(OpenCounter)).all())
    return {row.counter: row.staff for row in rows}


def state(hall: Store, ticket: Ticket) -> str:  # noqa: F811
    return read(hall, lambda session: session.get_one(Ticket, ticket.id).state)


def withdraw(hall: Store, table: type[Counter] | type[Location] | type[StaffMember], slug: str) -> None:  # noqa: F811
    def change(session: Session) -> None:
        row = session.exec(select(table).where(table.slug == slug)).one()
        row.withdrawn_at = TEN

    amend(hall, change=change)


# Whoever is called


def test_whoever_was_only_called_is_not_ended_by_a_second_press(hall: Store):  # noqa: F811
    ticket = draws(hall).ticket
    called(hall)
    with pytest.raises(NotNow) as late:
        write(hall, at_counter, TEN, finish, ONE, "ana", HANDLED, once=key("a second space"), about=ticket.id)
    assert late.value.state == CALLED
    assert state(hall, ticket) == CALLED
    write(hall, begin, TEN, ONE)
    assert write(hall, at_counter, TEN, finish, ONE, "ana", HANDLED, once=key("a third"), about=ticket.id).state == FINISHED


def test_whoever_missed_their_call_and_has_no_phone_is_taken_at_the_counter(hall: Store):  # noqa: F811
    ticket = draws(hall).ticket
    called(hall)
    write(hall, not_there, TEN, ONE)
    back = write(hall, call, TEN + minutes(20), ONE, ticket.id)
    assert (back.state, back.counter) == (CALLED, ONE)
    write(hall, not_there, TEN + minutes(21), ONE)
    assert write(hall, resume, TEN + minutes(22), TWO, ticket.id).state == WAITING
    called(hall, name="again", now=TEN + minutes(23))
    write(hall, not_there, TEN + minutes(23), ONE)
    for verb in (call, resume):  # half an hour later it is over
        with pytest.raises(NotNow):
            write(hall, verb, TEN + minutes(54), ONE, ticket.id)


def test_nobody_is_called_out_of_turn(hall: Store):  # noqa: F811
    draws(hall, "first")
    second = draws(hall, "second").ticket
    with pytest.raises(NotNow):
        write(hall, call, TEN, ONE, second.id)
    assert called(hall).words == "A 001"
    with pytest.raises(NotNow):
        write(hall, call, TEN, TWO, second.id)


# Passing on


def test_nobody_is_offered_to_a_counter_that_has_a_break(hall: Store):  # noqa: F811
    ticket = draws(hall).ticket
    called(hall)
    write(hall, pause, TEN, TWO)
    with pytest.raises(CounterShut):
        write(hall, hand_to_counter, TEN, ONE, TWO)
    assert state(hall, ticket) == CALLED


def test_whoever_was_offered_waits_again_when_that_counter_has_a_break(hall: Store):  # noqa: F811
    ticket = draws(hall).ticket
    called(hall)
    write(hall, hand_to_counter, TEN, ONE, TWO)
    write(hall, pause, TEN, TWO)
    assert state(hall, ticket) == WAITING
    assert numbers(hall) == ["A 001"]


def test_whoever_offered_somebody_takes_them_back_while_nobody_took_them(hall: Store):  # noqa: F811
    ticket = draws(hall).ticket
    called(hall)
    assert write(hall, hand_to_counter, TEN, ONE, TWO).state == OFFERED
    back = write(hall, call, TEN, ONE, ticket.id)
    assert (back.state, back.counter, back.offered_to) == (CALLED, ONE, None)
    write(hall, hand_to_counter, TEN, ONE, TWO)
    assert write(hall, resume, TEN, ONE, ticket.id).state == WAITING


# One person, one seat


def test_nobody_sits_at_two_counters_with_two_people(hall: Store):  # noqa: F811
    for each in range(2):
        draws(hall, each)
    called(hall)
    with pytest.raises(CounterBusy) as busy:
        write(hall, sit_and_call, TEN, TWO, "ana", once=key("elsewhere"))
    assert busy.value.number == "A 001"
    assert seats(hall) == {ONE: "ana", TWO: "rui"}
    ends(hall, TEN, ONE, HANDLED)
    ticket = write(hall, sit_and_call, TEN, TWO, "ana", once=key("elsewhere"))
    assert ticket
    assert (ticket.words, seats(hall)) == ("A 002", {TWO: "ana"})


def test_whoever_sits_down_elsewhere_leaves_no_offer_behind(hall: Store):  # noqa: F811
    ticket = draws(hall).ticket
    called(hall, TWO)
    write(hall, hand_to_counter, TEN, TWO, ONE)
    sits_down(hall, "ribeira-1", "ana")
    assert seats(hall) == {TWO: "rui", "ribeira-1": "ana"}
    assert state(hall, ticket) == WAITING


# Counters that are gone


@pytest.mark.parametrize(("table", "slug"), [(Counter, ONE), (Location, "pacos"), (StaffMember, "ana")])
@pytest.mark.parametrize("in_what", [CALLED, SERVING, OFFERED])
def test_whoever_is_at_a_counter_that_is_withdrawn_waits_again(hall: Store, table, slug: str, in_what: str):  # noqa: F811
    ticket = draws(hall).ticket
    called(hall)
    if in_what == SERVING:
        write(hall, begin, TEN, ONE)
    if in_what == OFFERED:
        write(hall, hand_to_counter, TEN, ONE, TWO)
    write(hall, clear_withdrawn, TEN)
    assert state(hall, ticket) == in_what  # control: the town has them all
    withdraw(hall, table, slug)
    write(hall, clear_withdrawn, TEN)
    assert state(hall, ticket) == WAITING
    assert read(hall, in_hand, ONE) is None
    assert ONE not in seats(hall)


def test_whoever_sat_at_a_counter_that_is_withdrawn_sits_down_elsewhere(hall: Store):  # noqa: F811
    draws(hall)
    called(hall)
    withdraw(hall, Counter, ONE)
    write(hall, at_seat, TEN, sit_down, TWO, "ana", once=key("sit"), sits=False)
    assert seats(hall) == {TWO: "ana"}
    assert called(hall, TWO).words == "A 001"


def test_a_withdrawn_counter_is_empty_when_somebody_next_touches_the_line(hall: Store):  # noqa: F811
    ticket = draws(hall).ticket
    called(hall)
    withdraw(hall, Counter, ONE)
    draws(hall, "another")
    assert state(hall, ticket) == WAITING
    assert seats(hall) == {TWO: "rui"}


def test_loading_a_town_without_a_counter_empties_it(store: Store, tmp_path: Path):
    path = tmp_path / "town.toml"

    def loads(text: str) -> None:
        path.write_text(text, encoding="utf-8")
        write(store, load_town, path, NINE)

    loads(small_town())
    staff = read(store, lambda session: session.exec(select(StaffMember.slug)).first())
    assert staff
    sits_down(store, ONE, staff)
    loads("# as it was\n" + small_town())
    assert seats(store) == {ONE: staff}
    loads(small_town().replace(f'"{ONE}"', '"pacos-one"'))
    assert seats(store) == {}


def test_whoever_may_not_sit_there_any_more_strands_nobody(hall: Store):  # noqa: F811
    ticket = draws(hall).ticket
    called(hall)
    write(hall, lambda session: vacate(session, TEN, session.get_one(OpenCounter, ONE)))
    assert state(hall, ticket) == WAITING
    assert seats(hall) == {TWO: "rui"}


# Appointments


@pytest.mark.parametrize("is_finished", [True, False])
def test_an_appointment_that_moved_while_it_was_served_checks_in_at_its_new_time(hall: Store, is_finished: bool):  # noqa: F811
    amend(hall, change=_can_be_moved_late)
    once, start = key("book"), TEN + minutes(60 * 5)
    booked = write(hall, book_at_once, NOW, PERMIT, start, ANA, once=once, channel="in_person")
    ticket = comes_in(hall, booked, TEN + minutes(60 * 4)).ticket
    called(hall, now=TEN + minutes(60 * 4))
    write(hall, begin, TEN + minutes(60 * 4), ONE)
    moved_to = TEN + minutes(60 * 24)
    write(hall, move, TEN + minutes(60 * 4), booked.reference, booked.access_key, moved_to, once=key("move"))
    assert state(hall, ticket) == SERVING  # it goes on, without the appointment
    if is_finished:
        write(hall, finish, TEN + minutes(60 * 4 + 5), ONE, HANDLED)
    assert comes_in(hall, booked, moved_to, name="the new day").ticket.id != ticket.id


def test_a_finished_visit_is_not_said_to_be_in_line(hall: Store):  # noqa: F811
    booked = books(hall)
    comes_in(hall, booked)
    with pytest.raises(AlreadyIn) as in_line:
        comes_in(hall, booked, name="again")
    assert not in_line.value.is_over
    called(hall)
    ends(hall, TEN, ONE, HANDLED)
    with pytest.raises(AlreadyIn) as over:
        comes_in(hall, booked, name="when it was over")
    assert over.value.is_over


# Once


def test_a_draw_asked_again_is_answered_when_the_house_has_closed(hall: Store):  # noqa: F811
    first = draws(hall)
    again = draws(hall, now=TEN + minutes(60 * 10))
    assert (again.ticket.id, again.code) == (first.ticket.id, first.code)


def test_a_break_that_arrives_late_ends_no_call(hall: Store):  # noqa: F811
    """Each deed at a seat is done once: what is asked again changes nothing of what came since."""
    draws(hall)

    def asks(verb, *said: object, sits: bool = True) -> None:
        write(hall, at_seat, TEN, verb, ONE, "ana", *said, once=key(verb.__name__), sits=sits)

    def seat() -> OpenCounter:
        return read(hall, lambda session: session.get_one(OpenCounter, ONE))

    asks(pause)
    sits_down(hall, ONE, "ana")
    asks(pause)
    assert seat().paused_at is None
    asks(ask_for_help)
    write(hall, ask_for_help, TEN, ONE, is_over=True)
    asks(ask_for_help)
    assert seat().needs_help_at is None
    asks(close_counter, sits=False)
    sits_down(hall, ONE, "ana")
    asks(close_counter, sits=False)
    assert ONE in seats(hall)
    asks(sit_down, sits=False)
    sits_down(hall, ONE, "rui")
    asks(sit_down, sits=False)
    assert seats(hall) == {ONE: "rui"}


def test_a_take_that_arrives_late_takes_nobody_again(hall: Store):  # noqa: F811
    ticket = draws(hall).ticket
    called(hall)
    write(hall, park, TEN, ONE)

    def takes() -> None:
        write(hall, at_seat, TEN, call, ONE, "ana", ticket.id, once=key("take"))

    takes()
    write(hall, park, TEN, ONE)
    takes()
    assert read(hall, in_hand, ONE) is None
    with pytest.raises(CounterShut):
        write(hall, at_seat, TEN, call, ONE, "rui", ticket.id, once=key("another"))


def test_handing_on_pressed_twice_is_one_end(hall: Store):  # noqa: F811
    ticket = draws(hall).ticket
    called(hall)
    write(hall, begin, TEN, ONE)
    for _twice in range(2):
        write(hall, at_counter, TEN, finish, ONE, "ana", HANDED_ON, once=key("on"), about=ticket.id)
    assert read(hall, lambda session: session.get_one(Ticket, ticket.id).outcome) == HANDED_ON


def _can_be_moved_late(session: Session) -> None:
    for service in session.exec(select(Service)):
        service.cancel_until_minutes = 10
