"""What is over in the lobby: a ticket is good for its day, nobody sits at a counter overnight, nor at one that the town has no more.

Done by whoever first touches the line on a later day, by the worker, and when a town is loaded; so yesterday's numbers are never called
among today's, and nobody waits for a counter that is gone.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, or_, select

from booking.catalogue import Counter, read_catalogue
from booking.errors import CounterBusy
from booking.lobby import in_hand, open_lobby
from booking.ticket_steps import changed, end
from booking.tickets import IN_HAND, LEFT, NOT_OVER, OFFERED, WAITING, Lobby, OpenCounter, Ticket

CLOCKWORK = "clockwork"


def open_day(session: Session, now: datetime, location: str) -> None:
    """Lock the line until the transaction ends, with nothing of an earlier day in it, and nobody at a counter that is gone. Raises
    UnknownLocation.
    """
    open_lobby(session, location)
    catalogue = read_catalogue(session)
    zone = ZoneInfo(catalogue.known_locations[location].timezone)
    today = now.astimezone(zone).date()
    # By the states that are not over, which the index finds however many tickets there have been.
    left = select(Ticket).where(Ticket.location == location, col(Ticket.state).in_(NOT_OVER), Ticket.day < today)
    for ticket in session.exec(left).all():
        ticket.counter = ticket.offered_to = None
        end(session, now, ticket, LEFT, "the day ended", CLOCKWORK)
    for seat in _seats_in(session, location):
        if seat.opened_at.astimezone(zone).date() < today:
            session.delete(seat)
        elif not _is_in_town(session, seat):
            vacate(session, now, seat)
    session.flush()


def get_up(session: Session, now: datetime, seat: OpenCounter) -> None:
    """Whoever sits there sits elsewhere from now on, the line being locked. Raises CounterBusy while somebody is there, unless the town has
    no such counter any more.
    """
    if not _is_in_town(session, seat):
        vacate(session, now, seat)
        return
    if there := in_hand(session, seat.counter):
        raise CounterBusy(there.words)
    return_offers(session, now, seat.counter, seat.staff)
    session.delete(seat)
    session.flush()


def return_offers(session: Session, now: datetime, counter: str, by: str = "") -> None:
    """Whoever was offered to this counter waits in line again."""
    for ticket in session.exec(select(Ticket).where(Ticket.offered_to == counter, Ticket.state == OFFERED)).all():
        back_in_line(session, now, ticket, "waits again", by or ticket.owner or "")


def vacate(session: Session, now: datetime, seat: OpenCounter) -> None:
    """Whoever sits there may not any more: whoever is at the counter, or is offered by it or to it, waits in
    line again.
    """
    open_lobby(session, _house_of(session, seat.counter))
    theirs = or_(col(Ticket.counter) == seat.counter, col(Ticket.offered_to) == seat.counter)
    for ticket in session.exec(select(Ticket).where(theirs, col(Ticket.state).in_((*IN_HAND, OFFERED)))).all():
        back_in_line(session, now, ticket, "waits again", CLOCKWORK)
    session.delete(seat)
    session.flush()


def back_in_line(session: Session, now: datetime, ticket: Ticket, what: str, by: str) -> Ticket:
    """At the place that it had."""
    ticket.state, ticket.counter, ticket.offered_to = WAITING, None, None
    return changed(session, now, ticket, what, by)


def end_days(session: Session, now: datetime) -> None:
    """In every house of the town that has a line."""
    for location in session.exec(select(Lobby.location).order_by(col(Lobby.location))).all():
        open_day(session, now, location)


def clear_withdrawn(session: Session, now: datetime) -> None:
    """After a town was loaded: nobody sits at a counter, in a house or as somebody that it has no more. Whoever was there waits again."""
    gone = [seat for seat in session.exec(select(OpenCounter)) if not _is_in_town(session, seat)]
    for location in sorted({_house_of(session, seat.counter) for seat in gone}):
        open_day(session, now, location)


def _seats_in(session: Session, location: str) -> list[OpenCounter]:
    """At every counter of the house, also at those that are withdrawn."""
    theirs = select(Counter.slug).where(Counter.location == location)
    rows = select(OpenCounter).where(col(OpenCounter.counter).in_(theirs)).execution_options(populate_existing=True)
    return list(session.exec(rows))


def _is_in_town(session: Session, seat: OpenCounter) -> bool:
    catalogue = read_catalogue(session)
    counter = catalogue.counters.get(seat.counter)
    return counter is not None and counter.location in catalogue.locations and seat.staff in catalogue.staff


def _house_of(session: Session, counter: str) -> str:
    """Also of one that is withdrawn."""
    return session.exec(select(Counter.location).where(Counter.slug == counter)).one()
