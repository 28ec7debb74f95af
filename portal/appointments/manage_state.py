"""Find an appointment by its two codes, move it, cancel it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import reflex as rx
from pydantic import BaseModel, Field, ValidationError
from sqlmodel import Session

from booking.appointments import cancel, look_up, move
from booking.catalogue import read_catalogue
from booking.counter_time import InsteadOf
from booking.earlier import waiting
from booking.errors import MistypedReference, NotBookable, Refusal, SlotTaken, UnknownReference
from booking.store import in_reading, in_transaction
from locales import dates
from locales.catalogue import _, path
from portal.appointments.booking_state import BookingState
from portal.appointments.draft import forget
from portal.appointments.offer import DAYS_AT_ONCE, Day, Near, offer_of, shown_days, shown_near
from portal.appointments.opened_state import FIND, OpenedState
from portal.appointments.refusals import why
from portal.appointments.shown import Shown
from portal.appointments.steps import CODE
from portal.appointments.time_state import TimeAnswer
from portal.appointments.words import zone_of
from portal.limits import RateLimited, opening
from portal.page_state import Typed, now

MOVE, CANCEL = "/appointment/move/", "/appointment/cancel/"


class FindAnswer(BaseModel):
    reference: Typed = Field(default="", max_length=200)
    access_key: Typed = Field(default="", max_length=200)


@dataclass(frozen=True)
class Waits:
    """Whether they wait for an earlier time, and until when one is kept for them ("" while none is)."""

    is_waiting: bool = False
    kept_until: str = ""


class FindState(OpenedState):
    """The page with the two boxes, and what they open."""

    typed_reference: rx.Field[str] = rx.field("")
    waits: rx.Field[Waits] = rx.field(default_factory=Waits)
    errors: rx.Field[dict[str, str]] = rx.field(default_factory=dict)

    @rx.event
    async def open(self):
        """A link or a QR code carries both codes in the fragment; otherwise those that this tab keeps."""
        with self._speaking():
            self.problem, self.errors = "", {}
            if onward := self._take_codes(FIND):
                return onward
            had_codes = bool(self.codes)
            if await self._open() is None and had_codes:
                self.problem = self.problem or _not_found()
            if self.shown.is_unconfirmed:
                return rx.redirect(path(CODE), replace=True)
            self.waits = await in_reading(_waits, now(), *self._codes) if self._has_key() else Waits()
            self.news = _still_true(self._asked("news"), self.shown)
            self.problem = _NEWS[self.news]() if self.news in _NEWS else self.problem

    @rx.event
    async def find(self, form: dict):
        self.is_waiting = True
        yield
        self.is_waiting = False
        yield await self._find(form)

    async def _find(self, form: dict):
        with self._speaking():
            self.problem, self.errors = "", {}
            try:
                answer = FindAnswer.model_validate(form)
            except ValidationError:
                self.errors = {"reference": _not_found()}
                return None
            self.typed_reference = answer.reference
            return await self._look_up(answer)

    @rx.event
    async def close(self):
        """Leave nothing of it in this tab: neither of the appointment, nor of the booking that it may have come from here."""
        booking = await self.get_state(BookingState)
        if await in_transaction(forget, booking.draft_key):
            booking.reset()
        (await self.get_state(OpenedState)).reset()
        with self._speaking():
            return rx.redirect(path(FIND), replace=True)

    def _has_key(self) -> bool:
        """Whether it counts, and was opened with its key: whoever acts for somebody answers no offer."""
        return self.shown.is_booked and bool(self.shown.access_key)

    async def _look_up(self, answer: FindAnswer):
        if missing := _missing(answer):
            self.errors = missing
            return None
        try:
            async with opening(self._network):
                found = await in_reading(look_up, answer.reference, answer.access_key)
        except (MistypedReference, UnknownReference, RateLimited) as refusal:
            self.errors = {"reference": why(refusal, ZoneInfo("UTC"))}
            return None
        self.codes = f"{found.reference}.{answer.access_key.strip()}"
        await self._open()
        if self.shown.is_unconfirmed:
            return rx.redirect(path(CODE))
        self.waits = await in_reading(_waits, now(), *self._codes) if self._has_key() else Waits()
        return None


class MoveState(OpenedState):
    """Another time for the same appointment."""

    near: rx.Field[list[Near]] = rx.field(default_factory=list)
    near_title: rx.Field[str] = rx.field("")
    days: rx.Field[list[Day]] = rx.field(default_factory=list)
    has_more: rx.Field[bool] = rx.field(False)
    days_shown: rx.Field[int] = rx.field(DAYS_AT_ONCE)
    error: rx.Field[str] = rx.field("")
    is_ready: rx.Field[bool] = rx.field(False)

    @rx.event
    async def open(self):
        with self._speaking():
            if onward := self._take_codes(MOVE):
                return onward
            self.problem, self.error, self.days_shown = "", "", DAYS_AT_ONCE
            self._once = ""
            return await self._offer(None)

    @rx.event
    async def show_more(self):
        with self._speaking():
            self.days_shown = min(self.days_shown + DAYS_AT_ONCE, 400)
            return await self._offer(None)

    @rx.event
    async def choose(self, form: dict):
        self.is_waiting = True
        yield
        self.is_waiting = False
        yield await self._choose(form)

    async def _choose(self, form: dict):
        with self._speaking():
            self.error = ""
            try:
                start = TimeAnswer.model_validate(form).time
            except ValidationError:
                self.error = _("Please choose a time.")
                return None
            try:
                await self._do(move, start, once=f"{self._intention()}{start:%Y%m%d%H%M}")
            except Refusal as refusal:
                await self._refused(refusal)
                return await self._offer(start if isinstance(refusal, SlotTaken) else None)
            self.is_ready = False
            return self._to_find("moved")

    async def _offer(self, taken):
        opened = await self._open()
        if opened is None or not self.shown.is_changeable:
            return self._too_late()
        catalogue, appointment = opened
        try:
            mine = InsteadOf(appointment=appointment.id)
            offer = await in_reading(offer_of, now(), appointment.visit, self.days_shown, taken=taken, instead_of=mine)
        except NotBookable:
            return self._to_find("not-offered")
        zone = zone_of(catalogue, appointment.location)
        self.near_title = _("The nearest free times") if taken else _("The next three times")
        self.near, self.days, self.has_more = shown_near(offer, zone), shown_days(offer, zone), offer.has_more
        self.is_ready = True


class CancelState(OpenedState):
    """Asks before it acts: a link in a letter is followed by machines too."""

    is_ready: rx.Field[bool] = rx.field(False)

    @rx.event
    async def open(self):
        with self._speaking():
            if onward := self._take_codes(CANCEL):
                return onward
            self.problem, self._once = "", ""
            if await self._open() is None or not self.shown.is_changeable:
                return self._too_late()
            self.is_ready = True

    @rx.event
    async def cancel(self):
        self.is_waiting = True
        yield
        self.is_waiting = False
        yield await self._cancel()

    async def _cancel(self):
        with self._speaking():
            try:
                await self._do(cancel, once=self._intention())
            except Refusal as refusal:
                return await self._refused(refusal)
            self.is_ready = False
            return self._to_find("cancelled")


def _waits(session: Session, at: datetime, reference: str, access_key: str) -> Waits:
    appointment = look_up(session, reference, access_key)
    state = waiting(session, at, appointment)
    if state is None:
        return Waits()
    zone = zone_of(read_catalogue(session), appointment.location)
    return Waits(True, dates.moment(state.offer.answer_until, zone) if state.offer else "")


def _still_true(news: str, shown: Shown) -> str:
    """The news, unless the appointment tells otherwise by now: an address can be old, or come from somewhere else."""
    is_so = {
        "moved": shown.is_booked,
        "cancelled": bool(shown.reference) and not shown.is_booked,
        "too-late": shown.is_booked and not shown.is_changeable,
        "not-offered": shown.is_booked,
    }
    return news if is_so.get(news) else ""


def _missing(answer: FindAnswer) -> dict[str, str]:
    errors = {}
    if not answer.reference.strip():
        errors["reference"] = _("Please type the booking code. It looks like VC-7K2M-94QX.")
    if not answer.access_key.strip():
        errors["access_key"] = _("Please type the access code that stands beside it.")
    return errors


_NEWS = {
    "too-late": lambda: _("This appointment can no longer be changed here. Please phone us: we will find a way."),
    "not-offered": lambda: _("This is no longer offered as it was. Your time stays yours; to change it, please phone us."),
}


def _not_found() -> str:
    return _("We cannot find an appointment with these two codes. Please check both, or phone us and we will look together.")
