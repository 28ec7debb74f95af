"""Questions with an answer to type or to pick from a list: label, hint, the error and its fix, the box."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import reflex as rx

from locales.catalogue import _
from portal.ui.icons import icon
from portal.ui.words import Words, given, hidden_words


def text_field(
    name: str,
    label: Words,
    *,
    hint: Words = "",
    error: Words = "",
    type: Literal["text", "email", "tel", "search", "password"] = "text",
    short: bool = False,
    of: Words = "",
    **props,
) -> rx.Component:
    """One line to type into, under its label and hint; with an error, a red bar at the side and the fix in words.

    `name` is also the id that an error summary links to; `of` tells several fields of one name apart. `error` is a sentence or "". Other
    `props` go to the input: `auto_complete`, `input_mode`, `dir`, `max_length`, `default_value`, `value`, `on_change`, `on_blur`.
    """
    box = rx.el.input(type=type, class_name="short" if short else "", **_answer(name, hint, error, of), **props)
    return _field(_id(name, of), label, hint, error, box)


def text_area(name: str, label: Words, *, hint: Words = "", error: Words = "", **props) -> rx.Component:
    """Several lines to type into."""
    return _field(name, label, hint, error, rx.el.textarea(rows=4, **_answer(name, hint, error), **props))


def select_field(
    name: str,
    label: Words,
    options: Sequence[tuple[str, str]] | rx.Component,
    *,
    hint: Words = "",
    error: Words = "",
    of: Words = "",
    **props,
) -> rx.Component:
    """The browser's own list to pick one answer from. `options` are (value, words), or an `rx.foreach` of options; `of` as above."""
    is_ready = isinstance(options, rx.Component)
    choices = [options] if is_ready else [rx.el.option(words, value=value) for value, words in options]
    return _field(_id(name, of), label, hint, error, rx.el.select(*choices, **_answer(name, hint, error, of), **props))


def error_line(name: Words, error: Words) -> rx.Component:
    """The error at the field, with a sign and, for a screen reader, the word; nothing when there is none."""
    # Translators: read aloud before an error message at a field
    line = rx.el.p(
        icon("circle-alert"),
        rx.el.span(hidden_words(_("Error:"), " "), error),
        id=f"{name}-error",
        class_name="error",
    )
    return rx.cond(error, line, rx.fragment()) if isinstance(error, rx.Var) else line if error else rx.fragment()


def described_by(name: Words, hint: Words, error: Words) -> Words | None:
    """The ids of what is said about the field `name`, in reading order."""
    hint_id = f"{name}-hint" if given(hint) else ""
    both = f"{hint_id} {name}-error".strip()
    if isinstance(error, rx.Var):
        return rx.cond(error, both, hint_id)
    return (both if error else hint_id) or None


def marked(base: str, bad: str, error: Words) -> Words:
    """The class `base`, with `bad` beside it while there is an error."""
    if isinstance(error, rx.Var):
        return rx.cond(error, f"{base} {bad}", base)
    return f"{base} {bad}" if error else base


def _id(name: str, of: Words) -> Words:
    return f"{name}-{of}" if given(of) else name


def _field(name: Words, label: Words, hint: Words, error: Words, box: rx.Component) -> rx.Component:
    return rx.el.div(
        rx.el.label(label, html_for=name),
        *([rx.el.p(hint, id=f"{name}-hint", class_name="hint")] if given(hint) else []),
        error_line(name, error),
        box,
        class_name=marked("field", "field-bad", error),
    )


def _answer(name: str, hint: Words, error: Words, of: Words = "") -> dict[str, Any]:
    answer: dict[str, Any] = {"id": _id(name, of), "name": name}
    if (ids := described_by(_id(name, of), hint, error)) is not None:
        answer["aria_describedby"] = ids
    if isinstance(error, rx.Var):
        answer["aria_invalid"] = rx.cond(error, "true", "false")
    elif error:
        answer["aria_invalid"] = "true"
    return answer
