"""Where a browser gets its session's secret, and gives it back: ordinary forms, because only an answer over HTTP sets a cookie."""

from __future__ import annotations

import re
from datetime import datetime
from urllib.parse import parse_qs

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from booking.details import storable
from booking.store import in_transaction
from locales.catalogue import LANGUAGES
from portal.identity import cookies, sessions
from portal.identity.devices import device_words
from portal.identity.grants import Entered, redeem
from portal.identity.signed_in import SIGN_IN
from portal.page_state import now
from portal.same_origin import is_from_here

LONGEST_FORM = 4_000  # bytes
HOME, STAFF_SIGN_IN = "/me/", "/desk/sign-in/"
# A page of ours, written without its language: nothing that a browser could take for another site.
_PAGE = re.compile(r"/(?:[a-z0-9-]+/)*(?:\?[A-Za-z0-9_=&.-]*)?")


async def let_in(request: Request) -> Response:
    """POST with `grant` in the body, as the page has it that took the right code. Another page's form, an old grant: back to the start."""
    language = _language(request)
    if not is_from_here(request):
        return PlainTextResponse("This form can only be sent by a page of this portal.", 403)
    form = await form_of(request)
    entered = await in_transaction(_enter, now(), form.get("grant", ""), *browser_of(request))
    if entered is None:
        return RedirectResponse(f"/{language}{SIGN_IN}?news=again", 303)
    person, token = entered
    response = RedirectResponse(f"/{language}{safe_page(person.wants)}", 303)
    cookies.give(response, token)
    return response


async def let_out(request: Request) -> Response:
    """POST: this browser is signed out, in all its tabs."""
    language = _language(request)
    if not is_from_here(request):
        return PlainTextResponse("This form can only be sent by a page of this portal.", 403)
    was_staff = await in_transaction(_leave, now(), cookies.token_in(request.headers.get("cookie", "")))
    response = RedirectResponse(f"/{language}{STAFF_SIGN_IN if was_staff else SIGN_IN}?news=out", 303)
    cookies.take_away(response)
    return response


async def form_of(request: Request) -> dict[str, str]:
    """The fields of a short form, the first of each name; nothing of one that is too long or unreadable."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_FORM:
            return {}
    try:
        return {
            name: storable(values[0]) for name, values in parse_qs(body.decode(errors="replace"), max_num_fields=20).items()
        }
    except ValueError:
        return {}


def safe_page(wants: str) -> str:
    """The page they were going to, if it is one of ours; else their own."""
    return wants if len(wants) <= 200 and _PAGE.fullmatch(wants) and wants != "/" else HOME


def _enter(session: Session, now: datetime, grant: str, device: str, old_token: str) -> tuple[Entered, str] | None:
    entered = redeem(session, now, grant)
    if entered is None:
        return None
    return entered, sessions.begin(session, now, entered.person, device=device, instead_of=old_token)


def _leave(session: Session, at: datetime, token: str) -> bool:
    """Sign out; was it somebody of the staff?"""
    who = sessions.who_is(session, at, token)
    sessions.end(session, at, token)
    return who is not None and who.staff is not None


def browser_of(request: Request) -> tuple[str, str]:
    """What it calls itself, and the secret that it has already."""
    return device_words(request.headers.get("user-agent", "")), cookies.token_in(request.headers.get("cookie", ""))


def _language(request: Request) -> str:
    language = request.path_params["language"]
    return language if language in LANGUAGES else LANGUAGES[0]
