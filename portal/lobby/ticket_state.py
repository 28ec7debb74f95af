"""Following a ticket on one's own telephone: looked at every ten seconds, by the code that this browser keeps."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import reflex as rx
from pydantic import BaseModel, Field, ValidationError

from booking.details import storable
from booking.errors import NotNow, Refusal, UnknownTicket
from booking.queue import come_back, leave, need_more_time
from booking.references import bare
from booking.store import in_reading, in_transaction
from booking.tickets import OVER
from locales.catalogue import _, path
from portal.limits import RateLimited, check_wrong_keys, counting_wrong_keys
from portal.lobby.addresses import TICKET
from portal.lobby.refusals import why_not_in_line
from portal.lobby.shown import TicketShown, ticket_shown
from portal.page_state import PageState, Typed, now

LONGEST_CODE = 64
EVERY = 10  # seconds


class CodeAnswer(BaseModel):
    code: Typed = Field(default="", max_length=200)


class TicketState(PageState, rx.State):
    """`code` is kept by this browser until the visit is over: telephones close pages that nobody looks at."""

    code: str = rx.LocalStorage("", name="atrio-ticket")
    shown: rx.Field[TicketShown] = rx.field(default_factory=TicketShown)
    is_ready: rx.Field[bool] = rx.field(False)
    is_waiting: rx.Field[bool] = rx.field(False)
    problem: rx.Field[str] = rx.field("")
    error: rx.Field[str] = rx.field("")
    _once: str = ""

    @rx.event
    async def open(self):
        """A QR code carries the code in the fragment: out of the address bar, and kept."""
        with self._speaking():
            self.problem = self.error = ""
            if fragment := self.router.url.fragment:
                self.code = storable(fragment[:LONGEST_CODE])
                return rx.redirect(path(TICKET), replace=True)
            await self._look()
            self.is_ready = True

    @rx.event
    async def look(self):
        """As it stands now."""
        with self._speaking():
            await self._look()

    @rx.event
    async def find(self, form: dict):
        """The code that is printed on the ticket."""
        with self._speaking():
            try:
                self.code = CodeAnswer.model_validate(form).code[:LONGEST_CODE]
            except ValidationError:
                self.code = ""
            await self._look()
            if not self.shown.number:
                self.error = self.problem or _("No ticket has this code. Please compare it, or speak to us.")
                self.problem = ""

    @rx.event
    async def more_time(self):
        """Two others go first."""
        self._once = self._once or secrets.token_urlsafe(24)
        await self._do(need_more_time, once=self._once)
        self._once = ""

    @rx.event
    async def come_back(self):
        await self._do(come_back)

    @rx.event
    async def leave(self):
        await self._do(leave)

    @rx.event
    async def forget(self):
        """This browser follows no ticket any more."""
        self.reset()
        with self._speaking():
            return rx.redirect(path("/"))

    async def _do(self, verb: Callable[..., Any], **options: Any) -> None:
        with self._speaking():
            self.problem = ""
            try:
                async with counting_wrong_keys(self._network):
                    await in_transaction(verb, now(), self._code, **options)
            except NotNow as late:
                self.problem = why_not_in_line(late, ZoneInfo("UTC"))
            except Refusal:
                self.problem = ""
            await self._look(keeps_problem=True)

    async def _look(self, *, keeps_problem: bool = False) -> None:
        self.error = ""
        self.problem = self.problem if keeps_problem else ""
        try:
            await check_wrong_keys(self._network)
            async with counting_wrong_keys(self._network):
                self.shown = await in_reading(ticket_shown, now(), self._code) if self._code else TicketShown()
        except RateLimited:
            self.shown, self.problem = (
                TicketShown(),
                _("Too many codes were tried over this connection. Please wait a few minutes."),
            )
        except UnknownTicket:
            self.code, self.shown = "", TicketShown()
        if self.shown.state in OVER:
            self.code = ""

    @property
    def _code(self) -> str:
        """ "" unless it could be one."""
        return str(self.code) if len(bare(str(self.code)[:LONGEST_CODE])) > 10 else ""
