"""The start page of staff: who they are here, where, and for what."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx
from sqlmodel import Session

from booking.catalogue import read_catalogue
from booking.store import in_reading
from locales.catalogue import _, path
from portal.desk.sign_in_state import DESK, DESK_SIGN_IN
from portal.desk.words import listed, roles_words
from portal.identity.sessions import Who
from portal.identity.signed_in import SignedIn
from portal.identity.staff_access import codes_left
from portal.site import said

FEW_CODES = 3


@dataclass(frozen=True)
class AtWork:
    """`is_low_on_codes`: they came by password, and few recovery codes are left."""

    name: str = ""
    roles: str = ""
    locations: str = ""
    topics: str = ""
    counters: str = ""
    is_low_on_codes: bool = False


class DeskState(SignedIn, rx.State):
    mine: rx.Field[AtWork] = rx.field(default_factory=AtWork)
    is_ready: rx.Field[bool] = rx.field(False)

    @rx.event
    async def open(self):
        with self._speaking():
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
        locations=listed(said(catalogue.locations[slug].name) for slug in catalogue.locations_of(member)),
        topics=listed(said(catalogue.topics[slug].name) for slug in catalogue.topics_of(member)) if member.topics else _("all"),
        counters=", ".join(f"{said(catalogue.known_locations[each.location].name)}: {said(each.name)}" for each in counters),
        is_low_on_codes=who.how == "password" and codes_left(session, member.slug) < FEW_CODES,
    )
