"""Your things: what is ahead, what travels with you, where you are signed in. Every handler asks first who it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import reflex as rx
from sqlmodel import Session, select

from booking.appointments import booked_by_id
from booking.promises import Appointment
from booking.residents import join, not_mine
from booking.store import in_reading, in_transaction
from locales.catalogue import path
from portal.appointments.opened_state import FIND, OpenedState
from portal.identity import sessions
from portal.identity.sessions import Who
from portal.identity.signed_in import SignedIn
from portal.me.shown import Mine, mine
from portal.page_state import now

ME = "/me/"


class MeState(SignedIn, rx.State):
    mine: rx.Field[Mine] = rx.field(default_factory=Mine)
    is_ready: rx.Field[bool] = rx.field(False)
    news: rx.Field[str] = rx.field("")
    _shown_at: datetime = datetime(2000, 1, 1, tzinfo=UTC)

    @rx.event
    async def open(self):
        with self._speaking():
            self.news = self._asked("news", 20)
            return await self._look()

    @rx.event
    async def see(self, reference: str):
        """Open one of their appointments in this tab, as if they had typed its codes."""
        with self._speaking():
            who = await self._who()
            if who is None or who.resident_id is None:
                return self._out()
            codes = await in_reading(_codes_of, who.resident_id, reference)
            if not codes:
                return await self._look()
            (await self.get_state(OpenedState)).codes = codes
            return rx.redirect(path(FIND))

    @rx.event
    async def join(self):
        """What is shown is theirs, and nothing that was booked since, or that they were not asked about."""
        references = [each.reference for each in self.mine.asked_about]
        return await self._do(lambda session, who: join(session, now(), who, references, self._shown_at), "joined")

    @rx.event
    async def not_mine(self):
        return await self._do(lambda session, who: not_mine(session, self._shown_at, who), "")

    @rx.event
    async def end_session(self, number: int):
        """Sign out of one other place."""
        with self._speaking():
            who = await self._who()
            if who is None:
                return self._out()
            if isinstance(number, int) and not isinstance(number, bool) and 0 < number < 2**31:
                await in_transaction(sessions.end_one, now(), who, number)
            return await self._look()

    @rx.event
    async def end_others(self):
        """Sign out everywhere else."""
        with self._speaking():
            who = await self._who()
            if who is None:
                return self._out()
            await in_transaction(sessions.end_all_but, now(), who)
            return await self._look()

    async def _do(self, verb: Callable[..., Any], news: str):
        with self._speaking():
            who = await self._who()
            if who is None or who.resident_id is None:
                return self._out()
            await in_transaction(verb, who.resident_id)
            self.news = news
            return await self._look()

    async def _look(self):
        who = await self._who()
        if who is None or who.resident_id is None:
            return self._out()
        self._shown_at = now()
        self.mine = await in_reading(_mine, who)
        self.is_ready = True
        return None

    def _out(self):
        """Nothing of theirs stays in this tab."""
        self.reset()
        return self._to_sign_in(ME)


def _mine(session: Session, who: Who) -> Mine:
    return mine(session, now(), who)


def _codes_of(session: Session, resident_id: int, reference: object) -> str:
    """ "REFERENCE.KEY" of an appointment of theirs; "" for one that isn't, or that doesn't exist."""
    if not isinstance(reference, str) or len(reference) > 40:
        return ""
    theirs = select(Appointment.id).where(Appointment.reference == reference, Appointment.resident_id == resident_id)
    found = session.exec(theirs).one_or_none()
    booked = booked_by_id(session, found) if found else None
    return f"{booked.reference}.{booked.access_key}" if booked else ""
