"""What all pages of the booking journey share: the key to the draft, kept by this tab, and one sentence about what went wrong."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any, TypeVar

import reflex as rx
from sqlmodel import Session

from booking.assurance import LOW, needed, reaches
from booking.catalogue import Catalogue, read_catalogue
from booking.errors import HoldExpired, NoMandate, Refusal, SlotTaken
from booking.store import in_reading, in_transaction
from locales.catalogue import current_language, path
from portal.appointments.draft import DESK, Kept, acting_by, acting_of, for_myself, is_key, keep_longer, kept
from portal.appointments.kept_time import KeptTime
from portal.appointments.refusals import why
from portal.appointments.shown import Shown
from portal.appointments.steps import DONE, TIME, WAY, address_of
from portal.appointments.words import services_words, zone_of
from portal.held_times import keep
from portal.identity.assisting import Assisted
from portal.identity.assurance import level_of
from portal.identity.provider import has_provider
from portal.identity.signed_in import SignedIn
from portal.page_state import now

T = TypeVar("T")


class BookingState(KeptTime, SignedIn, rx.State):
    """`shown` is the appointment, once there is one; `for_whom` is the name of somebody for whom another books, "" otherwise.
    `beside` is the name of whom staff sit beside, "" otherwise; `is_handed_over` that they go on with it on their own phone.
    `must_show_who`: first they must show more surely who they are, at `show_who_at`, which is "" where only the desk can see to it.
    """

    draft_key: str = rx.SessionStorage("", name="atrio-draft")
    problem: rx.Field[str] = rx.field("")
    shown: rx.Field[Shown] = rx.field(default_factory=Shown)
    is_waiting: rx.Field[bool] = rx.field(False)
    what_for: rx.Field[str] = rx.field("")
    for_whom: rx.Field[str] = rx.field("")
    beside: rx.Field[str] = rx.field("")
    is_handed_over: rx.Field[bool] = rx.field(False)
    must_show_who: rx.Field[bool] = rx.field(False)
    show_who_at: rx.Field[str] = rx.field("")
    was_not_sure_enough: rx.Field[bool] = rx.field(False)

    @rx.event
    async def more_time(self):
        """Ten more minutes for the time that is kept."""
        with self._speaking():
            try:
                await self._keep_time(keep_longer)
                self.problem = ""
            except Refusal as refusal:
                return await self._refused(refusal)
            await self._draft(needs_time=True)

    @rx.event
    async def for_myself(self):
        """Book for oneself after all: the time stays, the answers of the other person go."""
        with self._speaking():
            with suppress(HoldExpired):
                await in_transaction(for_myself, now(), self._key)
            self.for_whom = ""
            return await self._way_on()

    @property
    def _key(self) -> str:
        return self.draft_key if is_key(self.draft_key) else ""

    @rx.event
    async def look_at_time(self):
        """Two minutes before the kept time ends, and when it has: say how it stands now."""
        with self._speaking():
            await self._draft(needs_time=True)

    async def _keep_time(self, verb: Callable[..., T], *answer: Any, **kept: Any) -> T:
        """Keep a time, or keep it longer, if this network doesn't keep too many for people who don't book."""
        _catalogue, draft = await self._town_and_draft()
        mine = draft.draft.hold if draft else ""
        return await keep(self._network, lambda: in_transaction(verb, now(), self._key, *answer), mine, **kept)

    async def _town_and_draft(self) -> tuple[Catalogue, Kept | None]:
        """The draft of this tab, unless it was begun for somebody for whom whoever is signed in may not book any more."""
        catalogue, draft = await in_reading(_town_and_draft, now(), self._key)
        acting = acting_of(draft.draft) if draft else None
        if acting and acting.holder_id != await self._resident_id():
            draft = None
        self.for_whom = draft.for_whom if draft else ""
        return catalogue, draft

    async def _acts_no_more(self) -> bool:
        """Was this begun for somebody else, and may it not go on?"""
        if await in_reading(acting_by, self._key) is None:
            self.for_whom = ""
            return False
        return (await self._town_and_draft())[1] is None

    async def _draft(self, *, needs_time: bool = False) -> tuple[Catalogue, Kept] | None:
        """The town and the draft of this tab, or None when the visitor has to be sent on (`_way_on`)."""
        catalogue, draft = await self._town_and_draft()
        if draft is None or draft.draft.reference or not draft.draft.services or not draft.draft.location:
            return None
        if needs_time and not draft.draft.hold:
            return None
        self.what_for = services_words(catalogue, draft.draft.services)
        beside = await self._assisted(draft.draft.key_hash)
        self.beside, self.is_handed_over = beside.name if beside else "", False
        await self._ask_who(catalogue, draft.draft.services, beside or draft.beside)
        held = draft.held
        self._show_kept(held and held.start, held and held.expires_at, zone_of(catalogue, draft.draft.location))
        return catalogue, draft

    async def _ask_who(self, catalogue: Catalogue, services: tuple[str, ...], beside: Assisted | None) -> None:
        """Of whoever is here now, is it known surely enough who they are for these services? Or was it at the desk?"""
        needs = needed(catalogue, tuple(services))
        who = await self._who()
        self.must_show_who = not reaches(level_of(who, beside), needs)
        self.was_not_sure_enough = self.must_show_who and who is not None and who.how == "provider"
        self.show_who_at = ""
        if self.must_show_who and needs == LOW:
            self.show_who_at = path(f"/sign-in/?next={self._page}")
        elif self.must_show_who and has_provider():
            self.show_who_at = f"/auth/provider?language={current_language()}&level={needs}&next={self._page}"

    async def _channel(self) -> str:
        """Beside a member of the staff it is the desk's."""
        return DESK if await self._assisted() else "online"

    @property
    def _page(self) -> str:
        """This page, without its language and what its address asks."""
        return "/" + self.router.url.path.strip("/").partition("/")[2] + "/"

    async def _way_on(self) -> Any:
        """Where a page belongs that was opened too early or too late: to the confirmation, the first open question, the services."""
        _catalogue, draft = await self._town_and_draft()
        if draft is None and await in_reading(acting_by, self._key):
            return await self._no_mandate()
        if draft is None or not draft.draft.services:
            return rx.redirect(path("/services/"), replace=True)
        if draft.draft.reference:
            return rx.redirect(path(DONE), replace=True)
        return rx.redirect(path(TIME if draft.draft.location else WAY), replace=True)

    async def _no_mandate(self) -> Any:
        """Nothing of what was begun for somebody else stays in this tab."""
        (await self.get_state(BookingState)).reset()
        return rx.redirect(path("/me/?news=no-mandate"), replace=True)

    async def _refused(self, refusal: Refusal) -> Any:
        """Say why. When the time has gone to somebody else, go to where the nearest ones are offered."""
        if isinstance(refusal, SlotTaken):
            return rx.redirect(path(f"{TIME}?taken={address_of(refusal.start)}"))
        if isinstance(refusal, NoMandate):
            return await self._no_mandate()
        catalogue, draft = await self._town_and_draft()
        self.problem = why(refusal, zone_of(catalogue, draft.draft.location if draft else ""))
        return None


def _town_and_draft(session: Session, moment: datetime, key: str) -> tuple[Catalogue, Kept | None]:
    return read_catalogue(session), kept(session, moment, key)
