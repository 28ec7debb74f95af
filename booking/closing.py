"""The end of a day in the lobby: a ticket is good for its day, and nobody sits at a counter overnight.

Done by whoever first touches the line on a later day, and by the worker; so yesterday's numbers are never called among today's.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from booking.catalogue import read_catalogue
from booking.lobby import open_lobby
from booking.ticket_steps import end
from booking.tickets import LEFT, NOT_OVER, Lobby, OpenCounter, Ticket

CLOCKWORK = "clockwork"


def open_day(session: Session, now: datetime, location: str) -> None:
    """Lock the line until the transaction ends, with nothing of an earlier day in it. Raises UnknownLocation."""
    open_lobby(session, location)
    catalogue = read_catalogue(session)
    zone = ZoneInfo(catalogue.known_locations[location].timezone)
    today = now.astimezone(zone).date()
    # By the states that are not over, which the index finds however many tickets there have been.
    left = select(Ticket).where(Ticket.location == location, col(Ticket.state).in_(NOT_OVER), Ticket.day < today)
    for ticket in session.exec(left).all():
        ticket.counter = ticket.offered_to = None
        end(session, now, ticket, LEFT, "the day ended", CLOCKWORK)
    slugs = [slug for slug, counter in catalogue.counters.items() if counter.location == location]
    for seat in session.exec(select(OpenCounter).where(col(OpenCounter.counter).in_(slugs))).all():
        if seat.opened_at.astimezone(zone).date() < today:
            session.delete(seat)
    session.flush()


def end_days(session: Session, now: datetime) -> None:
    """In every house of the town that has a line."""
    for location in session.exec(select(Lobby.location).order_by(col(Lobby.location))).all():
        open_day(session, now, location)
