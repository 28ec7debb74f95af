"""What a person can press: one primary action a page, second ones beside it, always words."""

from __future__ import annotations

from typing import Any, Literal

import reflex as rx
from reflex_base.event import prevent_default

from portal.ui.icons import icon
from portal.ui.links import raw_a
from portal.ui.words import Child, Words

Kind = Literal["", "second", "danger", "quiet"]
Waiting = bool | rx.Var


def actions(*children: Child) -> rx.Component:
    """Buttons in a line; under each other and full width on a phone."""
    return rx.el.div(*children, class_name="actions")


def button(
    words: Words,
    *,
    kind: Kind = "",
    sign: str = "",
    waiting: Waiting = False,
    waiting_words: Words = "",
    wide: bool = False,
    on_click: Any = None,
    **props,
) -> rx.Component:
    """A button. While `waiting` it says so in words ("Booking...") and a second press does nothing."""
    if on_click is not None:
        props["on_click"] = on_click if waiting is False else rx.cond(waiting, rx.noop(), on_click)
    return _button(words, waiting, waiting_words, sign, class_name=_class(kind, wide), type="button", **props)


def submit(
    words: Words,
    *,
    kind: Kind = "",
    sign: str = "",
    waiting: Waiting = False,
    waiting_words: Words = "",
    wide: bool = False,
    **props,
) -> rx.Component:
    """The button that sends the form it stands in. While `waiting` it says so in words and doesn't send again."""
    if waiting is not False:
        props["on_click"] = rx.cond(waiting, prevent_default, rx.noop())
    return _button(words, waiting, waiting_words, sign, class_name=_class(kind, wide), type="submit", **props)


def link_button(
    words: Words, href: Words, *, kind: Kind = "", sign: str = "", wide: bool = False, raw: bool = False, **props
) -> rx.Component:
    """A link that looks like a button, because it is the next step. `raw` for files and anything off the router."""
    anchor = raw_a if raw else rx.el.a
    return anchor(*_sign(sign), rx.el.span(words), href=href, class_name=_class(kind, wide), **props)


def _button(words: Words, waiting: Waiting, waiting_words: Words, sign: str, **props) -> rx.Component:
    if waiting is False:
        return rx.el.button(*_sign(sign), rx.el.span(words), **props)
    return rx.el.button(
        *_sign(sign),
        rx.el.span(rx.cond(waiting, waiting_words or words, words), aria_live="polite"),
        aria_disabled=rx.cond(waiting, "true", "false"),
        **props,
    )


def _class(kind: Kind, wide: bool) -> str:
    return " ".join(name for name in ("button", kind, "wide" if wide else "") if name)


def _sign(name: str) -> list[rx.Component]:
    return [icon(name)] if name else []
