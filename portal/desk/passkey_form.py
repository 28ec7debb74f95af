"""A button that asks the browser for a passkey, and a script that does what only a script can."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.ui.actions import button
from portal.ui.words import Words


def passkey_form(
    way: str, words: Words, answered: Any, *, key: str = "", to: Words = "", kind: Any = "", **props: Any
) -> rx.Component:
    """`way` is one of `/auth/passkey/`; `key` names what this tab holds its secret under. Once it is right the browser goes `to`,
    else the handler `answered` is told how it went.
    """
    return rx.fragment(
        rx.el.script(src="/passkey.js", async_=True),
        rx.el.form(
            rx.el.input(type="hidden", name="outcome"),
            button(words, kind=kind, sign="user-round", **props),
            on_submit=answered,
            custom_attrs={"data-passkey": way, "data-key": key, "data-to": to},
        ),
    )
