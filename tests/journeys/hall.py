"""A house that is open whenever the tests are run, and those who work at its counters."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta

from playwright.sync_api import BrowserContext, expect
from sqlmodel import Session, delete, select

from booking.catalogue import ClosureRow, OpeningRow, catalogue_changed
from booking.store import read
from booking.tickets import Ticket, TicketChange
from tests.journeys.open_book import OpenBook
from tests.journeys.steps import Resident
from tests.serving import Site

HOUSE = "pacos"
SERVICE = "residence-certificate"


def comes_to_work(
    new_context: Callable[..., BrowserContext], hall: Site, language: str, name: str = "Rosa Teixeira"
) -> Resident:
    context = new_context(viewport={"width": 1280, "height": 900})
    one = Resident(context.new_page(), hall.address, language)
    one.open("/desk/")
    one.page.get_by_role("button", name=one.words("Sign in as {name}", name=name)).click()
    one.title_is("Staff area")
    return one


def sits(clerk: Resident, counter: str = "pacos-1") -> Resident:
    clerk.open("/desk/counter/")
    clerk.all_is_there()
    clerk.page.locator("select[name=counter]").select_option(counter)
    clerk.press("Sit down here")
    clerk.title_is("Nobody is at your counter")
    return clerk


def gives_number(clerk: Resident, language: str = "pt") -> str:
    if not clerk.page.locator("select[name=service]").is_visible():
        clerk.page.get_by_text(clerk.words("Give a number"), exact=True).first.click()
    clerk.page.locator("select[name=service]").select_option(SERVICE)
    clerk.page.locator("select[name=language]").select_option(language)
    clerk.button("Give a number").click()
    told = clerk.page.locator(".notice.ok b").first
    expect(told).to_be_visible()
    found = re.search(r"[A-Z] \d{3}", told.inner_text())
    assert found
    return found[0]


def is_here(clerk: Resident, number: str) -> None:
    expect(clerk.page.locator(".desk-now .number")).to_have_text(number)


def happened(book: OpenBook, number: str) -> list[str]:
    """What was done with today's number, in its order."""

    def changes(session: Session) -> list[str]:
        ticket = next(each for each in session.exec(select(Ticket).order_by(Ticket.id.desc())) if each.words == number)  # type: ignore[union-attr]
        rows = session.exec(select(TicketChange).where(TicketChange.ticket_id == ticket.id).order_by(TicketChange.id))  # type: ignore[arg-type]
        return [each.what for each in rows]

    return read(book.store, changes)


def always_open(session: Session) -> None:
    """By rules for these days, which win over holidays."""
    session.execute(delete(ClosureRow))
    today = datetime.now(UTC).date()
    for day in (today - timedelta(days=1), today, today + timedelta(days=1)):
        hours = {"weekdays": (), "opens": time(0), "closes": time(23, 59), "on_day": day, "despite_holiday": True}
        session.add(OpeningRow(location=HOUSE, **hours))
    catalogue_changed(session)
