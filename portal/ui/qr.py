"""A code for a camera, with words beside it for people without one."""

from __future__ import annotations

import reflex as rx

from portal.ui.words import Child, Words

QUIET = 4  # modules of white around it, ISO/IEC 18004


def qr(drawing: Words, modules: int | rx.vars.NumberVar, label: Words, *beside: Child) -> rx.Component:
    """Black on white in every theme. `drawing` is an SVG path in modules from the code's corner, `modules` its side."""
    side = modules + 2 * QUIET
    return rx.el.div(
        rx.el.svg(
            rx.el.svg.path(d=drawing),
            view_box=f"-{QUIET} -{QUIET} {side} {side}",
            role="img",
            aria_label=label,
        ),
        rx.el.div(*beside, class_name="flow near small"),
        class_name="qr",
    )
