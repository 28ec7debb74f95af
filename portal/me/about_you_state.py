"""What travels with somebody, to be changed: name, language, what they need for a visit."""

from __future__ import annotations

import reflex as rx
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlmodel import Session

from booking.catalogue import read_catalogue
from booking.details import NEEDS, Details, tidied
from booking.errors import NotValid
from booking.outbox import SMS
from booking.people import Resident
from booking.residents import contacts_of, describe, prefer
from booking.store import in_reading, in_transaction
from locales.catalogue import _, current_language, path
from portal.appointments.refusals import field_errors
from portal.identity.signed_in import SignedIn
from portal.page_state import Typed, now

ABOUT_YOU, ME = "/me/about-you/", "/me/"


class AboutYouAnswer(BaseModel):
    """Texts as typed, and `need_*` boxes that are only there when they are ticked."""

    model_config = ConfigDict(extra="allow")

    name: Typed = Field(default="", max_length=20_000)
    language: Typed = Field(default="", max_length=20)
    interpreter_language: Typed = Field(default="", max_length=20_000)
    reached_by: Typed = Field(default="", max_length=20)

    @property
    def details(self) -> Details:
        needs = tuple(need for need in NEEDS if (self.model_extra or {}).get(f"need_{need}"))
        return Details(self.name, language=self.language, needs=needs, interpreter_language=self.interpreter_language)


class AboutYouState(SignedIn, rx.State):
    is_ready: rx.Field[bool] = rx.field(False)
    is_waiting: rx.Field[bool] = rx.field(False)
    name: rx.Field[str] = rx.field("")
    language: rx.Field[str] = rx.field("")
    needs: rx.Field[list[str]] = rx.field(default_factory=list)
    interpreter_language: rx.Field[str] = rx.field("")
    reached_by: rx.Field[str] = rx.field("")
    errors: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    problem: rx.Field[str] = rx.field("")

    @rx.event
    async def open(self):
        with self._speaking():
            self.problem, self.errors = "", {}
            resident_id = await self._resident_id()
            if resident_id is None:
                return self._out()
            resident = await in_reading(_resident, resident_id)
            self._show(Details(resident.name, "", "", resident.language, resident.needs, resident.interpreter_language))
            self.reached_by = resident.reached_by
            self.is_ready = True

    @rx.event
    async def save(self, form: dict):
        self.is_waiting = True
        yield
        self.is_waiting = False
        yield await self._save(form)

    async def _save(self, form: dict):
        with self._speaking():
            self.problem, self.errors = "", {}
            resident_id = await self._resident_id()
            if resident_id is None:
                return self._out()
            try:
                answer = AboutYouAnswer.model_validate(form)
                typed = answer.details
            except ValidationError:
                self.problem = _("Please type your answers again; something unreadable came with them.")
                return None
            self._show(typed)
            self.reached_by = answer.reached_by if answer.reached_by == SMS else ""
            try:
                await in_transaction(_describe, resident_id, typed, self.reached_by)
            except NotValid as refusal:
                self.errors = field_errors(refusal)
                return None
            self.reset()
            return rx.redirect(path(f"{ME}?news=saved"))

    def _show(self, said: Details) -> None:
        self.name, self.language = said.name[:400], said.language or current_language()
        self.needs, self.interpreter_language = list(said.needs), said.interpreter_language[:400]

    def _out(self):
        self.reset()
        return self._to_sign_in(ABOUT_YOU)


def _resident(session: Session, resident_id: int) -> Resident:
    return session.get_one(Resident, resident_id)


def _describe(session: Session, resident_id: int, typed: Details, reached_by: str) -> None:
    """Raises NotValid."""
    theirs = contacts_of(session, resident_id)
    reached = {"email": theirs[0].email, "phone": theirs[0].phone} if theirs else {"email": "nobody@example.org"}
    typed = Details(
        typed.name, **reached, language=typed.language, needs=typed.needs, interpreter_language=typed.interpreter_language
    )
    describe(session, resident_id, tidied(typed, read_catalogue(session).town))
    prefer(session, now(), resident_id, reached_by)
