"""Step 1: where, or by video or telephone; how many people; something else in the same visit."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx
from limits import RateLimitItemPerMinute
from pydantic import BaseModel, Field, ValidationError

from booking.catalogue import Catalogue, Location
from booking.errors import NotBookable, Refusal
from booking.store import in_reading, in_transaction
from booking.visits import Quote, quote
from locales import dates
from locales.catalogue import _, path
from portal.appointments.booking_state import BookingState
from portal.appointments.draft import Draft, begin, choose_way, is_begun, new_key
from portal.appointments.offer import soonest_remote
from portal.appointments.shown import Shown
from portal.appointments.steps import TIME, WAY
from portal.appointments.words import mode_words, people_words, services_words
from portal.limits import spend
from portal.page_state import Typed, now
from portal.site import said

# Bookings begun, each of which is a row for a day, in whichever of a browser's tabs: as many as a network may ask for over REST, and
# more than a library or a mobile operator's address begins. Whoever begins again in the same tab begins no new one.
DRAFTS = RateLimitItemPerMinute(60, namespace="drafts")


@dataclass(frozen=True)
class Way:
    """One card: in person at a place, by video, or by telephone."""

    value: str
    title: str
    hint: str
    sign: str
    is_chosen: bool


@dataclass(frozen=True)
class Option:
    value: str
    words: str


class WayAnswer(BaseModel):
    """What the form sends. `way` is a mode and a location, such as "in_person:pacos"."""

    way: str = Field(pattern=r"^[a-z_]{1,20}:[\w-]{1,80}$")
    # A form names every field it could have: one that isn't shown is null.
    people: int | None = Field(default=1, ge=1, le=100)


class OtherAnswer(BaseModel):
    other: Typed = Field(max_length=80)


class WayState(BookingState):
    is_ready: rx.Field[bool] = rx.field(False)
    ways: rx.Field[list[Way]] = rx.field(default_factory=list)
    groups: rx.Field[list[Option]] = rx.field(default_factory=list)
    others: rx.Field[list[Option]] = rx.field(default_factory=list)
    people: rx.Field[str] = rx.field("1")
    length: rx.Field[str] = rx.field("")
    error: rx.Field[str] = rx.field("")

    @rx.event
    async def open(self):
        with self._speaking() as language:
            self.problem, self.error = _not_offered() if self._asked("news") == "not-offered" else "", ""
            if await self._acts_no_more():
                return await self._no_mandate()
            self.draft_key = self._key or new_key()
            services = tuple(slug for slug in self._asked("service", 400).split(",") if slug)
            try:
                if not await in_reading(is_begun, self._key):
                    await spend(DRAFTS, self._network)
                await in_transaction(begin, now(), self._key, services, language)
            except Refusal as refusal:
                self.ways, self.groups, self.others = [], [], []
                self.is_ready = True
                return await self._refused(refusal)
            catalogue, draft = await self._town_and_draft()
            if draft is None or not draft.draft.services:
                return rx.redirect(path("/services/"), replace=True)
            self.shown = Shown()
            await self._ask_who(catalogue, draft.draft.services, await self._assisted(draft.draft.key_hash) or draft.beside)
            try:
                remote = await in_reading(soonest_remote, now(), tuple(draft.draft.services))
                self._show(catalogue, draft.draft, remote)
            except NotBookable:
                return rx.redirect(path("/services/"), replace=True)

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
                answer = WayAnswer.model_validate(form)
            except ValidationError:
                self.error = _("Please choose one of these ways.")
                return None
            mode, location = answer.way.split(":")
            try:
                await in_transaction(choose_way, now(), self._key, location, mode, answer.people or 1)
            except Refusal as refusal:
                return await self._refused(refusal)
            self.is_ready = False
            return rx.redirect(path(TIME))

    @rx.event
    async def add_service(self, form: dict):
        """The same visit with one more service: an address like any other, so that going back takes it away again."""
        with self._speaking():
            catalogue, draft = await self._town_and_draft()
            try:
                other = OtherAnswer.model_validate(form).other
            except ValidationError:
                return None
            if draft is None or other not in catalogue.services:
                return None
            return rx.redirect(path(f"{WAY}?service={','.join([*draft.draft.services, other])}"))

    def _show(self, catalogue: Catalogue, draft: Draft, remote: dict[str, str]) -> None:
        quoted = quote(catalogue, draft.services)
        wanted = (draft.mode or self._asked("mode"), draft.location or self._asked("location"))
        self.what_for = services_words(catalogue, draft.services)
        self.length = dates.minutes(quoted.minutes)
        self.ways = _ways(catalogue, quoted, remote, *wanted)
        self.groups = (
            [Option(str(n), people_words(n)) for n in range(1, quoted.max_people + 1)] if quoted.max_people > 1 else []
        )
        self.people = str(draft.people)
        self.others = _others(catalogue, draft.services)
        self.is_ready = True


def _not_offered() -> str:
    return _("What you had chosen is no longer offered in that way. Please choose again.")


def _ways(catalogue: Catalogue, quoted: Quote, remote: dict[str, str], mode: str, location: str) -> list[Way]:
    """In person at each place that can do it; video and telephone once, wherever the person at the other end sits."""
    pairs = [("in_person", place) for place, modes in quoted.served.items() if "in_person" in modes]
    pairs += remote.items()
    chosen = _nearest_choice(pairs, mode, location)
    return [_way(catalogue, *pair, pair == chosen) for pair in pairs]


def _nearest_choice(pairs: list[tuple[str, str]], mode: str, location: str) -> tuple[str, str] | None:
    if (mode, location) in pairs:
        return mode, location
    of_mode = [pair for pair in pairs if pair[0] == mode and (not location or pair[1] == location)]
    return of_mode[0] if len(of_mode) == 1 or (mode == "in_person" and of_mode) else pairs[0] if len(pairs) == 1 else None


def _way(catalogue: Catalogue, mode: str, location: str, is_chosen: bool) -> Way:
    place = catalogue.locations[location]
    title, hint, sign = {
        "in_person": (said(place.name), _address(place), "landmark"),
        "video": (mode_words("video"), _("Nothing to install: you open a link on your phone or computer."), "video"),
        "phone": (mode_words("phone"), _("At the time you choose, on the number you give us."), "phone"),
    }[mode]
    return Way(f"{mode}:{location}", title, hint, sign, is_chosen)


def _address(place: Location) -> str:
    """The street; and whoever can't take steps must know of them before they choose."""
    address = said(place.address)
    return address if place.step_free else _("{address}. There are steps at the door.", address=address)


def _others(catalogue: Catalogue, chosen: tuple[str, ...]) -> list[Option]:
    """Services that one counter somewhere can do in the same visit."""
    fitting = [slug for slug in catalogue.services if slug not in chosen and _fits(catalogue, (*chosen, slug))]
    return sorted((Option(slug, said(catalogue.services[slug].name)) for slug in fitting), key=lambda option: option.words)


def _fits(catalogue: Catalogue, services: tuple[str, ...]) -> bool:
    try:
        return bool(quote(catalogue, services).served)
    except NotBookable:
        return False
