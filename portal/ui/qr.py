"""A code for a camera, with words beside it for people without one."""

from __future__ import annotations

import reflex as rx
from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode

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


def code_drawing(text: str) -> tuple[str, int]:
    """A QR code (ISO/IEC 18004) as an SVG path of unit squares, and how many modules its side has."""
    code = QRCode(error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(text)
    code.make(fit=True)
    squares = (
        f"M{column} {line}h1v1h-1z"
        for line, modules in enumerate(code.get_matrix())
        for column, is_dark in enumerate(modules)
        if is_dark
    )
    return "".join(squares), code.modules_count
