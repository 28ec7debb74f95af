"""At a counter: sit down, call, serve, pass on, finish. Each press names the turn that it was meant for, so that one pressed twice, or
arriving late, does nothing more.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import reflex as rx
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from booking.catalogue import StaffMember, read_catalogue
from booking.closing import vacate
from booking.counters import (
    HANDLED,
    OUTCOMES,
    ask_for_help,
    at_counter,
    at_seat,
    begin,
    call,
    close_counter,
    decline,
    finish,
    hand_to_counter,
    hand_to_service,
    not_there,
    park,
    pause,
    recall,
    resume,
    sit_and_call,
    sit_down,
)
from booking.errors import CounterBusy, CounterShut, NotNow, Refusal
from booking.hall_notices import stop_telling, tell_everybody
from booking.queue import DESK as AT_THE_DESK
from booking.queue import Drawn, Wish, check_in, draw
from booking.store import in_reading, in_transaction
from locales.catalogue import _, path
from portal.appointments.refusals import why
from portal.desk.counter_asked import chosen, minutes_of, once_of, outcome_of, ticket_of
from portal.desk.counter_shown import Choice, Console, counters_for, seat_of_member, stand_of
from portal.desk.sign_in_state import DESK_SIGN_IN
from portal.identity.at_counters import CALLERS, may_call_to
from portal.identity.signed_in import SignedIn
from portal.lobby.addresses import ticket_address
from portal.page_state import now
from portal.ui.qr import code_drawing

COUNTER = "/desk/counter/"
EVERY = 3  # seconds
NOBODY_WAITS = "nobody"


class CounterState(SignedIn, rx.State):
    """`counter` is "" while they sit nowhere. `turn` names what the page shows: whatever is pressed is about that."""

    counter: rx.Field[str] = rx.field("")
    counters: rx.Field[list[Choice]] = rx.field(default_factory=list)
    turn: rx.Field[str] = rx.field("")
    name: rx.Field[str] = rx.field("")
    shown: rx.Field[Console] = rx.field(default_factory=Console)
    outcome: rx.Field[str] = rx.field(HANDLED)
    given_number: rx.Field[str] = rx.field("")
    given_drawing: rx.Field[str] = rx.field("")
    given_modules: rx.Field[int] = rx.field(0)
    is_ready: rx.Field[bool] = rx.field(False)
    problem: rx.Field[str] = rx.field("")
    news: rx.Field[str] = rx.field("")
    asked_at: rx.Field[str] = rx.field("")
    _seen: tuple[str, ...] = ()
    _is_lost: bool = False

    @rx.event
    async def open(self):
        with self._speaking(), self._unless_lost():
            member = await self._caller()
            if member is None:
                return self._out()
            self.problem = self.news = self.given_number = ""
            self.outcome = HANDLED
            await self._show(member, is_anew=True)
        return None

    @rx.event
    async def look(self):
        """Asked by the page itself, every few seconds: drawn anew only when something has changed in this house."""
        with self._speaking(), self._unless_lost():
            member = await self._caller(is_touch=False)
            if member is None:
                return self._out()
            await self._show(member)
        return None

    @rx.event
    async def sit(self, turn: str, form: dict):
        with self._speaking():
            wanted = chosen(form).counter
            return await self._do(lambda session, member: _sit(session, member, wanted, turn), is_seated=False)

    @rx.event
    async def stand_up(self, turn: str):
        """Close the counter."""
        with self._speaking():
            return await self._do(self._at_seat(close_counter, turn, sits=False))

    @rx.event
    async def take_a_break(self, turn: str):
        with self._speaking():
            return await self._do(self._at_seat(pause, turn))

    @rx.event
    async def want_help(self, turn: str, is_over: bool):
        """Silently: only colleagues see it."""
        with self._speaking():
            return await self._do(self._at_seat(ask_for_help, turn, is_over is True))

    @rx.event
    async def call_next(self, turn: str):
        with self._speaking():
            return await self._do(self._calling(turn), nobody=_("Nobody waits for your counter."))

    @rx.event
    async def finish_and_call(self, turn: str, outcome: str):
        """It ends, and the next one is called: pressed twice it is one end and one call. `outcome`: what was chosen when it was pressed."""
        with self._speaking():
            ends, calls = self._at(finish, turn, outcome_of(outcome)), self._calling(turn)

            def both(session: Session, member: StaffMember) -> Any:
                ends(session, member)
                return calls(session, member)

            return await self._do(both, nobody=_("Nobody else waits for your counter."))

    @rx.event
    async def finish(self, turn: str, outcome: str):
        with self._speaking():
            return await self._do(self._at(finish, turn, outcome_of(outcome)))

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
            to = chosen(form).to
            to_counter, to_service = self._at(hand_to_counter, turn, to), self._at(hand_to_service, turn, to)

            def passes(session: Session, member: StaffMember) -> Any:
                return (to_counter if to in read_catalogue(session).counters else to_service)(session, member)

            return await self._do(passes)

    @rx.event
    async def take(self, turn: str, ticket: int):
        """This very one: set aside, offered to this counter or by it, or there after all."""
        with self._speaking():
            return await self._do(self._about(call, turn, ticket))

    @rx.event
    async def back_in_line(self, turn: str, ticket: int):
        """The same ones: they wait again, at their place."""
        with self._speaking():
            return await self._do(self._about(resume, turn, ticket))

    @rx.event
    async def decline(self, turn: str, ticket: int):
        with self._speaking():
            return await self._do(self._about(decline, turn, ticket))

    @rx.event
    async def tell(self, turn: str, form: dict):
        """Everybody who waits in this house."""
        with self._speaking():
            said = chosen(form)
            return await self._do(self._at_seat(_tell, turn, said.kind, minutes_of(said.minutes)))

    @rx.event
    async def stop_telling(self, turn: str):
        with self._speaking():
            return await self._do(self._at_seat(_stop_telling, turn))

    @rx.event
    async def choose_outcome(self, outcome: str):
        if outcome in OUTCOMES:
            self.outcome = outcome

    @rx.event
    async def give_number(self, turn: str, form: dict):
        """For somebody who stands at the desk."""
        with self._speaking() as language:
            said = chosen(form)
            speaks = said.language or language

            def give(session: Session, _member: StaffMember) -> Drawn:
                wish = Wish(_house(session, self.counter), said.service, speaks, bool(said.has_priority), channel=AT_THE_DESK)
                return draw(session, now(), wish, once=once_of(turn))

            return await self._give(give)

    @rx.event
    async def check_in(self, turn: str, form: dict):
        with self._speaking():
            reference = chosen(form).reference

            def come(session: Session, _member: StaffMember) -> Drawn:
                return check_in(
                    session, now(), _house(session, self.counter), reference, once=once_of(turn), channel=AT_THE_DESK
                )

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
        counter, about = self.counter, self.shown.here.ticket
        return lambda session, member: at_counter(
            session, now(), verb, counter, member.slug, *arguments, once=once_of(turn), about=about
        )

    def _at_seat(
        self, verb: Callable[..., Any], turn: str, *said: Any, sits: bool = True
    ) -> Callable[[Session, StaffMember], Any]:
        """About the counter itself."""
        counter = self.counter
        return lambda session, member: at_seat(session, now(), verb, counter, member.slug, *said, once=once_of(turn), sits=sits)

    def _about(self, verb: Callable[..., Any], turn: str, ticket: int) -> Callable[[Session, StaffMember], Any]:
        """About one of those beside the line: two of them pressed one after the other are two wishes."""
        counter, number = self.counter, ticket_of(ticket)
        return lambda session, member: at_seat(
            session, now(), verb, counter, member.slug, number, once=f"{once_of(turn)} {number}"
        )

    def _calling(self, turn: str) -> Callable[[Session, StaffMember], Any]:
        counter = self.counter

        def calls(session: Session, member: StaffMember) -> Any:
            return sit_and_call(session, now(), counter, member.slug, once=once_of(turn)) or NOBODY_WAITS

        return calls

    async def _do(self, verb: Callable[[Session, StaffMember], Any], *, nobody: str = "", is_seated: bool = True) -> Any:
        answer, onward = await self._act(verb, is_seated=is_seated)
        self.news = nobody if answer == NOBODY_WAITS else ""
        return onward

    async def _act(self, verb: Callable[[Session, StaffMember], Any], *, is_seated: bool = True) -> tuple[Any, Any]:
        """One deed, if this is their counter: what came of it, and where to go. How things stand is shown either way."""
        answer = None
        with self._unless_lost():
            member = await self._caller()
            if member is None:
                return None, self._out()
            self.problem, self._is_lost = "", False
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
            await self._show(member, is_anew=True)
        return answer, None

    async def _show(self, member: StaffMember, *, is_anew: bool = False) -> None:
        stand = await in_reading(stand_of, now(), member, () if is_anew else self._seen)
        if self._is_lost:
            self.problem, self._is_lost = "", False
        if not stand.counter:
            if is_anew or self.counter or not self.counters:
                self.counters, self.turn = await in_reading(counters_for, member), secrets.token_urlsafe(16)
            self.shown = Console()
        elif stand.shown:
            self.shown, self.turn = stand.shown, secrets.token_urlsafe(16)
        self.counter, self.name, self._seen, self.is_ready = stand.counter, member.name, stand.as_of, True

    @contextmanager
    def _unless_lost(self) -> Iterator[None]:
        """Whatever comes of it, the page asks again: somebody waits to be called."""
        self.asked_at = now().isoformat()
        try:
            yield
        except SQLAlchemyError:
            self._is_lost = True
            self.problem = _(
                "The line can't be read just now. This page keeps asking, and then shows whether what you pressed was done."
            )

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


def _sit(session: Session, member: StaffMember, counter: str, turn: str) -> None:
    """Whoever sat elsewhere has got up there. Raises CounterShut for a counter that isn't theirs to call to, CounterBusy."""
    if not may_call_to(session, member, counter):
        raise CounterShut()
    before = seat_of_member(session, member)
    if before and not may_call_to(session, member, before.counter):
        vacate(session, now(), before)
    at_seat(session, now(), sit_down, counter, member.slug, once=once_of(turn), sits=False)


def _tell(session: Session, at: datetime, counter: str, kind: str, minutes: int | None, *, by: str) -> None:
    tell_everybody(session, at, _house(session, counter), kind, minutes, by)


def _stop_telling(session: Session, _at: datetime, counter: str, *, by: str) -> None:
    stop_telling(session, _house(session, counter), by)


def _house(session: Session, counter: str) -> str:
    there = read_catalogue(session).counters.get(counter)
    if there is None:
        raise CounterShut()
    return there.location
