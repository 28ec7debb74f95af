"""The ticket machines of one's houses: a code for a new one, where each prints, and an end to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import reflex as rx
from pydantic import BaseModel, Field, ValidationError
from sqlmodel import Session

from booking.catalogue import StaffMember, read_catalogue
from booking.store import in_reading, in_transaction
from kiosk.device import BY_BROWSER, NO_PRINTER, Device, good_devices, prints_on, withdraw_device
from kiosk.pairing import LASTS, new_pairing_code
from kiosk.printing import is_printer_address, trouble_words
from locales import dates
from locales.catalogue import _, path
from portal.desk.sign_in_state import DESK_SIGN_IN
from portal.identity.permissions import DEVICE_KEEPERS
from portal.identity.signed_in import SignedIn
from portal.page_state import Typed, now
from portal.site import said

DEVICES = "/desk/devices/"
BY_RECEIPT_PRINTER = "receipt"
ADDRESS_KEEPERS = frozenset({"manager", "technician"})


@dataclass(frozen=True)
class Machine:
    """`printer` is one of "", "browser", "receipt"; `address` is of a receipt printer. `number` names it."""

    number: int
    house: str
    since: str
    seen: str
    printer: str = NO_PRINTER
    address: str = ""
    trouble: str = ""


@dataclass(frozen=True)
class House:
    slug: str
    name: str


@dataclass(frozen=True)
class Shown:
    machines: list[Machine] = field(default_factory=list)
    houses: list[House] = field(default_factory=list)


class Wanted(BaseModel):
    house: Typed = Field(default="", max_length=200)
    printer: Typed = Field(default="", max_length=20)
    address: Typed = Field(default="", max_length=200)


class DevicesState(SignedIn, rx.State):
    """`code` is shown once, to whoever asked for it."""

    machines: rx.Field[list[Machine]] = rx.field(default_factory=list)
    houses: rx.Field[list[House]] = rx.field(default_factory=list)
    code: rx.Field[str] = rx.field("")
    until: rx.Field[str] = rx.field("")
    problem: rx.Field[str] = rx.field("")
    news: rx.Field[str] = rx.field("")
    is_ready: rx.Field[bool] = rx.field(False)

    @rx.event
    async def open(self):
        with self._speaking():
            return await self._do(lambda session, member: None)

    @rx.event
    async def pair(self, form: dict):
        """A code for a new machine."""
        with self._speaking():
            return await self._do(lambda session, member: _code_for(session, member, _wanted(form).house))

    @rx.event
    async def print_on(self, number: int, form: dict):
        with self._speaking():
            wanted = _wanted(form)
            return await self._do(lambda session, member: _print_on(session, member, number, wanted))

    @rx.event
    async def withdraw(self, number: int):
        """It is a ticket machine no longer."""
        with self._speaking():
            return await self._do(lambda session, member: _withdraw(session, member, number))

    async def _do(self, deed: Callable[[Session, StaffMember], Any]) -> Any:
        """One deed, and how things stand then."""
        member = await self._keeper()
        if member is None:
            self.reset()
            return rx.redirect(path(f"{DESK_SIGN_IN}?next={DEVICES}"), replace=True)
        self.code = self.problem = self.news = ""
        answer = await in_transaction(deed, member)
        if isinstance(answer, Code):
            self.code, self.until = answer.code, answer.until
        elif isinstance(answer, str):
            self.problem = answer
        elif answer is True:
            self.news = _("Done.")
        shown = await in_reading(_shown, member)
        self.machines, self.houses, self.is_ready = shown.machines, shown.houses, True
        return None

    async def _keeper(self) -> StaffMember | None:
        member = await self._member()
        return member if member and DEVICE_KEEPERS & set(member.roles) else None


@dataclass(frozen=True)
class Code:
    code: str
    until: str


def _shown(session: Session, member: StaffMember) -> Shown:
    catalogue = read_catalogue(session)
    mine = catalogue.locations_of(member)
    return Shown(
        [_machine(session, row) for row in good_devices(session) if row.location in mine],
        [House(slug, said(catalogue.locations[slug].name)) for slug in mine],
    )


def _machine(session: Session, row: Device) -> Machine:
    house = read_catalogue(session).known_locations[row.location]
    zone = ZoneInfo(house.timezone)
    is_receipt = row.printer not in (NO_PRINTER, BY_BROWSER)
    return Machine(
        number=row.id or 0,
        house=said(house.name),
        since=dates.moment(row.made_at, zone),
        seen=dates.moment(row.seen_at, zone) if row.seen_at else _("not yet"),
        printer=BY_RECEIPT_PRINTER if is_receipt else row.printer,
        address=row.printer if is_receipt else "",
        trouble=trouble_words(row.trouble),
    )


def _code_for(session: Session, member: StaffMember, house: str) -> Code | str:
    if house not in read_catalogue(session).locations_of(member):
        return _("Please choose one of your houses.")
    at = now()
    code = new_pairing_code(session, at, house, member.slug)
    return Code(f"{code[:4]} {code[4:]}", _until(session, house, at))


def _until(session: Session, house: str, at: datetime) -> str:
    return dates.time(at + LASTS, ZoneInfo(read_catalogue(session).known_locations[house].timezone))


def _print_on(session: Session, member: StaffMember, number: int, wanted: Wanted) -> bool | str:
    """True when it does now, else why it can't."""
    printer = wanted.address.strip() if wanted.printer == BY_RECEIPT_PRINTER else wanted.printer
    if wanted.printer not in (NO_PRINTER, BY_BROWSER, BY_RECEIPT_PRINTER):
        return _("Please choose how it prints.")
    # The server connects to it: not for everybody to say.
    if wanted.printer == BY_RECEIPT_PRINTER and not ADDRESS_KEEPERS & set(member.roles):
        return _("Where a receipt printer stands is said by managers and technicians.")
    if wanted.printer == BY_RECEIPT_PRINTER and not is_printer_address(printer):
        return _(
            "This is no address of a receipt printer. One looks like {example}.", example="\u2066escpos://192.0.2.7:9100\u2069"
        )
    if not _is_mine(session, member, number) or not prints_on(session, now(), number, printer, member.slug):
        return _gone_words()
    return True


def _withdraw(session: Session, member: StaffMember, number: int) -> bool | str:
    if not _is_mine(session, member, number) or not withdraw_device(session, now(), number, by=member.slug):
        return _gone_words()
    return True


def _gone_words() -> str:
    return _("This machine is not there any more.")


def _is_mine(session: Session, member: StaffMember, number: Any) -> bool:
    if not isinstance(number, int) or isinstance(number, bool) or not 0 < number < 2**31:
        return False
    row = session.get(Device, number)
    return bool(row and row.withdrawn_at is None and row.location in read_catalogue(session).locations_of(member))


def _wanted(form: Any) -> Wanted:
    try:
        return Wanted.model_validate(form)
    except ValidationError:
        return Wanted()
