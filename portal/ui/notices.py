"""Things said beside the way: a notice, the good end of a journey, more to read for those who want it."""

from __future__ import annotations

from typing import Literal

import reflex as rx

from portal.ui.icons import icon
from portal.ui.words import Child, Words, given, local_name, paragraphs

Kind = Literal["", "ok", "warn", "now"]
HEADINGS = {"h2": rx.el.h2, "h3": rx.el.h3}
SIGNS = {"": "info", "ok": "circle-check", "warn": "triangle-alert", "now": "hourglass"}


def notice(
    *said: Child,
    kind: Kind = "",
    title: Words = "",
    sign: str = "",
    live: bool = False,
    heading: Literal["h2", "h3"] = "h3",
) -> rx.Component:
    """A framed note with a sign. `live` reads it aloud when it appears inside a page that is already there."""
    return rx.el.div(
        icon(sign or SIGNS[kind]),
        *([HEADINGS[heading](title, class_name="t3")] if given(title) else []),
        *paragraphs(said),
        class_name=f"notice {kind}".strip(),
        role="status" if live else None,
    )


def done(
    title: Words,
    *,
    time: Words,
    day: Words,
    place: Child,
    facts: rx.Component | None = None,
    sign: str = "circle-check",
) -> rx.Component:
    """The end of a journey, on blue enamel: what was promised, the time as the largest thing, the day, the place."""
    return rx.el.section(
        rx.el.h1(icon(sign), rx.el.span(title), id="done", class_name="split"),
        rx.el.p(rx.el.span(time, class_name="clock"), " ", rx.el.span(day, class_name="date")),
        rx.el.p(local_name(place) if isinstance(place, str | rx.Var) else place),
        *([facts] if facts is not None else []),
        class_name="done",
        aria_labelledby="done",
    )


def more(summary: Words, *inside: Child, **props) -> rx.Component:
    """A line that opens to show more."""
    line = rx.el.summary(rx.el.span(summary))
    return rx.el.details(line, rx.el.div(*inside, class_name="flow more"), class_name="plain", **props)
