"""Holds a town file against `town.schema.json`, and says what the JSON Schema objects to in a technician's words."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from booking.town.places import guess, said, shown
from booking.town.positions import Place

SCHEMA_PATH = Path(__file__).with_name("town.schema.json")

Objection = tuple[Place, str]


def schema_objections(document: Any) -> tuple[list[Objection], Any]:
    """What the schema objects to, and a copy of the document in which each wrong value is None, for further checks."""
    sound = deepcopy(document)
    objections = []
    for error in _validator().iter_errors(document):
        place: Place = tuple(error.absolute_path)
        objections += [(where, said(document, around, sentence)) for where, around, sentence in _sentences(error, place)]
        if error.validator in _WRONG_VALUES:
            _blank(sound, place)
    return objections, sound


@cache
def _validator() -> Any:
    return extend(Draft202012Validator, {"pattern": _whole_text_fits})(_schema())


def _whole_text_fits(_validator: Any, pattern: str, value: Any, _around: Any) -> Iterator[ValidationError]:
    """As JSON Schema means `^...$`. By itself Python's `$` lets a text end with a line break as well."""
    if isinstance(value, str) and not re.fullmatch(pattern, value):
        yield ValidationError("doesn't match its pattern")


@cache
def _schema() -> dict[str, Any]:
    return json.loads(SCHEMA_PATH.read_text(encoding="utf-8"))


_WRONG_VALUES = ("type", "pattern", "enum", "minimum", "maximum")


def _blank(document: Any, place: Place) -> None:
    *around, last = place
    for step in around:
        document = document[step]
        if document is None:
            return
    document[last] = None


def _sentences(error: ValidationError, place: Place) -> Iterator[tuple[Place, Place, str]]:
    """The place to point at, the place to speak of, and the predicate."""
    schema: Any = error.schema
    value: Any = error.instance
    if error.validator == "additionalProperties":
        known = schema["properties"]
        for key in value.keys() - known.keys():
            yield (*place, key), place, f"has a key {shown(key)} that means nothing here.{guess(key, known.keys())}"
    elif error.validator == "required":
        missing = next(key for key in schema["required"] if f"'{key}'" in error.message)
        if place:
            yield place, (*place, missing), f"is missing.{_meaning(schema['properties'][missing])}"
        else:
            yield place, place, f"has no {'[town]' if missing == 'town' else f'[[{missing}]]'}, and can't do without."
    elif error.validator == "dependentRequired":
        yield place, place, "names a subdivision, so it needs a country as well."
    else:
        yield place, place, _predicate(error)


def _predicate(error: ValidationError) -> str:
    say = _PREDICATES.get(str(error.validator))
    return say(error.instance, error.validator_value, error.schema) if say else f"isn't right: {error.message}."


_PREDICATES: dict[str, Callable[[Any, Any, Any], str]] = {
    "type": lambda value, _, schema: f"must be {_kind(schema)}, not {shown(value)}.",
    "pattern": lambda value, _, schema: f"must be {_kind(schema)}, not {shown(value)}.",
    "enum": lambda value, options, _: f"can't be {shown(value)}.{guess(value, options)}",
    "maxLength": lambda value, most, _: f"is {len(value)} characters long, and {most} is the most.",
    "minItems": lambda *_: "is an empty list, and needs at least one item.",
    "maxItems": lambda value, most, _: f"has {len(value)} items, and {most} is the most.",
    "uniqueItems": lambda value, *_: f"has {shown(_first_double(value))} twice.",
    "minimum": lambda value, least, _: f"is {shown(value)}, and {least} is the least.",
    "maximum": lambda value, most, _: f"is {shown(value)}, and {most} is the most.",
}

_TYPES = {
    "string": "a text in quotation marks",
    "integer": "a whole number",
    "boolean": "true or false",
    "array": "a list in square brackets",
    "object": "a table of its own",
}


def _kind(schema: Mapping[str, Any]) -> str:
    return schema.get("description") or _TYPES[schema["type"]]


def _meaning(schema: Mapping[str, Any]) -> str:
    """` It is a whole number of minutes.`, from the description that the schema gives a key."""
    while "$ref" in schema:
        schema = _schema()["$defs"][schema["$ref"].removeprefix("#/$defs/")]
    return f" It is {schema['description']}." if "description" in schema else ""


def _first_double(values: list[Any]) -> Any:
    return next(value for index, value in enumerate(values) if value in values[:index])
