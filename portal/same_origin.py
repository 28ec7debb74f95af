"""Routes of ours that change something answer our own pages only (OWASP, Cross-Site Request Forgery Prevention: verifying origin)."""

from __future__ import annotations

from starlette.requests import Request

from booking.settings import settings


def is_from_here(request: Request) -> bool:
    """Was this sent by a page of ours? A browser says where a POST comes from; one that doesn't say is not believed."""
    origin = request.headers.get("origin")
    if origin is None:
        return request.headers.get("sec-fetch-site") == "same-origin"
    return origin in settings().origins
