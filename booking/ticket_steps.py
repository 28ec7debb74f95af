"""What every change of a ticket does: found with its line locked, written down."""

from datetime import datetime

from sqlmodel import Session

from booking.catalogue import read_catalogue
from booking.errors import (
    NotOfferedThere,
    UnknownService,
    UnknownTicket,
)
from booking.lobby import (
    IN_PERSON,
    open_lobby,
)
from booking.tickets import (
    Ticket,
    TicketChange,
)
from booking.visits import qualified

LONGEST_NOTE = 200


def ticket_named(session: Session, ticket_id: int) -> Ticket:
    """As it stands, with the line of its house locked. Raises UnknownTicket."""
    found = session.get(Ticket, ticket_id) if isinstance(ticket_id, int) and 0 < ticket_id < 2**31 else None
    if found is None:
        raise UnknownTicket()
    open_lobby(session, found.location)
    session.refresh(found)
    return found


def end(session: Session, now: datetime, ticket: Ticket, state: str, what: str, by: str = "") -> Ticket:
    ticket.state, ticket.ended_at = state, now
    return changed(session, now, ticket, what, by or ticket.owner or "visitor")


def changed(session: Session, now: datetime, ticket: Ticket, what: str, by: str, note: str = "") -> Ticket:
    session.add(ticket)
    session.flush()
    change = {"ticket_id": ticket.id, "at": now, "what": what, "by": by, "counter": ticket.counter, "note": note[:LONGEST_NOTE]}
    session.add(TicketChange(**change))
    return ticket


def check_offered(session: Session, location: str, service: str) -> None:
    """Raises UnknownService, NotOfferedThere."""
    catalogue = read_catalogue(session)
    offered = catalogue.services.get(service)
    if offered is None:
        raise UnknownService(service)
    if location not in offered.locations or not qualified(catalogue, location, IN_PERSON, frozenset({offered.skill})):
        raise NotOfferedThere(location, IN_PERSON)
