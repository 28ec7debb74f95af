"""What the screen in the hall says: who is called where, the last five, how many wait and how long. Numbers, never names."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from booking.catalogue import read_catalogue
from booking.tickets import CALLED, Lobby, Ticket
from booking.waits import LineFor, lines_at
from locales import dates
from locales.catalogue import LANGUAGES, _, current_language, direction, ngettext, use_language
from portal.lobby.notices import told_words
from portal.lobby.shown import wait_words
from portal.site import said

LATEST, MOST_LINES = 5, 4


@dataclass(frozen=True)
class Call:
    """`sentence` is in the language of whoever is called, where that isn't the screen's; "" otherwise. `calls` rises with each call.

    `name` tells this call from every other, and is "" once it is over: they came, or didn't. `sound` is for display_voice.py.
    """

    number: str
    counter: int
    is_now: bool
    calls: int
    name: str
    sound: str = ""
    sentence: str = ""
    language: str = ""
    direction: str = ""


@dataclass(frozen=True)
class LineOf:
    name: str
    wait: str


@dataclass(frozen=True)
class DisplayShown:
    place: str = ""
    clock: str = ""
    calls: list[Call] = field(default_factory=list)
    lines: list[LineOf] = field(default_factory=list)
    told: str = ""


def version_of(session: Session, location: str) -> int:
    """-1 for a house that the town doesn't have."""
    if location not in read_catalogue(session).locations:
        return -1
    lobby = session.get(Lobby, location)
    return lobby.version if lobby else 0


def display_shown(session: Session, now: datetime, location: str) -> DisplayShown:
    """In the language being spoken, of a house that the town has."""
    catalogue = read_catalogue(session)
    house = catalogue.locations[location]
    zone = ZoneInfo(house.timezone)
    today = now.astimezone(zone).date()
    # Whoever was passed on or waits again is at no counter: those are no calls any more.
    called = select(Ticket).where(
        Ticket.location == location, Ticket.day == today, col(Ticket.called_at).is_not(None), col(Ticket.counter).is_not(None)
    )
    latest = session.exec(called.order_by(col(Ticket.called_at).desc(), col(Ticket.id).desc()).limit(LATEST)).all()
    return DisplayShown(
        place=said(house.name),
        clock=dates.time(now, zone),
        calls=[_call(each, counter.number) for each in latest if (counter := catalogue.counters.get(each.counter or ""))],
        lines=_lines(session, now, location),
        told=told_words(session, now, location),
    )


def _call(ticket: Ticket, counter: int) -> Call:
    is_now = ticket.state == CALLED
    language = ticket.language if ticket.language in LANGUAGES else current_language()
    sentence = ""
    if is_now and language != current_language():
        with use_language(language):
            # Translators: said on the screen of the hall to whoever is called; {number} is such as "B 044"
            sentence = _("Number {number}, please come to counter {counter}", number=ticket.words, counter=counter)
    name = f"{ticket.location} {ticket.day} {ticket.words} {ticket.calls}" if ticket.state == CALLED else ""
    return Call(
        ticket.words,
        counter,
        is_now,
        ticket.calls,
        name,
        sentence=sentence,
        language=language,
        direction=direction(language),
    )


def _lines(session: Session, now: datetime, location: str) -> list[LineOf]:
    """By service, those for which people wait, the longest first."""
    services = read_catalogue(session).known_services
    lines = ((slug, each) for slug, each in lines_at(session, now, location).items() if each.waiting)
    longest = sorted(lines, key=lambda line: -line[1].waiting)[:MOST_LINES]
    return [LineOf(said(services[slug].name), _line_words(each)) for slug, each in longest]


def _line_words(line: LineFor) -> str:
    """How long for whoever comes now, where that is known, and how many wait."""
    people = ngettext("{n} person waits", "{n} people wait", line.waiting)
    if line.wait.low is None:
        return people
    # Translators: {wait} is such as "about 10 to 15 minutes", {people} such as "6 people wait"
    return _("{wait}, {people}", wait=wait_words(line.wait), people=people)
