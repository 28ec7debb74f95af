"""A visit at the kiosk, from the first touch to the number: which screen, what was chosen, what became of it. Wiped when it is over."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

import reflex as rx
from pydantic import BaseModel, Field, Json, ValidationError
from sqlmodel import Session

from booking.catalogue import read_catalogue
from booking.details import NEEDS
from booking.errors import Refusal
from booking.queue import KIOSK, Wish, check_in, draw, drawn_by_id
from booking.settings import settings
from booking.store import in_reading, in_transaction
from kiosk.device import SEEN_EVERY, Device, device_seen, device_with
from kiosk.pairing import new_pairing_code
from kiosk.printing import NOT_PRINTED, print_out
from kiosk.shown import (
    Expected,
    Reason,
    ReasonsOf,
    Slip,
    all_reasons,
    expected_now,
    main_reasons,
    slip_of,
)
from kiosk.voice import aloud
from locales.catalogue import LANGUAGES, _, current_language, language_of
from portal.appointments.refusals import why
from portal.identity.cookies import DEVICE, token_in
from portal.limits import RateLimited, opening
from portal.lobby.notices import told_words
from portal.page_state import PageState, Typed, now
from portal.site import said

ROUTE = "/kiosk/"
WELCOME, REASONS, ALL, ARRIVAL, BY_REFERENCE, TIMES, PEOPLE, NEEDED, TICKET = (
    *("welcome", "reasons", "all", "arrival", "reference", "times", "people", "needs", "ticket"),
)
BEFORE = {
    REASONS: WELCOME,
    ALL: REASONS,
    ARRIVAL: REASONS,
    BY_REFERENCE: ARRIVAL,
    TIMES: ARRIVAL,
    PEOPLE: TIMES,
    NEEDED: REASONS,
}
# A visit in which nothing has happened for so long is over, whatever comes late over a broken line: the page has wiped itself by then.
IS_OVER = timedelta(seconds=65)
NEWS = ("wrong", "later")
PRIORITY, PRINTING, SENT = "priority", "printing", "sent"
Tick = bool | str | None
MOST_SAID, LONGEST_SAID = 60, 400


@dataclass(frozen=True)
class HouseLink:
    """`name` is in the language being spoken."""

    slug: str
    name: str


class CodeAnswer(BaseModel):
    code: Typed = Field(default="", max_length=400)


class Ticked(BaseModel):
    """What they need, each by its name, and that they may go first."""

    priority: Tick = None
    step_free: Tick = None
    interpreter: Tick = None
    sign_language: Tick = None
    more_time: Tick = None
    companion: Tick = None

    @classmethod
    def of(cls, form: Any) -> Ticked:
        try:
            return cls.model_validate(form)
        except ValidationError:
            return cls()

    @property
    def needs(self) -> tuple[str, ...]:
        return tuple(need for need in NEEDS if getattr(self, need))


class ToSay(BaseModel):
    """`texts` is a JSON list of pairs: the language that the page says it is in, and the words. `asked` names the question."""

    asked: Typed = Field(default="", max_length=40)
    texts: Json[list[tuple[Typed, Typed]]] = Field(default_factory=list, max_length=MOST_SAID)

    @classmethod
    def of(cls, form: Any) -> ToSay:
        try:
            return cls.model_validate(form)
        except ValidationError:
            return cls()

    def by_language(self) -> Iterator[tuple[str, list[str]]]:
        """Neighbours in the same language together."""
        for language, pairs in groupby(self.texts, lambda pair: language_of(f"/{pair[0].split('-')[0]}/")):
            yield language, [words[:LONGEST_SAID] for _language, words in pairs]


class KioskState(PageState, rx.State):
    """`house` is "" while this browser is no kiosk. `is_begun`: somebody is at it, and `_turn` names their visit: whatever is touched
    twice is done once in it. `heard` are the sounds for what the page asked under the name `heard_for`.
    """

    house: rx.Field[str] = rx.field("")
    news: rx.Field[str] = rx.field("")
    screen: rx.Field[str] = rx.field(WELCOME)
    is_begun: rx.Field[bool] = rx.field(False)
    reasons: rx.Field[list[Reason]] = rx.field(default_factory=list)
    groups: rx.Field[list[ReasonsOf]] = rx.field(default_factory=list)
    what_for: rx.Field[str] = rx.field("")
    times: rx.Field[list[str]] = rx.field(default_factory=list)
    people: rx.Field[list[str]] = rx.field(default_factory=list)
    heard: rx.Field[str] = rx.field("")
    heard_for: rx.Field[str] = rx.field("")
    printing: rx.Field[str] = rx.field("")
    slip: rx.Field[Slip] = rx.field(default_factory=Slip)
    told: rx.Field[str] = rx.field("")
    problem: rx.Field[str] = rx.field("")
    houses: rx.Field[list[HouseLink]] = rx.field(default_factory=list)
    code: rx.Field[str] = rx.field("")
    is_ready: rx.Field[bool] = rx.field(False)
    _turn: str = ""
    _service: str = ""
    _time: str = ""
    _ticket: int = 0
    _reference: str = ""
    _is_theirs: bool = True
    _touched_at: str = ""

    @rx.event
    async def open(self):
        """Opened by staff, by a change of language, or by itself after the power or the network was away: a visit that is over is gone."""
        with self._speaking():
            device = await self._device()
            if device is None or not self._turn or self._is_over():
                self._wipe()
            asked = self._asked("news", 10)
            self.news = asked if device is None and asked in NEWS else ""
            self.house = await in_reading(_house_words, device.location) if device else ""
            self.code, self.houses = "", [] if device or not settings().is_demo else await in_reading(_houses)
            if device:
                await in_transaction(device_seen, now(), device.id or 0)
                await self._put_reasons(device)
                if self._ticket:
                    self.slip = await in_reading(_slip_again, self._ticket, self._is_theirs)
            self.is_ready = True

    @rx.event
    async def try_out(self, location: str):
        """In a demonstration this browser becomes a kiosk by a click: the code is made here, and typed by the page itself."""
        if (
            not settings().is_demo
            or not isinstance(location, str)
            or location not in (await in_reading(read_catalogue)).locations
        ):
            return
        self.code = await in_transaction(new_pairing_code, now(), location, "demonstration")

    @rx.event
    async def speak(self, language: str):
        """The first touch: a language. The page is the same in each."""
        device = await self._begun()
        if language not in LANGUAGES or device is None:
            return None
        if device.seen_at is None or now() - device.seen_at >= SEEN_EVERY:
            await in_transaction(device_seen, now(), device.id or 0)
        self._begin(REASONS)
        return rx.redirect(f"/{language}{ROUTE}", replace=True)

    @rx.event
    async def reason(self, service: str):
        """The second touch: what for."""
        with self._speaking():
            device = await self._choosing()
            if device is None:
                return
            offered = await in_reading(_name_of, service if isinstance(service, str) else "")
            if offered:
                self._service, self.what_for = service, offered
                self.screen = NEEDED

    @rx.event
    async def other_reasons(self):
        with self._speaking():
            device = await self._choosing()
            if device:
                self.groups = await in_reading(all_reasons, device.location)
                self.screen = ALL

    @rx.event
    async def draw(self, form: dict):
        """The third touch: a number. Touched twice, or sent again when the line was broken, it is the same one. What they ticked is
        what they say: nobody asks a machine for a proof.
        """
        with self._speaking() as language:
            device = await self._choosing()
            if device is None or not self._service:
                return None
            ticked = Ticked.of(form)
            wish = Wish(device.location, self._service, language, bool(ticked.priority), ticked.needs, KIOSK)
            if await self._take(device, draw, now(), wish, once=f"kiosk {self._turn}"):
                return KioskState.print_out

    @rx.event(background=True)
    async def print_out(self):
        """On paper, once the number stands on the screen, which goes on meanwhile."""
        async with self:
            device = await self._at_visit()
            if device is None or not self._ticket or self.printing != PRINTING:
                return
            ticket, is_theirs, self.printing = self._ticket, self._is_theirs, SENT
        outcome = NOT_PRINTED
        try:
            outcome = await print_out(now(), device, ticket, is_theirs=is_theirs)
        finally:
            async with self:
                if self._ticket == ticket:
                    self.printing = outcome

    @rx.event
    async def to_arrival(self):
        with self._speaking():
            if await self._choosing():
                self.screen = ARRIVAL

    @rx.event
    async def by_reference(self):
        with self._speaking():
            if await self._choosing():
                self.screen = BY_REFERENCE

    @rx.event
    async def by_time(self):
        with self._speaking():
            device = await self._choosing()
            if device:
                expected = await in_reading(expected_now, now(), device.location)
                self.times, self.screen = list(dict.fromkeys(each.time for each in expected)), TIMES

    @rx.event
    async def at_time(self, time: str):
        with self._speaking():
            device = await self._choosing()
            if device and time in self.times:
                self._time = time
                self.people = list(dict.fromkeys(each.initials for each in await self._expected(device)))
                self.screen = PEOPLE

    @rx.event
    async def it_is_me(self, initials: str):
        """Whose initials two people have at that time, has to show which of them they are."""
        with self._speaking():
            device = await self._choosing()
            if device is None:
                return None
            mine = [each for each in await self._expected(device) if each.initials == initials]
            if len(mine) == 1:
                # Whoever knows a time and two letters may be somebody else: they learn the number, and nothing else of theirs.
                self._is_theirs = False
                return await self._comes_in(device, mine[0].reference)
            if mine:
                self.problem = _("Two people with these letters come at that time. Please type your booking code.")
                self.screen = BY_REFERENCE
            return None

    @rx.event
    async def find(self, form: dict):
        """By the number of the appointment."""
        with self._speaking():
            device = await self._choosing()
            return await self._comes_in(device, _reference_in(_code(form))) if device else None

    @rx.event
    async def scan(self, form: dict):
        """A scanner has typed what stands in the code on their letter; it may be the first thing they do here."""
        with self._speaking():
            device = await self._begun()
            if device is None:
                return None
            reference = _reference_in(_code(form))
            if self.screen == TICKET and reference == self._reference:
                return None
            if self.screen in (WELCOME, TICKET) or self._is_over():
                self._begin(ARRIVAL)
            self._touch()
            return await self._comes_in(device, reference, is_first=True)

    @rx.event
    async def back(self):
        with self._speaking():
            if await self._choosing():
                self.problem = ""
                self.screen = BEFORE.get(self.screen, WELCOME)

    @rx.event
    async def start_again(self):
        """Nothing of them is left."""
        return await self._over()

    @rx.event
    async def wipe(self):
        """Nobody has touched it for a minute."""
        return await self._over()

    @rx.event
    async def stay(self):
        """They are still there."""
        if await self._at_visit():
            self._touch()

    @rx.event(background=True)
    async def say(self, form: dict):
        """Read aloud: what the page asks for, in the order in which it is to be heard, each sentence in its own language."""
        async with self:
            device = await self._begun()
        if device is None:
            return
        wanted = ToSay.of(form)
        heard = [address for language, words in wanted.by_language() for address in await aloud(words, language, 4)]
        async with self:
            self.heard, self.heard_for = " ".join(heard), wanted.asked

    async def _over(self) -> Any:
        self._wipe()
        with self._speaking() as language:
            device = await self._begun()
            if device is None:
                return None
            first = (await in_reading(read_catalogue)).town.default_language
            if language != first:
                return rx.redirect(f"/{first}{ROUTE}", replace=True)
            await self._put_reasons(device)
            return None

    async def _take(self, device: Device, verb: Any, *arguments: Any, once: str) -> str:
        """The number, and the slip that is shown and printed. The language in which it is called, "" when there is none."""
        self.problem = ""
        try:
            taken = await in_transaction(_taken, verb, *arguments, once=once, is_theirs=self._is_theirs)
            self._ticket, self.slip, speaks = taken
        except Refusal as refusal:
            self.problem = why(refusal, await in_reading(_zone, device.location))
            return ""
        self.screen, self.printing = TICKET, PRINTING if device.printer else ""
        return speaks

    async def _comes_in(self, device: Device, reference: str, *, is_first: bool = False) -> Any:
        """An appointment becomes a number. Where that `is_first` what they did here, the page goes over to their language."""
        speaks = await self._check_in(device, reference)
        if not speaks:
            return None
        if is_first and speaks in LANGUAGES and speaks != current_language():
            return [rx.redirect(f"/{speaks}{ROUTE}", replace=True), KioskState.print_out]
        return KioskState.print_out

    async def _check_in(self, device: Device, reference: str) -> str:
        try:
            async with opening(self._network):
                once = f"kiosk {self._turn} {reference}"
                speaks = await self._take(device, check_in, now(), device.location, reference, once=once)
        except RateLimited:
            self.problem = _("Too many codes were tried over this connection. Please wait a few minutes.")
            return ""
        self._reference = reference if speaks else ""
        return speaks

    async def _expected(self, device: Device) -> list[Expected]:
        return [each for each in await in_reading(expected_now, now(), device.location) if each.time == self._time]

    async def _put_reasons(self, device: Device) -> None:
        self.reasons = await in_reading(main_reasons, now(), device.location)
        self.told = await in_reading(told_words, now(), device.location)

    async def _device(self) -> Device | None:
        return await in_reading(device_with, token_in(self.router.headers.cookie, DEVICE))

    async def _begun(self) -> Device | None:
        device = await self._device()
        if device is None:
            self.reset()
            self.is_ready = True
        return device

    async def _at_visit(self) -> Device | None:
        """The device, while somebody is at it: what comes late from a visit that is over does nothing."""
        device = await self._begun()
        if device is None:
            return None
        if not self._turn or self._is_over():
            self._wipe()
            return None
        self._touch()
        return device

    async def _choosing(self) -> Device | None:
        """The device, while they have no number yet: a second touch, or an impatient one, takes the first one's number from nobody."""
        device = await self._at_visit()
        return None if self._ticket else device

    def _begin(self, screen: str) -> None:
        self._wipe()
        self._turn, self.screen, self.is_begun = secrets.token_urlsafe(16), screen, True
        self._touch()

    def _touch(self) -> None:
        self._touched_at = now().isoformat()

    def _is_over(self) -> bool:
        return not self._touched_at or now() - datetime.fromisoformat(self._touched_at) > IS_OVER

    def _wipe(self) -> None:
        house, reasons, told = self.house, self.reasons, self.told
        self.reset()
        self.house, self.reasons, self.told, self.is_ready = house, reasons, told, True


