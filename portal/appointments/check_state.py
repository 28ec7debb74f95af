"""Step 4: everything said so far, each answer with its way back; then the promise."""

from __future__ import annotations

import reflex as rx

from booking.catalogue import read_catalogue
from booking.details import Details
from booking.errors import NotValid, Refusal
from booking.promises import UNCONFIRMED
from booking.store import in_reading, in_transaction
from locales import dates
from locales.catalogue import _, path
from portal.appointments.booking_state import BookingState
from portal.appointments.details_state import DetailsState
from portal.appointments.draft import abandon, check_answers, confirm, contact_to_ask, visit_of, will_be_asked
from portal.appointments.opened_state import OpenedState
from portal.appointments.shown import shown
from portal.appointments.steps import CODE, DETAILS, DONE
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
from portal.contacts import phone_words
from portal.identity.assurance import level_of
from portal.limits import spend_code
from portal.page_state import now
from portal.site import listed


class CheckState(BookingState):
    is_ready: rx.Field[bool] = rx.field(False)
    day: rx.Field[str] = rx.field("")
    hours: rx.Field[str] = rx.field("")
    place: rx.Field[str] = rx.field("")
    address: rx.Field[str] = rx.field("")
    people: rx.Field[str] = rx.field("")
    name: rx.Field[str] = rx.field("")
    contact: rx.Field[str] = rx.field("")
    language: rx.Field[str] = rx.field("")
    needs: rx.Field[str] = rx.field("")
    will_be_asked: rx.Field[bool] = rx.field(False)
    can_be_asked: rx.Field[bool] = rx.field(False)
    bring: rx.Field[list[str]] = rx.field(default_factory=list)

    @rx.event
    async def open(self):
        with self._speaking():
            self.problem = ""
            found = await self._draft(needs_time=True)
            if found is None:
                return await self._way_on()
            catalogue, kept = found
            try:
                details = await in_reading(check_answers, kept.draft)
            except NotValid:
                return rx.redirect(path(DETAILS), replace=True)
            beside = await self._assisted() or kept.beside
            resident_id = beside.resident_id if beside else await self._resident_id()
            is_asked = await in_reading(will_be_asked, kept.draft, details, resident_id)
            self.will_be_asked, self.can_be_asked = is_asked and not self.beside, is_asked and bool(self.beside)
            self._show(catalogue, kept, details)

    @rx.event
    async def confirm(self):
        self.is_waiting = True
        yield
        self.is_waiting = False
        yield await self._confirm()

    @rx.event
    async def confirm_by_code(self):
        """Beside staff: whoever it is for confirms it with a code that goes to their own phone."""
        self.is_waiting = True
        yield
        self.is_waiting = False
        yield await self._confirm(by_code=True)

    async def _confirm(self, *, by_code: bool = False):
        with self._speaking():
            try:
                who = await self._who()
                resident_id = who.resident_id if who else None
                beside = await self._assisted()
                if self.beside and beside is None:
                    # Wiped meanwhile: nothing is booked for somebody who has gone.
                    return rx.redirect(path("/desk/assist/?news=over"), replace=True)
                _town, kept = await self._town_and_draft()
                began = beside or (kept.beside if kept else None)
                if beside is None or by_code:
                    await self._spend_code(began.resident_id if began else resident_id)
                booked = await self._keep_time(
                    confirm, resident_id, beside, level_of(who, began), by_code, kept_by=lambda booked: booked.kept_by
                )
            except Refusal as refusal:
                return await self._refused(refusal)
            self.is_ready = False
            # From here on the codes are what opens it: this tab need not know whose it is.
            self.name = self.contact = self.needs = ""
            (await self.get_state(DetailsState)).reset()
            if booked.appointment.state == UNCONFIRMED:
                (await self.get_state(OpenedState)).codes = f"{booked.reference}.{booked.access_key}"
                return rx.redirect(path(CODE))
            access_key = "" if self.for_whom else booked.access_key
            self.shown = shown(await in_reading(read_catalogue), now(), booked.appointment, access_key)
            return rx.redirect(path(DONE))

    async def _spend_code(self, resident_id: int | None) -> None:
        """Raises RateLimited, TooManyCodes."""
        contact = await in_reading(contact_to_ask, self._key, resident_id)
        if contact:
            await spend_code(self._network, now(), contact)

    @rx.event
    async def give_up(self):
        with self._speaking():
            await in_transaction(abandon, now(), self._key)
            self.reset()
            (await self.get_state(DetailsState)).reset()
            return rx.redirect(path("/"))

    def _show(self, catalogue, kept, details: Details) -> None:
        draft, visit = kept.draft, visit_of(kept.draft)
        zone = zone_of(catalogue, visit.location)
        self.day = day_words(draft.start_at.astimezone(zone).date())
        self.hours = hours_words(draft.start_at, kept.held.end, zone) if kept.held else dates.time(draft.start_at, zone)
        self.place, self.address = place_words(catalogue, visit), address_words(catalogue, visit)
        self.people = people_words(visit.people)
        self.name = details.name
        self.contact = _in_a_row(draft.email, draft.phone) if self.for_whom else _contact(details, catalogue.town.phone_country)
        self.language, self.needs = language_words(details.language), needs_words(details)
        self.bring = [thing for slug in visit.services for thing in listed(catalogue.known_services[slug].bring)]
        self.is_ready = True


def _contact(details: Details, country: str) -> str:
    """E-mail and telephone, whichever were given; each keeps its own direction inside Arabic."""
    phone = phone_words(details.phone, country) if details.phone else ""
    return _in_a_row(details.email, phone)


def _in_a_row(*ways: str) -> str:
    return _(", ").join(f"\u2066{way}\u2069" for way in ways if way)
