"""The way through the door, as drawn: an ordinary form that goes off by itself, because only an answer over HTTP gives the browser
what no script may read.
"""

from __future__ import annotations

import reflex as rx

from locales.catalogue import path
from portal.ui.links import native_form
from portal.ui.sent import sent_when_full

NAME = "door"


def door(grant: rx.Var) -> rx.Component:
    """Shows nothing. Once there is a `grant` it is shown at the door, and the browser goes where somebody was going.

    A page that is opened again first hears what its tab was told before: an old grant is not one until the page has opened.
    """
    fresh = rx.cond(rx.State.is_hydrated, grant, "")
    return rx.fragment(
        native_form(
            rx.el.input(type="hidden", name="grant", value=fresh, read_only=True),
            id=NAME,
            action=path("/auth/enter"),
            method="post",
            hidden=True,
        ),
        sent_when_full(form=NAME, full=fresh),
    )


def way_out(to: str, *content: rx.Component) -> rx.Component:
    """A form that signs out; `site.js` empties this browser's tabs of what they hold when it is sent, and leads the others to `to`."""
    return native_form(*content, action=path("/auth/leave"), method="post", custom_attrs={"data-leave": path(f"{to}?news=out")})
