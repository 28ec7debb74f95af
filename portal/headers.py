"""Response headers that every page carries: a content security policy without eval, caching, no sniffing.

React and Reflex put a few inline scripts into prerendered pages; the policy names each by its hash
(CSP level 3, section 8.4), so no other inline script runs.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import re
from pathlib import Path

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from booking.settings import settings

BUILT_PAGES = Path(".web/build/client")
NOT_FOUND = BUILT_PAGES / "404.html"
STAMP = Path(".web/atrio-built-from")
_INLINE_SCRIPT = re.compile(rb"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.S)
_ALWAYS = (b"x-content-type-options", b"nosniff")
_OF_PAGES = (
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(self), microphone=(self), geolocation=()"),
)


class Headers:
    """ASGI middleware that adds security and cache headers to HTTP responses; websockets pass through."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = [_within_the_site(name, value, scope) for name, value in message["headers"]]
                message = {**message, "headers": _headers(scope["path"], given)}
            await send(message)

        return await self.app(scope, receive, send_with_headers)


def _within_the_site(name: bytes, value: bytes, scope: Scope) -> tuple[bytes, bytes]:
    """A redirect to a page of ours names the path alone: what a request calls this host, or whether TLS ends before us, is hearsay."""
    if name.lower() != b"location":
        return name, value
    host = dict(scope["headers"]).get(b"host", b"")
    for scheme in (b"http://", b"https://"):
        if host and value.startswith(scheme + host + b"/"):
            return name, b"/" + value[len(scheme + host) :].lstrip(b"/")
    return name, value


def _headers(path: str, given: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    headers = [*given, _ALWAYS, *_over_tls()]
    if _is_page(given):
        headers.extend(_OF_PAGES)
        headers.append((b"content-security-policy", content_security_policy(path.strip("/")).encode()))
    if not any(name == b"cache-control" for name, _ in given):
        headers.append((b"cache-control", _caching(path, given)))
    return headers


def _over_tls() -> tuple[tuple[bytes, bytes], ...]:
    """RFC 6797: whoever came once over TLS comes no other way for a year."""
    return ((b"strict-transport-security", b"max-age=31536000"),) if settings().address.startswith("https://") else ()


def _is_page(headers: list[tuple[bytes, bytes]]) -> bool:
    return any(name == b"content-type" and value.startswith(b"text/html") for name, value in headers)


def _caching(path: str, headers: list[tuple[bytes, bytes]]) -> bytes:
    """Built files carry a hash in their name; fonts never change; icons and `site.js` may be a view old; pages never."""
    if path.startswith("/assets/"):
        return b"public, max-age=31536000, immutable"
    if path.startswith("/fonts/"):
        return b"public, max-age=2592000"
    if path.endswith((".js", ".svg")):
        return b"public, max-age=600, stale-while-revalidate=604800"
    return b"no-cache" if _is_page(headers) else b"no-store"


def content_security_policy(page: str) -> str:
    """The policy of one page, such as "pt/book"; a page that wasn't built gets that of the not-found page."""
    built = _built_page(page)
    return _policy(built, built.stat().st_mtime_ns if built.is_file() else 0)


@functools.lru_cache(maxsize=4096)
def _policy(built: Path, _drawn_at: int) -> str:
    """Remembered until the page is drawn again."""
    scripts = _INLINE_SCRIPT.findall(built.read_bytes()) if built.is_file() else []
    hashes = sorted({f"'sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}'" for script in scripts})
    return "; ".join(
        (
            "default-src 'self'",
            "base-uri 'self'",
            "object-src 'none'",
            "frame-ancestors 'none'",
            "form-action 'self'",
            "img-src 'self' data:",
            "style-src 'self' 'unsafe-inline'",
            "connect-src 'self'",
            " ".join(("script-src 'self'", *hashes)),
        )
    )


def _built_page(page: str) -> Path:
    """The file of a page that was built, else that of the not-found page. Whatever stands in an address is only looked up."""
    return BUILT_PAGES / page / "index.html" if is_built(page) else NOT_FOUND


def is_built(page: str) -> bool:
    return page in _pages(STAMP.stat().st_mtime_ns if STAMP.is_file() else 0)


@functools.lru_cache(maxsize=1)
def _pages(_built_at: int) -> frozenset[str]:
    return frozenset(file.parent.relative_to(BUILT_PAGES).as_posix() for file in BUILT_PAGES.rglob("index.html"))
