"""A ticket as the visitor reads it: everything in words, in the language being spoken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from booking.catalogue import Catalogue, read_catalogue
from booking.estimates import UNKNOWN, Estimate
from booking.line import Ahead
from booking.lobby import policy_of
from booking.queue import MOST_POSTPONED, follow, may_come_back, standing_of
from booking.tickets import CALLED, FINISHED, LEFT, NOT_OVER, NOT_THERE, OFFERED, PARKED, SERVING, WAITING, Ticket, TicketChange
from locales import dates
from locales.catalogue import _, ngettext, own_name
from portal.lobby.notices import told_words
from portal.site import said

# Those whose number is still called, in the language they chose.
TO_BE_CALLED = (WAITING, OFFERED, PARKED, NOT_THERE)


@dataclass(frozen=True)
class TicketShown:
    """`number` is "" while no ticket is open. `told` is said to everybody who waits there. `calls` rises with each call. `latest` says who
    was called last, where. `alone` says that nobody who can serve them is at a counter, `over` why the number is over, `next` what
    happens now; "" where there is nothing to say.
    """

    number: str = ""
    told: str = ""
    state: str = ""
    counter: int = 0
    calls: int = 0
    people: str = ""
    alone: str = ""
    over: str = ""
    next: str = ""
    ahead: tuple[str, ...] = ()
    wait: str = ""
    is_known: bool = False
    basis: str = ""
    what_for: str = ""
    language: str = ""
    place: str = ""
    latest: str = ""
    checked_at: str = ""
    postponed: int = 0
    may_wait_longer: bool = False
    may_come_back: bool = False


def ticket_shown(session: Session, now: datetime, code: str) -> TicketShown:
    """Raises UnknownTicket."""
    ticket, catalogue = follow(session, code), read_catalogue(session)
    standing = standing_of(session, now, ticket)
    zone = ZoneInfo(catalogue.known_locations[ticket.location].timezone)
    counter = catalogue.counters.get(ticket.counter or "")
    placed = standing.placed
    comes_back = may_come_back(session, now, ticket)
    return TicketShown(
        number=ticket.words,
        told=told_words(session, now, ticket.location) if ticket.state in NOT_OVER else "",
        state=ticket.state,
        counter=counter.number if counter else 0,
        calls=ticket.calls,
        people=people_words(placed.ahead.people) if placed and (placed.is_attended or placed.ahead.people) else "",
        alone=_("Nobody is at a counter for this now. We call you when somebody is.")
        if placed and not placed.is_attended
        else "",
        over=_over(session, ticket),
        next=_next(ticket, counter.number if counter else 0, may_come_back=comes_back),
        ahead=tuple(ahead_words(placed.ahead, zone, policy_of(catalogue).span("longest_wait"))) if placed else (),
        wait=wait_words(standing.wait) if placed else "",
        is_known=standing.wait.low is not None,
        basis=basis_words(standing.wait) if placed and placed.is_attended else "",
        what_for=said(catalogue.known_services[ticket.service].name),
        language=own_name(ticket.language) if ticket.state in TO_BE_CALLED else "",
        place=said(catalogue.known_locations[ticket.location].name),
        latest=_latest(session, catalogue, ticket),
        checked_at=f"{now.astimezone(zone):%H:%M:%S}",
        postponed=ticket.postponed,
        may_wait_longer=ticket.state in (WAITING, CALLED) and ticket.postponed < MOST_POSTPONED,
        may_come_back=comes_back,
    )


def people_words(people: int) -> str:
    if not people:
        return _("You are next.")
    return ngettext("{n} person before you", "{n} people before you", people)


def ahead_words(ahead: Ahead, zone: ZoneInfo, longest: timedelta) -> list[str]:
    """Why others are before them, a line for each reason."""
    lines = []
    if ahead.appointments:
        times = _(", ").join(dates.time(at, zone) for at in ahead.appointments)
        # Translators: {times} is one or several times of day, such as "10:20, 10:40"
        lines.append(
            ngettext(
                "{n} with an appointment ({times})", "{n} with an appointment ({times})", len(ahead.appointments), times=times
            )
        )
    if ahead.waited_long:
        # Translators: {span} is a length of time, such as "1 hour"
        lines.append(
            ngettext(
                "{n} who has waited for {span}", "{n} who have waited for {span}", ahead.waited_long, span=dates.span(longest)
            )
        )
    if ahead.priority:
        lines.append(ngettext("{n} with priority", "{n} with priority", ahead.priority))
    if ahead.earlier:
        lines.append(ngettext("{n} other in the order of coming", "{n} others in the order of coming", ahead.earlier))
    return lines


def wait_words(wait: Estimate) -> str:
    if wait.low is None or wait.high is None:
        return _("We do not know yet how long it takes.")
    # Translators: the plural is that of {high}, as Arabic needs it
    return ngettext("about {low} to {high} minute", "about {low} to {high} minutes", wait.high, low=wait.low, high=wait.high)


def basis_words(wait: Estimate) -> str:
    if wait.basis == UNKNOWN:
        return _("Too few people have come for this lately to say.")
    return _("Half of those who came before waited no longer than the first, nine in ten no longer than the second.")


def _next(ticket: Ticket, counter: int, *, may_come_back: bool) -> str:
    """What happens next, or what they do; "" once it is over."""
    if ticket.state == NOT_THERE and not may_come_back:
        return _("Please speak to us at the desk. We look together how it goes on.")
    return {
        WAITING: _("We call your number on the screen, by voice and here."),
        OFFERED: _("We call your number on the screen, by voice and here."),
        CALLED: _("Please go to counter {counter} now.", counter=counter),
        SERVING: _("You go on at the counter. There is nothing to do here."),
        PARKED: _("Say at the counter that you are back: we then call your number again."),
        NOT_THERE: _("Say here that you have come, and you have your place again."),
    }.get(ticket.state, "")


def _over(session: Session, ticket: Ticket) -> str:
    """Why they are in line no more, as it was written down."""
    if ticket.state == FINISHED:
        return _("Your visit is finished. This number is over.")
    if ticket.state != LEFT:
        return ""
    changes = select(TicketChange.what).where(TicketChange.ticket_id == ticket.id).order_by(col(TicketChange.id).desc())
    reasons = {
        "the day ended": _("The day is over, and this number with it. When you come again, please take a new one."),
        "appointment changed": _("Your appointment was moved or cancelled, and this number is over with it."),
    }
    return reasons.get(session.exec(changes.limit(1)).first() or "", _("You have left the line. This number is over."))


def _latest(session: Session, catalogue: Catalogue, ticket: Ticket) -> str:
    """The last call to somebody else in this house today; whoever was passed on since is at no counter."""
    others = select(Ticket).where(
        Ticket.location == ticket.location,
        Ticket.day == ticket.day,
        col(Ticket.called_at).is_not(None),
        col(Ticket.counter).is_not(None),
        Ticket.id != ticket.id,
    )
    last = session.exec(others.order_by(col(Ticket.called_at).desc()).limit(1)).one_or_none()
    counter = catalogue.counters.get(last.counter or "") if last else None
    if last is None or counter is None:
        return ""
    zone = ZoneInfo(catalogue.known_locations[ticket.location].timezone)
    # Translators: {number} is the number of a ticket, such as "B 044"; {time} is when it was called
    return _(
        "Last call, at {time}: {number} to counter {counter}",
        time=dates.time(last.called_at or ticket.drawn_at, zone),
        number=f"\u2066{last.words}\u2069",
        counter=counter.number,
    )
