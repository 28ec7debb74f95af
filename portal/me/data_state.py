"""What is held about somebody: all of it, who looked, how letters went, how long it stays; and erasing it."""

from __future__ import annotations

from datetime import datetime, timedelta

import reflex as rx
from sqlmodel import Session

from booking.catalogue import read_catalogue
from booking.erasing import what_stays
from booking.retention import KINDS, rules_of
from booking.store import in_reading, in_transaction
from locales import dates
from locales.catalogue import _, path
from portal.appointments.words import services_words, zone_of
from portal.facts import Fact, Part
from portal.identity.signed_in import SIGN_IN, SignedIn
from portal.me.erasing import erase
from portal.me.record import Record, record_of
from portal.page_state import now

DATA, ERASE, ME = "/me/data/", "/me/erase/", "/me/"


class DataState(SignedIn, rx.State):
    """`kept` is how long each thing stays."""

    looked: rx.Field[Part] = rx.field(default_factory=lambda: Part(""))
    told: rx.Field[Part] = rx.field(default_factory=lambda: Part(""))
    parts: rx.Field[list[Part]] = rx.field(default_factory=list)
    kept: rx.Field[list[Fact]] = rx.field(default_factory=list)
    is_ready: rx.Field[bool] = rx.field(False)

    @rx.event
    async def open(self):
        with self._speaking():
            resident_id = await self._resident_id()
            if resident_id is None:
                self.reset()
                return self._to_sign_in(DATA)
            record, self.kept = await in_reading(_shown, resident_id)
            self.looked, self.told, self.parts = record.looked, record.told, record.parts
            self.is_ready = True
            return None


class EraseState(SignedIn, rx.State):
    """`stays` is each appointment that can't go yet, and until when."""

    stays: rx.Field[list[Fact]] = rx.field(default_factory=list)
    is_ready: rx.Field[bool] = rx.field(False)
    is_waiting: rx.Field[bool] = rx.field(False)
    error: rx.Field[str] = rx.field("")

    @rx.event
    async def open(self):
        with self._speaking():
            self.error = ""
            resident_id = await self._resident_id()
            if resident_id is None:
                return self._out()
            self.stays = await in_reading(_stays, now(), resident_id)
            self.is_ready = True
            return None

    @rx.event
    async def erase(self, form: dict):
        self.is_waiting = True
        yield
        self.is_waiting = False
        yield await self._erase(form)

    async def _erase(self, form: dict):
        with self._speaking():
            resident_id = await self._resident_id()
            if resident_id is None:
                return self._out()
            if not (isinstance(form, dict) and form.get("understood") == "yes"):
                self.error = _("Please tick that you have read it. Nothing was erased.")
                return None
            await in_transaction(erase, now(), resident_id)
            self.reset()
            return rx.redirect(path(f"{SIGN_IN}?news=erased"), replace=True)

    def _out(self):
        self.reset()
        return self._to_sign_in(ERASE)


def _shown(session: Session, resident_id: int) -> tuple[Record, list[Fact]]:
    rules = rules_of(session)
    kept = [Fact(_kind_words(kind), _after_words(kind, rules.days(kind))) for kind in KINDS]
    return record_of(session, resident_id), kept


def _kind_words(kind: str) -> str:
    return {
        # Translators: what we keep, in a list of how long each is kept
        "appointments": _("Your name, contact and needs beside an appointment"),
        "tickets": _("What you said you need when you took a ticket"),
        "letters": _("That a letter went out to you"),
        "accounts": _("This page and all that is on it"),
    }[kind]


def _after_words(kind: str, days: int) -> str:
    long = dates.span(timedelta(days=days))
    if kind == "accounts":
        return _("{long} after you last signed in", long=long)
    if kind == "letters":
        return _("{long} after it was sent", long=long)
    return _("{long} after the visit", long=long)


def _stays(session: Session, at: datetime, resident_id: int) -> list[Fact]:
    catalogue = read_catalogue(session)

    def line(appointment) -> str:
        zone = zone_of(catalogue, appointment.location)
        day = dates.day_and_year(appointment.start_at.astimezone(zone).date())
        return f"{services_words(catalogue, appointment.visit.services)}: {day}"

    def until(stays) -> str:
        zone = zone_of(catalogue, stays.appointment.location)
        day = dates.day_and_year(stays.until.astimezone(zone).date())
        if stays.is_ahead:
            return _("Stays until it is over, and goes on {day}. To have it gone at once, cancel it first.", day=day)
        return _("The law makes us keep it until {day}. Then it goes.", day=day)

    return [Fact(line(each.appointment), until(each)) for each in what_stays(session, at, resident_id)]
