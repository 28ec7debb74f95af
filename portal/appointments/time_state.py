"""Step 2: when. The time that is chosen is kept for ten minutes from then on."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import reflex as rx
from pydantic import AwareDatetime, BaseModel, Field, ValidationError

from booking.counter_time import InsteadOf
from booking.errors import NotBookable, Refusal, SlotTaken
from booking.store import in_reading
from booking.visits import quote_for
from locales import dates
from locales.catalogue import _, path
from portal.appointments.booking_state import BookingState
from portal.appointments.draft import choose_time, visit_of
from portal.appointments.offer import DAYS_AT_ONCE, Day, Near, offer_of, shown_days, shown_near
from portal.appointments.parts import day_listing
from portal.appointments.refusals import why
from portal.appointments.steps import DETAILS, WAY, address_of
from portal.appointments.words import place_words
from portal.limits import RateLimited
from portal.page_state import now
from portal.ui.rows import way_words


class TimeAnswer(BaseModel):
    """A start as a form or an address says it, of a year that a calendar on a wall may have."""

    time: AwareDatetime = Field(ge=datetime(2000, 1, 1, tzinfo=UTC), le=datetime(2200, 1, 1, tzinfo=UTC))


class TimeState(BookingState):
    is_ready: rx.Field[bool] = rx.field(False)
    near: rx.Field[list[Near]] = rx.field(default_factory=list)
    near_title: rx.Field[str] = rx.field("")
    days: rx.Field[list[Day]] = rx.field(default_factory=list)
    has_more: rx.Field[bool] = rx.field(False)
    days_shown: rx.Field[int] = rx.field(DAYS_AT_ONCE)
    place: rx.Field[str] = rx.field("")
    length: rx.Field[str] = rx.field("")
    chosen: rx.Field[str] = rx.field("")
    chosen_day: rx.Field[str] = rx.field("")
    error: rx.Field[str] = rx.field("")

    @rx.event
    async def open(self):
        with self._speaking():
            self.problem, self.error, self.days_shown = "", "", DAYS_AT_ONCE
            return await self._show(self._taken())

    @rx.event
    async def show_more(self):
        with self._speaking():
            self.days_shown = min(self.days_shown + DAYS_AT_ONCE, 400)
            return await self._show(None)

    @rx.event
    async def choose(self, form: dict):
        self.is_waiting = True
        yield
        self.is_waiting = False
        yield await self._choose(form)

    async def _choose(self, form: dict):
        with self._speaking():
            self.error = ""
            try:
                start = TimeAnswer.model_validate(form).time
            except ValidationError:
                self.error = _("Please choose a time.")
                return None
            try:
                await self._keep_time(choose_time, start, await self._channel())
            except SlotTaken:
                return await self._show(start)
            except RateLimited as limited:
                return await self._refused(limited)  # what is chosen stays chosen
            except Refusal as refusal:
                await self._refused(refusal)
                return await self._show(None)
            self.is_ready = False
            return rx.redirect(path(DETAILS))

    def _taken(self) -> datetime | None:
        """The time that went to somebody else on the way, when the address says so (`?taken=`)."""
        try:
            return TimeAnswer.model_validate({"time": self._asked("taken")}).time
        except ValidationError:
            return None

    async def _show(self, taken: datetime | None):
        found = await self._draft()
        if found is None:
            return await self._way_on()
        catalogue, kept = found
        visit = visit_of(kept.draft)
        zone = ZoneInfo(catalogue.known_locations[visit.location].timezone)
        held = kept.held
        mine = held.start if held and held.expires_at > now() else None
        try:
            given_back, channel = InsteadOf(hold=kept.draft.hold), await self._channel()
            asked = {"taken": taken, "mine": mine, "instead_of": given_back, "channel": channel}
            offer = await in_reading(offer_of, now(), visit, self.days_shown, **asked)
        except NotBookable:
            # What was chosen is no longer offered: the first question says what is.
            return rx.redirect(path(f"{WAY}?news=not-offered"), replace=True)
        if taken and not mine and taken not in [free.start for free in offer.near]:
            self.problem = why(SlotTaken(taken), zone)
        self.near_title = _("The nearest free times") if taken else _("The next three times")
        self.near, self.days, self.has_more = shown_near(offer, zone), shown_days(offer, zone), offer.has_more
        self.place = place_words(catalogue, visit) if visit.mode == "in_person" else way_words(visit.mode)
        self.length = dates.minutes(quote_for(catalogue, visit).minutes)
        self.chosen = address_of(mine) if mine else ""
        self.chosen_day = day_listing(self.chosen, self.near, self.days)
        self.is_ready = True
