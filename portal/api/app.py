"""REST version 1 put together: its routes, what stands before them, and what is answered when one of them can't."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from booking.catalogue import NoTown
from booking.errors import Refusal
from booking.references import SecretChanged
from portal.api import appointments, counters, holds, offer, slots, tickets
from portal.api.appointments import WAYS
from portal.api.bodies import SmallBodies
from portal.api.documented import document_of
from portal.api.limits import RateLimits
from portal.api.problems import not_valid, problem, rate_limited, refused, unavailable
from portal.limits import RateLimited
from portal.logs import log

# What pydantic calls a mistake, and what we do; anything else is the wrong type.
CODES = {
    "missing": "missing",
    "extra_forbidden": "unknown-field",
    "string_too_long": "too-long",
    "string_too_short": "too-short",
    "too_long": "too-many",
    "too_short": "too-few",
    "greater_than_equal": "out-of-range",
    "less_than_equal": "out-of-range",
    "int_parsing_size": "out-of-range",
    "literal_error": "unknown-value",
    "string_pattern_mismatch": "wrong-characters",
}
OURS = ("not-an-instant", "not-a-day", "out-of-range")


async def nothing_here(scope: Scope, receive: Receive, send: Send) -> None:
    """What any other address under /api answers."""
    if scope["type"] == "http":
        await problem("not-found")(scope, receive, send)


async def _refused(_request: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, Refusal)
    return refused(refusal)


async def _unreadable(_request: Request, error: Exception) -> Response:
    """What was sent is never sent back, nor logged: it may be about a person."""
    assert isinstance(error, RequestValidationError)
    mistakes = error.errors()
    if isinstance(error.body, bytes) or any(each["type"] == "json_invalid" for each in mistakes):
        return problem("malformed")
    return not_valid([{"field": _field(each["loc"]), "code": _code(each["type"])} for each in mistakes])


async def _not_served(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = {401: "unauthorized", 404: "not-found", 405: "method-not-allowed", 413: "too-large"}.get(
        error.status_code, "malformed"
    )
    return problem(code, headers=error.headers)


async def _limited(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RateLimited)
    return rate_limited(error.seconds)


async def _no_database(_request: Request, error: Exception) -> Response:
    # Its first line: the next ones may quote what somebody sent.
    log.error("The database could not be used: %s", str(error).splitlines()[0])
    return unavailable()


async def _hold_of_another_secret(_request: Request, _error: Exception) -> Response:
    return problem("hold-expired")


async def _broke(_request: Request, _error: Exception) -> Response:
    """Whoever serves us logs the cause."""
    return problem("broken")


def _field(place: tuple[int | str, ...]) -> str:
    """Where a mistake is: "email", "services.1", "Idempotency-Key", or "body" for all of it."""
    return ".".join(str(each) for each in place[1:] if each not in WAYS) or str(place[0])


def _code(kind: str) -> str:
    return kind if kind in OURS else CODES.get(kind, "wrong-type")


def _application() -> FastAPI:
    app = FastAPI(
        title="Átrio",
        version="1",
        servers=[{"url": "/api/v1"}],
        root_path_in_servers=False,
        openapi_url="/openapi.json",
        docs_url=None,  # its page would load scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
        exception_handlers={
            Refusal: _refused,
            RequestValidationError: _unreadable,
            HTTPException: _not_served,
            RateLimited: _limited,
            SQLAlchemyError: _no_database,
            NoTown: _no_database,
            SecretChanged: _hold_of_another_secret,
            Exception: _broke,
        },
    )
    for room in (offer, slots, holds, appointments, tickets, counters):
        app.include_router(room.router)
    app.add_middleware(SmallBodies)
    app.add_middleware(RateLimits)
    return app


v1 = _application()


def _document() -> dict[str, Any]:
    v1.openapi_schema = v1.openapi_schema or document_of(v1)
    return v1.openapi_schema


v1.openapi = _document