def _houses(session: Session) -> list[HouseLink]:
    return [HouseLink(each.slug, said(each.name)) for each in read_catalogue(session).locations.values()]


def _house_words(session: Session, location: str) -> str:
    return said(read_catalogue(session).known_locations[location].name)


def _zone(session: Session, location: str) -> ZoneInfo:
    return ZoneInfo(read_catalogue(session).known_locations[location].timezone)


def _name_of(session: Session, service: str) -> str:
    """ "" for a service that the town doesn't offer."""
    offered = read_catalogue(session).services.get(service)
    return said(offered.name) if offered else ""


def _taken(session: Session, verb: Any, *arguments: Any, once: str, is_theirs: bool) -> tuple[int, Slip, str]:
    drawn = verb(session, *arguments, once=once)
    return drawn.ticket.id, slip_of(session, now(), drawn, is_theirs=is_theirs), drawn.ticket.language


def _slip_again(session: Session, ticket: int, is_theirs: bool) -> Slip:
    return slip_of(session, now(), drawn_by_id(session, ticket), is_theirs=is_theirs)


def _code(form: dict) -> str:
    try:
        return CodeAnswer.model_validate(form).code
    except ValidationError:
        return ""


def _reference_in(typed: str) -> str:
    """What was typed, or of a whole address as our letters have it in their code: the part before its key."""
    return typed.rpartition("#")[2].partition(".")[0].strip()[:64]
