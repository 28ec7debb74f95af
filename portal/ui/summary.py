"""Answers given, to be checked and changed."""

from __future__ import annotations

import reflex as rx

from locales.catalogue import _
from portal.ui.links import hit
from portal.ui.words import Child, Words, given, hidden_words


def summary(*rows: Child) -> rx.Component:
    """A list of what was asked and answered, hairlines between."""
    return rx.el.dl(*rows, class_name="summary")


def row(asked: Words, *answer: Child, change: Words = "", change_what: Words = "") -> rx.Component:
    """One answer; with `change`, the address of its question, a link "Change" that says aloud what it changes."""
    return rx.el.div(
        rx.el.dt(asked),
        rx.el.dd(*answer),
        *([rx.el.dd(_change(change, change_what or asked))] if given(change) else []),
    )


def _change(href: Words, what: Words) -> rx.Component:
    # Translators: link beside an answer; what it changes is read aloud after it
    return hit(_("Change"), hidden_words(": ", what), href=href)
