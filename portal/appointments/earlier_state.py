"""Waiting for an earlier time, and answering when one is offered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import reflex as rx
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlmodel import Session

from booking.appointments import look_up
from booking.catalogue import Catalogue
from booking.earlier import NOTICES, Wish, ask_for_earlier, decline_offer, stop_asking, take_offer, waiting
from booking.errors import NotValid, Refusal
from booking.promises import Appointment
from booking.store import in_reading
from booking.waiting_list import EarlierWish, FreedPlace, Offer, history
from locales import dates
from locales.catalogue import _
from portal.appointments.opened_state import OpenedState
from portal.appointments.refusals import field_errors
from portal.appointments.turns import turn_words
from portal.appointments.words import day_words, zone_of
from portal.page_state import Typed, now

EARLIER = "/appointment/earlier/"
MIDDAY = time(13)
HOURS = {"any": (time(0), time(23, 59)), "morning": (time(0), MIDDAY), "afternoon": (MIDDAY, time(23, 59))}
WHENEVER = "no"  # there is no day by which it is needed
MOST_DAYS = 60


class WishAnswer(BaseModel):
    """What the form sends; `day_*` boxes are only there when they are ticked."""

    model_config = ConfigDict(extra="allow")

    hours: Typed = Field(default="any", max_length=20)
    notice: int = 180
    needed_by: Typed = Field(default=WHENEVER, max_length=20)

    @property
    def wish(self) -> Wish:
        """Raises ValueError."""
        begins, ends = HOURS.get(self.hours, HOURS["any"])
        days = tuple(day for day in range(7) if (self.model_extra or {}).get(f"day_{day}"))
        by = None if self.needed_by == WHENEVER else date.fromisoformat(self.needed_by)
        return Wish(days, begins, ends, self.notice, by)


@dataclass(frozen=True)
class Offered:
    """`clock` is "" while nothing is offered."""

    clock: str = ""
    day: str = ""
    until: str = ""


@dataclass(frozen=True)
class Choice:
    value: str
    words: str
    is_chosen: bool = False


@dataclass(frozen=True)
class Turn:
    place: str
    found: str


class EarlierState(OpenedState):
    is_ready: rx.Field[bool] = rx.field(False)
    since: rx.Field[str] = rx.field("")
    offered: rx.Field[Offered] = rx.field(default_factory=Offered)
    days: rx.Field[list[Choice]] = rx.field(default_factory=list)
    hours: rx.Field[str] = rx.field("any")
    notice: rx.Field[str] = rx.field("180")
    needed_by: rx.Field[str] = rx.field(WHENEVER)
    deadlines: rx.Field[list[Choice]] = rx.field(default_factory=list)
    turns: rx.Field[list[Turn]] = rx.field(default_factory=list)
    errors: rx.Field[dict[str, str]] = rx.field(default_factory=dict)

    @rx.event
    async def open(self):
        with self._speaking():
            if onward := self._take_codes(EARLIER):
                return onward
            self.problem, self.errors, self._once = "", {}, ""
            return await self._look()

    @rx.event
    async def ask(self, form: dict):
        self.is_waiting = True
        yield
        self.is_waiting = False
        yield await self._ask(form)

    async def _ask(self, form: dict):
        with self._speaking():
            self.errors = {}
            try:
                wish = WishAnswer.model_validate(form).wish
            except (ValidationError, ValueError):
                self.problem = _("Please type your answers again; something unreadable came with them.")
                return None
            try:
                await self._do(ask_for_earlier, wish, once=f"{self._intention()}{hash(wish)}")
            except NotValid as refusal:
                self.errors = field_errors(refusal)
                return None
            except Refusal as refusal:
                return await self._refused(refusal)
            self.problem = ""
            return await self._look()

    @rx.event
    async def stop(self):
        with self._speaking():
            return await self._done(stop_asking)

    @rx.event
    async def decline(self):
        with self._speaking():
            return await self._done(decline_offer)

    @rx.event
    async def take(self):
        self.is_waiting = True
        yield
        self.is_waiting = False
        yield await self._take()

    async def _take(self):
        with self._speaking():
            try:
                await self._do(take_offer, once=self._intention())
            except Refusal as refusal:
                await self._refused(refusal)
                said = self.problem
                onward = await self._look()
                self.problem = said
                return onward
            self.is_ready = False
            return self._to_find("moved")

    async def _done(self, verb):
        try:
            await self._do(verb)
        except Refusal as refusal:
            return await self._refused(refusal)
        self._once = ""  # what they ask for next is asked anew
        return await self._look()

    async def _look(self):
        opened = await self._open()
        if opened is None or not self.shown.is_booked or not self.shown.access_key or opened[1].start_at <= now():
            return self._to_find()
        catalogue, appointment = opened
        seen = await in_reading(_seen, now(), *self._codes)
        zone = zone_of(catalogue, appointment.location)
        self._show_wish(catalogue, appointment, seen.wish, zone)
        self.offered = _offered(seen.offer, zone)
        self.turns = [_turn(*row, zone) for row in seen.turns]
        self.is_ready = True

    def _show_wish(self, catalogue: Catalogue, appointment: Appointment, wish: EarlierWish | None, zone: ZoneInfo) -> None:
        self.since = day_words(wish.asked_at.astimezone(zone).date()) if wish else ""
        open_days = sorted(_weekdays(catalogue, appointment.location))
        chosen = set(wish.weekdays) if wish else set(open_days)
        self.days = [Choice(f"day_{day}", dates.weekday_name(day), day in chosen) for day in open_days]
        self.hours = _hours_of(wish)
        self.notice = str(wish.notice_minutes if wish else NOTICES[1])
        self.needed_by = wish.needed_by.isoformat() if wish and wish.needed_by else WHENEVER
        self.deadlines = _deadlines(now().astimezone(zone).date(), appointment.start_at.astimezone(zone).date())


@dataclass(frozen=True)
class _Seen:
    wish: EarlierWish | None
    offer: Offer | None
    turns: list[tuple[FreedPlace, str, Offer | None]]


def _seen(session: Session, at: datetime, reference: str, access_key: str) -> _Seen:
    state = waiting(session, at, look_up(session, reference, access_key))
    if state is None:
        return _Seen(None, None, [])
    turns = [(place, considered.found, offer) for place, considered, offer in history(session, state.wish)]
    return _Seen(state.wish, state.offer, turns)


def _offered(offer: Offer | None, zone: ZoneInfo) -> Offered:
    if offer is None:
        return Offered()
    day = day_words(offer.start_at.astimezone(zone).date())
    return Offered(dates.time(offer.start_at, zone), day, dates.moment(offer.answer_until, zone))


def _turn(place: FreedPlace, found: str, offer: Offer | None, zone: ZoneInfo) -> Turn:
    return Turn(dates.moment(offer.start_at if offer else place.start_at, zone), turn_words(found, offer))


def _weekdays(catalogue: Catalogue, location: str) -> set[int]:
    return {day for row in catalogue.openings if row.location == location for day in row.weekdays} or set(range(5))


def _hours_of(wish: EarlierWish | None) -> str:
    span = (wish.from_time, wish.until_time) if wish else HOURS["any"]
    return next((name for name, hours in HOURS.items() if hours == span), "any")


def _deadlines(today: date, has: date) -> list[Choice]:
    count = min((has - today).days - 1, MOST_DAYS)
    days = [today + timedelta(days=number) for number in range(1, count + 1)]
    return [Choice(day.isoformat(), dates.day(day)) for day in days]
