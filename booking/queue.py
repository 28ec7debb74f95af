"""Tickets from the drawing to the end: what visitors and clerks may do with a place in line.

Each verb locks the location's line first, so that nobody is called twice and no number is given out twice or left out. `once` names
the person's intention (deeds.py): asked again with the same key, a verb answers with the same ticket and does nothing twice.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select, update

from booking.catalogue import read_catalogue
from booking.deeds import done, earlier_subject
from booking.details import NEEDS
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
    Problem,
    TooEarly,
    UnknownReference,
    UnknownService,
    UnknownTicket,
)
from booking.halls import hall_now
from booking.line import choose, favoured_after, passed_by
from booking.lobby import (
    IN_PERSON,
    counter_named,
    in_hand,
    line_at,
    open_counters,
    open_lobby,
    policy_of,
    serves,
    values_of,
    waiting_at,
)
from booking.promises import BOOKED, Appointment
from booking.references import hash_of, key_again, new_capability, parsed_reference
from booking.store import insert_on, store_of
from booking.tickets import (
    CALLED,
    FINISHED,
    LEFT,
    NOT_THERE,
    OFFERED,
    OVER,
    PARKED,
    SERVING,
    WAITING,
    OpenCounter,
    Ticket,
    TicketChange,
    TicketSeries,
)
from booking.visits import qualified
from booking.waits import wait_told

PURPOSE = "ticket"
# Without those that look like figures, and without the one of appointments.
SERIES, OF_APPOINTMENTS = "ABCDEFGHJKLNPQRSTUVWXYZ", "M"
KIOSK, ONLINE, DESK = "kiosk", "online", "in_person"
CHANNELS = (KIOSK, ONLINE, DESK)
HANDLED, HANDED_ON, GUIDED = "handled", "handed-on", "guided"
OUTCOMES = (HANDLED, HANDED_ON, GUIDED)
LETS_PASS, RESTS, MOST_POSTPONED = 2, timedelta(minutes=10), 2
LONGEST_NOTE = 200


@dataclass(frozen=True)
class Drawn:
    """A ticket, and the code with which whoever has it follows it."""

    ticket: Ticket
    code: str


@dataclass(frozen=True)
class Wish:
    """What somebody comes for, and what they said they need; `has_priority` by a touch, no proof asked."""

    location: str
    service: str
    language: str
    has_priority: bool = False
    needs: tuple[str, ...] = ()
    channel: str = KIOSK


def draw(session: Session, now: datetime, wish: Wish, *, once: str) -> Drawn:
    """A number in the line, of those who come without an appointment.

    Raises UnknownLocation, UnknownService, NotOfferedThere, HallShut, NotValid, KeyReused.
    """
    _check(session, now, wish)
    open_lobby(session, wish.location)
    if earlier := earlier_subject(session, now, "draw", once, *_said(wish)):
        return drawn_by_id(session, earlier)
    catalogue = read_catalogue(session)
    topics = list(catalogue.topics)
    topic = catalogue.services[wish.service].topic
    series = SERIES[topics.index(topic) % len(SERIES)] if topic in topics else SERIES[-1]
    ticket = _new_ticket(session, now, wish, series)
    _settle(session, now, ticket, "drawn", wish.channel)
    done(session, "draw", once, ticket.id)
    return drawn_by_id(session, ticket.id or 0)


def check_in(session: Session, now: datetime, location: str, reference: str, *, once: str, channel: str = KIOSK) -> Drawn:
    """An appointment becomes a ticket, at its time in the line; one that comes later than it is kept waits like everybody.

    Raises MistypedReference, UnknownReference, OtherHouse, NotInForce, TooEarly, MissedDay, AlreadyIn, NotValid, KeyReused.
    """
    catalogue = read_catalogue(session)
    open_lobby(session, location)
    exact = parsed_reference(reference, catalogue.town.reference_prefix)
    appointment = session.exec(select(Appointment).where(Appointment.reference == exact)).one_or_none()
    if appointment is None or appointment.mode != IN_PERSON:
        raise UnknownReference()
    if earlier := earlier_subject(session, now, "check in", once, location, exact):
        return drawn_by_id(session, earlier)
    _check_can_come_in(session, now, location, appointment)
    late = now > appointment.start_at + policy_of(catalogue).span("late")
    wish = Wish(location, appointment.services[0], appointment.language, needs=tuple(appointment.needs), channel=channel)
    ticket = _new_ticket(session, now, wish, OF_APPOINTMENTS)
    ticket.appointment_id, ticket.due_at = appointment.id, None if late else appointment.start_at
    _settle(session, now, ticket, "checked-in", channel)
    done(session, "check in", once, ticket.id)
    return drawn_by_id(session, ticket.id or 0)


def open_counter(session: Session, now: datetime, counter: str, staff: str) -> OpenCounter:
    """Somebody sits down there; whoever sat there before has gone. Opening it again goes on after a pause. Raises UnknownCounter."""
    open_lobby(session, counter_named(session, counter).location)
    row = session.get(OpenCounter, counter) or OpenCounter(counter=counter, staff=staff, opened_at=now)
    if row.staff != staff:
        row.staff, row.opened_at = staff, now
    row.paused_at = row.needs_help_at = None
    session.add(row)
    session.flush()
    return row


def close_counter(session: Session, counter: str) -> None:
    """Raises CounterBusy while somebody is there, UnknownCounter. Whoever was offered to it waits in line again."""
    open_lobby(session, counter_named(session, counter).location)
    if there := in_hand(session, counter):
        raise CounterBusy(there.words)
    offered = update(Ticket).where(col(Ticket.offered_to) == counter, col(Ticket.state) == OFFERED)
    session.execute(offered.values(state=WAITING, offered_to=None))
    if row := session.get(OpenCounter, counter):
        session.delete(row)


def pause(session: Session, now: datetime, counter: str) -> None:
    """Nobody is called there until it is opened again. Raises CounterShut, UnknownCounter."""
    _seated(session, counter).paused_at = now


def ask_for_help(session: Session, now: datetime, counter: str, *, is_over: bool = False) -> None:
    """Seen by colleagues only. Raises CounterShut, UnknownCounter."""
    _seated(session, counter).needs_help_at = None if is_over else now


def call_next(session: Session, now: datetime, counter: str, *, once: str) -> Ticket | None:
    """Whoever is next for this counter, by the order that anyone can read; None when nobody waits for it.

    Raises CounterBusy, CounterShut, UnknownCounter, NotValid, KeyReused.
    """
    seat = _seated(session, counter, is_calling=True)
    if earlier := earlier_subject(session, now, "call next", once, counter):
        return session.get_one(Ticket, earlier)
    if there := in_hand(session, counter):
        raise CounterBusy(there.words)
    location = counter_named(session, counter).location
    catalogue, open_ones = read_catalogue(session), open_counters(session, location)
    mine = [each for each in waiting_at(session, location) if serves(catalogue, counter, seat.staff, each.service)]
    values = values_of(session, mine, open_ones)
    chosen = choose(values, policy_of(catalogue), now, seat.favoured)
    if chosen is None:
        done(session, "call next", once, None)
        return None
    next_one, rank = chosen
    for passed in passed_by(values, next_one):
        session.get_one(Ticket, passed.ticket).lets_pass -= 1
    seat.favoured = favoured_after(seat.favoured, rank)
    ticket = _take(session, now, counter, seat.staff, next_one.ticket, (WAITING,))
    done(session, "call next", once, ticket.id)
    return ticket


def call(session: Session, now: datetime, counter: str, ticket_id: int) -> Ticket:
    """This very one: parked here, offered to this counter, or out of turn. Raises CounterBusy, CounterShut, NotNow, UnknownTicket,
    UnknownCounter.
    """
    seat = _seated(session, counter, is_calling=True)
    ticket = _of_house(session, counter, ticket_id)
    if there := in_hand(session, counter):
        if there.id == ticket.id:
            return there
        raise CounterBusy(there.words)
    if ticket.state == OFFERED and ticket.offered_to != counter:
        raise NotNow(ticket.state)
    return _take(session, now, counter, seat.staff, ticket_id, (WAITING, PARKED, OFFERED))


def recall(session: Session, now: datetime, counter: str) -> Ticket:
    """Once more, on the display and by voice. Raises NotNow when nobody is called there, CounterShut, UnknownCounter."""
    ticket = _held(session, counter)
    ticket.calls += 1
    return _changed(session, now, ticket, "called again", ticket.owner or "")


def begin(session: Session, now: datetime, counter: str) -> Ticket:
    """They are there. Saying so again changes nothing. Raises NotNow, CounterShut, UnknownCounter."""
    ticket = _held(session, counter)
    if ticket.state == SERVING:
        return ticket
    ticket.state, ticket.begun_at = SERVING, now
    return _changed(session, now, ticket, "begun", ticket.owner or "")


def not_there(session: Session, now: datetime, counter: str) -> Ticket:
    """Nobody came; they may come back for a while, without a new ticket. Raises NotNow, CounterShut, UnknownCounter."""
    return _put_down(session, now, counter, NOT_THERE, "not there")


def park(session: Session, now: datetime, counter: str, note: str = "") -> Ticket:
    """They fetch a paper, or fill in a form, and go on here or elsewhere. Raises NotNow, CounterShut, UnknownCounter."""
    return _put_down(session, now, counter, PARKED, "parked", note)


def resume(session: Session, now: datetime, ticket_id: int) -> Ticket:
    """A parked one waits in line again, at the place it had. Raises NotNow, UnknownTicket."""
    ticket = _ticket(session, ticket_id)
    if ticket.state == WAITING:
        return ticket
    if ticket.state != PARKED:
        raise NotNow(ticket.state)
    ticket.state, ticket.counter = WAITING, None
    return _changed(session, now, ticket, "waits again", ticket.owner or "")


def hand_to_counter(session: Session, now: datetime, counter: str, to: str) -> Ticket:
    """Offered to another counter of the house: until it takes it, whoever offered it answers for it.

    Raises NotNow, CounterShut when nobody sits there, UnknownCounter.
    """
    here, there = counter_named(session, counter), counter_named(session, to)
    _seated(session, counter)
    if there.location != here.location or to == counter:
        raise CounterShut()
    _seated(session, to)
    ticket = _put_down(session, now, counter, OFFERED, f"offered to {to}")
    ticket.offered_to = to
    return ticket


def hand_to_service(session: Session, now: datetime, counter: str, service: str) -> Ticket:
    """Into the line of another matter, keeping the place that they have. Raises NotNow, UnknownService, NotOfferedThere, ..."""
    _seated(session, counter)
    _check_offered(session, counter_named(session, counter).location, service)
    ticket = _put_down(session, now, counter, WAITING, f"passed on to {service}")
    ticket.service, ticket.counter = service, None
    return ticket


def decline(session: Session, now: datetime, counter: str, ticket_id: int) -> Ticket:
    """The counter that was asked doesn't take it: it waits in line again, at the place it had. Raises NotNow, UnknownTicket."""
    _seated(session, counter)
    ticket = _of_house(session, counter, ticket_id)
    if ticket.state != OFFERED or ticket.offered_to != counter:
        raise NotNow(ticket.state)
    ticket.state, ticket.offered_to, ticket.counter = WAITING, None, None
    return _changed(session, now, ticket, "declined", ticket.owner or "")


