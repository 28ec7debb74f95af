"""Signing in by a code: say how to reach you, type what we sent, and be let in."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import reflex as rx
from pydantic import BaseModel, Field, ValidationError
from sqlmodel import Session

from booking.catalogue import Catalogue, read_catalogue
from booking.details import Contact, known_by, storable, tidied_contact
from booking.errors import CodeOver, NotValid, Refusal, TooManyCodes
from booking.one_time_codes import WrongCode
from booking.settings import settings
from booking.store import in_reading, in_transaction
from locales import dates
from locales.catalogue import _, ngettext, path
from portal.contacts import contact_words, in_order, spaced, stays_here, wrong_code_words
from portal.identity.doors import safe_page
from portal.identity.entering import Granted, answer, ask, ask_again, code_of_tab, contact_asked, is_key, new_key
from portal.identity.provider import has_provider
from portal.identity.signed_in import SIGN_IN, SignedIn
from portal.limits import RateLimited, check_wrong_keys, count_wrong_key, spend_code
from portal.page_state import Typed, now

SIGN_IN_CODE = "/sign-in/code/"
LONGEST_CODE = 20


class Asked(BaseModel):
    contact: Typed = Field(default="", max_length=20_000)


class TypedCode(BaseModel):
    code: Typed = Field(default="", max_length=200)


class SignInState(SignedIn, rx.State):
    """`key` opens the sign-in that this tab has begun; `grant` is what it shows at the door, "" until the right code was typed."""

    key: str = rx.SessionStorage("", name="atrio-sign-in")
    wants: rx.Field[str] = rx.field("")
    contact: rx.Field[str] = rx.field("")
    sent_to: rx.Field[str] = rx.field("")
    shown_code: rx.Field[str] = rx.field("")
    typed: rx.Field[str] = rx.field("")
    codes_sent: rx.Field[int] = rx.field(0)
    is_sent_again: rx.Field[bool] = rx.field(False)
    is_ready: rx.Field[bool] = rx.field(False)
    is_waiting: rx.Field[bool] = rx.field(False)
    error: rx.Field[str] = rx.field("")
    problem: rx.Field[str] = rx.field("")
    news: rx.Field[str] = rx.field("")
    has_provider: rx.Field[bool] = rx.field(False)
    provider_name: rx.Field[str] = rx.field("")
    grant: rx.Field[str] = rx.field("")

    @rx.event
    async def open(self):
        """The page that asks how to reach them. Whoever is signed in already goes on."""
        with self._speaking():
            self.wants = safe_page(self._asked("next"))
            self.error = self.problem = self.grant = ""
            self.news = self._asked("news", 20)
            self.has_provider, self.provider_name = has_provider(), settings().oidc_name
            if await self._resident_id() is not None:
                return rx.redirect(path(self.wants), replace=True)
            self.is_ready = True

    @rx.event
    async def send(self, form: dict):
        self.is_waiting = True
        yield
        self.is_waiting = False
        yield await self._send(form)

    @rx.event
    async def open_code(self):
        """The page that asks for the code."""
        with self._speaking():
            self.error = self.problem = self.grant = ""
            self.is_sent_again = False
            return await self._look()

    @rx.event
    async def typing(self, text: str):
        """Kept while it is typed: a page that finds its way back after a lost connection shows it again."""
        if isinstance(text, str):
            self.typed = storable(text[:LONGEST_CODE])

    @rx.event
    async def send_again(self):
        with self._speaking():
            self.problem = self.error = self.typed = ""
            asked = await in_reading(contact_asked, self.key)
            try:
                if asked is None:
                    raise CodeOver
                await spend_code(self._network, now(), known_by(asked))
                await in_transaction(ask_again, now(), self.key)
            except Refusal as refusal:
                self.problem = await _why(refusal)
                return None
            self.is_sent_again, self.codes_sent = True, self.codes_sent + 1
            return await self._look()

    @rx.event
    async def enter(self, form: dict):
        self.is_waiting = True
        yield
        self.is_waiting = False
        yield await self._enter(form)

    async def _send(self, form: dict):
        with self._speaking() as language:
            self.error = self.problem = self.news = ""
            try:
                self.contact = Asked.model_validate(form).contact[:200]
            except ValidationError:
                self.contact = ""
            self.key = self.key if is_key(self.key) else new_key()
            try:
                to = await in_reading(_tidied, self.contact)
                await spend_code(self._network, now(), known_by(to))
                await in_transaction(ask, now(), self.key, self.contact, language, self.wants)
            except NotValid as refusal:
                self.error = _fix(refusal)
                return None
            except Refusal as refusal:
                self.problem = await _why(refusal)
                return None
            self.typed, self.codes_sent = "", self.codes_sent + 1
            return rx.redirect(path(SIGN_IN_CODE))

    async def _enter(self, form: dict):
        with self._speaking():
            self.problem = self.error = ""
            self.is_sent_again = False
            try:
                self.typed = TypedCode.model_validate(form).code.strip()[:LONGEST_CODE]
            except ValidationError:
                self.typed = ""
            if not self.typed:
                self.error = _("Please type the six digits from our message.")
                return None
            try:
                await check_wrong_keys(self._network)
                given = await in_transaction(answer, now(), self.key, self.typed)
            except Refusal as refusal:
                self.problem = await _why(refusal)
                return None
            if isinstance(given, WrongCode):
                self.error = wrong_code_words(given.tries_left)
                return await self._count_wrong()
            return self._show_at_the_door(given)

    def _show_at_the_door(self, given: Granted) -> None:
        self.typed = self.contact = self.sent_to = self.shown_code = ""
        self.grant = given.grant

    async def _count_wrong(self) -> None:
        """So that nobody tries one code after another for one letter box after another."""
        try:
            await count_wrong_key(self._network)
        except RateLimited as limited:
            self.error, self.problem = "", await _why(limited)

    async def _look(self):
        if await self._resident_id() is not None:
            return rx.redirect(path(safe_page(self.wants)), replace=True)
        asked = await in_reading(contact_asked, self.key)
        if asked is None:
            return rx.redirect(path(SIGN_IN), replace=True)
        catalogue = await in_reading(read_catalogue)
        self.sent_to = contact_words(catalogue, asked)
        self.shown_code = in_order(spaced(await in_reading(code_of_tab, self.key))) if stays_here(asked) else ""
        self.is_ready = True
        return None


def _tidied(session: Session, typed: str) -> Contact:
    return tidied_contact(typed, read_catalogue(session).town)


async def _why(refusal: Refusal) -> str:
    match refusal:
        case NotValid():
            return _fix(refusal)
        case TooManyCodes(until=until) if until:
            catalogue: Catalogue = await in_reading(read_catalogue)
            time = dates.time(until, ZoneInfo(catalogue.town.timezone))
            return _(
                "We have sent several codes there within the hour. You can ask for another one from {time}, or phone us.",
                time=time,
            )
        case TooManyCodes():
            return _("We have sent as many codes as we can for now. Please phone us: we help you on.")
        case RateLimited(seconds=seconds):
            return ngettext(
                "There were too many tries over your internet connection. Please try again in {n} minute, or phone us.",
                "There were too many tries over your internet connection. Please try again in {n} minutes, or phone us.",
                -(-seconds // 60),
            )
        case _:
            return _("This code is no longer good. Please let us send you another one.")


def _fix(refusal: NotValid) -> str:
    match refusal.problems[0].reason:
        case "not-an-email":
            return _("This is not a complete e-mail address. It looks like name@example.org.")
        case "not-a-phone":
            return _("This is not a complete phone number. For a number from abroad, begin with + and the country.")
        case "cannot-be-asked":
            return _("No code can reach this number. Please type an e-mail address or a mobile number.")
        case _:
            return _("Please type your e-mail address or your mobile number.")
