"""What no schema can say about a town file's names: which must be unique, which must exist, in which languages."""

from collections.abc import Iterator
from typing import Any

from email_validator import EmailNotValidError, validate_email

from booking.town.document import Thing, items, part, slugs, things, values
from booking.town.places import LANGUAGE_NAMES, guess, said, shown
from booking.town.positions import Place
from booking.town.schema import Objection

KINDS = ("topics", "locations", "counters", "staff", "services")


def name_objections(document: Thing, sound: Thing) -> Iterator[Objection]:
    """`document` is the file as written, which knows every name; `sound` the same less what the schema refused."""
    for check in (_doubles, _unknown_names, _counters_elsewhere, _unknown_default_language, _wrong_addresses):
        for place, predicate in check(document, sound):
            yield place, said(document, place, predicate)
    for place, predicate in _languages(sound, values(part(sound, "town"), "languages")):
        yield place, said(document, place, predicate)


def _doubles(_: Thing, sound: Thing) -> Iterator[Objection]:
    for kind in KINDS:
        yield from _twice(
            (((*place, "slug"), thing.get("slug")) for place, thing in things(sound, kind)),
            f"is the slug of another of the {kind}",
        )
    numbers = (
        ((*place, "number"), _pair(thing.get("location"), thing.get("number"))) for place, thing in things(sound, "counters")
    )
    yield from _twice(numbers, "is the number of another counter at the same location")
    emails = (((*place, "email"), str(thing.get("email") or "").lower() or None) for place, thing in things(sound, "staff"))
    yield from _twice(emails, "is the e-mail of another staff member")
    for kind in ("topics", "locations", "services"):
        for language in LANGUAGE_NAMES:
            names = (((*place, "name", language), part(thing, "name").get(language)) for place, thing in things(sound, kind))
            yield from _twice(names, f"is the name of another of the {kind} as well: people couldn't tell them apart")


def _twice(named: Iterator[tuple[Place, Any]], claim: str) -> Iterator[Objection]:
    seen = set()
    for place, name in named:
        if name is not None and name in seen:
            yield place, f"{shown(name if isinstance(name, (str, int)) else name[-1])} {claim}."
        seen.add(name)


def _pair(location: Any, number: Any) -> tuple[Any, Any] | None:
    return None if location is None or number is None else (location, number)


def _unknown_names(document: Thing, sound: Thing) -> Iterator[Objection]:
    skills = [skill for skill in values(part(document, "town"), "skills") if isinstance(skill, str)]
    known = {"skill": skills} | {kind.removesuffix("s"): slugs(document, kind) for kind in KINDS}
    for kind, key, what in (
        ("services", "topic", "topic"),
        ("services", "skill", "skill"),
        ("services", "locations", "location"),
        ("counters", "location", "location"),
        ("counters", "skills", "skill"),
        ("staff", "counters", "counter"),
        ("staff", "skills", "skill"),
        ("staff", "locations", "location"),
        ("staff", "topics", "topic"),
    ):
        for place, thing in things(sound, kind):
            for where, name in [*items(thing, key, place), ((*place, key), thing.get(key))]:
                if isinstance(name, str) and name not in known[what]:
                    yield where, f"names a {what} {shown(name)} that isn't in this file.{guess(name, known[what])}"


def _counters_elsewhere(_: Thing, sound: Thing) -> Iterator[Objection]:
    """Whoever sits at a counter may do there what their roles allow."""
    house_of = {counter.get("slug"): counter.get("location") for _, counter in things(sound, "counters")}
    for place, person in things(sound, "staff"):
        where = values(person, "locations")
        for item, counter in items(person, "counters", place) if where else ():
            house = house_of.get(counter) if isinstance(counter, str) else None
            if house and house not in where:
                yield item, f"{shown(counter)} is at {shown(house)}, which isn't one of their locations."


def _unknown_default_language(_: Thing, sound: Thing) -> Iterator[Objection]:
    town = part(sound, "town")
    default, languages = town.get("default_language"), values(town, "languages")
    if default and languages and default not in languages:
        yield (
            ("town", "default_language"),
            f"{shown(default)} isn't one of the town's languages.{guess(default, languages)}",
        )


def _wrong_addresses(_: Thing, sound: Thing) -> Iterator[Objection]:
    for place, thing in [(("town",), part(sound, "town")), *things(sound, "staff")]:
        try:
            validate_email(thing.get("email") or "nobody@town.example", check_deliverability=False)
        except EmailNotValidError as error:
            yield (*place, "email"), f"{shown(thing['email'])} isn't an e-mail address: {str(error).rstrip('.')}."


def _languages(inside: Any, languages: list[str], place: Place = ()) -> Iterator[Objection]:
    """Every text must be there in every language of the town, and in no other; a list must be equally long in all."""
    for key, value in inside.items() if isinstance(inside, dict) else enumerate(inside):
        if key in _WORDS and isinstance(value, dict):
            yield from _incomplete(value, languages, (*place, key))
        elif isinstance(value, (dict, list)):
            yield from _languages(value, languages, (*place, key))


_LISTS = ("bring", "synonyms")
_WORDS = (
    "name", "office", "phone_hours", "address", "way_in", "getting_there", "reason", "title", "body",
    "summary", "details", "fee", "outcome", "legal_basis", *_LISTS,
)  # fmt: skip


def _incomplete(words: dict[str, Any], languages: list[str], place: Place) -> Iterator[Objection]:
    for language in languages:
        if language not in words:
            example = '["…"]' if place[-1] in _LISTS else '"…"'
            yield place, f"has no {LANGUAGE_NAMES[language]}: add {language} = {example}."
    for language in words:
        if languages and language in LANGUAGE_NAMES and language not in languages:
            yield (*place, language), "is in a language that the town doesn't list under languages."
    lengths = {language: len(words[language]) for language in languages if isinstance(words.get(language), list)}
    if place[-1] == "bring" and len(set(lengths.values())) > 1:
        counts = ", ".join(f"{length} in {LANGUAGE_NAMES[language]}" for language, length in lengths.items())
        yield place, f"should have the same items in every language, but has {counts}."
