"""Routes that aren't pages: from `/` to the visitor's language, the calendar file, REST, is the process alive and ready."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from babel import negotiate_locale
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from booking.catalogue import NoTown, read_catalogue
from booking.outbox import worker_last_seen
from booking.store import is_up_to_date
from kiosk.pairing_door import pair_here
from portal.api.app import nothing_here, v1
from portal.appointments.beside import end_beside
from portal.appointments.calendar_file import calendar_file
from portal.identity.doors import let_in, let_out
from portal.identity.passkey_doors import passkey_doors
from portal.identity.provider import provider_doors
from portal.lobby.voice_file import voice_files
from portal.me.record_file import record_json, record_pdf
from portal.metrics import metrics
from portal.patience import Look
from portal.site import drawn_catalogue

SEEN_LATELY = timedelta(minutes=1)


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
    """503 while the database can't be reached, hasn't been brought up to date or has no town, or no worker was seen lately."""
    try:
        ready = await work.answer()
    except (SQLAlchemyError, NoTown, TimeoutError):
        ready = False
    return PlainTextResponse("ready") if ready else PlainTextResponse("not ready", 503)


def _is_at_work(session: Session, now: datetime) -> bool:
    if not (is_up_to_date(session) and read_catalogue(session).town):
        return False
    seen_at = worker_last_seen(session)
    return seen_at is not None and now - seen_at < SEEN_LATELY


work = Look(_is_at_work)


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


def all_under(path: str, app: ASGIApp) -> Mount:
    """A Mount, also of addresses with a line break in them, which its pattern would let through to the pages."""
    mount = Mount(path, app)
    mount.path_regex = re.compile(mount.path_regex.pattern, re.DOTALL)
    return mount


doors = Starlette(
    routes=[
        all_under("/api/v1", v1),
        all_under("/api", nothing_here),
        Route("/", to_their_language),
        Route("/{page:path}index.html", to_the_page),
        Route("/healthz", is_alive),
        Route("/readyz", is_ready),
        Route("/metrics", metrics),
        all_under("/voice", voice_files),
        Route("/{language}/appointment/invite.ics", calendar_file, methods=["POST"]),
        Route("/{language}/me/record.json", record_json),
        Route("/{language}/me/record.pdf", record_pdf),
        *passkey_doors,
        all_under("/auth", provider_doors()),
        Route("/{language}/auth/enter", let_in, methods=["POST"]),
        Route("/{language}/auth/leave", let_out, methods=["POST"]),
        Route("/{language}/kiosk/pair", pair_here, methods=["POST"]),
        Route("/{language}/auth/end-assisting", end_beside, methods=["POST"]),
    ]
)
