"""The OpenAPI document: every status that a call may answer, with an example of its problem, in plain English."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter

from portal.api.problems import KINDS, MEDIA_TYPE, NOT_BOOKABLE, Problem, document

PROBLEM = "#/components/schemas/Problem"
ALWAYS = ("rate-limited", "broken", "unavailable")
OF_POSTS = ("malformed", "too-large")
EXAMPLES: dict[str, dict[str, Any]] = {
    "slot-taken": {"nearest": ["2027-03-02T09:20:00Z", "2027-03-02T09:40:00Z", "2027-03-02T10:00:00Z"]},
    "not-bookable": {"detail": NOT_BOOKABLE["closed-then"], "reason": "closed-then"},
    "not-valid": {"errors": [{"field": "email", "code": "not-an-email"}]},
    "too-late": {"detail": "It could be moved or cancelled until 2027-03-02T08:00:00Z."},
    "not-in-force": {"detail": "The appointment is cancelled."},
    "wrong-code": {"tries_left": 4},
}
ABOUT = """
Book, look up, move and cancel appointments with the town, by the same rules as its own pages.

Instants are RFC 3339 in UTC; days are local to the location. What can't be done is answered with a problem document (RFC 9457)
whose `code` never changes. Send an `Idempotency-Key` with every POST, and ask again with the same one when no answer came.
"""


def answers(*codes: str) -> dict[int | str, dict[str, Any]]:
    """The responses of a call that may end with these problems, and with those that any call may end with."""
    kinds = sorted({*codes, *ALWAYS}, key=lambda code: KINDS[code].status)
    return {status: _response(list(same)) for status, same in groupby(kinds, key=lambda code: KINDS[code].status)}


def calendar_answer() -> dict[int | str, dict[str, Any]]:
    file = {"text/calendar": {"schema": {"type": "string"}, "example": "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n..."}}
    return {200: {"description": "The calendar file", "content": file}}


def document_of(app: FastAPI) -> dict[str, Any]:
    """FastAPI's document, with the schema of problems and what every POST may answer, without FastAPI's own errors."""
    made = get_openapi(title=app.title, version=app.version, description=ABOUT, routes=app.routes, servers=app.servers)
    schemas = made["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    problem = TypeAdapter(Problem).json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
    schemas |= {**problem.pop("$defs"), "Problem": problem}
    for path in made["paths"].values():
        if "post" in path:
            path["post"]["responses"] |= {str(status): response for status, response in _of_posts().items()}
    return made


def _of_posts() -> dict[int, dict[str, Any]]:
    return {KINDS[code].status: _response([code]) for code in OF_POSTS}


def _response(codes: list[str]) -> dict[str, Any]:
    examples = {code: {"summary": KINDS[code].title, "value": document(code, **EXAMPLES.get(code, {}))} for code in codes}
    said = {
        "description": ". ".join(f"{KINDS[code].title} (`{code}`)" for code in codes) + ".",
        "content": {MEDIA_TYPE: {"schema": {"$ref": PROBLEM}, "examples": examples}},
    }
    if {"rate-limited", "unavailable"} & set(codes):
        seconds = {"description": "After how many seconds to try again.", "schema": {"type": "integer", "minimum": 1}}
        said["headers"] = {"Retry-After": seconds}
    return said
