"""Where somebody is signed in, as drawn."""

from __future__ import annotations

from typing import Any

import reflex as rx

from locales.catalogue import _
from portal.identity.places import Place
from portal.ui.actions import actions, button


def place_rows(places: Any, end_one: Any, end_others: Any) -> rx.Component:
    """Each place with a button that ends it, and one for all others."""
    return rx.fragment(
        rx.el.ul(rx.foreach(places, lambda place: _place(place, end_one)), class_name="rows"),
        rx.cond(
            places.length() > 1,
            actions(button(_("Sign out everywhere else"), kind="second", on_click=end_others)),
        ),
    )


def _place(place: rx.vars.ObjectVar[Place], end_one: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.b(place.device),
            rx.el.p(
                rx.cond(place.is_here, rx.fragment(_("This device"), ". "), ""),
                # Translators: {moment} is "Thursday 26 November, 17:40"
                _("Since {moment}", moment=place.since),
            ),
        ),
        rx.cond(
            place.is_here,
            rx.fragment(),
            button(_("Sign out there"), kind="quiet", on_click=end_one(place.number)),
        ),
        key=place.number.to_string(),
    )
