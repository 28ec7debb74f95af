"""What is so at this moment: is the hall open, when is the next free time, what does everybody have to know today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import reflex as rx
from sqlmodel import Session

from booking.availability import next_places
from booking.catalogue import Catalogue, read_catalogue
from booking.errors import NotBookable
from booking.halls import HallNow, hall_now
from booking.store import in_reading
from booking.visits import Visit as Wanted
from booking.visits import quote
from locales import dates
from locales.catalogue import _
from portal.site import said
from portal.visit import Visit, now


@dataclass(frozen=True)
class Told:
    title: str
    body: str


@dataclass(frozen=True)
class NextFree:
    """The soonest start of a service anywhere, in person if it can be."""

    service: str
    location: str
    mode: str
    start: datetime


class HallState(Visit, rx.State):
    """The plate on the home page."""

    opening: str = ""
    is_open: bool = False
    next_free: str = ""
    next_for: str = ""
    notices: list[Told] = []

    @rx.event
    async def look(self):
        with self._speaking():
            catalogue, hall, soonest = await in_reading(_right_now, now())
            zone = ZoneInfo(catalogue.town.timezone)
            self.is_open, self.opening = hall.closes_at is not None, _opening_words(hall, zone)
            self.next_free = _near_moment(soonest.start, zone) if soonest else _("None in the coming days")
            self.next_for = said(catalogue.services[soonest.service].name) if soonest else ""
            self.notices = _notices(catalogue, now().astimezone(zone))


class NextTimeState(Visit, rx.State):
    """The plate on a service's page: its next free time, wherever that is."""

    clock: str = ""
    day: str = ""
    place: str = ""

    @rx.event
    async def look(self):
        with self._speaking():
            catalogue, soonest = await in_reading(_next_of, now(), self._last_segment())
            if soonest is None:
                self.clock, self.day, self.place = _("None"), _("in the coming days. Please ring us."), ""
                return
            zone = ZoneInfo(catalogue.locations[soonest.location].timezone)
            local = soonest.start.astimezone(zone)
            self.clock = dates.time(soonest.start, zone)
            self.day = f"{dates.near_day(local.date(), now().astimezone(zone).date())}, {dates.short_day(local.date())}"
            self.place = said(catalogue.locations[soonest.location].name)


def _right_now(session: Session, moment: datetime) -> tuple[Catalogue, HallNow, NextFree | None]:
    catalogue = read_catalogue(session)
    halls = (_soonest(session, catalogue, moment, slug) for slug in catalogue.services)
    soonest = min((free for free in halls if free), key=lambda free: free.start, default=None)
    return catalogue, hall_now(catalogue, next(iter(catalogue.locations)), moment), soonest


def _next_of(session: Session, moment: datetime, service: str) -> tuple[Catalogue, NextFree | None]:
    catalogue = read_catalogue(session)
    known = service in catalogue.services
    return catalogue, _soonest(session, catalogue, moment, service) if known else None


def _soonest(session: Session, catalogue: Catalogue, moment: datetime, service: str) -> NextFree | None:
    try:
        served = quote(catalogue, [service]).served
    except NotBookable:
        return None
    mode = next(iter(sorted({mode for modes in served.values() for mode in modes}, key=["in_person", "video", "phone"].index)))
    places = [
        NextFree(service, location, mode, free.start)
        for location, modes in served.items()
        if mode in modes
        for free in next_places(session, moment, Wanted((service,), location, mode), 1)
    ]
    return min(places, key=lambda free: free.start, default=None)


def _opening_words(hall: HallNow, zone: ZoneInfo) -> str:
    if hall.closes_at:
        # Translators: {time} is a time of day, such as 17:30
        return _("Open until {time}", time=dates.time(hall.closes_at, zone))
    if hall.opens_at:
        # Translators: {moment} is such as "Tomorrow, 8:30"
        return _("Closed now. Opens: {moment}", moment=_near_moment(hall.opens_at, zone))
    return _("Closed")


def _near_moment(at: datetime, zone: ZoneInfo) -> str:
    day = dates.near_day(at.astimezone(zone).date(), now().astimezone(zone).date())
    # Translators: {day} is "Today", "Tomorrow" or a weekday, {time} is "17:40"
    return _("{near_day}, {time}", near_day=day, time=dates.time(at, zone))


def _notices(catalogue: Catalogue, local: datetime) -> list[Told]:
    today = local.date()
    return [
        Told(said(notice.title), said(notice.body))
        for notice in catalogue.notices
        if (notice.first_day is None or notice.first_day <= today) and (notice.last_day is None or today <= notice.last_day)
    ]