def finish(session: Session, now: datetime, counter: str, outcome: str, delivered: tuple[str, ...] = ()) -> Ticket:
    """It ends: handled, handed on or guided, and which services were delivered. Raises NotNow, NotValid, CounterShut, ..."""
    known = read_catalogue(session).known_services
    if outcome not in OUTCOMES or not all(slug in known for slug in delivered):
        raise NotValid((Problem("outcome", "missing"),))
    _seated(session, counter)
    ticket = _held(session, counter)
    ticket.outcome, ticket.delivered = outcome, delivered or (ticket.service,)
    ticket.begun_at = ticket.begun_at or ticket.called_at
    return _end(session, now, ticket, FINISHED, "finished")


def follow(session: Session, code: str) -> Ticket:
    """The ticket of this code. Raises UnknownTicket."""
    found = session.exec(select(Ticket).where(Ticket.key_hash == hash_of(code))).one_or_none()
    if found is None:
        raise UnknownTicket()
    return found


def leave(session: Session, now: datetime, code: str) -> Ticket:
    """They go home. Saying so again changes nothing. Raises NotNow while they are being served, UnknownTicket."""
    ticket = _followed(session, code)
    if ticket.state in OVER:
        return ticket
    if ticket.state == SERVING:
        raise NotNow(ticket.state)
    return _end(session, now, ticket, LEFT, "left")


