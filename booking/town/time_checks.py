"""What no schema can say about a town file's times: that its zones, holidays, openings and closures make sense."""

from collections.abc import Iterator
from datetime import date, timedelta
from zoneinfo import available_timezones

import holidays

from booking.town.document import WEEKDAYS, Thing, clock, day, part, stretch_of, things, values
from booking.town.places import guess, said, shown
from booking.town.positions import Place
from booking.town.schema import Objection


def time_objections(document: Thing, sound: Thing) -> Iterator[Objection]:
    for check in (_zones, _holidays, _own_holidays, _openings, _closures, _notices):
        for place, predicate in check(sound):
            yield place, said(document, place, predicate)


def _zones(sound: Thing) -> Iterator[Objection]:
    zones = available_timezones()
    for place, thing in [(("town",), part(sound, "town")), *things(sound, "locations")]:
        zone = thing.get("timezone")
        if zone is not None and zone not in zones:
            hint = guess(zone, zones) or ' It should look like "Europe/Lisbon".'
            yield (*place, "timezone"), f"{shown(zone)} isn't a known time zone.{hint}"


def _holidays(sound: Thing) -> Iterator[Objection]:
    known = holidays.list_supported_countries(include_aliases=True)
    country, subdivision = (part(sound, "holidays").get(key) for key in ("country", "subdivision"))
    if country is not None and country not in known:
        upper = f" Did you mean {shown(country.upper())}?" if country.upper() in known else ' It should be a code such as "PT".'
        yield ("holidays", "country"), f"{shown(country)} isn't a country whose public holidays are known.{upper}"
    elif country is not None and subdivision is not None and subdivision not in known[country]:
        possible = f" Possible: {', '.join(sorted(known[country]))}." if known[country] else " Leave it out."
        yield (
            ("holidays", "subdivision"),
            f"{shown(subdivision)} isn't a part of {country} that has holidays of its own.{possible}",
        )


def _own_holidays(sound: Thing) -> Iterator[Objection]:
    seen = set()
    for place, own in things(part(sound, "holidays"), "own", ("holidays",)):
        text = own.get("day")
        if text is not None and day(text if len(text) == 10 else f"2000-{text}") is None:
            yield (*place, "day"), f"{shown(text)} is a day that doesn't exist."
        if text is not None and text in seen:
            yield (*place, "day"), f"{shown(text)} is already one of the town's own holidays."
        seen.add(text)


def _openings(sound: Thing) -> Iterator[Objection]:
    for around, thing in [*things(sound, "locations"), *things(sound, "counters")]:
        seen: list[Thing] = []
        for place, rule in things(thing, "openings", around):
            yield from _opening(place, rule)
            if rule in seen:
                yield place, "is written twice."
            seen.append(rule)


def _opening(place: Place, rule: Thing) -> Iterator[Objection]:
    yield from _missing_days(place, rule, "on_day", "first_day", "last_day")
    opens, closes = clock(rule.get("opens")), clock(rule.get("closes"))
    if opens and closes and closes <= opens:
        yield (
            (*place, "closes"),
            f"at {closes:%H:%M}, before it opens at {opens:%H:%M}: an opening ends on the day it starts.",
        )
    if "on_day" in rule:
        yield from _opening_of_one_day(place, rule)
    else:
        yield from _weekly_opening(place, rule)


def _opening_of_one_day(place: Place, rule: Thing) -> Iterator[Objection]:
    for key in ("days", "every_weeks", "first_day", "last_day"):
        if key in rule:
            yield (*place, key), "can't stand beside on_day: an opening is for one day or for every week."


def _weekly_opening(place: Place, rule: Thing) -> Iterator[Objection]:
    if "days" not in rule:
        yield place, 'needs either days, such as days = ["mon", "tue"], or on_day.'
    if rule.get("despite_holiday"):
        yield (*place, "despite_holiday"), "is only for an opening with on_day: write one for that very holiday."
    if (rule.get("every_weeks") or 1) > 1 and "first_day" not in rule:
        yield (*place, "every_weeks"), f"is {rule['every_weeks']}, so first_day must say from which week to count."
    first, last = day(rule.get("first_day")), day(rule.get("last_day"))
    if first and last and last < first:
        yield (*place, "last_day"), f"{last} is before first_day {first}."
    elif first and last and not _ever_opens(rule, first, last):
        yield place, f"never opens: none of its days comes between {first} and {last}."


def _ever_opens(rule: Thing, first: date, last: date) -> bool:
    """Is one of the weekdays, in one of the right weeks, between the two days? Weeks start on Monday."""
    monday = first - timedelta(days=first.weekday())
    every = timedelta(weeks=rule.get("every_weeks") or 1)
    weekdays = [WEEKDAYS.index(name) for name in values(rule, "days")]
    starts = (monday, monday + every)
    return not weekdays or any(first <= start + timedelta(days=weekday) <= last for start in starts for weekday in weekdays)


def _closures(sound: Thing) -> Iterator[Objection]:
    whole_town = ((), sound)
    for around, thing in [whole_town, *things(sound, "locations"), *things(sound, "counters")]:
        for place, closure in things(thing, "closures", around):
            yield from _stretch(place, closure)
    for around, person in things(sound, "staff"):
        for place, absence in things(person, "absences", around):
            yield from _stretch(place, absence)


def _stretch(place: Place, stretch: Thing) -> Iterator[Objection]:
    yield from _missing_days(place, stretch, "first_day", "last_day")
    first = day(stretch.get("first_day"))
    last = day(stretch.get("last_day")) or first
    starts, ends = clock(stretch.get("from")), clock(stretch.get("until"))
    if first and last and last < first:
        yield (*place, "last_day"), f"{last} is before first_day {first}."
    elif first and last and ends is not None and stretch_of(stretch) is None:
        begins = f"from {starts:%H:%M}" if starts else "the midnight at which the day begins"
        yield (*place, "until"), f"{ends:%H:%M} isn't after {begins}. Leave until out to reach the end of the day."


def _notices(sound: Thing) -> Iterator[Objection]:
    for place, notice in things(sound, "notices"):
        yield from _stretch(place, notice)


def _missing_days(place: Place, thing: Thing, *keys: str) -> Iterator[Objection]:
    for key in keys:
        if thing.get(key) is not None and day(thing[key]) is None:
            yield (*place, key), f"{shown(thing[key])} is a day that doesn't exist."
