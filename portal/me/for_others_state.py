"""What others let somebody do for them: offers to answer, and for whom they act. Every handler asks first who it is."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import reflex as rx
from sqlmodel import Session

from booking.errors import NoMandate
from booking.mandates import accept, acts_for, decline, offered_to
from booking.store import in_reading, in_transaction
from locales import dates
from locales.catalogue import _
from portal.contacts import scope_words
from portal.identity.signed_in import SignedIn
from portal.page_state import now


@dataclass(frozen=True)
class Offered:
    """What waits for their yes. `number` names it."""

    number: int
    name: str
    scopes: str
    until: str


@dataclass(frozen=True)
class Other:
    """Somebody for whom they may act."""

    owner: int
    name: str
    scopes: str
    until: str


class ForOthersState(SignedIn, rx.State):
    offers: rx.Field[list[Offered]] = rx.field(default_factory=list)
    others: rx.Field[list[Other]] = rx.field(default_factory=list)

    @rx.event
    async def open(self):
        with self._speaking():
            resident_id = await self._resident_id()
            self.offers, self.others = await in_reading(_shown, now(), resident_id) if resident_id else ([], [])

    @rx.event
    async def accept(self, number: int):
        return await self._answer(accept, number)

    @rx.event
    async def decline(self, number: int):
        return await self._answer(decline, number)

    async def _answer(self, verb: Callable[[Session, datetime, int, int], object], number: int):
        resident_id = await self._resident_id()
        if resident_id and is_number(number):
            with suppress(NoMandate):
                await in_transaction(verb, now(), resident_id, number)
        return ForOthersState.open


def is_number(given: object) -> bool:
    """Could it name a row? Whatever a browser says."""
    return isinstance(given, int) and not isinstance(given, bool) and 0 < given < 2**31


def scopes_words(scopes: tuple[str, ...]) -> str:
    return _(", ").join(map(scope_words, scopes))


def _shown(session: Session, at: datetime, resident_id: int) -> tuple[list[Offered], list[Other]]:
    offers = [
        Offered(each.id or 0, each.owner_name, scopes_words(tuple(each.scopes)), dates.day_and_year(each.last_day))
        for each in offered_to(session, at, resident_id)
    ]
    others = [
        Other(each.owner_id, each.name, scopes_words(each.scopes), dates.day_and_year(each.last_day))
        for each in acts_for(session, at, resident_id)
    ]
    return offers, others
