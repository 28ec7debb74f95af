"""The counters: who sits there, whom they call, and what becomes of those they call.

Each verb locks the location's line first; a call is a compare-and-set beside it, so that two clerks never get the same person.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, func, select, update

from booking.catalogue import Counter, StaffMember, read_catalogue
from booking.closing import back_in_line, get_up, open_day, return_offers
from booking.deeds import done, earlier_subject, is_done
from booking.errors import (
    CounterBusy,
    CounterShut,
    NotNow,
    NotValid,
    Problem,
    UnknownTicket,
)
from booking.line import choose, favoured_after, passed_by
from booking.lobby import (
    counter_named,
    in_hand,
    open_counters,
    open_lobby,
    policy_of,
    serves,
    values_of,
    waiting_at,
)
from booking.queue import may_come_back
from booking.ticket_steps import changed, check_offered, end, ticket_named
from booking.tickets import (
    CALLED,
    FINISHED,
    NOT_THERE,
    OFFERED,
    PARKED,
    SERVING,
    WAITING,
    OpenCounter,
    Ticket,
)

HANDLED, HANDED_ON, GUIDED = "handled", "handed-on", "guided"
OUTCOMES = (HANDLED, HANDED_ON, GUIDED)
NOBODY = 0  # what came of a call for which nobody waited


def open_counter(session: Session, now: datetime, counter: str, staff: str) -> OpenCounter:
    """Somebody sits down there; whoever sat there before has gone, and whoever sits down has got up elsewhere. Opening it again goes on
    after a pause. Raises UnknownCounter, CounterBusy while somebody is at the other counter of whoever sits down.
    """
    counter_named(session, counter)
    for other in _seats_of(session, staff, counter):
        get_up(session, now, other)
    row = session.get(OpenCounter, counter) or OpenCounter(counter=counter, staff=staff, opened_at=now)
    if row.staff != staff:
        row.staff, row.opened_at = staff, now
    row.paused_at = row.needs_help_at = None
    session.add(row)
    session.flush()
    return row


def sit_down(session: Session, now: datetime, counter: str, *, by: str) -> None:
    """As `open_counter`, for `at_seat`."""
    open_counter(session, now, counter, by)


def close_counter(session: Session, now: datetime, counter: str, *, by: str = "") -> None:
    """Raises CounterBusy while somebody is there, UnknownCounter, CounterShut for anybody but whoever sits there, when `by` says who asks.
    Whoever was offered to it waits in line again.
    """
    open_lobby(session, counter_named(session, counter).location)
    seat = session.get(OpenCounter, counter, populate_existing=True)
    if by and seat and seat.staff != by:
        raise CounterShut()
    if there := in_hand(session, counter):
        raise CounterBusy(there.words)
    return_offers(session, now, counter, by)
    if seat:
        session.delete(seat)


def pause(session: Session, now: datetime, counter: str, *, by: str = "") -> None:
    """Nobody is called there until it is opened again; whoever was offered to it waits in line again. Raises CounterShut, also for anybody
    but whoever sits there, when `by` says who asks; UnknownCounter.
    """
    seat = _seated(session, counter)
    if by and seat.staff != by:
        raise CounterShut()
    seat.paused_at = seat.paused_at or now
    return_offers(session, now, counter, by)


def ask_for_help(session: Session, now: datetime, counter: str, is_over: bool = False, *, by: str = "") -> None:
    """Seen by colleagues only, `by` whoever sits there. Raises CounterShut, UnknownCounter."""
    _seated(session, counter).needs_help_at = None if is_over else now


def sit_and_call(session: Session, now: datetime, counter: str, staff: str, *, once: str) -> Ticket | None:
    """As `call_next`; whoever calls sits there from then on. Asked again, nobody sits down again either."""
    house = counter_named(session, counter).location
    _seats_of(session, staff, counter)
    open_day(session, now, house)
    if not is_done(session, "call next", once):
        seat = session.get(OpenCounter, counter, populate_existing=True)
        if seat is None or seat.paused_at or seat.staff != staff:
            open_counter(session, now, counter, staff)
    return call_next(session, now, counter, once=once)


def at_seat(
    session: Session,
    now: datetime,
    verb: Callable[..., Any],
    counter: str,
    staff: str,
    *said: Any,
    once: str,
    sits: bool = True,
) -> None:
    """What a member does there that isn't about whoever is in hand, once for each intention: asked again it is not done again, however
    things stand since. `sits`: only for whoever sits there.

    Raises CounterShut for whoever doesn't, KeyReused, and what the verb raises.
    """
    house = counter_named(session, counter).location
    _seats_of(session, staff, counter)
    open_lobby(session, house)
    if earlier_subject(session, now, f"at seat {verb.__name__}", once, counter, staff, *said) is not None:
        return
    if sits and _seated(session, counter).staff != staff:
        raise CounterShut()
    verb(session, now, counter, *said, by=staff)
    done(session, f"at seat {verb.__name__}", once, NOBODY)


def at_counter(
    session: Session,
    now: datetime,
    verb: Callable[..., Ticket],
    counter: str,
    staff: str,
    *said: Any,
    once: str,
    about: int | None = None,
) -> Ticket:
    """What whoever sits at the counter does with the one who is there, once for each intention: asked again after the next one was
    called, it is still about the one before. `about`: the ticket that they had before them when they asked, which must still be it.

    Raises CounterShut for whoever doesn't sit there, NotNow when somebody else is there than they thought, KeyReused, and what the verb
    raises.
    """
    open_lobby(session, counter_named(session, counter).location)
    if earlier := earlier_subject(session, now, f"at counter {verb.__name__}", once, counter, *said):
        return session.get_one(Ticket, earlier)
    if _seated(session, counter).staff != staff:
        raise CounterShut()
    there = in_hand(session, counter)
    if about is not None and there and there.id != about:
        raise NotNow(there.state)
    ticket = verb(session, now, counter, *said, by=staff)
    done(session, f"at counter {verb.__name__}", once, ticket.id)
    return ticket


def call_next(session: Session, now: datetime, counter: str, *, once: str) -> Ticket | None:
    """Whoever is next for this counter, by the order that anyone can read; None when nobody waits for it.

    Raises CounterBusy, CounterShut, UnknownCounter, NotValid, KeyReused.
    """
    location = counter_named(session, counter).location
    open_day(session, now, location)
    earlier = earlier_subject(session, now, "call next", once, counter)
    if earlier is not None:
        return session.get_one(Ticket, earlier) if earlier != NOBODY else None
    seat = _seated(session, counter, is_calling=True)
    if there := in_hand(session, counter):
        raise CounterBusy(there.words)
    catalogue, open_ones = read_catalogue(session), open_counters(session, location)
    mine = [each for each in waiting_at(session, location) if serves(catalogue, counter, seat.staff, each.service)]
    values = values_of(session, mine, open_ones)
    chosen = choose(values, policy_of(catalogue), now, seat.favoured)
    if chosen is None:
        done(session, "call next", once, NOBODY)
        return None
    next_one, rank = chosen
    for passed in passed_by(values, next_one):
        session.get_one(Ticket, passed.ticket).lets_pass -= 1
    seat.favoured = favoured_after(seat.favoured, rank)
    ticket = _take(session, now, counter, seat.staff, next_one.ticket, (WAITING,))
    done(session, "call next", once, ticket.id)
    return ticket


def call(session: Session, now: datetime, counter: str, ticket_id: int, *, by: str = "") -> Ticket:
    """This very one: parked, there after all, offered to this counter, or by it and not taken yet. Whoever waits has their turn, and is
    called by the order. Raises CounterBusy, CounterShut, NotNow, UnknownTicket, UnknownCounter.
    """
    seat = _seated(session, counter, is_calling=True)
    ticket = _of_house(session, counter, ticket_id)
    if there := in_hand(session, counter):
        if there.id == ticket.id:
            return there
        raise CounterBusy(there.words)
    _check_aside(session, now, counter, ticket)
    return _take(session, now, counter, by or seat.staff, ticket_id, (ticket.state,))


def recall(session: Session, now: datetime, counter: str, *, by: str = "") -> Ticket:
    """Once more, on the display and by voice. Raises NotNow when nobody is called there, CounterShut, UnknownCounter."""
    ticket = _held(session, counter)
    ticket.calls += 1
    return changed(session, now, ticket, "called again", by or ticket.owner or "")


def begin(session: Session, now: datetime, counter: str, *, by: str = "") -> Ticket:
    """They are there. Saying so again changes nothing. Raises NotNow, CounterShut, UnknownCounter."""
    ticket = _held(session, counter)
    if ticket.state == SERVING:
        return ticket
    ticket.state, ticket.begun_at = SERVING, now
    return changed(session, now, ticket, "begun", by or ticket.owner or "")


def not_there(session: Session, now: datetime, counter: str, *, by: str = "") -> Ticket:
    """Nobody came; they may come back for a while, without a new ticket. Raises NotNow, CounterShut, UnknownCounter."""
    return _put_down(session, now, counter, NOT_THERE, "not there", by=by)


def park(session: Session, now: datetime, counter: str, note: str = "", *, by: str = "") -> Ticket:
    """They fetch a paper, or fill in a form, and go on here or elsewhere. Raises NotNow, CounterShut, UnknownCounter."""
    return _put_down(session, now, counter, PARKED, "parked", note, by=by)


def resume(session: Session, now: datetime, counter: str, ticket_id: int, *, by: str = "") -> Ticket:
    """A parked one waits in line again, at the place it had; or one that is there after all, or that the other counter hasn't taken.
    Raises NotNow, CounterShut, UnknownTicket, UnknownCounter.
    """
    _seated(session, counter)
    ticket = _of_house(session, counter, ticket_id)
    if ticket.state == WAITING:
        return ticket
    _check_aside(session, now, counter, ticket)
    return back_in_line(session, now, ticket, "waits again", by or ticket.owner or "")


def hand_to_counter(session: Session, now: datetime, counter: str, to: str, *, by: str = "") -> Ticket:
    """Offered to another counter of the house: until it takes it, whoever offered it answers for it.

    Raises NotNow, CounterShut when nobody sits there or they pause, UnknownCounter.
    """
    here, there = counter_named(session, counter), counter_named(session, to)
    _seated(session, counter)
    if there.location != here.location or to == counter:
        raise CounterShut()
    _seated(session, to, is_calling=True)
    ticket = _put_down(session, now, counter, OFFERED, f"offered to {to}", by=by)
    ticket.offered_to = to
    return ticket


def hand_to_service(session: Session, now: datetime, counter: str, service: str, *, by: str = "") -> Ticket:
    """Into the line of another matter, keeping the place that they have. Raises NotNow, UnknownService, NotOfferedThere, ..."""
    _seated(session, counter)
    check_offered(session, counter_named(session, counter).location, service)
    ticket = _put_down(session, now, counter, WAITING, f"passed on to {service}", by=by)
    ticket.service, ticket.counter = service, None
    return ticket


def decline(session: Session, now: datetime, counter: str, ticket_id: int, *, by: str = "") -> Ticket:
    """The counter that was asked doesn't take it: it waits in line again, at the place it had. Raises NotNow, UnknownTicket."""
    _seated(session, counter)
    ticket = _of_house(session, counter, ticket_id)
    if ticket.state != OFFERED or ticket.offered_to != counter:
        raise NotNow(ticket.state)
    return back_in_line(session, now, ticket, "declined", by or ticket.owner or "")


