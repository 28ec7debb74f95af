"""What a staff member signs in with, and where they are signed in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import reflex as rx
from sqlmodel import Session

from booking.catalogue import read_catalogue
from booking.store import in_reading, in_transaction
from locales import dates
from locales.catalogue import _, path
from portal.desk.sign_in_state import DESK_SIGN_IN
from portal.desk.words import passkey_trouble
from portal.identity import sessions
from portal.identity.passkeys import Passkey, passkeys_of
from portal.identity.places import Place, places_of
from portal.identity.sessions import Who
from portal.identity.signed_in import SignedIn
from portal.identity.staff_access import StaffAccess, codes_left, new_recovery_codes, remove_passkey
from portal.page_state import now

ACCESS = "/desk/me/"


@dataclass(frozen=True)
class Key:
    """A passkey. `number` names it."""

    number: int
    device: str
    since: str


@dataclass(frozen=True)
class Access:
    """`has_access`: they have set up what to sign in with; in a demonstration a click is enough."""

    has_access: bool = False
    has_authenticator: bool = False
    passkeys: list[Key] = field(default_factory=list)
    codes_left: int = 0
    places: list[Place] = field(default_factory=list)


class MyAccessState(SignedIn, rx.State):
    mine: rx.Field[Access] = rx.field(default_factory=Access)
    new_ones: rx.Field[list[str]] = rx.field(default_factory=list)
    news: rx.Field[str] = rx.field("")
    error: rx.Field[str] = rx.field("")
    is_ready: rx.Field[bool] = rx.field(False)

    @rx.event
    async def open(self):
        with self._speaking():
            self.news = self.error = ""
            self.new_ones = []
            return await self._look()

    @rx.event
    async def passkey_added(self, form: dict):
        """How it went with a new passkey."""
        with self._speaking():
            outcome = form.get("outcome") if isinstance(form, dict) else None
            self.news, self.error = ("added", "") if outcome == "ok" else ("", passkey_trouble(outcome))
            return await self._look()

    @rx.event
    async def remove_passkey(self, number: int):
        with self._speaking():
            self.news = self.error = ""
            who = await self._who()
            if who and who.staff and _is_number(number):
                is_gone = await in_transaction(remove_passkey, now(), who.staff, number)
                self.error = (
                    "" if is_gone else _("This is all you have beside your password. Please add another passkey first.")
                )
            return await self._look()

    @rx.event
    async def new_codes(self):
        """Ten new recovery codes, shown this once, in place of those before."""
        with self._speaking():
            self.news = self.error = ""
            who = await self._who()
            self.new_ones = await in_transaction(_new_codes, who.staff) if who and who.staff else []
            return await self._look()

    @rx.event
    async def end_session(self, number: int):
        """Sign out of one other place."""
        with self._speaking():
            who = await self._who()
            if who and _is_number(number):
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
            return rx.redirect(path(f"{DESK_SIGN_IN}?next={ACCESS}"), replace=True)
        self.mine = await in_reading(_access, now(), who)
        self.is_ready = True
        return None


def _access(session: Session, at: datetime, who: Who) -> Access:
    catalogue, staff = read_catalogue(session), who.staff or ""
    zone, access = ZoneInfo(catalogue.town.timezone), session.get(StaffAccess, staff)
    return Access(
        has_access=access is not None,
        has_authenticator=bool(access and access.totp_sealed),
        passkeys=[_key(each, zone) for each in passkeys_of(session, staff)],
        codes_left=codes_left(session, staff),
        places=places_of(session, at, catalogue, who),
    )


def _key(row: Passkey, zone: ZoneInfo) -> Key:
    return Key(row.id or 0, row.device or _("A device we do not know"), dates.moment(row.made_at, zone))


def _new_codes(session: Session, staff: str) -> list[str]:
    return new_recovery_codes(session, staff) if session.get(StaffAccess, staff) else []


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**31
