"""Setting up access: from the link that whoever looks after the portal gave, to a password, a passkey or an authenticator, and
recovery codes.
"""

from __future__ import annotations

from datetime import datetime
from textwrap import wrap

import reflex as rx
from pydantic import BaseModel, Field, ValidationError
from sqlmodel import Session

from booking.catalogue import read_catalogue
from booking.details import storable
from booking.errors import NotValid
from booking.store import in_reading, in_transaction
from locales.catalogue import _, ngettext, path
from portal.desk.words import passkey_trouble
from portal.identity.authenticators import new_totp_secret, totp_address
from portal.identity.passwords import SHORTEST, hashed_aside
from portal.identity.staff_access import (
    Authenticator,
    InvitationOver,
    check_password,
    choose_password,
    has_chosen_password,
    invited,
    set_up,
)
from portal.page_state import PageState, Typed, now
from portal.site import said
from portal.ui.qr import code_drawing

SET_UP = "/desk/set-up/"
TOKEN = "atrio-set-up"  # in the tab's storage


class Password(BaseModel):
    password: str = Field(default="", max_length=5_000)


class Digits(BaseModel):
    digits: Typed = Field(default="", max_length=60)


class SetUpState(PageState, rx.State):
    """`token` is the invitation's, in this tab. `secret` and its drawing are for the authenticator, `recovery_codes` are shown once."""

    token: str = rx.SessionStorage("", name=TOKEN)
    name: rx.Field[str] = rx.field("")
    has_password: rx.Field[bool] = rx.field(False)
    secret: rx.Field[str] = rx.field("")
    drawing: rx.Field[str] = rx.field("")
    modules: rx.Field[int] = rx.field(0)
    recovery_codes: rx.Field[list[str]] = rx.field(default_factory=list)
    errors: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    is_over: rx.Field[bool] = rx.field(False)
    is_ready: rx.Field[bool] = rx.field(False)
    is_waiting: rx.Field[bool] = rx.field(False)

    @rx.event
    async def open(self):
        """The link carries its secret in the fragment: it goes out of the address bar at once."""
        with self._speaking():
            if token := self.router.url.fragment[:100].lstrip("."):
                self.reset()
                self.token = storable(token)
                return rx.redirect(path(SET_UP), replace=True)
            self.errors = {}
            await self._look()
            self.is_ready = True

    @rx.event
    async def choose(self, form: dict):
        """The password."""
        self.is_waiting = True
        yield
        self.is_waiting = False
        await self._choose(form)

    @rx.event
    async def save(self, form: dict):
        """The digits of the authenticator."""
        self.is_waiting = True
        yield
        self.is_waiting = False
        await self._save(form)

    @rx.event
    async def passkey_made(self, form: dict):
        """How it went with a passkey."""
        with self._speaking():
            self.errors = {}
            outcome = form.get("outcome") if isinstance(form, dict) else None
            if outcome == "ok":
                await self._finish(None)
            elif outcome == "over":
                self.is_over = True
            else:
                self.errors = {"passkey": passkey_trouble(outcome)}

    async def _choose(self, form: dict) -> None:
        with self._speaking():
            self.errors = {}
            try:
                password = Password.model_validate(form).password
            except ValidationError:
                password = ""
            try:
                await in_reading(check_password, now(), self.token, password)
                await in_transaction(choose_password, now(), self.token, await hashed_aside(password))
            except NotValid as refusal:
                self.errors = {problem.field: _fix(problem.reason) for problem in refusal.problems}
                return
            except InvitationOver:
                self.is_over = True
                return
            await self._look()

    async def _save(self, form: dict) -> None:
        with self._speaking():
            self.errors = {}
            try:
                digits = Digits.model_validate(form).digits
            except ValidationError:
                digits = ""
            await self._finish(Authenticator(self.secret.replace("-", ""), digits))

    async def _finish(self, second: Authenticator | None) -> None:
        try:
            codes = await in_transaction(set_up, now(), self.token, second)
        except NotValid as refusal:
            self.errors = {problem.field: _fix(problem.reason) for problem in refusal.problems}
            return
        except InvitationOver:
            self.is_over = True
            return
        self.recovery_codes, self.secret, self.drawing, self.token = codes, "", "", ""

    async def _look(self) -> None:
        """How far they are."""
        try:
            found = await in_reading(_invited, now(), self.token)
        except InvitationOver:
            self.is_over = not self.recovery_codes
            return
        self.name, email, town, self.has_password = found
        self.is_over = False
        if not self.secret:
            secret = new_totp_secret()
            self.secret = "-".join(wrap(secret, 4))
            self.drawing, self.modules = code_drawing(totp_address(secret, email, town))


def _invited(session: Session, at: datetime, token: str) -> tuple[str, str, str, bool]:
    member = invited(session, at, token)
    town = said(read_catalogue(session).town.name)
    return member.name, member.email, town, has_chosen_password(session, at, token)


def _fix(reason: str) -> str:
    match reason:
        case "too-short":
            return ngettext(
                "Please choose a password of at least {n} character. Four words that do not belong together are good.",
                "Please choose a password of at least {n} characters. Four words that do not belong together are good.",
                SHORTEST,
            )
        case "wrong-digits":
            return _("These digits do not fit. Please wait for the next ones, and check that your phone's clock is right.")
        case "wrong-clock":
            return _("These digits are of another hour: the clock of your phone or ours is wrong. Please set it and try again.")
        case "too-long":
            return _("Please choose a shorter password.")
        case _:
            return _("This password is too easy to guess. Four words that do not belong together are good.")
