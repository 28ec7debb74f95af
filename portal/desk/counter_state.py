"""At a counter: sit down, call, serve, pass on, finish. Each press names the turn that it was meant for, so that one pressed twice, or
arriving late, does nothing more.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import reflex as rx
from pydantic import BaseModel, Field, ValidationError
from sqlmodel import Session

from booking.catalogue import StaffMember, read_catalogue
from booking.counters import (
    HANDLED,
    OUTCOMES,
    ask_for_help,
    at_counter,
    begin,
    call,
    close_counter,
    decline,
    finish,
    hand_to_counter,
    hand_to_service,
    not_there,
    open_counter,
    park,
    pause,
    recall,
    sit_and_call,
)
from booking.errors import CounterBusy, CounterShut, NotNow, NotValid, Refusal
from booking.queue import DESK as AT_THE_DESK
from booking.queue import Drawn, Wish, check_in, draw
from booking.store import in_reading, in_transaction
from booking.tickets import Lobby, OpenCounter
from locales.catalogue import _, current_language, path
from portal.appointments.refusals import why
from portal.desk.counter_shown import (
    Choice,
    Colleague,
    Console,
    Here,
    InLine,
    console,
    counters_for,
    seat_of_member,
)
from portal.desk.sign_in_state import DESK_SIGN_IN
from portal.identity.at_counters import CALLERS, may_call_to
from portal.identity.signed_in import SignedIn
from portal.lobby.addresses import ticket_address
from portal.page_state import Typed, now
from portal.ui.qr import code_drawing

COUNTER = "/desk/counter/"
EVERY = 3  # seconds
LONGEST_TURN = 64


class Chosen(BaseModel):
    """`to`: a counter or a service. `service`, `language`, `has_priority`: what somebody comes for who gets a number here."""

    counter: Typed = Field(default="", max_length=200)
    to: Typed = Field(default="", max_length=200)
    service: Typed = Field(default="", max_length=200)
    language: Typed = Field(default="", max_length=20)
    has_priority: bool | str | None = Field(default=None)
    reference: Typed = Field(default="", max_length=200)


class CounterState(SignedIn, rx.State):
    """`counter` is "" while they sit nowhere. `turn` names what the page shows: whatever is pressed is about that."""

    counter: rx.Field[str] = rx.field("")
    counters: rx.Field[list[Choice]] = rx.field(default_factory=list)
    turn: rx.Field[str] = rx.field("")
    name: rx.Field[str] = rx.field("")
    place: rx.Field[str] = rx.field("")
    title: rx.Field[str] = rx.field("")
    clock: rx.Field[str] = rx.field("")
    is_paused: rx.Field[bool] = rx.field(False)
    asks_for_help: rx.Field[bool] = rx.field(False)
    here: rx.Field[Here] = rx.field(default_factory=Here)
    line: rx.Field[list[InLine]] = rx.field(default_factory=list)
    waiting: rx.Field[int] = rx.field(0)
    longest: rx.Field[str] = rx.field("")
    parked: rx.Field[list[InLine]] = rx.field(default_factory=list)
    offered: rx.Field[list[InLine]] = rx.field(default_factory=list)
    colleagues: rx.Field[list[Colleague]] = rx.field(default_factory=list)
    to_counters: rx.Field[list[Choice]] = rx.field(default_factory=list)
    to_services: rx.Field[list[Choice]] = rx.field(default_factory=list)
    outcome: rx.Field[str] = rx.field(HANDLED)
    given_number: rx.Field[str] = rx.field("")
    given_drawing: rx.Field[str] = rx.field("")
    given_modules: rx.Field[int] = rx.field(0)
    is_ready: rx.Field[bool] = rx.field(False)
    problem: rx.Field[str] = rx.field("")
    news: rx.Field[str] = rx.field("")
    asked_at: rx.Field[str] = rx.field("")
    _seen: tuple[int, str] = (0, "")

    @rx.event
    async def open(self):
        with self._speaking():
            member = await self._caller()
            if member is None:
                return self._out()
            self.problem = self.news = self.given_number = ""
            self.outcome = HANDLED
            return await self._show(member, is_anew=True)

    @rx.event
    async def look(self):
        """Asked by the page itself, every few seconds: drawn anew only when something has changed in this house."""
        with self._speaking():
            member = await self._caller(is_touch=False)
            if member is None:
                return self._out()
            return await self._show(member)

    @rx.event
    async def sit(self, form: dict):
        with self._speaking():
            return await self._do(lambda session, member: _sit(session, member, _chosen(form).counter), is_seated=False)

    @rx.event
    async def stand_up(self):
        """Close the counter."""
        with self._speaking():
            counter = self.counter
            return await self._do(lambda session, member: close_counter(session, now(), counter, by=member.slug))

    @rx.event
    async def take_a_break(self):
        with self._speaking():
            counter = self.counter
            return await self._do(lambda session, member: pause(session, now(), counter, by=member.slug))

    @rx.event
    async def want_help(self, is_over: bool):
        """Silently: only colleagues see it."""
        with self._speaking():
            counter, ends = self.counter, is_over is True

            def asks(session: Session, member: StaffMember) -> None:
                _check_seat(session, member, counter)
                ask_for_help(session, now(), counter, is_over=ends)

            return await self._do(asks)

    @rx.event
    async def call_next(self, turn: str):
        with self._speaking():
            return await self._do(self._calling(turn), nobody=_("Nobody waits for your counter."))

    @rx.event
    async def finish_and_call(self, turn: str):
        """It ends, and the next one is called: pressed twice it is one end and one call."""
        with self._speaking():
            ends, calls = self._at(finish, turn, self.outcome), self._calling(turn)

            def both(session: Session, member: StaffMember) -> Any:
                ends(session, member)
                return calls(session, member)

            return await self._do(both, nobody=_("Nobody else waits for your counter."))

    @rx.event
    async def finish(self, turn: str):
        with self._speaking():
            return await self._do(self._at(finish, turn, self.outcome))

    @rx.event
    async def call_again(self, turn: str):
        with self._speaking():
            return await self._do(self._at(recall, turn))

    @rx.event
    async def begin(self, turn: str):
        """They are there."""
        with self._speaking():
            return await self._do(self._at(begin, turn))

    @rx.event
    async def not_here(self, turn: str):
        with self._speaking():
            return await self._do(self._at(not_there, turn))

    @rx.event
    async def set_aside(self, turn: str):
        with self._speaking():
            return await self._do(self._at(park, turn))

    @rx.event
    async def pass_on(self, turn: str, form: dict):
        """To another counter, which takes them or doesn't, or into the line of another matter, keeping their place."""
        with self._speaking():
            to = _chosen(form).to
            verb = hand_to_counter if to in (await in_reading(read_catalogue)).counters else hand_to_service
            return await self._do(self._at(verb, turn, to))

    @rx.event
    async def take(self, ticket: int):
        """This very one: set aside here, offered to this counter, or out of turn."""
        with self._speaking():
            counter, number = self.counter, _ticket(ticket)
            return await self._do(lambda session, member: _take(session, member, counter, number))

    @rx.event
    async def decline(self, ticket: int):
        with self._speaking():
            counter, number = self.counter, _ticket(ticket)
            return await self._do(lambda session, member: _decline(session, member, counter, number))

    @rx.event
    async def choose_outcome(self, outcome: str):
        if outcome in OUTCOMES:
            self.outcome = outcome

    @rx.event
    async def give_number(self, turn: str, form: dict):
        """For somebody who stands at the desk."""
        with self._speaking() as language:
            said = _chosen(form)
            speaks = said.language or language

            def give(session: Session, _member: StaffMember) -> Drawn:
                wish = Wish(_house(session, self.counter), said.service, speaks, bool(said.has_priority), channel=AT_THE_DESK)
                return draw(session, now(), wish, once=_once(turn))

            return await self._give(give)

    @rx.event
    async def check_in(self, turn: str, form: dict):
        with self._speaking():
            reference = _chosen(form).reference

            def come(session: Session, _member: StaffMember) -> Drawn:
                return check_in(session, now(), _house(session, self.counter), reference, once=_once(turn), channel=AT_THE_DESK)

            return await self._give(come)

    @rx.event
    async def put_away(self):
        """What was given is in their hands."""
        self.given_number = self.given_drawing = ""

    async def _give(self, verb: Callable[[Session, StaffMember], Drawn]) -> Any:
        self.given_number = ""
        drawn, onward = await self._act(verb)
        if isinstance(drawn, Drawn):
            self.given_number = drawn.ticket.words
            self.given_drawing, self.given_modules = code_drawing(ticket_address(drawn.ticket.language, drawn.code))
        return onward

    def _at(self, verb: Callable[..., Any], turn: str, *arguments: Any) -> Callable[[Session, StaffMember], Any]:
        """About the one whom this page shows: not about whoever was called from another page meanwhile."""
        counter, about = self.counter, self.here.ticket
        return lambda session, member: at_counter(
            session, now(), verb, counter, member.slug, *arguments, once=_once(turn), about=about
        )

    def _calling(self, turn: str) -> Callable[[Session, StaffMember], Any]:
        counter = self.counter

        def calls(session: Session, member: StaffMember) -> Any:
            return sit_and_call(session, now(), counter, member.slug, once=_once(turn)) or NOBODY_WAITS

        return calls

    async def _do(self, verb: Callable[[Session, StaffMember], Any], *, nobody: str = "", is_seated: bool = True) -> Any:
        answer, onward = await self._act(verb, is_seated=is_seated)
        self.news = nobody if answer == NOBODY_WAITS else ""
        return onward

    async def _act(self, verb: Callable[[Session, StaffMember], Any], *, is_seated: bool = True) -> tuple[Any, Any]:
        """One deed, if this is their counter: what came of it, and where to go. How things stand is shown either way."""
        member = await self._caller()
        if member is None:
            return None, self._out()
        self.problem, answer = "", None
        try:
            if is_seated and not (self.counter and await in_reading(may_call_to, member, self.counter)):
                raise CounterShut()
            answer = await in_transaction(verb, member)
            self.outcome = HANDLED
        except CounterBusy as refusal:
            # Called twice, whoever was called is shown; anything else has to wait for them.
            self.problem = "" if verb.__name__ == "calls" else why(refusal, await self._zone())
        except NotNow as refusal:
            self.problem = "" if refusal.state == "nobody" else why(refusal, await self._zone())
        except Refusal as refusal:
            self.problem = why(refusal, await self._zone())
        return answer, await self._show(member, is_anew=True)

    async def _show(self, member: StaffMember, *, is_anew: bool = False) -> Any:
        self.asked_at = now().isoformat()
        stand = await in_reading(_stand, member)
        if stand is None:
            self.counter, self.name = "", member.name
            self.here, self.line = Here(), []
            if is_anew or not self.counters:
                self.counters = await in_reading(counters_for, member)
            self.is_ready = True
            return None
        minute = f"{now():%H:%M} {current_language()}"
        if is_anew or self._seen != (stand.version, minute) or self.counter != stand.counter:
            shown = await in_reading(_console, stand.counter, stand.version)
            self._put(shown, stand.counter, member.name)
            self._seen = (stand.version, minute)
        self.is_ready = True
        return None

    def _put(self, shown: Console, counter: str, name: str) -> None:
        self.counter, self.name, self.turn = counter, name, secrets.token_urlsafe(16)
        self.place, self.title, self.clock = shown.place, shown.title, shown.clock
        self.is_paused, self.asks_for_help = shown.is_paused, shown.asks_for_help
        self.here, self.line, self.waiting, self.longest = shown.here, shown.line, len(shown.line), shown.longest
        self.parked, self.offered, self.colleagues = shown.parked, shown.offered, shown.colleagues
        self.to_counters, self.to_services = shown.to_counters, shown.to_services

    async def _caller(self, *, is_touch: bool = True) -> StaffMember | None:
        member = await self._member(is_touch=is_touch)
        return member if member and CALLERS & set(member.roles) else None

    async def _zone(self) -> ZoneInfo:
        catalogue = await in_reading(read_catalogue)
        counter = catalogue.counters.get(self.counter)
        return ZoneInfo(catalogue.known_locations[counter.location].timezone if counter else catalogue.town.timezone)

    def _out(self) -> Any:
        self.reset()
        return rx.redirect(path(f"{DESK_SIGN_IN}?next={COUNTER}"), replace=True)


