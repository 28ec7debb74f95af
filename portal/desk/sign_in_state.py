"""Staff come in: e-mail, password, and the digits of their authenticator. In a demonstration by a click."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import reflex as rx
from pydantic import BaseModel, Field, ValidationError
from sqlmodel import Session

from booking.catalogue import read_catalogue
from booking.errors import Refusal
from booking.settings import settings
from booking.store import in_reading, in_transaction
from locales import dates
from locales.catalogue import _, path
from portal.desk.words import roles_words
from portal.identity.doors import safe_page
from portal.identity.grants import grant
from portal.identity.sessions import Person
from portal.identity.signed_in import SignedIn
from portal.identity.staff_access import TryLater, Wrong, sign_in
from portal.limits import check_wrong_keys, count_wrong_key
from portal.page_state import Typed, now

DESK, DESK_SIGN_IN = "/desk/", "/desk/sign-in/"


class Shown(BaseModel):
    email: Typed = Field(default="", max_length=300)
    password: str = Field(default="", max_length=2_000)
    second: Typed = Field(default="", max_length=60)


@dataclass(frozen=True)
class Colleague:
    """Somebody whom a demonstration lets in by a click."""

    slug: str
    name: str
    roles: str


class DeskSignInState(SignedIn, rx.State):
    """`grant` is what is shown at the door, "" until it was right."""

    email: rx.Field[str] = rx.field("")
    wants: rx.Field[str] = rx.field(DESK)
    error: rx.Field[str] = rx.field("")
    news: rx.Field[str] = rx.field("")
    colleagues: rx.Field[list[Colleague]] = rx.field(default_factory=list)
    grant: rx.Field[str] = rx.field("")
    is_ready: rx.Field[bool] = rx.field(False)
    is_waiting: rx.Field[bool] = rx.field(False)

    @rx.event
    async def open(self):
        with self._speaking():
            self.error = self.grant = ""
            self.news = self._asked("news", 10)
            wanted = safe_page(self._asked("next"))
            self.wants = wanted if wanted.startswith(DESK) else DESK
            if await self._member():
                return rx.redirect(path(self.wants), replace=True)
            self.colleagues = await in_reading(_colleagues) if settings().is_demo else []
            self.is_ready = True

    @rx.event
    async def enter(self, form: dict):
        self.is_waiting = True
        yield
        self.is_waiting = False
        yield await self._enter(form)

    @rx.event
    async def be(self, slug: str):
        """In a demonstration: come in as this one."""
        if not settings().is_demo or not isinstance(slug, str):
            return
        with self._speaking() as language:
            self.grant = await in_transaction(_as_colleague, now(), slug, language, self.wants)

    async def _enter(self, form: dict):
        with self._speaking() as language:
            self.error = self.news = ""
            try:
                shown = Shown.model_validate(form)
                await check_wrong_keys(self._network)
            except ValidationError:
                self.error = _wrong()
                return None
            except Refusal:
                self.error = _("There were too many wrong tries over this connection. Please try again later.")
                return None
            self.email = shown.email[:254]
            answer = await in_transaction(_try, now(), shown, language, self.wants)
            if isinstance(answer, str):
                self.reset()
                self.grant = answer
                return None
            self.error = await _why(answer)
            return await self._count(answer)

    async def _count(self, answer: Wrong | TryLater) -> None:
        if isinstance(answer, Wrong):
            try:
                await count_wrong_key(self._network)
            except Refusal:
                self.error = _("There were too many wrong tries over this connection. Please try again later.")


def _try(session: Session, at: datetime, shown: Shown, language: str, wants: str) -> str | Wrong | TryLater:
    answer = sign_in(session, at, shown.email, shown.password, shown.second)
    return grant(session, at, answer, language, wants) if isinstance(answer, Person) else answer


def _as_colleague(session: Session, at: datetime, slug: str, language: str, wants: str) -> str:
    member = read_catalogue(session).staff.get(slug)
    return grant(session, at, Person("demo", staff=member.slug), language, wants) if member else ""


def _colleagues(session: Session) -> list[Colleague]:
    return [Colleague(each.slug, each.name, roles_words(each.roles)) for each in read_catalogue(session).staff.values()]


async def _why(answer: Wrong | TryLater) -> str:
    if isinstance(answer, TryLater):
        town = (await in_reading(read_catalogue)).town
        time = dates.time(answer.until, ZoneInfo(town.timezone))
        return _("There were several wrong tries. Please try again after {time}.", time=time)
    if answer.is_clock:
        return _(
            "The digits are of another hour: the clock of your phone or ours is wrong. Please set it, or use a recovery code."
        )
    return _wrong()


def _wrong() -> str:
    return _("This does not fit together. Please check the e-mail, the password and the six digits.")
