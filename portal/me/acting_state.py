"""What somebody may do for one other person: see what is ahead of them, open it, book. Looked at anew in every handler."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import reflex as rx
from sqlmodel import Session

from booking.acting import look, opened_for
from booking.catalogue import read_catalogue
from booking.errors import NoMandate, Refusal
from booking.mandates import BOOK, SEE, Acting, acts_for, give_up
from booking.store import in_reading, in_transaction
from locales import dates
from locales.catalogue import current_language, path
from portal.appointments.booking_state import BookingState
from portal.appointments.draft import begin_for, new_key
from portal.appointments.opened_state import FIND, OpenedState, codes_for
from portal.appointments.way_state import DRAFTS
from portal.identity.signed_in import SignedIn
from portal.limits import spend
from portal.me.for_others_state import is_number, scopes_words
from portal.me.shown import Visit, visit_shown
from portal.page_state import now

ACTING, ME = "/me/acting/", "/me/"


@dataclass(frozen=True)
class Theirs:
    """`name` is "" while there is nobody to act for."""

    name: str = ""
    scopes: str = ""
    until: str = ""
    may_see: bool = False
    may_book: bool = False
    ahead: list[Visit] = field(default_factory=list)


class ActingState(SignedIn, rx.State):
    """For whom, the page's address says (`?for=`); whether they may, their mandate."""

    theirs: rx.Field[Theirs] = rx.field(default_factory=Theirs)
    is_ready: rx.Field[bool] = rx.field(False)

    @rx.event
    async def open(self):
        with self._speaking():
            self.is_ready, self.theirs = False, Theirs()
            acting = await self._acting()
            if acting is None:
                return self._to_sign_in(ME)
            try:
                self.theirs = await in_transaction(_theirs, now(), acting)
            except NoMandate:
                return self._no_mandate()
            self.is_ready = True
            return None

    @rx.event
    async def see(self, reference: str):
        """Open one of their appointments in this tab, without its key."""
        with self._speaking():
            acting = await self._acting()
            if acting is None:
                return self._to_sign_in(ME)
            try:
                await in_reading(opened_for, now(), acting, str(reference)[:40], SEE)
            except Refusal:
                return self._no_mandate()
            (await self.get_state(OpenedState)).codes = codes_for(str(reference)[:40], acting.owner_id)
            return rx.redirect(path(FIND))

    @rx.event
    async def book(self):
        """The ordinary journey, for them; what was begun in this tab before is let be."""
        with self._speaking():
            acting = await self._acting()
            if acting is None:
                return self._to_sign_in(ME)
            key = new_key()
            try:
                await spend(DRAFTS, self._network)
                await in_transaction(begin_for, now(), key, acting, current_language())
            except Refusal:
                return self._no_mandate()
            booking = await self.get_state(BookingState)
            booking.reset()
            booking.draft_key = key
            return rx.redirect(path("/services/"))

    @rx.event
    async def give_up(self):
        """They don't want to act for them any more."""
        with self._speaking():
            acting = await self._acting()
            if acting is None:
                return self._to_sign_in(ME)
            await in_transaction(give_up, now(), acting)
            self.reset()
            return rx.redirect(path(f"{ME}?news=given-up"))

    async def _acting(self) -> Acting | None:
        """None when nobody is signed in. An address that names nobody names somebody for whom nobody may act."""
        resident_id, named = await self._resident_id(), self._asked("for", 10)
        owner = int(named) if named.isascii() and named.isdecimal() else 0
        return Acting(resident_id, owner if is_number(owner) else 0) if resident_id else None

    def _no_mandate(self) -> Any:
        self.reset()
        return rx.redirect(path(f"{ME}?news=no-mandate"), replace=True)


def _theirs(session: Session, at: datetime, acting: Acting) -> Theirs:
    """In a transaction, because it is recorded that they looked. Raises NoMandate."""
    other = next((each for each in acts_for(session, at, acting.holder_id) if each.owner_id == acting.owner_id), None)
    if other is None:
        raise NoMandate()
    may_see, catalogue = SEE in other.scopes, read_catalogue(session)
    return Theirs(
        name=other.name,
        scopes=scopes_words(other.scopes),
        until=dates.day_and_year(other.last_day),
        may_see=may_see,
        may_book=BOOK in other.scopes,
        ahead=[visit_shown(catalogue, at, each) for each in look(session, at, acting)] if may_see else [],
    )