def need_more_time(session: Session, now: datetime, code: str, *, once: str) -> Ticket:
    """Two others go first; twice at most. Whoever is being called is put back too. Raises NotNow, UnknownTicket, KeyReused."""
    ticket = _followed(session, code)
    if earlier_subject(session, now, "need more time", once, ticket.id):
        return ticket
    if ticket.state not in (WAITING, CALLED) or ticket.postponed >= MOST_POSTPONED:
        raise NotNow(ticket.state)
    ticket.state, ticket.counter = WAITING, None
    ticket.postponed, ticket.lets_pass, ticket.rests_until = ticket.postponed + 1, LETS_PASS, now + RESTS
    done(session, "need more time", once, ticket.id)
    return _changed(session, now, ticket, "needs more time", "visitor")


def come_back(session: Session, now: datetime, code: str) -> Ticket:
    """They weren't there when called, and are now: at the place they had, while that isn't too long ago. Raises NotNow, UnknownTicket."""
    ticket = _followed(session, code)
    if ticket.state == WAITING:
        return ticket
    grace = policy_of(read_catalogue(session)).span("grace")
    if ticket.state != NOT_THERE or ticket.called_at is None or now > ticket.called_at + grace:
        raise NotNow(ticket.state)
    ticket.state, ticket.counter, ticket.calls = WAITING, None, 0
    return _changed(session, now, ticket, "came back", "visitor")


