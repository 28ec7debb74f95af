"""The end of the journey: what was promised, and what happens next. Read anew each time, so a reload shows the same."""

from __future__ import annotations

import reflex as rx
from sqlmodel import Session

from booking.appointments import Booked
from booking.catalogue import Catalogue, read_catalogue
from booking.promises import BOOKED, UNCONFIRMED
from booking.store import in_reading
from locales.catalogue import path
from portal.appointments.booking_state import BookingState
from portal.appointments.draft import confirmed
from portal.appointments.opened_state import FIND, OpenedState
from portal.appointments.shown import shown
from portal.appointments.steps import CODE
from portal.page_state import now


class DoneState(BookingState):
    @rx.event
    async def open(self):
        with self._speaking():
            if await self._acts_no_more():
                return await self._no_mandate()
            catalogue, booked = await in_reading(_confirmed, self._key)
            if booked is None:
                return await self._way_on()
            if self.for_whom:
                self.shown = shown(catalogue, now(), booked.appointment, "")
                return None
            # The pages that confirm, show, move and cancel it need nothing typed in this tab.
            (await self.get_state(OpenedState)).codes = f"{booked.reference}.{booked.access_key}"
            if booked.appointment.state == UNCONFIRMED:
                return rx.redirect(path(CODE), replace=True)
            if booked.appointment.state != BOOKED:
                return rx.redirect(path(FIND), replace=True)
            self.shown = shown(catalogue, now(), booked.appointment, booked.access_key)
            return None


def _confirmed(session: Session, key: str) -> tuple[Catalogue, Booked | None]:
    return read_catalogue(session), confirmed(session, key)
