"""Beside a resident at a shared terminal: who they are and how that was established, then everything the portal can do, together."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import reflex as rx
from pydantic import BaseModel, Field, ValidationError
from sqlmodel import Session

from booking.catalogue import read_catalogue
from booking.details import LONGEST_NAME, known_by, tidied_contact
from booking.errors import NotValid, Refusal
from booking.one_time_codes import WrongCode
from booking.store import in_reading, in_transaction
from locales.catalogue import _, path
from portal.contacts import contact_words, in_order, spaced, stays_here, wrong_code_words
from portal.desk.sign_in_state import DESK_SIGN_IN
from portal.identity.assisting import BY_CODE, assist
from portal.identity.entering import answer, ask, code_of_tab, contact_asked, new_key
from portal.identity.grants import redeem
from portal.identity.sessions import Who
from portal.identity.signed_in import SignedIn
from portal.limits import spend_code
from portal.page_state import Typed, now

ASSIST = "/desk/assist/"


class Beside(BaseModel):
    name: Typed = Field(default="", max_length=5_000)
    established: Typed = Field(default="", max_length=20)
    contact: Typed = Field(default="", max_length=5_000)


class TypedCode(BaseModel):
    code: Typed = Field(default="", max_length=200)


class AssistState(SignedIn, rx.State):
    """`together` is "" unless they are at it: then both names in one sentence, which stands over every page. The words are those of
    the language in which it was begun, because the same line stands over all pages. `is_taught`: the resident wants to learn it, and is
    shown what to touch next (assets/teach.js).
    """

    name: rx.Field[str] = rx.field("")
    established: rx.Field[str] = rx.field("")
    contact: rx.Field[str] = rx.field("")
    sent_to: rx.Field[str] = rx.field("")
    shown_code: rx.Field[str] = rx.field("")
    together: rx.Field[str] = rx.field("")
    is_taught: rx.Field[bool] = rx.field(False)
    teach_words: rx.Field[str] = rx.field("")
    next_words: rx.Field[str] = rx.field("")
    end_words: rx.Field[str] = rx.field("")
    idle_words: rx.Field[str] = rx.field("")
    end_at: rx.Field[str] = rx.field("")
    back_to: rx.Field[str] = rx.field("")
    errors: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    problem: rx.Field[str] = rx.field("")
    news: rx.Field[str] = rx.field("")
    is_ready: rx.Field[bool] = rx.field(False)
    is_waiting: rx.Field[bool] = rx.field(False)
    _key: str = ""

    @rx.event
    async def open(self):
        with self._speaking():
            if await self._member() is None:
                return self._out()
            beside = await self._assisted()
            self.reset()
            self.news = self._asked("news", 10)
            if beside:
                await self._show_together(beside.name)
            self.is_ready = True

    @rx.event
    async def begin(self, form: dict):
        self.is_waiting = True
        yield
        self.is_waiting = False
        yield await self._begin(form)

    @rx.event
    async def type_code(self, form: dict):
        self.is_waiting = True
        yield
        self.is_waiting = False
        yield await self._type_code(form)

    @rx.event
    async def teach(self):
        """Show the next touch from here on, or no more."""
        if await self._assisted():
            self.is_taught = not self.is_taught

    async def _begin(self, form: dict):
        with self._speaking() as language:
            who = await self._who()
            if who is None or await self._member() is None:
                return self._out()
            self.errors, self.problem, self.news = {}, "", ""
            try:
                said = Beside.model_validate(form)
            except ValidationError:
                said = Beside()
            self.name, self.established, self.contact = said.name[:LONGEST_NAME], said.established, said.contact[:200]
            try:
                if said.established == BY_CODE and said.name.strip():
                    return await self._send_code(language)
                await in_transaction(assist, now(), who, said.name, said.established)
            except NotValid as refusal:
                self.errors = {problem.field: _fix(problem.field) for problem in refusal.problems}
                return None
            except Refusal:
                self.problem = _("No more codes can be sent there just now. Please choose another way.")
                return None
            return await self._go_on(self.name)

    async def _send_code(self, language: str) -> None:
        """Raises NotValid, TooManyCodes, RateLimited."""
        catalogue = await in_reading(read_catalogue)
        to = tidied_contact(self.contact, catalogue.town)
        await spend_code(self._network, now(), known_by(to))
        self._key = new_key()
        await in_transaction(ask, now(), self._key, self.contact, language, "")
        self.sent_to = contact_words(catalogue, to)
        self.shown_code = in_order(spaced(await in_reading(code_of_tab, self._key))) if stays_here(to) else ""

    async def _type_code(self, form: dict):
        with self._speaking():
            who = await self._who()
            if who is None or await self._member() is None:
                return self._out()
            self.errors = {}
            try:
                typed = TypedCode.model_validate(form).code
            except ValidationError:
                typed = ""
            try:
                given = await in_transaction(_begin_by_code, now(), who, self._key, typed, self.name)
            except Refusal:
                given = None
            if isinstance(given, WrongCode) or given is None:
                self.errors = {"code": wrong_code_words(given.tries_left if given else 0)}
                return None
            return await self._go_on(self.name)

    async def _go_on(self, name: str):
        await self._show_together(name)
        self.contact = self.sent_to = self.shown_code = self._key = self.name = ""
        return rx.redirect(path("/services/"))

    async def _show_together(self, name: str) -> None:
        member = await self._member()
        self.together = _("{staff} fills this in together with {name}.", staff=member.name if member else "", name=name)
        self.is_taught, self.teach_words = False, _("Show the next touch")
        # Translators: beside a resident who learns how it is done; {what} is a button or a question on the page
        self.next_words = _("Touch next: {what}", what="{what}")
        self.end_words = _("End, and wipe the screen")
        self.idle_words = _("Nobody has touched this for a while. In a moment it is wiped.")
        self.end_at, self.back_to = path("/auth/end-assisting"), path(f"{ASSIST}?news=ended")

    def _out(self) -> Any:
        self.reset()
        return rx.redirect(path(f"{DESK_SIGN_IN}?next={ASSIST}"), replace=True)


def _begin_by_code(session: Session, at: datetime, who: Who, key: str, typed: str, name: str) -> WrongCode | str:
    """Raises CodeOver, NotValid."""
    if contact_asked(session, key) is None:
        return WrongCode(0)
    given = answer(session, at, key, typed)
    if isinstance(given, WrongCode):
        return given
    entered = redeem(session, at, given.grant)
    if entered is None:
        return WrongCode(0)
    assist(session, at, who, name, BY_CODE, entered.person.resident_id)
    return name


def _fix(field: str) -> str:
    return {
        "name": _("Please type the name of the person beside you."),
        "established": _("Please say how you know who it is."),
        "contact": _("Please type their e-mail address or mobile number."),
    }[field]
