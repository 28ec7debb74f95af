"""How somebody is reached: one more contact, shown to be theirs by a code; one less, but never the last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import reflex as rx
from pydantic import BaseModel, Field, ValidationError
from sqlmodel import Session

from booking.catalogue import read_catalogue
from booking.details import known_by, tidied_contact
from booking.errors import NotValid, Refusal
from booking.one_time_codes import WrongCode
from booking.residents import contacts_of, give_further, take_back
from booking.store import in_reading, in_transaction
from locales.catalogue import _
from portal.appointments.refusals import why
from portal.contacts import contact_words, in_order, phone_words, spaced, stays_here, wrong_code_words
from portal.identity.entering import ask, code_of_tab, contact_shown, new_key
from portal.identity.signed_in import SignedIn
from portal.limits import check_wrong_keys, count_wrong_key, spend_code
from portal.page_state import Typed, now

CONTACTS, ME = "/me/contacts/", "/me/"


class Further(BaseModel):
    contact: Typed = Field(default="", max_length=20_000)


class TypedCode(BaseModel):
    code: Typed = Field(default="", max_length=200)


@dataclass(frozen=True)
class Reached:
    """`contact` names it, `words` show it."""

    contact: str
    words: str


class ContactsState(SignedIn, rx.State):
    """`sent_to` is "" until a code is on its way there."""

    contacts: rx.Field[list[Reached]] = rx.field(default_factory=list)
    contact: rx.Field[str] = rx.field("")
    sent_to: rx.Field[str] = rx.field("")
    shown_code: rx.Field[str] = rx.field("")
    errors: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    problem: rx.Field[str] = rx.field("")
    news: rx.Field[str] = rx.field("")
    is_ready: rx.Field[bool] = rx.field(False)
    is_waiting: rx.Field[bool] = rx.field(False)
    _key: str = ""

    @rx.event
    async def open(self):
        with self._speaking():
            resident_id = await self._resident_id()
            self.reset()
            if resident_id is None:
                return self._out()
            await self._look(resident_id)
            return None

    @rx.event
    async def send(self, form: dict):
        """A code to the further contact."""
        self.is_waiting = True
        yield
        self.is_waiting = False
        yield await self._send(form)

    @rx.event
    async def show(self, form: dict):
        """The code that came."""
        self.is_waiting = True
        yield
        self.is_waiting = False
        yield await self._show(form)

    @rx.event
    async def another(self):
        """Not that one: type it again."""
        with self._speaking():
            if await self._resident_id() is None:
                return self._out()
            self.sent_to = self.shown_code = self.problem = self._key = ""
            return None

    @rx.event
    async def remove(self, contact: str):
        with self._speaking():
            resident_id = await self._resident_id()
            if resident_id is None:
                return self._out()
            self.problem = self.news = ""
            try:
                await in_transaction(take_back, resident_id, str(contact)[:400])
            except NotValid:
                self.problem = _("This is the only way to reach you and to sign in. Please add another one first.")
            await self._look(resident_id)
            return None

    async def _send(self, form: dict):
        with self._speaking() as language:
            resident_id = await self._resident_id()
            if resident_id is None:
                return self._out()
            self.errors, self.problem, self.news = {}, "", ""
            try:
                self.contact = Further.model_validate(form).contact[:200]
            except ValidationError:
                self.contact = ""
            catalogue = await in_reading(read_catalogue)
            try:
                to = tidied_contact(self.contact, catalogue.town)
                await spend_code(self._network, now(), known_by(to))
                self._key = new_key()
                await in_transaction(ask, now(), self._key, self.contact, language, "")
            except NotValid:
                self.errors = {"contact": _("Please type an e-mail address, or the number of a mobile phone.")}
                return None
            except Refusal as refusal:
                self.problem = why(refusal, ZoneInfo(catalogue.town.timezone))
                return None
            self.sent_to = contact_words(catalogue, to)
            self.shown_code = in_order(spaced(await in_reading(code_of_tab, self._key))) if stays_here(to) else ""
            return None

    async def _show(self, form: dict):
        with self._speaking():
            resident_id = await self._resident_id()
            if resident_id is None:
                return self._out()
            self.errors, self.problem = {}, ""
            try:
                typed = TypedCode.model_validate(form).code
            except ValidationError:
                typed = ""
            try:
                await check_wrong_keys(self._network)
                given = await in_transaction(_add, now(), resident_id, self._key, typed)
                if isinstance(given, WrongCode):
                    self.errors = {"code": wrong_code_words(given.tries_left)}
                    await count_wrong_key(self._network)
                    return None
            except Refusal as refusal:
                self.problem = why(refusal, ZoneInfo((await in_reading(read_catalogue)).town.timezone))
                return None
            self.contact = self.sent_to = self.shown_code = self._key = ""
            self.news = "added" if given else "elsewhere"
            await self._look(resident_id)
            return None

    async def _look(self, resident_id: int) -> None:
        self.contacts = await in_reading(_contacts, resident_id)
        self.is_ready = True

    def _out(self) -> Any:
        self.reset()
        return self._to_sign_in(CONTACTS)


def _add(session: Session, at: datetime, resident_id: int, key: str, typed: str) -> bool | WrongCode:
    """Raises CodeOver."""
    shown = contact_shown(session, at, key, typed)
    return shown if isinstance(shown, WrongCode) else give_further(session, at, resident_id, shown)


def _contacts(session: Session, resident_id: int) -> list[Reached]:
    country = read_catalogue(session).town.phone_country
    return [
        Reached(each.contact, in_order(each.email or phone_words(each.phone, country)))
        for each in contacts_of(session, resident_id)
    ]
