"""Which times are offered: the nearest ones first, then every day as a list; a shut or full day stays in it and says why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from sqlmodel import Session

from booking.availability import FreeStart, days_if_empty, free_places, nearest, next_places
from booking.catalogue import Catalogue, read_catalogue
from booking.counter_time import InsteadOf
from booking.halls import shut_on
from booking.visits import Visit, quote, quote_for
from locales import dates
from locales.catalogue import _, current_language, ngettext
from portal.appointments.steps import address_of
from portal.page_state import now
from portal.site import said

DAYS_AT_ONCE = 14


@dataclass(frozen=True)
class Near:
    """A card: "Tomorrow", 9:20, the whole date. `value` is the instant (RFC 3339, UTC)."""

    value: str
    day: str
    clock: str
    note: str
    is_today: bool


@dataclass(frozen=True)
class Clock:
    value: str
    words: str


@dataclass(frozen=True)
class Part:
    """Morning or afternoon."""

    heading: str
    times: list[Clock]


@dataclass(frozen=True)
class Day:
    """A day of the list. Without parts it is shut or full, and `count` says which."""

    title: str
    count: str
    parts: list[Part]


@dataclass(frozen=True)
class Offer:
    """What can be chosen: the nearest starts, the days up to `last_day`, and whether there are later ones."""

    near: list[FreeStart]
    days: list[tuple[date, list[FreeStart], str]]
    has_more: bool


def offer_of(
    session: Session,
    moment: datetime,
    visit: Visit,
    days: int,
    *,
    taken: datetime | None = None,
    mine: datetime | None = None,
    instead_of: InsteadOf | None = None,
    channel: str = "online",
) -> Offer:
    """The starts to choose from: after a start was `taken` by somebody else, the nearest to it come first.

    `mine` is the start that is kept for the one who asks: it stays in the list, also when notice no longer allows it to others. In
    the `channel` of the desk the places that are kept for it are there too.
    """
    catalogue = read_catalogue(session)
    zone = ZoneInfo(catalogue.known_locations[visit.location].timezone)
    today = moment.astimezone(zone).date()
    last = quote_for(catalogue, visit).last_day(today)
    until = min(today + timedelta(days=days - 1), last)
    free = _with(mine, free_places(session, moment, visit, today, until, channel=channel, instead_of=instead_of))
    near = _nearest(session, moment, visit, taken, instead_of, channel)
    listed = {day: list(starts) for day, starts in groupby(free, key=lambda start: start.start.astimezone(zone).date())}
    all_days = [today + timedelta(days=n) for n in range((until - today).days + 1)]
    full = days_if_empty(session, moment, visit, today, until, channel) - set(listed)
    rows = [(day, listed.get(day, []), _why_none(catalogue, visit.location, day, day in full)) for day in all_days]
    return Offer(near, [row for row in rows if row[1] or row[2]], until < last)


def _nearest(
    session: Session, moment: datetime, visit: Visit, taken: datetime | None, instead_of: InsteadOf | None, channel: str
) -> list[FreeStart]:
    if taken:
        return nearest(session, moment, visit, taken, channel=channel, instead_of=instead_of)
    return next_places(session, moment, visit, channel=channel, instead_of=instead_of)


def _with(mine: datetime | None, free: list[FreeStart]) -> list[FreeStart]:
    if mine is None or mine in [each.start for each in free]:
        return free
    return sorted([*free, FreeStart(mine, 1)], key=lambda each: each.start)


def soonest_remote(session: Session, moment: datetime, services: tuple[str, ...]) -> dict[str, str]:
    """For video and telephone, the location whose counters can be had first: from afar, one is as good as another."""
    served = quote(read_catalogue(session), services).served
    found: dict[str, str] = {}
    for mode in ("video", "phone"):
        places = [location for location, modes in served.items() if mode in modes]
        first = {place: next_places(session, moment, Visit(services, place, mode), 1) for place in places}
        if places:
            found[mode] = min(places, key=lambda place: (not first[place], first[place][0].start if first[place] else moment))
    return found


def shown_near(offer: Offer, zone: ZoneInfo) -> list[Near]:
    return [_near(free, zone) for free in offer.near]


def shown_days(offer: Offer, zone: ZoneInfo) -> list[Day]:
    return [_day(day, free, reason, zone) for day, free, reason in offer.days]


def _why_none(catalogue: Catalogue, location: str, day: date, is_full: bool) -> str:
    """Why a day has no times: full, or closed and why; "" for a day on which nobody would expect any."""
    if is_full:
        return _("full")
    if shut := shut_on(catalogue, location, day, current_language()):
        reason = _(shut.reason[current_language()]) if shut.is_holiday else said(shut.reason)
        # Translators: {reason} is the name of a holiday, or why the house is shut that day
        return _("closed: {reason}", reason=reason) if reason else _("closed")
    return ""


def _near(free: FreeStart, zone: ZoneInfo) -> Near:
    local, today = free.start.astimezone(zone).date(), now().astimezone(zone).date()
    return Near(
        address_of(free.start), dates.near_day(local, today), dates.time(free.start, zone), dates.day(local), local == today
    )


def _day(day: date, free: list[FreeStart], reason: str, zone: ZoneInfo) -> Day:
    count = ngettext("{n} time", "{n} times", len(free)) if free else reason
    halves = ((_("Morning"), lambda hour: hour < 13), (_("Afternoon"), lambda hour: hour >= 13))
    parts = [
        Part(
            heading,
            [
                Clock(address_of(each.start), dates.time(each.start, zone))
                for each in free
                if within(each.start.astimezone(zone).hour)
            ],
        )
        for heading, within in halves
    ]
    return Day(dates.day(day), count, [part for part in parts if part.times])
