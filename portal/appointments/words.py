"""What a visit is, in the language being spoken: what for, when, where, how, with whom."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from booking.catalogue import Catalogue
from booking.visits import Visit
from locales import dates
from locales.catalogue import LANGUAGES, _, ngettext, own_name
from portal.site import said


def services_words(catalogue: Catalogue, services: Sequence[str]) -> str:
    # Translators: joins the names of several services done in one visit
    return _(" and ").join(said(catalogue.known_services[slug].name) for slug in services)


def mode_words(mode: str) -> str:
    return {"in_person": _("In person"), "video": _("By video call"), "phone": _("By phone: we phone you")}[mode]


def place_words(catalogue: Catalogue, visit: Visit) -> str:
    """Where to be: the building, or where the call comes from."""
    location = catalogue.known_locations[visit.location]
    if visit.mode == "in_person":
        return said(location.name)
    return mode_words(visit.mode)


def address_words(catalogue: Catalogue, visit: Visit) -> str:
    return said(catalogue.known_locations[visit.location].address) if visit.mode == "in_person" else ""


def way_in_words(catalogue: Catalogue, visit: Visit) -> str:
    """The door, and how to get there."""
    place = catalogue.known_locations[visit.location]
    return " ".join(filter(None, (said(place.way_in), said(place.getting_there)))) if visit.mode == "in_person" else ""


def people_words(people: int) -> str:
    return _("Just you") if people == 1 else ngettext("{n} person", "{n} people", people)


def hours_words(start: datetime, end: datetime, zone: ZoneInfo) -> str:
    # Translators: from one time of day to another, such as "17:40 to 18:00"
    return _("{start} to {end}", start=dates.time(start, zone), end=dates.time(end, zone))


def day_words(day: date) -> str:
    return dates.day_and_year(day)


def need_words(need: str) -> str:
    return {
        "step_free": _("A way in without steps"),
        "interpreter": _("An interpreter"),
        "sign_language": _("A sign-language interpreter"),
        "more_time": _("More time"),
        "companion": _("Somebody comes with me"),
    }[need]


class Needing(Protocol):
    """Whoever has said what they need."""

    @property
    def needs(self) -> tuple[str, ...]: ...

    @property
    def interpreter_language(self) -> str | None: ...


def needs_words(details: Needing) -> str:
    """All needs in one line, or that there is none."""
    named = [
        _("An interpreter for {language}", language=details.interpreter_language)
        if need == "interpreter" and details.interpreter_language
        else need_words(need)
        for need in details.needs
    ]
    # Translators: between the items of a list; Arabic writes "، "
    return _(", ").join(named) or _("Nothing special")


def language_words(language: str) -> str:
    return own_name(language) if language in LANGUAGES else language


def zone_of(catalogue: Catalogue, location: str) -> ZoneInfo:
    """The zone of a location, withdrawn ones included, or the town's."""
    known = catalogue.known_locations.get(location)
    return ZoneInfo(known.timezone if known else catalogue.town.timezone)