def finish(
    session: Session, now: datetime, counter: str, outcome: str, delivered: tuple[str, ...] = (), *, by: str = ""
) -> Ticket:
    """It ends: handled, handed on or guided, and which services were delivered. Whoever was only called hasn't come yet, so nothing has
    ended. Raises NotNow, NotValid, CounterShut, ...
    """
    known = read_catalogue(session).known_services
    if outcome not in OUTCOMES or not all(slug in known for slug in delivered):
        raise NotValid((Problem("outcome", "missing"),))
    _seated(session, counter)
    ticket = _held(session, counter)
    if ticket.state != SERVING:
        raise NotNow(ticket.state)
    ticket.outcome, ticket.delivered = outcome, delivered or (ticket.service,)
    return end(session, now, ticket, FINISHED, "finished", by)


def serve_and_finish(
    session: Session, now: datetime, counter: str, outcome: str, delivered: tuple[str, ...] = (), *, by: str = ""
) -> Ticket:
    """The same by a program, which says with the outcome that they came. Raises as `finish`."""
    _seated(session, counter)
    if _held(session, counter).state == CALLED:
        begin(session, now, counter, by=by)
    return finish(session, now, counter, outcome, delivered, by=by)


def _seats_of(session: Session, staff: str, counter: str) -> list[OpenCounter]:
    """The other seats of somebody who sits at `counter`, with the lines of all these houses locked, in their order; and whoever it is,
    so that nobody sits down at two counters at once.
    """
    session.get(StaffMember, staff, with_for_update={"key_share": True}, populate_existing=True)
    theirs = (
        select(OpenCounter).where(OpenCounter.staff == staff, OpenCounter.counter != counter).order_by(col(OpenCounter.counter))
    )
    slugs = [counter, *(seat.counter for seat in session.exec(theirs))]
    for house in sorted(set(session.exec(select(Counter.location).where(col(Counter.slug).in_(slugs))))):
        open_lobby(session, house)
    return list(session.exec(theirs.execution_options(populate_existing=True)))


