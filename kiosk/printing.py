"""A number on paper: sent to the kiosk's printer once, whatever comes of it. The number counts since it was drawn, and stands on the
screen; so a printer that fails costs nobody their place.
"""

from __future__ import annotations

import asyncio
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col

from booking.queue import drawn_by_id
from booking.store import in_transaction
from booking.tickets import Ticket
from kiosk.device import BY_BROWSER, NO_PRINTER, Device, device_trouble
from kiosk.printed_ticket import PrintedTicket
from kiosk.printed_ticket import drawn as picture_of
from kiosk.printer import NotPrinted, PaperOut, Printer, PrinterGone, WrongPrinterAddress, printer_at
from kiosk.shown import slip_of
from locales.catalogue import _, direction, language_of, use_language
from portal.contacts import in_order
from portal.logs import log
from portal.site import town_facts

# What became of it, as the screen and the desk say it.
PRINTED, NOT_PRINTED = "printed", "not-printed"
PAPER_OUT, PRINTER_GONE, PRINTER_FAULT = "paper-out", "printer-gone", "printer-fault"


async def print_out(now: datetime, device: Device, ticket: int, *, is_theirs: bool) -> str:
    """ "" for a kiosk without a printer, "browser" when the browser has to print it, else PRINTED or NOT_PRINTED. Up to a quarter of a
    minute. Asked again for the same ticket, nothing is sent to the printer and nothing is said: nobody knows how much has come out.
    `is_theirs`: as `shown.slip_of`.
    """
    if device.printer == NO_PRINTER:
        return ""
    paper = await in_transaction(_once, now, ticket, is_theirs)
    if paper is None:
        return ""
    if device.printer == BY_BROWSER:
        return BY_BROWSER
    trouble = await asyncio.to_thread(_send, device.printer, paper)
    await in_transaction(device_trouble, device.id or 0, trouble)
    return NOT_PRINTED if trouble else PRINTED


def is_printer_address(address: str) -> bool:
    try:
        return printer_at(address) is not None
    except WrongPrinterAddress:
        return False


def trouble_words(trouble: str) -> str:
    """Why a kiosk couldn't print its last ticket; "" when it could."""
    known = {
        "": "",
        PAPER_OUT: _("It has no paper."),
        PRINTER_GONE: _("Its printer does not answer."),
        PRINTER_FAULT: _("Its printer reports a fault."),
    }
    return known.get(trouble, known[PRINTER_FAULT])


def _once(session: Session, now: datetime, ticket: int, is_theirs: bool) -> PrintedTicket | None:
    """Marked before it is sent: twice on paper is worse than not at all, because the screen has it too."""
    first = update(Ticket).where(col(Ticket.id) == ticket, col(Ticket.printed_at).is_(None)).values(printed_at=now)
    if not session.execute(first).rowcount:  # type: ignore[attr-defined]
        return None
    session.expire_all()
    return paper_of(session, now, ticket, is_theirs=is_theirs)


def paper_of(session: Session, now: datetime, ticket: int, *, is_theirs: bool = True) -> PrintedTicket:
    """In the language in which the number will be called."""
    drawn = drawn_by_id(session, ticket)
    language = language_of(drawn.ticket.language)
    with use_language(language):
        slip, town = slip_of(session, now, drawn, is_theirs=is_theirs), town_facts()
        return PrintedTicket(
            town=str(town.name),
            house=slip.place,
            above_number=_("Your number"),
            number=slip.number,
            service=slip.what_for,
            place=slip.people,
            wait=slip.wait,
            above_code=_("Wait where you like. Follow your place and be told:") if slip.address else "",
            url=slip.address,
            above_bring=_("What to have ready"),
            bring=tuple(slip.bring),
            footnotes=(_("Questions? {number}", number=in_order(str(town.telephone).replace(" ", "\N{NO-BREAK SPACE}"))),),
            drawn=slip.taken,
            language=language,
            direction=direction(language),
        )


def _send(address: str, paper: PrintedTicket) -> str:
    """Why it wasn't printed, "" when it was."""
    try:
        printer: Printer | None = printer_at(address)
        if printer is not None:
            printer.print_image(picture_of(paper, printer.width))
    except PaperOut:
        return PAPER_OUT
    except (PrinterGone, WrongPrinterAddress):
        return PRINTER_GONE
    except NotPrinted as trouble:
        log.warning("A printer did not print: %s", trouble)
        return PRINTER_FAULT
    return ""
