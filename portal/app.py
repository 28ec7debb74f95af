"""The composition root: the only file that sees every room, and puts them together into one application."""

from __future__ import annotations

import reflex as rx

from booking.store import the_store
from locales.pages import add_localized
from portal.desk.assist_page import together_line
from portal.doors import doors
from portal.gate import watch
from portal.headers import Headers
from portal.logs import from_the_browser, keep_secrets
from portal.lost import Lost
from portal.metrics import Measured, listen
from portal.open_pages import OpenPages
from portal.redis_gone import OnLine, expect_it
from portal.routes import Page, pages
from portal.site import drawn_catalogue, page_title
from portal.trouble import caught
from portal.ui.focus import overlay
from portal.ui.frame import STYLESHEETS
from portal.ui.header import REMEMBERED_TEXT_SIZE

keep_secrets()
listen(the_store())
app = rx.App(
    html_lang="en",
    toaster=None,
    reset_style=False,
    stylesheets=STYLESHEETS,
    app_wraps={(5, "Overlay"): lambda _is_stateful: rx.fragment(together_line(), overlay())},
    head_components=[
        rx.el.script(REMEMBERED_TEXT_SIZE),
        rx.el.script(src="/site.js", async_=True),
        rx.el.link(rel="icon", href="/favicon.svg", type="image/svg+xml"),
    ],
    api_transformer=[doors, Lost, Headers, Measured, OpenPages, OnLine],
    backend_exception_handler=caught,
    frontend_exception_handler=from_the_browser,
)


def _add(page: Page) -> None:
    add_localized(
        app,
        page.route.rstrip("/"),
        page.draw,
        languages=drawn_catalogue().town.languages,
        title=lambda: page_title(page.title()),
        description=page.description,
        on_load=page.on_load,
    )


for each in pages():
    _add(each)
watch(app)
expect_it(app)