def drawn_by_id(session: Session, ticket_id: int) -> Drawn:
    ticket = session.get_one(Ticket, ticket_id)
    return Drawn(ticket, key_again(store_of(session).secret, PURPOSE, ticket.key_salt, ticket.key_hash))


def _check(session: Session, now: datetime, wish: Wish) -> None:
    catalogue = read_catalogue(session)
    wrong = [
        Problem(field, "wrong-type")
        for field, fits in (
            ("language", wish.language in catalogue.town.languages),
            ("needs", all(need in NEEDS for need in wish.needs)),
            ("channel", wish.channel in CHANNELS),
            ("priority", isinstance(wish.has_priority, bool)),
        )
        if not fits
    ]
    if wrong:
        raise NotValid(tuple(wrong))
    _check_offered(session, wish.location, wish.service)
    hall = hall_now(catalogue, wish.location, now)
    if hall.closes_at is None:
        raise HallShut(hall.opens_at)


def _check_offered(session: Session, location: str, service: str) -> None:
    catalogue = read_catalogue(session)
    offered = catalogue.services.get(service)
    if offered is None:
        raise UnknownService(service)
    if location not in offered.locations or not qualified(catalogue, location, IN_PERSON, frozenset({offered.skill})):
        raise NotOfferedThere(location, IN_PERSON)


def _said(wish: Wish) -> tuple[object, ...]:
    return wish.location, wish.service, wish.language, wish.has_priority, wish.needs, wish.channel


def _check_can_come_in(session: Session, now: datetime, location: str, appointment: Appointment) -> None:
    if before := session.exec(select(Ticket).where(Ticket.appointment_id == appointment.id)).one_or_none():
        raise AlreadyIn(before.words)
    if appointment.state != BOOKED:
        raise NotInForce(appointment.state)
    if appointment.location != location:
        raise OtherHouse(appointment.location)
    catalogue = read_catalogue(session)
    zone = ZoneInfo(catalogue.known_locations[location].timezone)
    today, day = now.astimezone(zone).date(), appointment.start_at.astimezone(zone).date()
    if day < today:
        raise MissedDay(appointment.start_at)
    opens = appointment.start_at - policy_of(catalogue).span("early")
    if now < opens:
        raise TooEarly(opens)


