"""What stands on a page until it knows what to say, and when something went wrong."""

from __future__ import annotations

import reflex as rx

from locales.catalogue import _
from portal.ui.notices import notice
from portal.ui.times import looking
from portal.ui.words import Child


def trouble(problem: rx.Var) -> rx.Component:
    """One sentence about what went wrong, read aloud when it appears."""
    return rx.el.div(rx.cond(problem, notice(problem, kind="warn")), role="alert")


def one_moment(is_ready: rx.Var | bool, *content: Child) -> rx.Component:
    """The content as soon as the answers so far have arrived; until then a line that says so, and room for what comes."""
    return rx.cond(
        is_ready,
        rx.el.div(*content, class_name="flow apart"),
        looking(_("One moment, we are fetching this for you.")),
    )
