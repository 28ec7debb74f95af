"""Icons that accompany words and never replace them; the drawings are `assets/icons.svg` (Lucide, ISC)."""

from __future__ import annotations

import reflex as rx

SPRITE = "/icons.svg"


def icon(name: str | rx.Var, *, turns: bool = False) -> rx.Component:
    """A line drawing in the colour of the words beside it, silent for a screen reader.

    `turns` is for arrows along the line of reading: they mirror in Arabic; clocks and telephones don't.
    """
    return rx.el.svg(
        rx.el.svg.use(href=f"{SPRITE}#i-{name}"),
        class_name="icon way" if turns else "icon",
        aria_hidden="true",
    )


def onward() -> rx.Component:
    """The arrow at the end of a row that leads somewhere."""
    return icon("arrow-right", turns=True)
