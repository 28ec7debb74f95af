"""What is so at this moment: is the hall open, when is the next free time, what does everybody have to know today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import reflex as rx
from sqlmodel import Session

from booking.availability import next_places
from booking.catalogue import MODES, Catalogue, read_catalogue
from booking.halls import HallNow, hall_now
from booking.interval import first_minute_from
from booking.store import in_reading, remembered
from booking.visits import Visit, quote
from locales import dates
from locales.catalogue import _
from portal.page_state import PageState, now
from portal.site import said

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Told:
    title: str
    body: str


@dataclass(frozen=True)
class NextFree:
    service: str
    location: str
    start: datetime


class HallState(PageState, rx.State):
    """The plate on the home page."""

    opening: rx.Field[str] = rx.field("")
    is_open: rx.Field[bool] = rx.field(False)
    next_free: rx.Field[str] = rx.field("")
    next_for: rx.Field[str] = rx.field("")
    notices: rx.Field[list[Told]] = rx.field(default_factory=list)

    @rx.event
    async def look(self):
        with self._speaking():
            catalogue, hall, soonest = await in_reading(_right_now, now())
            zone = ZoneInfo(next(iter(catalogue.locations.values())).timezone)
            self.is_open, self.opening = hall.closes_at is not None, _opening_words(hall, zone)
            self.next_free = _near_moment(soonest.start, zone) if soonest else _("None in the coming days")
            self.next_for = _for(said(catalogue.services[soonest.service].name)) if soonest else ""
            self.notices = _notices(catalogue, now().astimezone(ZoneInfo(catalogue.town.timezone)))


class NextTimeState(PageState, rx.State):
    """The plate on a service's page: its next free time, wherever that is."""

    clock: rx.Field[str] = rx.field("")
    day: rx.Field[str] = rx.field("")
    place: rx.Field[str] = rx.field("")

    @rx.event
    async def look(self):
        with self._speaking():
            catalogue, soonest = await in_reading(_next_of, now(), self._last_segment())
            if soonest is None:
                self.clock, self.day, self.place = _("None"), _("in the coming days. Please phone us."), ""
                return
            zone = ZoneInfo(catalogue.locations[soonest.location].timezone)
            local = soonest.start.astimezone(zone)
            self.clock = dates.time(soonest.start, zone)
            near = dates.near_day(local.date(), now().astimezone(zone).date())
            self.day = near + _(", ") + dates.short_day(local.date())
            self.place = said(catalogue.locations[soonest.location].name)


def _right_now(session: Session, moment: datetime) -> tuple[Catalogue, HallNow, NextFree | None]:
    catalogue = read_catalogue(session)
    hall = next(iter(catalogue.locations))
    # Asked by everybody who opens the home page, so it is worked out once a minute.
    as_of = (catalogue.revision, first_minute_from(moment))
    soonest = remembered(session, "soonest", as_of, lambda: _soonest_at(session, catalogue, moment, hall))
    return catalogue, hall_now(catalogue, hall, moment), soonest


def _soonest_at(session: Session, catalogue: Catalogue, moment: datetime, hall: str) -> NextFree | None:
    """The soonest start of any service in person at this hall within a week."""
    zone = ZoneInfo(catalogue.locations[hall].timezone)
    today = moment.astimezone(zone).date()
    found = []
    for service in catalogue.services:
        if "in_person" in quote(catalogue, [service]).served.get(hall, ()):
            wanted = Visit((service,), hall, "in_person")
            found += [NextFree(service, hall, free.start) for free in next_places(session, moment, wanted, 1)]
    found = [free for free in found if free.start.astimezone(zone).date() <= today + WEEK]
    return min(found, key=lambda free: free.start, default=None)


def _next_of(session: Session, moment: datetime, service: str) -> tuple[Catalogue, NextFree | None]:
    """The soonest start of one service anywhere: in person when it can be had so, else by video or telephone."""
    catalogue = read_catalogue(session)
    if service not in catalogue.services:
        return catalogue, None
    served = quote(catalogue, [service]).served
    mode = next(mode for mode in MODES if any(mode in modes for modes in served.values()))
    found = [
        NextFree(service, location, free.start)
        for location, modes in served.items()
        if mode in modes
        for free in next_places(session, moment, Visit((service,), location, mode), 1)
    ]
    return catalogue, min(found, key=lambda free: free.start, default=None)


def _for(service: str) -> str:
    # Translators: below a time that is free; {service} is the name of the service that it can be booked for
    return _("For: {service}", service=service)


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
