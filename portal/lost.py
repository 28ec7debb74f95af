"""An address that leads nowhere: a page in the language of the address, with a way on, readable without any script."""

from __future__ import annotations

import functools
import re
from pathlib import Path

import reflex as rx
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from locales.catalogue import _, path
from portal.headers import BUILT_PAGES
from portal.site import drawn_catalogue, page
from portal.ui.actions import actions, link_button
from portal.ui.frame import title

ROUTE = "/lost"
# The page was built for another address, so its scripts would not know where they are.
_SCRIPTS = re.compile(rb"<script\b.*?</script>|<link rel=\"modulepreload\"[^>]*>", re.S)


def lost_title() -> str:
    return _("This page does not exist")


def lost() -> rx.Component:
    return page(
        title(lost_title(), lead=_("The address is wrong, or the page has moved. Nothing of yours is lost.")),
        actions(
            link_button(_("Go to the home page"), path("/")),
            link_button(_("All services"), path("/services/"), kind="second"),
            link_button(_("Find my appointment"), path("/appointment/"), kind="quiet"),
        ),
        route="/",
    )


class Lost:
    """ASGI middleware: a page that isn't there is answered with `lost` in the language of the address, and status 404."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_lost = False

        async def send_page(message: Message) -> None:
            nonlocal is_lost
            built = BUILT_PAGES / _language(scope["path"]) / ROUTE.strip("/") / "index.html"
            if message["type"] == "http.response.start" and message["status"] == 404 and _is_page(message) and built.is_file():
                is_lost = True
                body = _page(built, built.stat().st_mtime_ns)
                await send(
                    {
                        **message,
                        "headers": [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", b"%d" % len(body))],
                    }
                )
                await send({"type": "http.response.body", "body": body})
            elif not is_lost:
                await send(message)

        await self.app(scope, receive, send_page if scope["type"] == "http" else send)


def _is_page(message: Message) -> bool:
    return any(name == b"content-type" and value.startswith(b"text/html") for name, value in message["headers"])


def _language(address: str) -> str:
    town = drawn_catalogue().town
    first = address.strip("/").split("/")[0]
    return first if first in town.languages else town.default_language


@functools.lru_cache(maxsize=64)
def _page(built: Path, _drawn_at: int) -> bytes:
    return _SCRIPTS.sub(b"", built.read_bytes())
