"""What is held about somebody, to take along: as JSON for programs, as PDF for people."""

from __future__ import annotations

import asyncio
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from booking.catalogue import read_catalogue
from booking.holdings import as_data, held_of
from booking.store import in_reading
from locales import dates
from locales.catalogue import LANGUAGES, _, current_language, direction, path, use_language
from portal.facts import Part
from portal.identity.cookies import token_in
from portal.identity.sessions import who_is
from portal.identity.signed_in import SIGN_IN
from portal.me.record import Record, record_of
from portal.page_state import now
from portal.papers.typesetting import set_on_paper
from portal.site import said

DATA = "/me/data/"
NOT_KEPT = {"cache-control": "no-store", "x-content-type-options": "nosniff"}


async def record_json(request: Request) -> Response:
    """GET by whoever is signed in; all of it, as booking/holdings.py describes."""
    resident_id = await _whose(request)
    if resident_id is None:
        return _to_sign_in(request)
    held = as_data(await in_reading(held_of, resident_id))
    return JSONResponse(held, headers=NOT_KEPT | {"content-disposition": 'attachment; filename="atrio-record.json"'})


async def record_pdf(request: Request) -> Response:
    """GET by whoever is signed in; the words of the page, on paper."""
    resident_id = await _whose(request)
    if resident_id is None:
        return _to_sign_in(request)
    with use_language(_language(request)):
        paper = _paper(*await in_reading(_said, resident_id))
    pdf = await asyncio.to_thread(set_on_paper, "record", paper, now())
    headers = NOT_KEPT | {"content-disposition": 'attachment; filename="atrio-record.pdf"'}
    return Response(pdf, media_type="application/pdf", headers=headers)


async def _whose(request: Request) -> int | None:
    who = await in_reading(who_is, now(), token_in(request.headers.get("cookie", "")))
    return who.resident_id if who else None


def _said(session: Session, resident_id: int) -> tuple[Record, str, str]:
    town = read_catalogue(session).town
    return record_of(session, resident_id), said(town.name), town.timezone


def _paper(record: Record, town: str, zone: str) -> dict[str, Any]:
    return {
        "title": record_title(),
        "lead": [_("As it stood on {day}.", day=dates.day_and_year(now().astimezone(ZoneInfo(zone)).date()))],
        "town": town,
        "zone": zone,
        "language": current_language(),
        "direction": direction(current_language()),
        "parts": [_part(each) for each in (*record.parts, record.told, record.looked)],
    }


def record_title() -> str:
    return _("What we hold about you")


def _part(part: Part) -> dict[str, Any]:
    entries = [{"title": each.title, "facts": [[fact.name, fact.value] for fact in each.facts]} for each in part.lines]
    return {"title": part.title, "hint": "" if entries else part.empty, "entries": entries}


def _to_sign_in(request: Request) -> Response:
    with use_language(_language(request)):
        return RedirectResponse(path(f"{SIGN_IN}?next={DATA}"), 303)


def _language(request: Request) -> str:
    language = request.path_params["language"]
    return language if language in LANGUAGES else LANGUAGES[0]
