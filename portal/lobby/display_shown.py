"""What the screen in the hall says: who is called where, the last five, how many wait and how long. Numbers, never names."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from booking.catalogue import read_catalogue
from booking.lobby import line_at
from booking.tickets import CALLED, Lobby, Ticket
from booking.waits import wait_for_next
from locales import dates
from locales.catalogue import LANGUAGES, _, current_language, direction, ngettext, use_language
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
    called = select(Ticket).where(Ticket.location == location, Ticket.day == today, col(Ticket.called_at).is_not(None))
    latest = session.exec(called.order_by(col(Ticket.called_at).desc(), col(Ticket.id).desc()).limit(LATEST)).all()
    return DisplayShown(
        place=said(house.name),
        clock=dates.time(now, zone),
        calls=[
            _call(each, counter.number, is_first=place == 0)
            for place, each in enumerate(latest)
            if (counter := catalogue.counters.get(each.counter or ""))
        ],
        lines=_lines(session, now, location),
    )


def _call(ticket: Ticket, counter: int, *, is_first: bool) -> Call:
    is_now = is_first and ticket.state == CALLED
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
    catalogue = read_catalogue(session)
    placed = line_at(session, now, location)
    waiting = select(Ticket.service).where(col(Ticket.id).in_([each.ticket for each in placed]))
    people = Counter(session.exec(waiting))
    return [
        LineOf(said(catalogue.known_services[service].name), _line_words(session, now, location, service, number))
        for service, number in people.most_common(MOST_LINES)
    ]


def _line_words(session: Session, now: datetime, location: str, service: str, number: int) -> str:
    """How long, where that is known, and how many wait."""
    people, wait = (
        ngettext("{n} person waits", "{n} people wait", number),
        wait_for_next(session, now, location, service, number),
    )
    if wait.low is None:
        return people
    # Translators: {wait} is such as "about 10 to 15 minutes", {people} such as "6 people wait"
    return _("{wait}, {people}", wait=wait_words(wait), people=people)
