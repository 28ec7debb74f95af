"""What stands on the screen of a counter: who is there, who waits and why in that order, what the colleagues do. All of it in words."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from booking.catalogue import Catalogue, StaffMember, read_catalogue
from booking.line import APPOINTMENT, EARLY, PRIORITY, WAITED_LONG, Placed
from booking.lobby import LineNow, in_hand, line_now, only_served_at, serves
from booking.promises import Appointment
from booking.queue import may_come_back
from booking.tickets import NOT_THERE, OFFERED, PARKED, SERVING, Lobby, OpenCounter, Ticket, TicketChange
from kiosk.device import in_trouble
from kiosk.printing import trouble_words
from locales import dates
from locales.catalogue import _, current_language, ngettext, own_name
from portal.appointments.words import needs_words
from portal.contacts import in_order
from portal.identity.at_counters import may_call_to
from portal.lobby.notices import told_words
from portal.site import listed, said


@dataclass(frozen=True)
class InLine:
    """`note`: their language, and by which rule they have this place. `is_mine`: this counter can serve them, `is_next` first of those."""

    number: str
    what_for: str
    note: str
    waited: str
    is_booked: bool = False
    ticket: int = 0
    is_mine: bool = True
    is_next: bool = False


@dataclass(frozen=True)
class Here:
    """Whoever is at the counter; `ticket` 0 for nobody."""

    ticket: int = 0
    number: str = ""
    what_for: str = ""
    language: str = ""
    waited: str = ""
    since: str = ""
    is_served: bool = False
    calls: int = 0
    name: str = ""
    booked_for: str = ""
    needs: str = ""
    bring: list[str] = field(default_factory=list)
    before: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Colleague:
    counter: str
    words: str
    asks_for_help: bool = False


@dataclass(frozen=True)
class Choice:
    value: str
    words: str


@dataclass(frozen=True)
class Console:
    """`missed` are those who weren't there when called and may come back still; `handed` those whom this counter has offered to another.
    `has_others`: some of `line` wait for other counters. `alone` is said before it closes, `told` to everybody who waits; `machines`
    are in trouble.
    """

    place: str = ""
    title: str = ""
    clock: str = ""
    is_paused: bool = False
    asks_for_help: bool = False
    here: Here = field(default_factory=Here)
    line: list[InLine] = field(default_factory=list)
    longest: str = ""
    parked: list[InLine] = field(default_factory=list)
    missed: list[InLine] = field(default_factory=list)
    offered: list[InLine] = field(default_factory=list)
    handed: list[InLine] = field(default_factory=list)
    colleagues: list[Colleague] = field(default_factory=list)
    to_counters: list[Choice] = field(default_factory=list)
    to_services: list[Choice] = field(default_factory=list)
    has_others: bool = False
    alone: str = ""
    told: str = ""
    machines: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Stand:
    """Where a member sits, "" for nowhere, and as of what; `shown` is None while nothing has changed since."""

    counter: str = ""
    as_of: tuple[str, ...] = ()
    shown: Console | None = None


def stand_of(session: Session, now: datetime, member: StaffMember, seen: tuple[str, ...]) -> Stand:
    """Read in one go, so that nobody gets up in the middle of it."""
    seat = seat_of_member(session, member)
    if seat is None or not may_call_to(session, member, seat.counter):
        return Stand()
    lobby = session.get(Lobby, read_catalogue(session).counters[seat.counter].location)
    as_of = seat.counter, str(lobby.version if lobby else 0), f"{now:%H:%M}", current_language()
    return Stand(seat.counter, as_of, None if as_of == seen else console(session, now, seat))


def seat_of_member(session: Session, member: StaffMember) -> OpenCounter | None:
    """Where they sit, if they sit anywhere."""
    return session.exec(select(OpenCounter).where(OpenCounter.staff == member.slug).order_by(OpenCounter.counter)).first()


def counters_for(session: Session, member: StaffMember) -> list[Choice]:
    """Those they may call to, their own first, and who sits there."""
    catalogue = read_catalogue(session)
    mine = [slug for slug in catalogue.counters if may_call_to(session, member, slug)]
    mine.sort(key=lambda slug: slug not in member.counters)
    there = {row.counter: row.staff for row in session.exec(select(OpenCounter))}
    return [Choice(slug, _counter_words(catalogue, slug, there.get(slug, ""))) for slug in mine]


def console(session: Session, now: datetime, seat: OpenCounter) -> Console:
    catalogue = read_catalogue(session)
    counter = catalogue.counters[seat.counter]
    house = catalogue.known_locations[counter.location]
    zone = ZoneInfo(house.timezone)
    standing = line_now(session, now, counter.location)
    placed = standing.order()
    tickets = {row.id: row for row in session.exec(select(Ticket).where(col(Ticket.id).in_([it.ticket for it in placed])))}
    line = _line(
        catalogue, zone, now, seat, [(tickets[each.ticket], each) for each in placed if each.ticket in tickets], standing
    )
    there = in_hand(session, seat.counter)
    open_ones = standing.open_ones
    longest = max((now - row.since for row in tickets.values()), default=None)
    return Console(
        place=said(house.name),
        title=said(counter.name),
        clock=dates.time(now, zone),
        is_paused=seat.paused_at is not None,
        asks_for_help=seat.needs_help_at is not None,
        here=_here(session, catalogue, zone, there) if there else Here(),
        line=line,
        longest=dates.span(longest) if longest and longest.total_seconds() >= 60 else "",
        parked=_aside(session, catalogue, zone, now, Ticket.state == PARKED, Ticket.location == counter.location),
        missed=_missed(session, catalogue, zone, now, counter.location),
        offered=_aside(session, catalogue, zone, now, Ticket.state == OFFERED, Ticket.offered_to == seat.counter),
        handed=_aside(session, catalogue, zone, now, Ticket.state == OFFERED, Ticket.counter == seat.counter),
        colleagues=[_colleague(session, catalogue, now, row) for slug, row in open_ones.items() if slug != seat.counter],
        to_counters=[
            Choice(slug, _counter_words(catalogue, slug, row.staff))
            for slug, row in open_ones.items()
            if slug != seat.counter and not row.paused_at
        ],
        to_services=services_at(catalogue, counter.location),
        has_others=any(not each.is_mine for each in line),
        alone=_alone_words(len(only_served_at(standing, seat.counter))),
        told=told_words(session, now, counter.location),
        machines=[trouble_words(each) for each in in_trouble(session, counter.location)],
    )


def services_at(catalogue: Catalogue, location: str) -> list[Choice]:
    """What somebody can take a number for in this house."""
    offered = (each for each in catalogue.services.values() if location in each.locations and "in_person" in each.modes)
    return sorted((Choice(each.slug, said(each.name)) for each in offered), key=lambda choice: choice.words)


def _counter_words(catalogue: Catalogue, slug: str, staff: str) -> str:
    counter, member = catalogue.counters[slug], catalogue.staff.get(staff)
    place = said(catalogue.known_locations[counter.location].name)
    words = f"{place}: {said(counter.name)}"
    # Translators: {counter} is a counter, {name} the colleague who sits there
    return _("{counter} ({name} is there)", counter=words, name=member.name) if member else words


def _why(rank: int) -> str:
    return {
        APPOINTMENT: _("appointment"),
        EARLY: _("appointment, early"),
        WAITED_LONG: _("has waited long"),
        PRIORITY: _("priority"),
    }.get(rank, "")


def _in_line(catalogue: Catalogue, zone: ZoneInfo, now: datetime, ticket: Ticket, why: str) -> InLine:
    service = catalogue.known_services[ticket.service]
    return InLine(
        number=ticket.words,
        what_for=said(service.name),
        note=_joined(own_name(ticket.language), _with_time(zone, ticket, why)),
        waited=_minutes(now, ticket.since),
        is_booked=ticket.due_at is not None,
        ticket=ticket.id or 0,
    )


def _line(
    catalogue: Catalogue,
    zone: ZoneInfo,
    now: datetime,
    seat: OpenCounter,
    placed: list[tuple[Ticket, Placed]],
    standing: LineNow,
) -> list[InLine]:
    """Those whom this counter serves first, as it will call them; then those who wait for others."""
    only_here = only_served_at(standing, seat.counter)
    mine, others = [], []
    for ticket, place in placed:
        row = _in_line(catalogue, zone, now, ticket, _why(place.rank))
        if not serves(catalogue, seat.counter, seat.staff, ticket.service):
            # Translators: a note beside somebody who waits, at a counter that can't serve them
            alone = "" if place.is_attended else _("nobody is there for this now")
            others.append(replace(row, is_mine=False, note=_joined(row.note, alone)))
        else:
            # Translators: a note beside somebody who waits: this counter is the only open one that can serve them
            note = _joined(row.note, _("only at your counter") if row.ticket in only_here else "")
            mine.append(replace(row, note=note, is_next=not mine))
    return mine + others


def _alone_words(people: int) -> str:
    """How many would wait with nobody there for them if this counter closed or paused; "" for none."""
    if not people:
        return ""
    return ngettext(
        "{n} person waits whom only your counter can serve now.",
        "{n} people wait whom only your counter can serve now.",
        people,
    )


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _with_time(zone: ZoneInfo, ticket: Ticket, why: str) -> str:
    return f"{why} {dates.time(ticket.due_at, zone)}" if ticket.due_at and why else why


def _minutes(now: datetime, since: datetime) -> str:
    minutes = int((now - since).total_seconds() // 60)
    return dates.minutes(minutes) if minutes > 0 else _("just now")


def _aside(session: Session, catalogue: Catalogue, zone: ZoneInfo, now: datetime, *which) -> list[InLine]:
    rows = session.exec(select(Ticket).where(*which).order_by(col(Ticket.since), col(Ticket.id)))
    return [_in_line(catalogue, zone, now, row, "") for row in rows]


def _missed(session: Session, catalogue: Catalogue, zone: ZoneInfo, now: datetime, location: str) -> list[InLine]:
    rows = session.exec(
        select(Ticket).where(Ticket.location == location, Ticket.state == NOT_THERE).order_by(col(Ticket.called_at))
    )
    return [_in_line(catalogue, zone, now, row, "") for row in rows if may_come_back(session, now, row)]


def _here(session: Session, catalogue: Catalogue, zone: ZoneInfo, ticket: Ticket) -> Here:
    booked = session.get(Appointment, ticket.appointment_id) if ticket.appointment_id else None
    service = catalogue.known_services[ticket.service]
    called = ticket.called_at or ticket.since
    changes = session.exec(select(TicketChange).where(TicketChange.ticket_id == ticket.id).order_by(col(TicketChange.id)))
    return Here(
        ticket=ticket.id or 0,
        number=ticket.words,
        what_for=said(service.name),
        language=own_name(ticket.language),
        waited=_minutes(ticket.first_called_at or called, ticket.drawn_at),
        since=dates.time(ticket.begun_at or called, zone),
        is_served=ticket.state == SERVING,
        calls=ticket.calls,
        name=booked.name if booked else "",
        booked_for=dates.time(booked.start_at, zone) if booked else "",
        needs=_(", ").join([*([_("priority")] if ticket.has_priority else []), needs_words(booked or _Needs(ticket.needs))]),
        bring=listed(service.bring),
        before=[f"{dates.time(each.at, zone)} {words}" for each in changes if (words := _happened(each))],
    )


@dataclass(frozen=True)
class _Needs:
    needs: tuple[str, ...]
    interpreter_language: str = ""


def _happened(change: TicketChange) -> str:
    known = {
        # Translators: what happened to somebody's number before, after the time of day
        "parked": _("set aside"),
        "not there": _("was not there when called"),
        "came back": _("came back"),
        "needs more time": _("asked for more time"),
        "waits again": _("waits again"),
        "declined": _("another counter could not take it"),
    }
    if change.what.startswith(("passed on", "offered")):
        return _("passed on to another counter")
    words = known.get(change.what, "")
    return f"{words}: {change.note}" if words and change.note else words


def _colleague(session: Session, catalogue: Catalogue, now: datetime, seat: OpenCounter) -> Colleague:
    counter, member = catalogue.counters[seat.counter], catalogue.staff.get(seat.staff)
    name = member.name if member else ""
    there = in_hand(session, seat.counter)
    if there:
        # Translators: at counter {counter} sits {name} and serves {number}, since {span}
        words = _(
            "{name}: with {number}, {span}", name=name, number=in_order(there.words), span=_minutes(now, there.called_at or now)
        )
    elif seat.paused_at:
        words = _("{name}: pause", name=name)
    else:
        words = _("{name}: free", name=name)
    return Colleague(str(counter.number), words, seat.needs_help_at is not None)
