"""An appointment opened with its two codes: this tab keeps them, every handler proves them again."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import reflex as rx
from sqlmodel import Session

from booking.appointments import look_up
from booking.catalogue import Catalogue, read_catalogue
from booking.details import storable
from booking.errors import Refusal
from booking.promises import Appointment
from booking.store import in_reading, in_transaction
from locales.catalogue import path
from portal.appointments.refusals import why
from portal.appointments.shown import Shown, shown
from portal.appointments.words import zone_of
from portal.limits import RateLimited, opening
from portal.page_state import PageState, now

T = TypeVar("T")
FIND = "/appointment/"


class OpenedState(PageState, rx.State):
    """`codes` is "REFERENCE.KEY" in the tab's session storage, or "" while nothing is open; `news` is what another page had to tell."""

    codes: str = rx.SessionStorage("", name="atrio-appointment")
    shown: rx.Field[Shown] = rx.field(default_factory=Shown)
    is_waiting: rx.Field[bool] = rx.field(False)
    problem: rx.Field[str] = rx.field("")
    news: rx.Field[str] = rx.field("")
    _once: str = ""

    @property
    def _codes(self) -> tuple[str, str]:
        reference, _dot, access_key = storable(str(self.codes)[:200]).partition(".")
        return reference, access_key

    async def _open(self) -> tuple[Catalogue, Appointment] | None:
        """The town and the appointment whose codes this tab keeps, or None when they open nothing, or nobody is told just now."""
        reference, access_key = self._codes
        try:
            async with opening(self._network):
                catalogue, appointment = await in_reading(_town_and_appointment, reference, access_key)
        except RateLimited as limited:
            self.shown, self.problem = Shown(), why(limited, ZoneInfo("UTC"))
            return None
        except Refusal:
            self.codes, self.shown = "", Shown()
            return None
        self.shown = shown(catalogue, now(), appointment, access_key)
        return catalogue, appointment

    async def _do(self, verb: Callable[..., T], *arguments: Any, **options: Any) -> T:
        """One verb of the book, on what the codes open. Anybody can call a handler with any codes, so wrong ones are counted here too."""
        async with opening(self._network):
            return await in_transaction(verb, now(), *self._codes, *arguments, **options)

    def _take_codes(self, page: str) -> Any:
        """A link or a QR code carries both codes in the fragment: they go into this tab's storage, and out of the address bar
        and the history, because whoever uses this browser next must not find them there. None when it carries none.
        """
        fragment = self.router.url.fragment
        if "." not in fragment:
            return None
        self.codes = storable(fragment[:200])
        return rx.redirect(path(page), replace=True)

    async def _refused(self, refusal: Refusal) -> Any:
        opened = await self._open()
        if opened is None:
            return self._to_find()
        catalogue, appointment = opened
        self.problem = why(refusal, zone_of(catalogue, appointment.location))
        return None

    def _intention(self) -> str:
        """The key of what this page is for: the same until it is opened anew, so that a replayed event does nothing twice."""
        self._once = self._once or secrets.token_urlsafe(24)
        return self._once

    def _too_late(self) -> Any:
        """Back to the appointment: that it is cancelled is said there, that it can't be changed any more has to be added."""
        return self._to_find("too-late" if self.shown.is_booked else "")

    def _to_find(self, news: str = "") -> Any:
        self.news = ""
        return rx.redirect(path(f"{FIND}?news={news}" if news else FIND), replace=True)


def _town_and_appointment(session: Session, reference: str, access_key: str) -> tuple[Catalogue, Appointment]:
    return read_catalogue(session), look_up(session, reference, access_key)
