"""Where a device gets its secret: an ordinary form, because only an answer over HTTP sets a cookie."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from booking.store import in_transaction
from kiosk.pairing import pair
from locales.catalogue import LANGUAGES
from portal.identity import cookies
from portal.identity.doors import form_of
from portal.limits import RateLimited, check_wrong_keys, count_wrong_key
from portal.network import spender
from portal.page_state import now
from portal.same_origin import is_from_here


async def pair_here(request: Request) -> Response:
    """POST with `code` in the body. Whether wrong, too old or used, the page says the same."""
    asked = request.path_params["language"]
    language = asked if asked in LANGUAGES else LANGUAGES[0]
    if not is_from_here(request):
        return PlainTextResponse("This form can only be sent by a page of this portal.", 403)
    network = spender(request.scope)
    try:
        await check_wrong_keys(network)
        token = await in_transaction(pair, now(), (await form_of(request)).get("code", ""))
        if token is None:
            await count_wrong_key(network)
    except RateLimited:
        return RedirectResponse(f"/{language}/kiosk/?news=later", 303)
    response = RedirectResponse(f"/{language}/kiosk/{'' if token else '?news=wrong'}", 303)
    if token:
        cookies.give(response, token, cookies.DEVICE)
    return response
