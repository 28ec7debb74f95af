"""What has happened, what happens now, what will: filled, yellow, hollow."""

from __future__ import annotations

from typing import Literal

import reflex as rx

from portal.ui.icons import icon
from portal.ui.words import Child, Words, given, paragraphs

Stage = Literal["", "now", "later"]
SIGNS = {"": "check", "now": "bell", "later": "circle"}


def timeline(*steps: Child) -> rx.Component:
    return rx.el.ol(*steps, class_name="timeline")


def step(title: Words, *said: Child, stage: Stage = "later", when: Words = "", sign: str = "") -> rx.Component:
    """One step: when, what, and a sentence about it. Stage "" has happened, "now" is, "later" is promised."""
    return rx.el.li(
        icon(sign or SIGNS[stage]),
        *([rx.el.p(when, class_name="when")] if given(when) else []),
        rx.el.h3(title),
        *paragraphs(said),
        class_name=stage,
    )
