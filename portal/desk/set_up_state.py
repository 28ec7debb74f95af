"""Setting up access: from the link that whoever looks after the portal gave, to a password, an authenticator and recovery codes."""

from __future__ import annotations

from datetime import datetime
from textwrap import wrap

import reflex as rx
from pydantic import BaseModel, Field, ValidationError
from sqlmodel import Session

from booking.catalogue import read_catalogue
from booking.errors import NotValid, Refusal
from booking.store import in_reading, in_transaction
from locales.catalogue import _, ngettext, path
from portal.appointments.shown import code_drawing
from portal.identity.staff_access import SHORTEST_PASSWORD, invited, new_totp_secret, set_up, totp_address
from portal.page_state import PageState, Typed, now
from portal.site import said

SET_UP = "/desk/set-up/"


class Chosen(BaseModel):
    password: str = Field(default="", max_length=5_000)
    digits: Typed = Field(default="", max_length=60)


class SetUpState(PageState, rx.State):
    """`secret` and its drawing are for the authenticator, `recovery_codes` are shown once."""

    name: rx.Field[str] = rx.field("")
    secret: rx.Field[str] = rx.field("")
    drawing: rx.Field[str] = rx.field("")
    modules: rx.Field[int] = rx.field(0)
    recovery_codes: rx.Field[list[str]] = rx.field(default_factory=list)
    errors: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    is_over: rx.Field[bool] = rx.field(False)
    is_ready: rx.Field[bool] = rx.field(False)
    is_waiting: rx.Field[bool] = rx.field(False)
    _token: str = ""

    @rx.event
    async def open(self):
        """The link carries its secret in the fragment: it goes out of the address bar at once."""
        with self._speaking():
            if token := self.router.url.fragment[:100]:
                self.reset()
                self._token = token
                return rx.redirect(path(SET_UP), replace=True)
            self.errors = {}
            found = await in_reading(_invited, now(), self._token) if self._token else None
            self.is_over = found is None and not self.recovery_codes
            if found and not self.secret:
                self.name, email, town = found
                secret = new_totp_secret()
                self.secret = "-".join(wrap(secret, 4))
                self.drawing, self.modules = code_drawing(totp_address(secret, email, town))
            self.is_ready = True

    @rx.event
    async def save(self, form: dict):
        self.is_waiting = True
        yield
        self.is_waiting = False
        yield await self._save(form)

    async def _save(self, form: dict):
        with self._speaking():
            self.errors = {}
            try:
                chosen = Chosen.model_validate(form)
            except ValidationError:
                chosen = Chosen()
            try:
                codes = await in_transaction(
                    set_up, now(), self._token, chosen.password, self.secret.replace("-", ""), chosen.digits
                )
            except NotValid as refusal:
                self.errors = {problem.field: _fix(problem.reason) for problem in refusal.problems}
                return
            except Refusal:
                self.is_over = True
                return
            self.recovery_codes, self.secret, self.drawing, self._token = codes, "", "", ""


def _invited(session: Session, at: datetime, token: str) -> tuple[str, str, str] | None:
    member = invited(session, at, token)
    return (member.name, member.email, said(read_catalogue(session).town.name)) if member else None


def _fix(reason: str) -> str:
    match reason:
        case "too-short":
            return ngettext(
                "Please choose a password of at least {n} character. Four words that do not belong together are good.",
                "Please choose a password of at least {n} characters. Four words that do not belong together are good.",
                SHORTEST_PASSWORD,
            )
        case "wrong-digits":
            return _("These digits do not fit. Please wait for the next ones, and check that your phone's clock is right.")
        case "too-long":
            return _("Please choose a shorter password.")
        case _:
            return _("This password is too easy to guess. Four words that do not belong together are good.")
