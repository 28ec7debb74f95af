"""Staff open somebody's record and say what for. Nothing of it stands in an address, and nothing is left when the page is."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import reflex as rx
from pydantic import BaseModel, Field, ValidationError
from sqlmodel import Session

from booking.acting import done_by
from booking.catalogue import Catalogue, StaffMember, read_catalogue
from booking.errors import NotValid, Refusal
from booking.finding import PURPOSES, Opened, Person, find_people, open_record
from booking.mandates import granted_by
from booking.merging import merge, merges_of, unmerge
from booking.people import Resident
from booking.promises import BOOKED, CANCELLED, Appointment
from booking.residents import contacts_of
from booking.store import in_reading, in_transaction
from booking.tidings import BOOKING
from locales import dates
from locales.catalogue import _, path
from portal.appointments.refusals import why
from portal.appointments.words import language_words, needs_words, place_words, services_words, zone_of
from portal.contacts import in_order, phone_words, scope_words
from portal.desk.sign_in_state import DESK_SIGN_IN
from portal.facts import Entry, Fact
from portal.identity.grants import end_everywhere
from portal.identity.permissions import READERS
from portal.identity.signed_in import SignedIn
from portal.limits import opening
from portal.page_state import Typed, now

PEOPLE = "/desk/people/"


class Sought(BaseModel):
    who: Typed = Field(default="", max_length=5_000)
    purpose: Typed = Field(default="", max_length=40)


@dataclass(frozen=True)
class Match:
    """Somebody found, as little as it takes to tell them apart. `subject` names them: "resident 5" or "appointment 7"."""

    subject: str
    name: str
    reached: str
    appointments: str


@dataclass(frozen=True)
class Record:
    """An open record in words. `merges`: what was put into it, each to be taken apart by its number."""

    subject: str = ""
    name: str = ""
    facts: list[Fact] = field(default_factory=list)
    appointments: list[Entry] = field(default_factory=list)
    elsewhere: str = ""
    merges: list[Fact] = field(default_factory=list)


class PeopleState(SignedIn, rx.State):
    """`found` is None until somebody was looked for. `marked` is the record that another one is to be put into."""

    who: rx.Field[str] = rx.field("")
    purpose: rx.Field[str] = rx.field("")
    found: rx.Field[list[Match]] = rx.field(default_factory=list)
    has_looked: rx.Field[bool] = rx.field(False)
    record: rx.Field[Record] = rx.field(default_factory=Record)
    marked: rx.Field[Match | None] = rx.field(None)
    errors: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    problem: rx.Field[str] = rx.field("")
    news: rx.Field[str] = rx.field("")
    is_ready: rx.Field[bool] = rx.field(False)
    is_waiting: rx.Field[bool] = rx.field(False)

    @rx.event
    async def open(self):
        with self._speaking():
            member = await self._reader()
            self.reset()
            if member is None:
                return self._out()
            self.is_ready = True
            return None

    @rx.event
    async def find(self, form: dict):
        self.is_waiting = True
        yield
        self.is_waiting = False
        yield await self._find(form)

    @rx.event
    async def see(self, subject: str):
        """Open one of those that were found, for the purpose that was said: nobody goes through the numbers of residents."""
        with self._speaking():
            return await self._see(subject if subject in [each.subject for each in self.found] else "")

    @rx.event
    async def mark(self):
        """Remember the open record: the next one that is opened may be put into it."""
        with self._speaking():
            if await self._reader() is None:
                return self._out()
            if self.record.subject.startswith("resident "):
                self.marked = Match(self.record.subject, self.record.name, "", "")
            return None

    @rx.event
    async def unmark(self):
        with self._speaking():
            if await self._reader() is None:
                return self._out()
            self.marked = None
            return None

    @rx.event
    async def put_together(self):
        """The open record becomes part of the marked one, which is then open."""
        with self._speaking():
            member = await self._reader()
            if member is None:
                return self._out()
            kept, other = _number(self.marked.subject if self.marked else ""), _number(self.record.subject)
            try:
                await in_transaction(_put_together, now(), member.slug, kept, other)
            except Refusal as refusal:
                self.problem = why(refusal, await self._zone())
                return None
            self.marked = None
            await self._see(f"resident {kept}")
            self.news = _("The two are one record now. Whoever signs in by either contact comes to the same page.")
            return None

    @rx.event
    async def take_apart(self, number: str):
        with self._speaking():
            member = await self._reader()
            if member is None:
                return self._out()
            # Only what stands in the record that is open, so that nobody takes apart what they were not shown.
            is_shown = _is_number(number) and number in [each.name for each in self.record.merges]
            try:
                await in_transaction(_take_apart, now(), member.slug, int(number) if is_shown else 0)
            except Refusal as refusal:
                self.problem = why(refusal, await self._zone())
                return None
            await self._see(self.record.subject)
            self.news = _("They are two records again, each with what was its own.")
            return None

    async def _find(self, form: dict):
        with self._speaking():
            member = await self._reader()
            if member is None:
                return self._out()
            self.errors, self.problem, self.news, self.record = {}, "", "", Record()
            self.found, self.has_looked = [], False
            try:
                said = Sought.model_validate(form)
            except ValidationError:
                said = Sought()
            self.who, self.purpose = said.who[:254], said.purpose if said.purpose in PURPOSES else ""
            if not self.purpose:
                self.errors = {"purpose": _("Please say what for. The person can read it.")}
                return None
            try:
                self.found = await in_transaction(_find, member, said.who)
            except NotValid:
                self.errors = {"who": _("Please type an e-mail address, a telephone number, a booking code or a name.")}
                return None
            self.has_looked = True
            return None

    async def _see(self, subject: object):
        member = await self._reader()
        if member is None:
            return self._out()
        self.problem = self.news = ""
        try:
            async with opening(self._network):
                self.record = await in_transaction(_record, now(), member, _person(subject), self.purpose)
        except NotValid:
            self.record, self.problem = Record(), _("There is no such record for you. Please look again.")
        except Refusal as refusal:
            self.record, self.problem = Record(), why(refusal, await self._zone())
        return None

    async def _zone(self) -> ZoneInfo:
        return ZoneInfo((await in_reading(read_catalogue)).town.timezone)

    async def _reader(self) -> StaffMember | None:
        """The staff member signed in here, if it is their work to open somebody's record."""
        member = await self._member()
        return member if member and READERS & set(member.roles) else None

    def _out(self) -> Any:
        self.reset()
        return rx.redirect(path(f"{DESK_SIGN_IN}?next={PEOPLE}"), replace=True)


