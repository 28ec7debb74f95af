"""Going on with a booking on the resident's own phone: the code on the staff's screen, and the page that it opens."""

from __future__ import annotations

import reflex as rx

from booking.details import storable
from booking.errors import HoldExpired, Refusal
from booking.settings import settings
from booking.store import in_reading, in_transaction
from locales import dates
from locales.catalogue import path
from portal.appointments.booking_state import BookingState
from portal.appointments.draft import new_key
from portal.appointments.handing_over import LASTS, is_taken_over, offer, take_over, withdraw
from portal.appointments.steps import DETAILS, HERE
from portal.appointments.words import zone_of
from portal.page_state import now
from portal.ui.qr import code_drawing

EVERY = 2  # seconds
BEFORE_IT = "on."  # what stands in the fragment before what was scanned
LONGEST_TOKEN = 64


class OfferState(BookingState):
    """On the staff's screen. `drawing` is "" while nothing can be scanned."""

    drawing: rx.Field[str] = rx.field("")
    modules: rx.Field[int] = rx.field(0)
    until: rx.Field[str] = rx.field("")
    asked_at: rx.Field[str] = rx.field("")
    _token: str = ""

    @rx.event
    async def offer(self):
        """A code to scan, in place of an earlier one."""
        with self._speaking():
            self._put_away()
            beside = await self._assisted()
            if beside is None:
                return
            catalogue, kept = await self._town_and_draft()
            try:
                self._token = await in_transaction(offer, now(), self._key, beside)
            except HoldExpired as refusal:
                await self._refused(refusal)
                return
            address = f"{settings().address}{path(HERE)}#{BEFORE_IT}{self._token}"
            self.drawing, self.modules = code_drawing(address)
            self.until = dates.time(now() + LASTS, zone_of(catalogue, kept.draft.location if kept else ""))
            self.asked_at = now().isoformat()

    @rx.event
    async def look(self):
        """Asked by the page itself, so it is no touch of a terminal that may have been left."""
        with self._speaking():
            if await self._assisted(is_touch=False) is None:
                self._put_away()
                return
            self.asked_at = now().isoformat()
            if await in_reading(is_taken_over, self._token):
                self._put_away()
                self.is_handed_over = True

    @rx.event
    async def stop(self):
        """It stays on this screen."""
        with self._speaking():
            try:
                await in_transaction(withdraw, now(), self._key)
            except Refusal:
                self.is_handed_over = await in_reading(is_taken_over, self._token)
            self._put_away()

    def _put_away(self) -> None:
        self.drawing = self.until = self.asked_at = self._token = ""


class HereState(BookingState):
    """On the phone. What was scanned is kept by the server only, out of the address bar and the history."""

    is_ready: rx.Field[bool] = rx.field(False)
    can_be_taken: rx.Field[bool] = rx.field(False)
    _token: str = ""
    _new_key: str = ""

    @rx.event
    async def open(self):
        with self._speaking():
            self.problem = ""
            if fragment := self.router.url.fragment:
                self._token, self._new_key = storable(fragment.removeprefix(BEFORE_IT)[:LONGEST_TOKEN]), new_key()
                self.can_be_taken = True
                return rx.redirect(path(HERE), replace=True)
            self.is_ready = True
            return None

    @rx.event
    async def take(self):
        """From now on this phone has it. Pressed twice it is taken once."""
        with self._speaking():
            if not await in_transaction(take_over, now(), self._token, self._new_key):
                self.can_be_taken = False
                return None
            self.draft_key = self._new_key
            _catalogue, kept = await self._town_and_draft()
            if kept and kept.draft.hold:
                return rx.redirect(path(DETAILS), replace=True)
            return await self._way_on()
