"""REST alone, without the pages, which take a minute to build: `python -m tests.load.rest [GUARD ...]` serves it.

A guard that is named is taken away, so that a proof can be seen to fail without it.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager

from sqlmodel import Session, col, select

import booking.store
import portal.web_process
from booking import appointments, counters, holds, seats
from booking.settings import settings
from booking.store import Store
from booking.tickets import CALLED as IS_CALLED
from booking.tickets import WAITING, Ticket
from portal import commands
from portal.doors import doors
from portal.logs import start_logging
from portal.parent import end_with_parent

LOOKING, COMMITTING, REMEMBERING, CALLING = "looking", "committing", "remembering", "calling"


def nobody_looks() -> None:
    """Neither lock nor check: whoever comes is given the first counter. (The database's own guard is dropped elsewhere.)"""
    seats._free_counter = lambda session, offered, minute, start: offered.opened.counter_ids[0]
    for module in (appointments, holds):
        module.open_page = lambda session, now, location: None


def nothing_is_committed() -> None:
    """It is said to be done, and nothing was written."""

    @contextmanager
    def broken(store: Store):
        with store.turnstile, booking.store._session(store, writing=True) as session:
            session.begin()
            yield session
            session.expunge_all()  # so that what was undone can still be answered with
            session.rollback()

    booking.store.transaction = broken


def nothing_is_remembered() -> None:
    """Whoever asks again is taken for somebody new."""
    for module in (appointments, holds):
        module.earlier_subject = lambda *_: None
        module.done = lambda *_: None


def nobody_looks_who_is_called() -> None:
    """Whoever is called at another counter seems to wait still, and is taken all the same."""

    def waits_or_is_called(session: Session, location: str) -> list[Ticket]:
        there = select(Ticket).where(Ticket.location == location, col(Ticket.state).in_((WAITING, IS_CALLED)))
        return list(session.exec(there.order_by(col(Ticket.id))))

    take = counters._take
    counters.waiting_at = waits_or_is_called
    counters._take = lambda session, now, counter, staff, ticket_id, states: take(
        session, now, counter, staff, ticket_id, (*states, IS_CALLED)
    )


GUARDS = {
    CALLING: nobody_looks_who_is_called,
    LOOKING: nobody_looks,
    COMMITTING: nothing_is_committed,
    REMEMBERING: nothing_is_remembered,
}


def application(_name: str):
    end_with_parent()
    start_logging("web", settings().logs)
    return doors


def main(*guards: str) -> None:
    for guard in guards:
        GUARDS[guard]()
    portal.web_process.application = application
    commands._granian(settings())


if __name__ == "__main__":
    main(*sys.argv[1:])