def _find(session: Session, member: StaffMember, typed: str) -> list[Match]:
    return [_match(session, each) for each in find_people(session, member, typed)]


def _match(session: Session, person: Person) -> Match:
    if person.resident_id is None:
        it = session.get_one(Appointment, person.appointment_id)
        return Match(person.subject, it.name, _half(it.email or it.phone or ""), _("one appointment, without signing in"))
    resident = session.get_one(Resident, person.resident_id)
    first = next(iter(contacts_of(session, person.resident_id)), None)
    reached = _half((first.email or first.phone) if first else "")
    return Match(person.subject, resident.name or reached or _("no name yet"), reached, _("has a page of their own"))


def _half(contact: str) -> str:
    """Enough to tell two people apart, not enough to write to them."""
    if not contact:
        return ""
    local, at, domain = contact.partition("@")
    return in_order(f"{local[:2]}…{at}{domain}" if at else f"…{contact[-3:]}")


def _record(session: Session, at: datetime, member: StaffMember, person: Person, purpose: str) -> Record:
    """Raises NotValid."""
    opened, catalogue = open_record(session, at, member, person, purpose), read_catalogue(session)
    resident = opened.resident
    return Record(
        subject=person.subject,
        name=_match(session, person).name,
        facts=_facts(session, catalogue, at, resident) if resident else [],
        appointments=[_appointment(session, catalogue, each) for each in reversed(opened.appointments)],
        elsewhere=_elsewhere(opened),
        merges=[
            Fact(str(each.id), dates.moment(each.at, zone_of(catalogue, "")))
            for each in (merges_of(session, resident.id or 0) if resident else [])
        ],
    )


def _elsewhere(opened: Opened) -> str:
    return _("{n} more at other places or departments", n=opened.elsewhere) if opened.elsewhere else ""


def _facts(session: Session, catalogue: Catalogue, at: datetime, resident: Resident) -> list[Fact]:
    country, number = catalogue.town.phone_country, resident.id or 0
    contacts = [each.email or phone_words(each.phone, country) for each in contacts_of(session, number)]
    acting = [each.name + ": " + _(", ").join(map(scope_words, each.scopes)) for each in granted_by(session, at, number)]
    return [
        Fact(_("Language"), language_words(resident.language)),
        Fact(_("What you need for the visit"), needs_words(resident)),
        Fact(_("How to reach you"), _(", ").join(map(in_order, contacts))),
        *([Fact(_("Acts for them"), "; ".join(acting))] if acting else []),
    ]


def _appointment(session: Session, catalogue: Catalogue, it: Appointment) -> Entry:
    zone = zone_of(catalogue, it.location)
    by = done_by(session, it, BOOKING)
    state = {BOOKED: "", CANCELLED: _("cancelled")}.get(it.state, _("not confirmed"))
    return Entry(
        dates.moment(it.start_at, zone),
        [
            Fact(_("What for"), services_words(catalogue, it.visit.services)),
            Fact(_("Where or how"), place_words(catalogue, it.visit)),
            Fact(_("Booking code"), in_order(it.reference)),
            Fact(_("Name"), it.name),
            Fact(_("Language"), language_words(it.language)),
            Fact(_("What you need for the visit"), needs_words(it)),
            *([Fact(_("Booked by"), by)] if by else []),
            *([Fact(_("State"), state)] if state else []),
        ],
    )


def _put_together(session: Session, at: datetime, staff: str, kept: int, other: int) -> None:
    merge(session, at, staff, kept, other)
    end_everywhere(session, at, resident_id=other)


def _take_apart(session: Session, at: datetime, staff: str, number: int) -> None:
    """Whoever was signed in by either has to show again who they are."""
    undone = unmerge(session, at, staff, number)
    end_everywhere(session, at, resident_id=undone.kept_id)


def _person(subject: object) -> Person:
    """Nobody for what names nobody."""
    kind, _space, number = subject.partition(" ") if isinstance(subject, str) and len(subject) <= 40 else ("", "", "")
    named = int(number) if _is_number(number) else 0
    return Person(appointment_id=named) if kind == "appointment" else Person(resident_id=named if kind == "resident" else 0)


def _number(subject: str) -> int:
    return _person(subject).resident_id or 0


def _is_number(text: object) -> bool:
    return isinstance(text, str) and text.isascii() and text.isdecimal() and len(text) < 10
