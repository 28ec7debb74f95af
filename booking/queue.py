"""A place in line, for whoever has it: drawn or checked in, followed by its code, given more time, taken up again, given back.

Each verb locks the location's line first, so that no number is given out twice or left out. `once` names the person's intention
(deeds.py): asked again with the same key, a verb answers with the same ticket and does nothing twice.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, select

from booking.catalogue import Catalogue, read_catalogue
from booking.closing import open_day
from booking.deeds import done, earlier_subject
from booking.details import NEEDS
from booking.errors import (
    AlreadyIn,
    HallShut,
    MissedDay,
    NotInForce,
    NotNow,
    NotValid,
    OtherHouse,
    Problem,
    TooEarly,
    UnknownReference,
    UnknownTicket,
)
from booking.estimates import NOTHING_KNOWN, Estimate
from booking.halls import hall_now
from booking.line import Placed
from booking.lobby import (
    IN_PERSON,
    place_at,
    policy_of,
)
from booking.promises import BOOKED, Appointment
from booking.references import hash_of, key_again, new_capability, parsed_reference
from booking.seats import open_page
from booking.store import insert_on, store_of
from booking.ticket_steps import changed, check_offered, end, ticket_named
from booking.tickets import (
    CALLED,
    FINISHED,
    LEFT,
    NOT_THERE,
    OVER,
    SERVING,
    WAITING,
    Ticket,
    TicketSeries,
)
from booking.waits import wait_told

PURPOSE = "ticket"
# Without those that look like figures, and without the one of appointments.
SERIES, OF_APPOINTMENTS = "ABCDEFGHJKLNPQRSTUVWXYZ", "M"
KIOSK, ONLINE, DESK = "kiosk", "online", "in_person"
CHANNELS = (KIOSK, ONLINE, DESK)
LETS_PASS, RESTS, MOST_POSTPONED = 2, timedelta(minutes=10), 2


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
    open_day(session, now, wish.location)
    # Before anything is checked: an answer that was lost on the way is given again, also when the house has closed meanwhile.
    if earlier := earlier_subject(session, now, "draw", once, *_said(wish)):
        return drawn_by_id(session, earlier)
    _check(session, now, wish)
    ticket = _new_ticket(session, now, wish, series_of(read_catalogue(session), wish.service))
    _settle(session, now, ticket, "drawn", wish.channel)
    done(session, "draw", once, ticket.id)
    return drawn_by_id(session, ticket.id or 0)


def series_of(catalogue: Catalogue, service: str) -> str:
    """The letter that numbers for this service have."""
    topics, topic = list(catalogue.topics), catalogue.services[service].topic
    return SERIES[topics.index(topic) % len(SERIES)] if topic in topics else SERIES[-1]


def check_in(session: Session, now: datetime, location: str, reference: str, *, once: str, channel: str = KIOSK) -> Drawn:
    """An appointment becomes a ticket, at its time in the line; one that comes later than it is kept waits like everybody.

    Raises MistypedReference, UnknownReference, OtherHouse, NotInForce, TooEarly, MissedDay, AlreadyIn, NotValid, KeyReused.
    """
    catalogue = read_catalogue(session)
    exact = parsed_reference(reference, catalogue.town.reference_prefix)
    appointment = session.exec(select(Appointment).where(Appointment.reference == exact)).one_or_none()
    if appointment is None or appointment.mode != IN_PERSON:
        raise UnknownReference()
    # First the page and then the line, as whoever moves or cancels it does: so neither happens in the middle of the other.
    open_page(session, now, appointment.location)
    session.refresh(appointment)
    open_day(session, now, location)
    if earlier := earlier_subject(session, now, "check in", once, location, exact):
        return drawn_by_id(session, earlier)
    before = _check_can_come_in(session, now, location, appointment)
    late = now > appointment.start_at + policy_of(catalogue).span("late")
    if before:
        # They had gone, or weren't there when called: the number that they have, at the place that they have now.
        before.state, before.counter, before.ended_at, before.since = WAITING, None, None, now
        before.due_at = None if late else appointment.start_at
        done(session, "check in", once, before.id)
        changed(session, now, before, "came back", channel)
        return drawn_by_id(session, before.id or 0)
    wish = Wish(location, appointment.services[0], appointment.language, needs=tuple(appointment.needs), channel=channel)
    ticket = _new_ticket(session, now, wish, OF_APPOINTMENTS)
    ticket.appointment_id, ticket.due_at = appointment.id, None if late else appointment.start_at
    _settle(session, now, ticket, "checked-in", channel)
    done(session, "check in", once, ticket.id)
    return drawn_by_id(session, ticket.id or 0)


def follow(session: Session, code: str) -> Ticket:
    """The ticket of this code. Raises UnknownTicket."""
    found = session.exec(select(Ticket).where(Ticket.key_hash == hash_of(code))).one_or_none()
    if found is None:
        raise UnknownTicket()
    return found


def leave(session: Session, now: datetime, code: str, *, once: str = "") -> Ticket:
    """They go home. Saying so again changes nothing; `once`: nor does the same call that comes late, when they are back in line.

    Raises NotNow while they are being served, UnknownTicket, KeyReused.
    """
    ticket = _followed(session, code)
    if once and earlier_subject(session, now, "leave", once, ticket.id):
        return ticket
    if ticket.state == SERVING:
        raise NotNow(ticket.state)
    if ticket.state not in OVER:
        end(session, now, ticket, LEFT, "left")
    if once:
        done(session, "leave", once, ticket.id)
    return ticket


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
    return changed(session, now, ticket, "needs more time", "visitor")


def come_back(session: Session, now: datetime, code: str) -> Ticket:
    """They weren't there when called, and are now: at the place they had, while that isn't too long ago. Raises NotNow, UnknownTicket."""
    ticket = _followed(session, code)
    if ticket.state == WAITING:
        return ticket
    if not may_come_back(session, now, ticket):
        raise NotNow(ticket.state)
    ticket.state, ticket.counter, ticket.calls = WAITING, None, 0
    return changed(session, now, ticket, "came back", "visitor")


def may_come_back(session: Session, now: datetime, ticket: Ticket) -> bool:
    grace = policy_of(read_catalogue(session)).span("grace")
    return ticket.state == NOT_THERE and ticket.called_at is not None and now <= ticket.called_at + grace


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
    check_offered(session, wish.location, wish.service)
    hall = hall_now(catalogue, wish.location, now)
    if hall.closes_at is None:
        raise HallShut(hall.opens_at)


def _said(wish: Wish) -> tuple[object, ...]:
    return wish.location, wish.service, wish.language, wish.has_priority, wish.needs, wish.channel


def _check_can_come_in(session: Session, now: datetime, location: str, appointment: Appointment) -> Ticket | None:
    """The ticket that it has already, of somebody who is in no line now."""
    before = session.exec(select(Ticket).where(Ticket.appointment_id == appointment.id)).one_or_none()
    if before and before.state not in (LEFT, NOT_THERE):
        raise AlreadyIn(before.words, is_over=before.state == FINISHED)
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
    return before


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
    standing = standing_of(session, now, ticket)
    told, ahead = standing.wait, standing.placed.ahead.people if standing.placed else 0
    ticket.told_ahead, ticket.told_low, ticket.told_high, ticket.told_basis = ahead, told.low, told.high, told.basis
    changed(session, now, ticket, what, by)


def _followed(session: Session, code: str) -> Ticket:
    return ticket_named(session, follow(session, code).id or 0)


@dataclass(frozen=True)
class Standing:
    """Where a ticket stands: `placed` while it waits, and what is known of how long: nothing while nobody who can is at a counter."""

    ticket: Ticket
    placed: Placed | None
    wait: Estimate


def standing_of(session: Session, now: datetime, ticket: Ticket) -> Standing:
    placed = place_at(session, now, ticket)
    if placed is None or not placed.is_attended:
        return Standing(ticket, placed, NOTHING_KNOWN)
    return Standing(ticket, placed, wait_told(session, now, ticket, placed.ahead.people))
