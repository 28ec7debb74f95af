"""Where `assets/passkey.js` asks what a browser has to answer, and answers it: JSON over plain HTTP, for our own pages only.

Each way has a place to ask (`/auth/passkey/sign-in/ask`) and one to answer (`/auth/passkey/sign-in`). `key` is the secret that this
browser has: of its attempt to sign in, or of its invitation; to add one, the session's cookie.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from booking.catalogue import StaffMember, read_catalogue
from booking.errors import Refusal
from booking.store import in_transaction
from portal.identity import cookies, passkeys, sessions
from portal.identity.desk_entering import SignInOver, ask_for_passkey, second_step_by_passkey
from portal.identity.devices import device_words
from portal.identity.doors import browser_of
from portal.identity.sessions import Person
from portal.identity.staff_access import InvitationOver, Wrong, add_passkey, invited, propose_passkey
from portal.identity.tries import TryLater
from portal.limits import STAFF_TRIES, spend
from portal.network import spender
from portal.page_state import now
from portal.same_origin import is_from_here

LONGEST = 20_000  # bytes
OK, WRONG, OVER, LATER, LIMITED = "ok", "wrong", "over", "later", "limited"


async def ask_sign_in(said: dict[str, Any], _request: Request) -> Response:
    return JSONResponse(await in_transaction(ask_for_passkey, now(), _key(said)))


async def sign_in(said: dict[str, Any], request: Request) -> Response:
    """The right one is let in at once, because this answer can give the browser its cookie."""
    await spend(STAFF_TRIES, spender(request.scope))
    found = await in_transaction(_sign_in, now(), _key(said), _credential(said), *browser_of(request))
    if isinstance(found, (Wrong, TryLater)):
        return JSONResponse({"outcome": LATER if isinstance(found, TryLater) else WRONG})
    response = JSONResponse({"outcome": OK})
    cookies.give(response, found)
    return response


async def ask_set_up(said: dict[str, Any], _request: Request) -> Response:
    return JSONResponse(await in_transaction(_ask_set_up, now(), _key(said)))


async def set_up(said: dict[str, Any], request: Request) -> Response:
    """Kept with the invitation; the page takes it up, and shows the recovery codes."""
    device = device_words(request.headers.get("user-agent", ""))
    is_made = await in_transaction(_propose, now(), _key(said), _credential(said), device)
    return JSONResponse({"outcome": OK if is_made else WRONG})


async def ask_add(_said: dict[str, Any], request: Request) -> Response:
    return JSONResponse(await in_transaction(_ask_add, now(), _cookie(request)))


async def add(said: dict[str, Any], request: Request) -> Response:
    device = device_words(request.headers.get("user-agent", ""))
    is_made = await in_transaction(_add, now(), _cookie(request), _credential(said), device)
    return JSONResponse({"outcome": OK if is_made else WRONG})


def _sign_in(
    session: Session, at: datetime, key: str, credential: dict[str, Any], device: str, old_token: str
) -> str | Wrong | TryLater:
    answer = second_step_by_passkey(session, at, key, credential)
    return sessions.begin(session, at, answer, device=device, instead_of=old_token) if isinstance(answer, Person) else answer


def _ask_set_up(session: Session, at: datetime, token: str) -> dict[str, Any]:
    return passkeys.ask_for_new(session, at, token, invited(session, at, token))


def _propose(session: Session, at: datetime, token: str, credential: dict[str, Any], device: str) -> bool:
    invited(session, at, token)
    new = passkeys.made(session, at, token, credential, device)
    if new:
        propose_passkey(session, at, token, new)
    return new is not None


def _ask_add(session: Session, at: datetime, token: str) -> dict[str, Any]:
    return passkeys.ask_for_new(session, at, token, _signed_in(session, at, token))


def _add(session: Session, at: datetime, token: str, credential: dict[str, Any], device: str) -> bool:
    member = _signed_in(session, at, token)
    new = passkeys.made(session, at, token, credential, device)
    return new is not None and add_passkey(session, at, member.slug, new)


def _signed_in(session: Session, at: datetime, token: str) -> StaffMember:
    """Raises SignInOver."""
    who = sessions.who_is(session, at, token)
    member = read_catalogue(session).staff.get(who.staff or "") if who else None
    if member is None:
        raise SignInOver()
    return member


def _door(answer: Callable[[dict[str, Any], Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    async def answered(request: Request) -> Response:
        if not is_from_here(request):
            return JSONResponse({"outcome": WRONG}, 403)
        try:
            return await answer(await _said(request), request)
        except (SignInOver, InvitationOver):
            return JSONResponse({"outcome": OVER}, 410)
        except Refusal:
            return JSONResponse({"outcome": LIMITED}, 429)

    return answered


async def _said(request: Request) -> dict[str, Any]:
    """Nothing of a body that is too long, or isn't an object."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST:
            return {}
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _key(said: dict[str, Any]) -> str:
    key = said.get("key")
    return key if isinstance(key, str) and len(key) <= 200 else ""


def _credential(said: dict[str, Any]) -> dict[str, Any]:
    credential = said.get("credential")
    return credential if isinstance(credential, dict) else {}


def _cookie(request: Request) -> str:
    return cookies.token_in(request.headers.get("cookie", ""))


passkey_doors = [
    Route(f"/auth/passkey/{way}{ask}", _door(answer), methods=["POST"])
    for way, asked, answered in (("sign-in", ask_sign_in, sign_in), ("set-up", ask_set_up, set_up), ("add", ask_add, add))
    for ask, answer in (("/ask", asked), ("", answered))
]
