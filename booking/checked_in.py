"""An appointment whose owner is in the line already, and then moves or cancels it: the number goes with it."""

from datetime import datetime

from sqlmodel import Session, select

from booking.promises import Appointment
from booking.ticket_steps import end, ticket_named
from booking.tickets import LEFT, OVER, SERVING, Ticket


def leave_the_line(session: Session, now: datetime, appointment: Appointment) -> None:
    """Its ticket, if it has one, is over and no longer its own, so that it can check in at its new time. The page must be open.

    Whoever is being served stays with who serves them: their visit goes on without it.
    """
    there = session.exec(select(Ticket.id).where(Ticket.appointment_id == appointment.id)).one_or_none()
    if there is None:
        return
    ticket = ticket_named(session, there)
    if ticket.state not in (*OVER, SERVING):
        ticket.counter = ticket.offered_to = None
        end(session, now, ticket, LEFT, "appointment changed", "resident")
    ticket.appointment_id = None
    session.add(ticket)
    session.flush()
