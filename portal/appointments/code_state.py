"""After the check, when we don't know yet whose contact it is: the code that was sent, typed; then the promise."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

import reflex as rx
from pydantic import BaseModel, Field, ValidationError
from sqlmodel import Session

from booking.appointments import cancel
from booking.confirming import send_another_code
from booking.details import known_by, storable
from booking.errors import Refusal, SlotTaken
from booking.one_time_codes import WrongCode
from booking.promises import Appointment
from booking.store import in_reading, in_transaction
from booking.unconfirmed import code_sent
from locales.catalogue import _, path
from portal.appointments.booking_state import BookingState
from portal.appointments.details_state import DetailsState
from portal.appointments.draft import confirm_by_code, forget_draft_of, is_drafts, reconsider
from portal.appointments.kept_time import KeptTime
from portal.appointments.opened_state import OpenedState
from portal.appointments.steps import CODE, DETAILS, DONE, TIME, address_of
from portal.appointments.words import zone_of
from portal.contacts import contact_words, in_order, spaced, stays_here, wrong_code_words
from portal.limits import opening, spend_code
from portal.page_state import Typed, now

T = TypeVar("T")
LONGEST_CODE = 20


class TypedCode(BaseModel):
    code: Typed = Field(default="", max_length=200)


class CodeState(KeptTime, OpenedState):
    """`is_mine`: it was booked in this tab, so its answers can still be changed. `shown_code` is the code itself, where no message
    leaves the house.
    """

    is_ready: rx.Field[bool] = rx.field(False)
    sent_to: rx.Field[str] = rx.field("")
    is_mine: rx.Field[bool] = rx.field(False)
    is_sent_again: rx.Field[bool] = rx.field(False)
    shown_code: rx.Field[str] = rx.field("")
    typed: rx.Field[str] = rx.field("")
    codes_sent: rx.Field[int] = rx.field(0)
    error: rx.Field[str] = rx.field("")

    @rx.event
    async def open(self):
        """The letter's link carries the code behind the appointment's two, all in the fragment."""
        with self._speaking():
            if onward := self._take_code():
                return onward
            self.problem, self.error, self._once, self.is_sent_again = "", "", "", False
            return await self._look()

    @rx.event
    async def look_at_time(self):
        """Two minutes before the kept time ends, and when it has: say how it stands now."""
        with self._speaking():
            return await self._look()

    @rx.event
    async def typing(self, text: str):
        """Kept while it is typed: a page that finds its way back after a lost connection shows it again."""
        if isinstance(text, str):
            self.typed = storable(text[:LONGEST_CODE])

    @rx.event
    async def confirm(self, form: dict):
        self.is_waiting = True
        yield
        self.is_waiting = False
        yield await self._confirm(form)

    @rx.event
    async def send_again(self):
        with self._speaking():
            self.problem, self.error, self.typed = "", "", ""
            try:
                opened = await self._open()
                if opened is None:
                    return self._to_find()
                await spend_code(self._network, now(), known_by(opened[1]))
                await self._do(send_another_code, once=secrets.token_urlsafe(24))
            except Refusal as refusal:
                return await self._refused(refusal)
            self.is_sent_again, self.codes_sent = True, self.codes_sent + 1
            return await self._look()

    @rx.event
    async def other_contact(self):
        """Back to the answers, all of them kept."""
        with self._speaking():
            try:
                await self._with_draft(reconsider)
            except Refusal as refusal:
                return await self._refused(refusal)
            await self._forget()
            return rx.redirect(path(DETAILS))

    @rx.event
    async def give_up(self):
        with self._speaking():
            try:
                await self._do(cancel, once=self._intention())
            except Refusal as refusal:
                return await self._refused(refusal)
            await in_transaction(forget_draft_of, await self._draft_key(), self._codes[0])
            await self._forget()
            return rx.redirect(path("/"))

    async def _confirm(self, form: dict):
        with self._speaking():
            self.problem, self.error, self.is_sent_again = "", "", False
            try:
                self.typed = TypedCode.model_validate(form).code.strip()
            except ValidationError:
                self.typed = ""
            if not self.typed:
                self.error = _("Please type the six digits from our message.")
                return None
            try:
                answer = await self._with_draft(confirm_by_code, self.typed)
            except SlotTaken as taken:
                return await self._too_late_for(taken)
            except Refusal as refusal:
                return await self._refused(refusal)
            if isinstance(answer, WrongCode):
                self.error = wrong_code_words(answer.tries_left)
                return None
            return await self._look()

    async def _look(self):
        opened = await self._open()
        if opened is None or not self.shown.is_unconfirmed:
            return await self._onward()
        catalogue, appointment = opened
        zone = zone_of(catalogue, appointment.location)
        sent = await in_reading(_sent, await self._draft_key(), appointment)
        self.sent_to = contact_words(catalogue, appointment)
        self._show_kept(appointment.start_at, appointment.confirm_by, zone)
        self.is_mine, self.shown_code = sent.is_mine, in_order(spaced(sent.code)) if stays_here(appointment) else ""
        self.is_ready = True
        return None

    async def _onward(self):
        """It counts, or is given back: the page that shows it says so."""
        is_mine = await in_reading(is_drafts, await self._draft_key(), self.shown.reference)
        is_booked = self.shown.is_booked
        self._clear()
        (await self.get_state(DetailsState)).reset()
        return rx.redirect(path(DONE), replace=True) if is_mine and is_booked else self._to_find()

    async def _too_late_for(self, taken: SlotTaken):
        """The code was right, but the time went to somebody else meanwhile: to where the nearest ones are offered."""
        try:
            await self._with_draft(reconsider, has_shown=True)
        except Refusal:
            return await self._refused(taken)
        await self._forget()
        return rx.redirect(path(f"{TIME}?taken={address_of(taken.start)}"))

    async def _with_draft(self, verb: Callable[..., T], *arguments: Any, **options: Any) -> T:
        """A verb that changes the appointment, and the draft that it came of, if that is this tab's."""
        key = await self._draft_key()
        async with opening(self._network):
            return await in_transaction(verb, now(), key, *self._codes, *arguments, **options)

    async def _draft_key(self) -> str:
        return (await self.get_state(BookingState))._key

    async def _forget(self) -> None:
        self._clear()
        (await self.get_state(OpenedState)).reset()
        (await self.get_state(BookingState)).problem = ""

    def _clear(self) -> None:
        self.is_ready, self.sent_to, self.shown_code, self.typed = False, "", "", ""

    def _take_code(self):
        both, _dot, code = self.router.url.fragment[:200].rpartition(".")
        if "." not in both:
            return self._take_codes(CODE)
        self.codes, self.typed = both, storable(code[:LONGEST_CODE])
        return rx.redirect(path(CODE), replace=True)


class _Sent(NamedTuple):
    code: str
    is_mine: bool


def _sent(session: Session, draft_key: str, appointment: Appointment) -> _Sent:
    sent: tuple[str, datetime] | None = code_sent(session, appointment)
    return _Sent(sent[0] if sent else "", is_drafts(session, draft_key, appointment.reference))
