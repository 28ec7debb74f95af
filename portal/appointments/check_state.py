"""Step 4: everything said so far, each answer with its way back; then the promise."""

from __future__ import annotations

import reflex as rx

from booking.details import Details
from booking.errors import NotValid, Refusal
from booking.store import in_reading, in_transaction
from locales import dates
from locales.catalogue import _, path
from portal.appointments.booking_state import BookingState
from portal.appointments.draft import abandon, checked, confirm, details_of, visit_of
from portal.appointments.steps import DETAILS, DONE
from portal.appointments.words import (
    address_words,
    day_words,
    hours_words,
    language_words,
    needs_words,
    people_words,
    place_words,
    zone_of,
)
from portal.site import said
from portal.visit import now


class CheckState(BookingState):
    day: str = ""
    hours: str = ""
    place: str = ""
    address: str = ""
    people: str = ""
    name: str = ""
    contact: str = ""
    language: str = ""
    needs: str = ""
    bring: list[str] = []

    @rx.event
    async def open(self):
        with self._speaking():
            self.problem = ""
            found = await self._draft(needs_time=True)
            if found is None:
                return await self._way_on()
            catalogue, kept = found
            try:
                details = await in_reading(checked, details_of(kept.draft))
            except NotValid:
                return rx.redirect(path(DETAILS))
            self._show(catalogue, kept, details)

    @rx.event
    async def confirm(self):
        with self._speaking():
            try:
                await in_transaction(confirm, now(), self._key)
            except Refusal as refusal:
                return await self._refused(refusal)
            return rx.redirect(path(DONE))

    @rx.event
    async def give_up(self):
        with self._speaking():
            await in_transaction(abandon, now(), self._key)
            return rx.redirect(path("/"))

    def _show(self, catalogue, kept, details: Details) -> None:
        draft, visit = kept.draft, visit_of(kept.draft)
        zone = zone_of(catalogue, visit.location)
        self.day = day_words(draft.start_at.astimezone(zone).date())
        self.hours = hours_words(draft.start_at, kept.held.end, zone) if kept.held else dates.time(draft.start_at, zone)
        self.place, self.address = place_words(catalogue, visit), address_words(catalogue, visit)
        self.people = people_words(visit.people)
        self.name, self.contact = details.name, _contact(details)
        self.language, self.needs = language_words(details.language), needs_words(details)
        self.bring = [thing for slug in visit.services for thing in said(catalogue.known_services[slug].bring)]
        self.is_ready = True


def _contact(details: Details) -> str:
    """E-mail and telephone, whichever were given; each keeps its own direction inside Arabic."""
    return _(", ").join(f"\u2066{way}\u2069" for way in (details.email, details.phone) if way)