NOBODY_WAITS = "nobody"


@dataclass(frozen=True)
class _Stand:
    counter: str
    version: int


def _stand(session: Session, member: StaffMember) -> _Stand | None:
    seat = seat_of_member(session, member)
    if seat is None or not may_call_to(session, member, seat.counter):
        return None
    lobby = session.get(Lobby, _house(session, seat.counter))
    return _Stand(seat.counter, lobby.version if lobby else 0)


def _console(session: Session, counter: str, version: int) -> Console:
    return console(session, now(), session.get_one(OpenCounter, counter), version)


def _sit(session: Session, member: StaffMember, counter: str) -> None:
    """Whoever sat elsewhere has got up there. Raises CounterShut for a counter that isn't theirs to call to, CounterBusy."""
    if not may_call_to(session, member, counter):
        raise CounterShut()
    before = seat_of_member(session, member)
    if before and before.counter != counter:
        close_counter(session, now(), before.counter, by=member.slug)
    open_counter(session, now(), counter, member.slug)


def _take(session: Session, member: StaffMember, counter: str, ticket: int) -> None:
    _check_seat(session, member, counter)
    call(session, now(), counter, ticket)


def _decline(session: Session, member: StaffMember, counter: str, ticket: int) -> None:
    _check_seat(session, member, counter)
    decline(session, now(), counter, ticket)


def _check_seat(session: Session, member: StaffMember, counter: str) -> None:
    seat = session.get(OpenCounter, counter)
    if seat is None or seat.staff != member.slug:
        raise CounterShut()


def _house(session: Session, counter: str) -> str:
    there = read_catalogue(session).counters.get(counter)
    if there is None:
        raise CounterShut()
    return there.location


def _chosen(form: object) -> Chosen:
    try:
        return Chosen.model_validate(form)
    except ValidationError:
        return Chosen()


def _once(turn: object) -> str:
    """Raises NotValid for what names no turn."""
    if not isinstance(turn, str) or len(turn) > LONGEST_TURN:
        raise NotValid(())
    return turn


def _ticket(number: object) -> int:
    """Raises UnknownTicket later on, for 0."""
    return number if isinstance(number, int) and not isinstance(number, bool) and 0 < number < 2**31 else 0
