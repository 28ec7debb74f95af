"""The cookie that holds a session's secret: no script can read it, and no other site's page can have it sent along with a deed."""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie

from starlette.responses import Response

from booking.settings import settings
from portal.identity.sessions import LONGEST


def name() -> str:
    """With TLS a name that browsers take from this very host only (RFC 6265bis, section 4.1.3.2)."""
    return "__Host-atrio" if _has_tls() else "atrio"


def token_in(header: str) -> str:
    """The secret in a Cookie header, "" when there is none."""
    try:
        cookie = SimpleCookie(header).get(name())
    except CookieError:
        return ""
    return cookie.value if cookie else ""


def give(response: Response, token: str) -> None:
    response.set_cookie(
        name(), token, max_age=int(LONGEST.total_seconds()), path="/", secure=_has_tls(), httponly=True, samesite="lax"
    )


def take_away(response: Response) -> None:
    response.delete_cookie(name(), path="/", secure=_has_tls(), httponly=True, samesite="lax")


def _has_tls() -> bool:
    return settings().address.startswith("https://")
