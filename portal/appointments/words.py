"""What a visit is, in the language being spoken: what for, when, where, how, with whom."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

import phonenumbers

from booking.catalogue import Catalogue
from booking.details import Details
from booking.promises import Appointment
from booking.visits import Visit
from locales import dates
from locales.catalogue import LANGUAGES, _, current_language, direction, ngettext, own_name
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


def needs_words(details: Details | Appointment) -> str:
    """All needs in one line, or that there is none."""
    named = [
        _("An interpreter for {language}", language=details.interpreter_language)
        if need == "interpreter" and details.interpreter_language
        else need_words(need)
        for need in details.needs
    ]
    # Translators: between the items of a list; Arabic writes "، "
    return _(", ").join(named) or _("Nothing special")


def phone_words(number: str, country: str) -> str:
    """A telephone number as people of `country` read it, in groups that stay together: "912 345 678", "+34 912 34 56 78"."""
    parsed = phonenumbers.parse(number, country)
    is_ours = phonenumbers.region_code_for_number(parsed) == country
    form = phonenumbers.PhoneNumberFormat.NATIONAL if is_ours else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, form).replace(" ", "\u00a0")


def in_order(code: str) -> str:
    """A code or a number whose groups stay in their order in the middle of Arabic: isolated, left to right (UAX 9)."""
    return f"\N{LEFT-TO-RIGHT ISOLATE}{code}\N{POP DIRECTIONAL ISOLATE}" if direction(current_language()) == "rtl" else code


def spaced(code: str) -> str:
    """Six digits in two groups, which stay on one line."""
    return f"{code[:3]}\N{NO-BREAK SPACE}{code[3:]}"


def language_words(language: str) -> str:
    return own_name(language) if language in LANGUAGES else language


def zone_of(catalogue: Catalogue, location: str) -> ZoneInfo:
    """The zone of a location, withdrawn ones included, or the town's."""
    known = catalogue.known_locations.get(location)
    return ZoneInfo(known.timezone if known else catalogue.town.timezone)
