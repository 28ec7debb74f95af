"""An appointment opened with its two codes, or by a mandate: this tab keeps which, every handler proves it again."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import reflex as rx
from sqlmodel import Session

from booking.acting import done_by, opened_for
from booking.appointments import cancel, look_up, move
from booking.catalogue import Catalogue, read_catalogue
from booking.details import storable
from booking.errors import Refusal
from booking.mandates import SEE, Acting, acts_for
from booking.promises import Appointment
from booking.store import in_reading, in_transaction
from booking.tidings import BOOKING
from locales.catalogue import path
from portal.appointments.refusals import why
from portal.appointments.shown import Shown, shown
from portal.appointments.words import zone_of
from portal.identity.signed_in import SignedIn
from portal.limits import RateLimited, opening
from portal.page_state import now

T = TypeVar("T")
FIND = "/appointment/"
# In place of a key, which is much longer.
_FOR = re.compile(r"for-([0-9]{1,9})")


def codes_for(reference: str, owner_id: int) -> str:
    """What a tab keeps of an appointment that somebody opens by a mandate of this owner's."""
    return f"{reference}.for-{owner_id}"


class OpenedState(SignedIn, rx.State):
    """`codes` is "REFERENCE.KEY" in the tab's session storage, or "" while nothing is open; `news` is what another page had to tell.
    Opened by a mandate it names the owner in place of the key, and is worth what whoever is signed in may do for them.
    """

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
        acting = await self._acting()
        try:
            async with opening(self._network):
                catalogue, appointment, *names = await in_reading(_opened, now(), reference, access_key, acting)
        except RateLimited as limited:
            self.shown, self.problem = Shown(), why(limited, ZoneInfo("UTC"))
            return None
        except Refusal:
            self.codes, self.shown = "", Shown()
            return None
        self.shown = shown(catalogue, now(), appointment, "" if acting else access_key, *names)
        return catalogue, appointment

    async def _do(self, verb: Callable[..., T], *arguments: Any, **options: Any) -> T:
        """One verb of the book, on what the codes open. Anybody can call a handler with any codes, so wrong ones are counted here too."""
        acting = await self._acting() if verb in (move, cancel) else None
        by_whom = {"acting": acting} if acting else {}
        async with opening(self._network):
            return await in_transaction(verb, now(), *self._codes, *arguments, **options, **by_whom)

    async def _acting(self) -> Acting | None:
        """Whoever is signed in, for the owner whom this tab names; None when it has a key. Nobody signed in may do nothing."""
        named = _FOR.fullmatch(self._codes[1])
        return Acting(await self._resident_id() or 0, int(named[1])) if named else None

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


def _opened(
    session: Session, at: datetime, reference: str, access_key: str, acting: Acting | None
) -> tuple[Catalogue, Appointment, str, str]:
    """And who booked it for its owner, "" for the owner; and the owner's name for whoever acts for them."""
    found = opened_for(session, at, acting, reference, SEE) if acting else look_up(session, reference, access_key)
    owners = acts_for(session, at, acting.holder_id) if acting else []
    whose = next((each.name for each in owners if acting and each.owner_id == acting.owner_id), "")
    return read_catalogue(session), found, done_by(session, found, BOOKING), whose
