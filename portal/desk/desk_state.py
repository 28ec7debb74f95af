"""The start page of staff: who they are here, and where they are signed in."""

from __future__ import annotations

from dataclasses import dataclass, field

import reflex as rx
from sqlmodel import Session

from booking.catalogue import read_catalogue
from booking.store import in_reading, in_transaction
from locales.catalogue import path
from portal.desk.sign_in_state import DESK, DESK_SIGN_IN
from portal.desk.words import roles_words
from portal.identity import sessions
from portal.identity.places import Place, places_of
from portal.identity.sessions import Who
from portal.identity.signed_in import SignedIn
from portal.identity.staff_access import codes_left
from portal.page_state import now
from portal.site import said

FEW_CODES = 3


@dataclass(frozen=True)
class AtWork:
    """`is_low_on_codes`: they came by password, and few recovery codes are left."""

    name: str = ""
    roles: str = ""
    counters: str = ""
    is_low_on_codes: bool = False
    places: list[Place] = field(default_factory=list)


class DeskState(SignedIn, rx.State):
    mine: rx.Field[AtWork] = rx.field(default_factory=AtWork)
    is_ready: rx.Field[bool] = rx.field(False)

    @rx.event
    async def open(self):
        with self._speaking():
            return await self._look()

    @rx.event
    async def end_session(self, number: int):
        """Sign out of one other place."""
        with self._speaking():
            who = await self._who()
            if who and isinstance(number, int) and not isinstance(number, bool) and 0 < number < 2**31:
                await in_transaction(sessions.end_one, now(), who, number)
            return await self._look()

    @rx.event
    async def end_others(self):
        with self._speaking():
            if who := await self._who():
                await in_transaction(sessions.end_all_but, now(), who)
            return await self._look()

    async def _look(self):
        who = await self._who()
        if who is None or await self._member() is None:
            self.reset()
            return rx.redirect(path(f"{DESK_SIGN_IN}?next={DESK}"), replace=True)
        self.mine = await in_reading(_at_work, who)
        self.is_ready = True
        return None


def _at_work(session: Session, who: Who) -> AtWork:
    catalogue = read_catalogue(session)
    member = catalogue.staff[who.staff or ""]
    counters = (catalogue.counters[slug] for slug in member.counters if slug in catalogue.counters)
    return AtWork(
        name=member.name,
        roles=roles_words(member.roles),
        counters=", ".join(f"{said(catalogue.known_locations[each.location].name)}: {said(each.name)}" for each in counters),
        is_low_on_codes=who.how == "password" and codes_left(session, member.slug) < FEW_CODES,
        places=places_of(session, now(), catalogue, who),
    )
