"""From a sound town document to the catalogue's rows, as plain values: the file's words become the tables' words here.

Rows with a slug are `{slug: values}`; those without (openings, closures, absences, own holidays, notices) are a list.
"""

from collections.abc import Iterator
from typing import Any

from booking.catalogue import (
    Absence,
    ClosureRow,
    Counter,
    Location,
    Notice,
    OpeningRow,
    OwnHoliday,
    Service,
    StaffMember,
    Topic,
)
from booking.town.document import WEEKDAYS, Thing, clock, day, minutes_of, part, stretch_of, things
from booking.town.telephone import phone_country

Values = dict[str, Any]
REMINDERS = ("2d", "3h")


def town_values(document: Thing) -> Values:
    town, public = part(document, "town"), part(document, "holidays")
    return {
        "name": town["name"],
        "office": town.get("office", {}),
        "languages": town["languages"],
        "default_language": town["default_language"],
        "timezone": town["timezone"],
        "phone": town["phone"],
        "phone_country": phone_country(document),
        "phone_hours": town["phone_hours"],
        "email": town["email"],
        "address": town["address"],
        "reference_prefix": town["reference_prefix"],
        "video_address": town.get("video_address", ""),
        "holiday_country": public.get("country", ""),
        "holiday_subdivision": public.get("subdivision"),
        "skills": town["skills"],
        "line": dict(part(document, "line")),
        "retention": dict(part(document, "retention")),
    }


def named_rows(document: Thing) -> dict[Any, dict[str, Values]]:
    """Tables in an order in which later ones may refer to earlier ones."""
    return {
        Topic: _by_slug(document, "topics", _topic),
        Location: _by_slug(document, "locations", lambda thing: _location(thing, part(document, "town")["timezone"])),
        Counter: _by_slug(document, "counters", _counter),
        StaffMember: _by_slug(document, "staff", _staff_member),
        Service: _by_slug(document, "services", _service),
    }


def nameless_rows(document: Thing) -> dict[Any, list[Values]]:
    return {
        OwnHoliday: [_own_holiday(own) for _, own in things(part(document, "holidays"), "own")],
        OpeningRow: list(_openings(document)),
        ClosureRow: list(_closures(document)),
        Absence: [
            {"staff": person["slug"], **_stretch(absence)}
            for _, person in things(document, "staff")
            for _, absence in things(person, "absences")
        ],
        Notice: [_notice(position, notice) for position, (_, notice) in enumerate(things(document, "notices"))],
    }


def _by_slug(document: Thing, kind: str, values: Any) -> dict[str, Values]:
    listed = enumerate(things(document, kind))
    return {thing["slug"]: {"position": position, **values(thing)} for position, (_, thing) in listed}


def _topic(thing: Thing) -> Values:
    return {"name": thing["name"], "icon": thing["icon"]}


def _location(thing: Thing, timezone: str) -> Values:
    return {
        "name": thing["name"],
        "address": thing["address"],
        "way_in": thing.get("way_in", {}),
        "getting_there": thing.get("getting_there", {}),
        "timezone": thing.get("timezone", timezone),
        "step_free": thing["step_free"],
    }


def _counter(thing: Thing) -> Values:
    return {
        "number": int(thing["number"]),
        "location": thing["location"],
        "name": thing["name"],
        "skills": thing["skills"],
        "modes": thing["modes"],
    }


def _staff_member(thing: Thing) -> Values:
    return {
        "name": thing["name"],
        "email": thing["email"],
        "counters": thing.get("counters", []),
        "skills": thing.get("skills", []),
        "roles": thing["roles"],
        "locations": thing.get("locations", []),
        "topics": thing.get("topics", []),
    }


def _service(thing: Thing) -> Values:
    return {
        "topic": thing["topic"],
        "icon": thing.get("icon", "file-text"),
        "skill": thing["skill"],
        "minutes": int(thing["minutes"]),
        "step_minutes": int(thing.get("step", thing["minutes"])),
        "notice_minutes": minutes_of(thing.get("notice"), 0),
        "horizon_days": int(thing["horizon"].removesuffix("d")),
        "buffer_before_minutes": minutes_of(thing.get("buffer_before"), 0),
        "buffer_after_minutes": minutes_of(thing.get("buffer_after"), 0),
        "desk_places": int(thing.get("desk_places", 0)),
        "max_people": int(thing.get("max_people", 1)),
        "extra_person_minutes": int(thing.get("extra_person_minutes", 0)),
        "cancel_until_minutes": minutes_of(thing.get("cancel_until"), 0),
        "max_active": int(thing.get("max_active", 3)),
        "assurance": thing.get("assurance", "none"),
        "reminder_minutes": [minutes_of(length) for length in thing.get("reminders", REMINDERS)],
        "modes": thing["modes"],
        "channels": thing["channels"],
        "locations": thing["locations"],
        "due_days": int(thing["due_days"]) if "due_days" in thing else None,
        "name": thing["name"],
        "summary": thing["summary"],
        "details": thing.get("details", {}),
        "fee": thing["fee"],
        "legal_basis": thing["legal_basis"],
        "outcome": thing.get("outcome", {}),
        "bring": thing["bring"],
        "synonyms": thing.get("synonyms", {}),
    }


def _own_holiday(own: Thing) -> Values:
    every_year = len(own["day"]) == len("08-11")
    return {
        "month_day": own["day"] if every_year else None,
        "day": None if every_year else day(own["day"]),
        "name": own["name"],
    }


def _openings(document: Thing) -> Iterator[Values]:
    for location, counter, thing in _houses(document):
        for _, rule in things(thing, "openings"):
            yield {"location": location, "counter": counter, **opening_values(rule)}


def opening_values(rule: Thing) -> Values:
    return {
        "weekdays": sorted(WEEKDAYS.index(name) for name in rule.get("days", [])),
        "opens": clock(rule["opens"]),
        "closes": clock(rule["closes"]),
        "every_weeks": int(rule.get("every_weeks", 1)),
        "first_day": day(rule.get("first_day")),
        "last_day": day(rule.get("last_day")),
        "on_day": day(rule.get("on_day")),
        "despite_holiday": rule.get("despite_holiday", False),
    }


def _closures(document: Thing) -> Iterator[Values]:
    for location, counter, thing in [(None, None, document), *_houses(document)]:
        for _, closure in things(thing, "closures"):
            yield {"location": location, "counter": counter, **_stretch(closure), "reason": closure["reason"]}


def _houses(document: Thing) -> Iterator[tuple[str, str | None, Thing]]:
    """Locations and counters, each as the location's slug, the counter's slug if it is one, and the thing."""
    for _, location in things(document, "locations"):
        yield location["slug"], None, location
    for _, counter in things(document, "counters"):
        yield counter["location"], counter["slug"], counter


def _stretch(thing: Thing) -> Values:
    stretch = stretch_of(thing)
    if stretch is None:
        raise ValueError("the checks let through a stretch of time that isn't one")
    return {"starts": stretch[0], "ends": stretch[1]}


def _notice(position: int, notice: Thing) -> Values:
    return {
        "position": position,
        "title": notice["title"],
        "body": notice["body"],
        "first_day": day(notice.get("first_day")),
        "last_day": day(notice.get("last_day")),
    }
