"""Routes that aren't pages: from `/` to the visitor's language, the calendar file, is the process alive and ready."""

from __future__ import annotations

from babel import negotiate_locale
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from booking.catalogue import NoTown, read_catalogue
from booking.store import in_reading, is_up_to_date
from portal.appointments.calendar_file import calendar_file
from portal.site import drawn_catalogue


async def to_their_language(request: Request) -> Response:
    """`/` leads to the best match between what the browser asks for and what the town speaks."""
    town = drawn_catalogue().town
    languages = town.languages
    asked = [
        part.partition(";")[0].strip().replace("-", "_") for part in _by_weight(request.headers.get("accept-language", ""))
    ]
    language = negotiate_locale([*asked, *(code.split("_")[0] for code in asked)], languages) or town.default_language
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"/{language}/{query}", 302, headers={"vary": "accept-language", "cache-control": "no-cache"})


async def is_alive(_request: Request) -> Response:
    return PlainTextResponse("ok")


async def is_ready(_request: Request) -> Response:
    """503 while the database can't be reached, hasn't been brought up to date or has no town."""
    try:
        ready = await in_reading(_has_a_town_we_understand)
    except (SQLAlchemyError, NoTown):
        ready = False
    return PlainTextResponse("ready") if ready else PlainTextResponse("not ready", 503)


def _has_a_town_we_understand(session: Session) -> bool:
    return is_up_to_date(session) and bool(read_catalogue(session).town)


def _by_weight(header: str) -> list[str]:
    def weight(part: str) -> float:
        _language, _semicolon, quality = part.partition(";q=")
        try:
            return float(quality or 1)
        except ValueError:
            return 0.0

    return sorted(header[:400].split(","), key=weight, reverse=True)


async def to_the_page(request: Request) -> Response:
    """`/pt/index.html` is the same file as `/pt/`, but its scripts only know the latter."""
    page = request.path_params["page"].strip("/")
    return RedirectResponse(f"/{page}/" if page else "/", 308)


doors = Starlette(
    routes=[
        Route("/", to_their_language),
        Route("/{page:path}index.html", to_the_page),
        Route("/healthz", is_alive),
        Route("/readyz", is_ready),
        Route("/{language}/appointment/invite.ics", calendar_file, methods=["POST"]),
    ]
)
