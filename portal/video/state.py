"""Who follows the link of a video appointment is shown the way into the meeting."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import reflex as rx
from sqlmodel import Session

from booking.appointments import look_up
from booking.catalogue import Catalogue, read_catalogue
from booking.errors import Refusal
from booking.meeting import meeting_address
from booking.promises import BOOKED, Appointment
from booking.store import in_reading
from locales import dates
from portal.appointments.refusals import why
from portal.appointments.words import services_words, zone_of
from portal.limits import RateLimited, opening
from portal.page_state import PageState, now


class VideoState(PageState, rx.State):
    """`meeting` is "" until the codes in the fragment have opened an appointment in force; `problem` says why nobody is told."""

    meeting: rx.Field[str] = rx.field("")
    problem: rx.Field[str] = rx.field("")
    moment: rx.Field[str] = rx.field("")
    what_for: rx.Field[str] = rx.field("")
    is_ready: rx.Field[bool] = rx.field(False)
    is_open: rx.Field[bool] = rx.field(False)
    is_over: rx.Field[bool] = rx.field(False)

    @rx.event
    async def open(self):
        with self._speaking():
            reference, _dot, access_key = self.router.url.fragment[:200].partition(".")
            self.meeting, self.problem, self.is_ready, self.is_open, self.is_over = "", "", True, False, False
            try:
                async with opening(self._network):
                    catalogue, appointment = await in_reading(_opened, reference, access_key)
            except RateLimited as limited:
                self.problem = why(limited, ZoneInfo("UTC"))
                return
            except Refusal:
                return
            self._show(catalogue, appointment, now())

    def _show(self, catalogue: Catalogue, appointment: Appointment, moment: datetime) -> None:
        self.is_open = True
        self.is_over = appointment.state != BOOKED or appointment.end_at < moment
        self.meeting = "" if self.is_over else meeting_address(catalogue.town, appointment) or ""
        self.moment = dates.moment(appointment.start_at, zone_of(catalogue, appointment.location))
        self.what_for = services_words(catalogue, appointment.services)


def _opened(session: Session, reference: str, access_key: str) -> tuple[Catalogue, Appointment]:
    return read_catalogue(session), look_up(session, reference, access_key)