def _check_aside(session: Session, now: datetime, counter: str, ticket: Ticket) -> None:
    """Is this somebody whom this counter may take up again? Raises NotNow."""
    is_asked = ticket.state == OFFERED and counter in (ticket.offered_to, ticket.counter)
    if not (ticket.state == PARKED or is_asked or may_come_back(session, now, ticket)):
        raise NotNow(ticket.state)


def _seated(session: Session, counter: str, *, is_calling: bool = False) -> OpenCounter:
    """Whoever sits there, with the line locked. Raises CounterShut, UnknownCounter."""
    open_lobby(session, counter_named(session, counter).location)
    row = session.get(OpenCounter, counter, populate_existing=True)
    if row is None or (is_calling and row.paused_at):
        raise CounterShut()
    return row


def _held(session: Session, counter: str) -> Ticket:
    """Whoever is called to this counter, or served there, with the line locked. Raises NotNow, UnknownCounter."""
    open_lobby(session, counter_named(session, counter).location)
    ticket = in_hand(session, counter)
    if ticket is None:
        raise NotNow("nobody")
    return ticket


def _of_house(session: Session, counter: str, ticket_id: int) -> Ticket:
    """Same answer for a ticket of another house and for none."""
    ticket = ticket_named(session, ticket_id)
    if ticket.location != counter_named(session, counter).location:
        raise UnknownTicket()
    return ticket


def _take(session: Session, now: datetime, counter: str, staff: str, ticket_id: int, states: tuple[str, ...]) -> Ticket:
    """Compare and set: whoever was quicker has them. Raises NotNow."""
    free = update(Ticket).where(col(Ticket.id) == ticket_id, col(Ticket.state).in_(states))
    taken = free.values(
        state=CALLED, counter=counter, owner=staff, offered_to=None, called_at=now, calls=1, lets_pass=0, rests_until=None
    )
    taken = taken.values(first_called_at=func.coalesce(col(Ticket.first_called_at), now))
    ticket = session.get_one(Ticket, ticket_id)
    if session.execute(taken.returning(col(Ticket.id))).one_or_none() is None:
        session.refresh(ticket)
        raise NotNow(ticket.state)
    session.refresh(ticket)
    return changed(session, now, ticket, "called", staff)


def _put_down(session: Session, now: datetime, counter: str, state: str, what: str, note: str = "", *, by: str = "") -> Ticket:
    ticket = _held(session, counter)
    ticket.state = state
    return changed(session, now, ticket, what, by or ticket.owner or "", note)
