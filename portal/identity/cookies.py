"""The cookies that hold a secret, of somebody's session or of a device of the lobby: no script can read them, and no other site's page
can have them sent along with a deed.
"""

from __future__ import annotations

from datetime import timedelta
from http.cookies import CookieError, SimpleCookie

from starlette.responses import Response

from booking.settings import settings
from portal.identity.sessions import LONGEST

SESSION, DEVICE = "atrio", "atrio-device"
# The longest that browsers keep a cookie (RFC 6265bis, section 5.5).
DEVICE_LASTS = timedelta(days=400)


def name(of: str = SESSION) -> str:
    """With TLS a name that browsers take from this very host only (RFC 6265bis, section 4.1.3.2)."""
    return f"__Host-{of}" if _has_tls() else of


def token_in(header: str, of: str = SESSION) -> str:
    """The secret in a Cookie header, "" when there is none."""
    try:
        cookie = SimpleCookie(header).get(name(of))
    except CookieError:
        return ""
    return cookie.value if cookie else ""


def give(response: Response, token: str, of: str = SESSION) -> None:
    lasts = DEVICE_LASTS if of == DEVICE else LONGEST
    response.set_cookie(
        name(of), token, max_age=int(lasts.total_seconds()), path="/", secure=_has_tls(), httponly=True, samesite="lax"
    )


def take_away(response: Response, of: str = SESSION) -> None:
    response.delete_cookie(name(of), path="/", secure=_has_tls(), httponly=True, samesite="lax")


def _has_tls() -> bool:
    return settings().address.startswith("https://")
