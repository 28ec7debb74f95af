"""Who may act for somebody: granted, and taken back with one tap. Every handler asks first who it is."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import reflex as rx
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlmodel import Session

from booking.catalogue import read_catalogue
from booking.errors import NoMandate, NotValid, Problem, TooManyMandates
from booking.mandates import (
    BOOK,
    LONGEST_YEARS,
    RECEIVE,
    SEE,
    USUAL_YEARS,
    Terms,
    grant,
    granted_by,
    last_day_after,
    revoke,
    today_in,
)
from booking.people import Resident
from booking.store import in_reading, in_transaction
from locales import dates
from locales.catalogue import _, current_language
from portal.contacts import contact_words
from portal.identity.signed_in import SignedIn
from portal.me.for_others_state import is_number, scopes_words
from portal.page_state import Typed, now

MANDATES = "/me/mandates/"
# What does something today; requests come later.
OFFERED = (BOOK, SEE, RECEIVE)


@dataclass(frozen=True)
class Granted:
    """`number` names it. `is_accepted`: they have said yes."""

    number: int
    name: str
    contact: str
    scopes: str
    until: str
    is_accepted: bool


@dataclass(frozen=True)
class LastDay:
    value: str
    words: str


@dataclass(frozen=True)
class Given:
    """Those there are, and what the form begins with."""

    granted: list[Granted] = field(default_factory=list)
    last_days: list[LastDay] = field(default_factory=list)
    last_day: str = ""
    owner_name: str = ""


class GrantAnswer(BaseModel):
    """Texts as typed, and `scope_*` boxes that are only there when they are ticked."""

    model_config = ConfigDict(extra="allow")

    name: Typed = Field(default="", max_length=20_000)
    contact: Typed = Field(default="", max_length=20_000)
    owner_name: Typed = Field(default="", max_length=20_000)
    last_day: date

    @property
    def terms(self) -> Terms:
        scopes = tuple(scope for scope in OFFERED if (self.model_extra or {}).get(f"scope_{scope}"))
        return Terms(self.name, self.contact, scopes, self.last_day, self.owner_name)


class MandatesState(SignedIn, rx.State):
    """`round` rises when the form begins anew: a field never forgets its first text."""

    given: rx.Field[Given] = rx.field(default_factory=Given)
    is_ready: rx.Field[bool] = rx.field(False)
    is_waiting: rx.Field[bool] = rx.field(False)
    news: rx.Field[str] = rx.field("")
    errors: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    problem: rx.Field[str] = rx.field("")
    round: rx.Field[int] = rx.field(0)

    @rx.event
    async def open(self):
        with self._speaking():
            self.news, self.problem, self.errors = "", "", {}
            return await self._look()

    @rx.event
    async def revoke(self, number: int):
        """Take one back, in one tap: it can be granted again in a minute."""
        with self._speaking():
            self.news, self.problem = "", ""
            resident_id = await self._resident_id()
            if resident_id and is_number(number):
                with suppress(NoMandate):
                    await in_transaction(revoke, now(), resident_id, number)
                    self.news = "revoked"
            return await self._look()

    @rx.event
    async def grant(self, form: dict):
        self.is_waiting = True
        yield
        self.is_waiting = False
        yield await self._grant(form)

    async def _grant(self, form: dict):
        with self._speaking():
            self.news, self.problem, self.errors = "", "", {}
            resident_id = await self._resident_id()
            if resident_id is None:
                return self._out()
            try:
                terms = GrantAnswer.model_validate(form).terms
            except ValidationError:
                self.problem = _("Please type your answers again; something unreadable came with them.")
                return None
            try:
                await in_transaction(grant, now(), resident_id, terms, current_language())
            except NotValid as refusal:
                self.errors = _errors(refusal)
                return None
            except TooManyMandates:
                self.problem = _("You have offered as many mandates as we can send in a day. Please try again tomorrow.")
                return None
            self.news, self.round = "granted", self.round + 1
            return await self._look()

    async def _look(self):
        resident_id = await self._resident_id()
        if resident_id is None:
            return self._out()
        self.given = await in_reading(_given, now(), resident_id)
        self.is_ready = True
        return None

    def _out(self):
        self.reset()
        return self._to_sign_in(MANDATES)


def _given(session: Session, at: datetime, resident_id: int) -> Given:
    catalogue, today = read_catalogue(session), today_in(session, at)
    usual = last_day_after(today, USUAL_YEARS)
    days = (today + timedelta(days=30), today + timedelta(days=182), usual, last_day_after(today, LONGEST_YEARS))
    return Given(
        granted=[
            Granted(
                number=each.id or 0,
                name=each.name,
                contact=contact_words(catalogue, each),
                scopes=scopes_words(tuple(each.scopes)),
                until=dates.day_and_year(each.last_day),
                is_accepted=each.accepted_at is not None,
            )
            for each in granted_by(session, at, resident_id)
        ],
        last_days=[LastDay(day.isoformat(), dates.day_and_year(day)) for day in days],
        last_day=usual.isoformat(),
        owner_name=session.get_one(Resident, resident_id).name,
    )


def _errors(refusal: NotValid) -> dict[str, str]:
    """In the order of the form."""
    found = {problem.field: _fix(problem) for problem in reversed(refusal.problems)}
    return {name: found[name] for name in ("name", "contact", "scopes", "last_day", "owner_name") if name in found}


def _fix(problem: Problem) -> str:
    match problem.field, problem.reason:
        case "name", _:
            return _("Please type a name by which you know who it is.")
        case "owner_name", _:
            return _("Please type your name, so that they know who asks.")
        case "scopes", _:
            return _("Please tick at least one.")
        case "contact", "is-yours":
            return _("This contact is your own. Please type theirs.")
        case "contact", "has-one":
            return _("They have a mandate from you already. Take it back first, then grant another one.")
        case "contact", "cannot-be-asked":
            return _("We cannot write to this number. Please type an e-mail address or a mobile number.")
        case "contact", "cannot-be-told":
            return _(
                "We could not tell you what is done for you. Please sign in once with an e-mail address or a mobile number."
            )
        case "contact", "not-an-email":
            return _("This is not a complete e-mail address. It looks like name@example.org.")
        case "contact", "not-a-phone":
            return _("This is not a complete phone number. For a number from abroad, begin with + and the country.")
        case "contact", _:
            return _("Please type their e-mail address or their mobile number.")
        case _:
            return _("Please choose one of these days.")
