"""A state in a word, a sign and a colour, in that order of importance."""

from __future__ import annotations

from typing import Literal

import reflex as rx

from portal.ui.icons import icon
from portal.ui.words import Words

Kind = Literal["", "wait", "now", "ok", "warn", "bad"]
SIGNS = {"": "clock", "wait": "hourglass", "now": "bell", "ok": "check", "warn": "triangle-alert", "bad": "x"}


def tag(words: Words, kind: Kind = "", *, sign: str = "") -> rx.Component:
    """A small filled label. "now" (yellow) is for what is happening at this moment and for nothing else."""
    return rx.el.span(icon(sign or SIGNS[kind]), rx.el.span(words), class_name=f"tag {kind}".strip())