def _new_ticket(session: Session, now: datetime, wish: Wish, series: str) -> Ticket:
    zone = ZoneInfo(read_catalogue(session).known_locations[wish.location].timezone)
    day = now.astimezone(zone).date()
    capability = new_capability(store_of(session).secret, PURPOSE)
    return Ticket(
        location=wish.location,
        day=day,
        series=series,
        number=_next_number(session, wish.location, day, series),
        key_salt=capability.salt,
        key_hash=capability.key_hash,
        service=wish.service,
        language=wish.language,
        has_priority=wish.has_priority,
        needs=wish.needs,
        channel=wish.channel,
        drawn_at=now,
        since=now,
    )


def _next_number(session: Session, location: str, day: object, series: str) -> int:
    """The line is locked: so a number whose ticket isn't committed isn't given out either, and there is no gap."""
    row = {"location": location, "day": day, "series": series, "last": 1}
    insert = insert_on(session, TicketSeries).values(**row)
    again = insert.on_conflict_do_update(index_elements=["location", "day", "series"], set_={"last": TicketSeries.last + 1})
    return session.execute(again.returning(TicketSeries.last)).scalar_one()


def _settle(session: Session, now: datetime, ticket: Ticket, what: str, by: str) -> None:
    """Into the line, with what it was told."""
    session.add(ticket)
    session.flush()
    ahead = next(each.ahead for each in line_at(session, now, ticket.location) if each.ticket == ticket.id)
    told = wait_told(session, now, ticket, ahead.people)
    ticket.told_ahead, ticket.told_low, ticket.told_high, ticket.told_basis = ahead.people, told.low, told.high, told.basis
    _changed(session, now, ticket, what, by)


def _seated(session: Session, counter: str, *, is_calling: bool = False) -> OpenCounter:
    """Whoever sits there, with the line locked. Raises CounterShut, UnknownCounter."""
    open_lobby(session, counter_named(session, counter).location)
    row = session.get(OpenCounter, counter)
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


def _ticket(session: Session, ticket_id: int) -> Ticket:
    found = session.get(Ticket, ticket_id) if isinstance(ticket_id, int) and 0 < ticket_id < 2**31 else None
    if found is None:
        raise UnknownTicket()
    open_lobby(session, found.location)
    session.refresh(found)
    return found


def _of_house(session: Session, counter: str, ticket_id: int) -> Ticket:
    """Same answer for a ticket of another house and for none."""
    ticket = _ticket(session, ticket_id)
    if ticket.location != counter_named(session, counter).location:
        raise UnknownTicket()
    return ticket


def _followed(session: Session, code: str) -> Ticket:
    return _ticket(session, follow(session, code).id or 0)


def _take(session: Session, now: datetime, counter: str, staff: str, ticket_id: int, states: tuple[str, ...]) -> Ticket:
    """Compare and set: whoever was quicker has them. Raises NotNow."""
    free = update(Ticket).where(col(Ticket.id) == ticket_id, col(Ticket.state).in_(states))
    taken = free.values(
        state=CALLED, counter=counter, owner=staff, offered_to=None, called_at=now, calls=1, lets_pass=0, rests_until=None
    )
    ticket = session.get_one(Ticket, ticket_id)
    if session.execute(taken.returning(col(Ticket.id))).one_or_none() is None:
        session.refresh(ticket)
        raise NotNow(ticket.state)
    session.refresh(ticket)
    return _changed(session, now, ticket, "called", staff)


def _put_down(session: Session, now: datetime, counter: str, state: str, what: str, note: str = "") -> Ticket:
    ticket = _held(session, counter)
    ticket.state = state
    return _changed(session, now, ticket, what, ticket.owner or "", note)


def _end(session: Session, now: datetime, ticket: Ticket, state: str, what: str) -> Ticket:
    ticket.state, ticket.ended_at = state, now
    return _changed(session, now, ticket, what, ticket.owner or "visitor")


def _changed(session: Session, now: datetime, ticket: Ticket, what: str, by: str, note: str = "") -> Ticket:
    session.add(ticket)
    session.flush()
    change = {"ticket_id": ticket.id, "at": now, "what": what, "by": by, "counter": ticket.counter, "note": note[:LONGEST_NOTE]}
    session.add(TicketChange(**change))
    return ticket
