"""Lists that lead somewhere: services with their ways of being served, cards on the home page."""

from __future__ import annotations

import reflex as rx

from locales.catalogue import _
from portal.ui.icons import icon, onward
from portal.ui.links import raw_a
from portal.ui.words import Child, Words, given, paragraphs

WAY_SIGNS = {
    "online": "monitor-smartphone",
    "in_person": "landmark",
    "phone": "phone",
    "video": "video",
    "kiosk": "tablet",
}


def rows(*items: Child) -> rx.Component:
    """A list with hairlines; each item is one large target."""
    return rx.el.ul(*items, class_name="rows")


def row(title: Words, href: Words, *below: Child, sign: Words = "", raw: bool = False) -> rx.Component:
    """A linked title, a quiet line or two below it, an arrow at the end, perhaps a sign at the start.

    `raw` for what the router must leave alone: a telephone, a file.
    """
    text = rx.el.div(
        rx.el.h3((raw_a if raw else rx.el.a)(title, href=href)),
        *paragraphs(below),
    )
    signed = rx.el.div(icon(sign), text, class_name="split") if given(sign) else text
    return rx.el.li(signed, onward())


def cards(*items: Child) -> rx.Component:
    """Link cards beside each other, under each other on a phone."""
    return rx.el.div(*items, class_name="cards")


def card(title: Words, href: Words, text: Words, *, sign: Words) -> rx.Component:
    """A framed link with a large sign; the whole box is the target."""
    return rx.el.article(icon(sign), rx.el.h3(rx.el.a(title, href=href)), rx.el.p(text), class_name="link-card")


def ways(*codes: str) -> rx.Component:
    """How a service can be had, as icons with words: "online", "in person", "by phone"."""
    return rx.el.ul(*[way(code) for code in codes], class_name="ways")


def way(code: str) -> rx.Component:
    return rx.el.li(icon(WAY_SIGNS[code]), rx.el.span(way_words(code)))


def way_words(code: str) -> str:
    """A channel or mode as it is named in the middle of a sentence."""
    # Translators: ways to be served, in lower case where the language allows
    return {
        "online": _("online"),
        "in_person": _("in person"),
        "phone": _("by phone"),
        "video": _("by video"),
        "kiosk": _("at the ticket machine"),
    }[code]
