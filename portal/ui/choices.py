"""Questions answered by picking: native radios and checkboxes, each in a card that is its own target."""

from __future__ import annotations

from typing import Any, Literal

import reflex as rx

from portal.ui.fields import described_by, error_line, marked
from portal.ui.icons import icon
from portal.ui.words import Child, Words, given

Heading = Literal["h1", "h2"]


def question(
    name: str,
    legend: Words,
    *choices: Child,
    heading: Heading = "h2",
    hint: Words = "",
    error: Words = "",
) -> rx.Component:
    """A question and its choices in cards. `name` is the group's id, which an error summary links to.

    `heading="h1"` when the question is the page's title. `choices` may be an `rx.foreach`.
    """
    return rx.el.fieldset(
        rx.el.legend(_heading(legend, heading)),
        *([rx.el.p(hint, id=f"{name}-hint", class_name="hint")] if given(hint) else []),
        error_line(name, error),
        rx.el.div(*choices, class_name="choices"),
        id=name,
        class_name=marked("question flow", "field-bad", error),
        **_described(name, hint, error),
    )


def radio(name: str, value: Words, words: Words, *, hint: Words = "", sign: str = "", **props) -> rx.Component:
    """A card with a round mark. `props` go to the input: `checked` or `default_checked`, `on_change`."""
    return _choice("radio", name, value, words, hint, sign, props)


def checkbox(name: str, value: Words, words: Words, *, hint: Words = "", sign: str = "", **props) -> rx.Component:
    """A card with a square mark; several may be chosen."""
    return _choice("checkbox", name, value, words, hint, sign, props)


def _choice(
    kind: Literal["radio", "checkbox"],
    name: str,
    value: Words,
    words: Words,
    hint: Words,
    sign: str,
    props: dict[str, Any],
) -> rx.Component:
    return rx.el.label(
        rx.el.input(type=kind, name=name, value=value, **props),
        rx.el.b(*([icon(sign)] if sign else []), rx.el.span(words)),
        *([rx.el.span(hint, class_name="hint")] if given(hint) else []),
        class_name="choice",
    )


def _heading(legend: Words, heading: Heading) -> rx.Component:
    return rx.el.h1(legend) if heading == "h1" else rx.el.h2(legend, class_name="t3")


def _described(name: str, hint: Words, error: Words) -> dict:
    ids = described_by(name, hint, error)
    return {} if ids is None else {"aria_describedby": ids}
