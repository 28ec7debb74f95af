"""Staff come in: e-mail and password, then a passkey, six digits or a recovery code. In a demonstration by a click."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import reflex as rx
from pydantic import BaseModel, Field, ValidationError
from sqlmodel import Session

from booking.catalogue import read_catalogue
from booking.settings import settings
from booking.store import in_reading, in_transaction
from locales import dates
from locales.catalogue import _, path
from portal.desk.words import passkey_trouble, roles_words
from portal.identity.desk_entering import SignInOver, Ways, first_step, second_step, to_compare, ways_of
from portal.identity.doors import safe_page
from portal.identity.entering import new_key
from portal.identity.grants import grant
from portal.identity.passwords import compared_aside
from portal.identity.provider import has_staff_provider
from portal.identity.sessions import Person
from portal.identity.signed_in import SignedIn
from portal.identity.staff_access import Wrong
from portal.identity.tries import TryLater
from portal.limits import STAFF_TRIES, RateLimited, spend
from portal.page_state import Typed, now

DESK, DESK_SIGN_IN, SECOND = "/desk/", "/desk/sign-in/", "/desk/sign-in/second/"
KEY = "atrio-desk"  # in the tab's storage


class Second(BaseModel):
    """The second thing."""

    second: Typed = Field(default="", max_length=60)


class Shown(BaseModel):
    email: Typed = Field(default="", max_length=300)
    password: str = Field(default="", max_length=2_000)


@dataclass(frozen=True)
class Colleague:
    """Somebody whom a demonstration lets in by a click."""

    slug: str
    name: str
    roles: str


class DeskSignInState(SignedIn, rx.State):
    """`key` is of the attempt that this tab has begun; `grant` is what is shown at the door, "" until it was right."""

    key: str = rx.SessionStorage("", name=KEY)
    email: rx.Field[str] = rx.field("")
    wants: rx.Field[str] = rx.field(DESK)
    error: rx.Field[str] = rx.field("")
    news: rx.Field[str] = rx.field("")
    has_passkey: rx.Field[bool] = rx.field(False)
    has_authenticator: rx.Field[bool] = rx.field(False)
    colleagues: rx.Field[list[Colleague]] = rx.field(default_factory=list)
    grant: rx.Field[str] = rx.field("")
    has_passwords: rx.Field[bool] = rx.field(True)
    has_provider: rx.Field[bool] = rx.field(False)
    provider_name: rx.Field[str] = rx.field("")
    is_ready: rx.Field[bool] = rx.field(False)
    is_waiting: rx.Field[bool] = rx.field(False)

    @rx.event
    async def open(self):
        with self._speaking():
            self.error = self.grant = ""
            self.news = self._asked("news", 20)
            self.has_provider, self.provider_name = has_staff_provider(), settings().staff_oidc_name
            self.has_passwords = settings().staff_passwords == "on"
            wanted = safe_page(self._asked("next"))
            self.wants = wanted if wanted.startswith(DESK) else DESK
            if await self._member():
                return rx.redirect(path(self.wants), replace=True)
            self.colleagues = await in_reading(_colleagues) if settings().is_demo else []
            self.is_ready = True

    @rx.event
    async def enter(self, form: dict):
        """E-mail and password."""
        self.is_waiting = True
        yield
        self.is_waiting = False
        yield await self._enter(form)

    @rx.event
    async def open_second(self):
        """The page that asks for the second thing."""
        with self._speaking():
            self.error = self.grant = ""
            try:
                self._take(await in_reading(ways_of, now(), self.key))
            except SignInOver:
                return self._again()
            self.is_ready = True

    @rx.event
    async def show(self, form: dict):
        """Six digits or a recovery code."""
        self.is_waiting = True
        yield
        self.is_waiting = False
        yield await self._show(form)

    @rx.event
    async def passkey_answered(self, form: dict):
        """How it went with a passkey that didn't let them in."""
        with self._speaking():
            outcome = form.get("outcome") if isinstance(form, dict) else None
            if outcome == "over":
                return self._again()
            self.error = passkey_trouble(outcome)

    @rx.event
    async def be(self, slug: str):
        """In a demonstration: come in as this one."""
        if not settings().is_demo or not isinstance(slug, str):
            return
        with self._speaking() as language:
            self.grant = await in_transaction(_as_colleague, now(), slug, language, self.wants)

    async def _enter(self, form: dict):
        with self._speaking():
            self.error = self.news = ""
            try:
                shown = Shown.model_validate(form)
                await spend(STAFF_TRIES, self._network)
            except ValidationError:
                self.error = _wrong()
                return None
            except RateLimited:
                self.error = _too_many()
                return None
            self.email = shown.email[:254]
            if not (shown.email and shown.password) or settings().staff_passwords != "on":
                self.error = _wrong()
                return None
            answer = await _compared(shown, key := new_key())
            if not isinstance(answer, Ways):
                self.error = await _why(answer, _wrong())
                return None
            self.key = key
            self._take(answer)
            return rx.redirect(path(SECOND))

    async def _show(self, form: dict):
        with self._speaking() as language:
            self.error = ""
            try:
                typed = Second.model_validate(form).second
                await spend(STAFF_TRIES, self._network)
                answer = await in_transaction(_second, now(), self.key, typed, language, self.wants)
            except ValidationError:
                self.error = _wrong_second()
                return None
            except RateLimited:
                self.error = _too_many()
                return None
            except SignInOver:
                return self._again()
            if isinstance(answer, str):
                self.key, self.email, self.grant = "", "", answer
                return None
            self.error = await _why(answer, _wrong_second())
            return None

    def _take(self, ways: Ways) -> None:
        self.has_passkey, self.has_authenticator = ways.has_passkey, ways.has_authenticator

    def _again(self):
        self.key = ""
        return rx.redirect(path(f"{DESK_SIGN_IN}?news=again"), replace=True)


async def _compared(shown: Shown, key: str) -> Ways | Wrong | TryLater:
    """Three steps, so that nobody who books waits while a password is held against its hash."""
    known = await in_reading(to_compare, now(), shown.email)
    if isinstance(known, TryLater):
        return known
    compared = await compared_aside(shown.password, known)
    return await in_transaction(first_step, now(), key, shown.email, compared)


def _second(session: Session, at: datetime, key: str, typed: str, language: str, wants: str) -> str | Wrong | TryLater:
    answer = second_step(session, at, key, typed)
    return grant(session, at, answer, language, wants) if isinstance(answer, Person) else answer


def _as_colleague(session: Session, at: datetime, slug: str, language: str, wants: str) -> str:
    member = read_catalogue(session).staff.get(slug)
    return grant(session, at, Person("demo", staff=member.slug), language, wants) if member else ""


def _colleagues(session: Session) -> list[Colleague]:
    return [Colleague(each.slug, each.name, roles_words(each.roles)) for each in read_catalogue(session).staff.values()]


async def _why(answer: Wrong | TryLater, wrong: str) -> str:
    if isinstance(answer, TryLater):
        town = (await in_reading(read_catalogue)).town
        time = dates.time(answer.until, ZoneInfo(town.timezone))
        return _("There were several wrong tries. Please try again after {time}.", time=time)
    if answer.is_clock:
        return _(
            "The digits are of another hour: the clock of your phone or ours is wrong. Please set it, or use a recovery code."
        )
    return wrong


def _wrong() -> str:
    return _("This e-mail and this password do not fit together. Please check both.")


def _wrong_second() -> str:
    return _("These digits do not fit, or were used already. Please wait for the next ones, or use a recovery code.")


def _too_many() -> str:
    return _("There were too many wrong tries over this connection. Please try again later.")
