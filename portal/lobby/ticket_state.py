"""Following a ticket on one's own telephone: looked at every ten seconds, by the code that this browser keeps."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

import reflex as rx
from pydantic import BaseModel, Field, ValidationError
from sqlalchemy.exc import SQLAlchemyError

from booking.details import storable
from booking.errors import NotNow, Refusal, UnknownTicket
from booking.queue import come_back, leave, need_more_time
from booking.references import bare
from booking.store import in_reading, in_transaction
from booking.tickets import OVER
from locales.catalogue import _, path
from portal.limits import RateLimited, count_wrong_key, counting_wrong_keys
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
    asked_at: rx.Field[str] = rx.field("")

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
            self.shown = TicketShown()
            await self._look()
            if not self.shown.number:
                self.error = self.problem or _("No ticket has this code. Please compare it, or speak to us.")
                self.problem = ""

    @rx.event
    async def more_time(self, postponed: int):
        """Two others go first. `postponed` is how often that was so when they pressed: pressed twice it is one wish."""
        wish = postponed % 10 if isinstance(postponed, int) else 0
        await self._do(need_more_time, once=sha256(f"more time {wish} {self._code}".encode()).hexdigest())

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
        # Whatever comes of it, the page asks again: somebody waits to be called.
        self.asked_at = now().isoformat()
        if self.shown.state in OVER and not self._code:
            return
        try:
            self.shown = await in_reading(ticket_shown, now(), self._code) if self._code else TicketShown()
        except UnknownTicket:
            self.code, self.shown = "", TicketShown()
            await self._count_wrong()
        except SQLAlchemyError:
            self.problem = _("We can't see the line just now. This page keeps asking; the screen in the hall shows every call.")
        if self.shown.state in OVER:
            self.code = ""

    async def _count_wrong(self) -> None:
        """Only what is wrong is counted: a ticket's code is too long to be tried out, and whoever has one must hear their call."""
        try:
            await count_wrong_key(self._network)
        except RateLimited:
            self.problem = _("Too many codes were tried over this connection. Please wait a few minutes.")

    @property
    def _code(self) -> str:
        """ "" unless it could be one."""
        return str(self.code) if len(bare(str(self.code)[:LONGEST_CODE])) > 10 else ""
