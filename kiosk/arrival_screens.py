"""The way of those who have an appointment: by the code on their letter, by its number, or by the time and the letters of their name."""

from __future__ import annotations

from typing import Any

import reflex as rx

from booking.references import BODY, SYMBOLS
from kiosk.first_screens import ways_back
from kiosk.state import KioskState
from locales.catalogue import _
from portal.site import drawn_catalogue
from portal.ui.actions import submit
from portal.ui.fields import text_field
from portal.ui.icons import icon
from portal.ui.moments import trouble


def arrival() -> rx.Component:
    return rx.fragment(
        rx.el.h1(_("I have an appointment")),
        rx.el.div(
            icon("qr-code"),
            rx.el.p(
                rx.el.b(_("Hold the code on your letter under the light")),
                rx.el.br(),
                rx.el.span(_("On paper or on your phone"), class_name="soft"),
            ),
            class_name="kiosk-scan",
        ),
        trouble(KioskState.problem),
        rx.el.div(
            _way("pencil", _("Type my booking code"), KioskState.by_reference),
            _way("clock", _("I know the time, not the code"), KioskState.by_time),
            class_name="kiosk-tiles",
        ),
        ways_back(),
    )


def _way(sign: str, words: str, onward: Any) -> rx.Component:
    return rx.el.button(icon(sign), rx.el.b(words), type="button", class_name="kiosk-tile", on_click=onward)


def by_reference() -> rx.Component:
    """Letters and digits to touch: `kiosk.js` writes them into the field, so that no touch waits for the server."""
    example = f"\u2066{drawn_catalogue().town.reference_prefix}-7K2M-94QX\u2069"
    return rx.fragment(
        rx.el.h1(_("Type your booking code")),
        trouble(KioskState.problem),
        rx.el.form(
            text_field(
                "code",
                _("Booking code"),
                # Translators: {example} is such as "VC-7K2M-94QX"
                hint=_("It stands in your confirmation, such as {example}.", example=example),
                dir="ltr",
                auto_complete="off",
                auto_capitalize="characters",
                spell_check=False,
                max_length=400,
            ),
            rx.el.div(
                *[_key(symbol) for symbol in SYMBOLS],
                rx.el.button(
                    icon("delete"), rx.el.span(_("Delete"), class_name="sr"), type="button", custom_attrs={"data-rubs": "yes"}
                ),
                role="group",
                aria_label=_("Letters and digits"),
                class_name="pad letters",
            ),
            submit(_("Find it")),
            on_submit=KioskState.find,
            class_name="flow",
            no_validate=True,
            custom_attrs={"data-length": str(BODY + 1)},
        ),
        ways_back(),
    )


def _key(symbol: str) -> rx.Component:
    return rx.el.button(symbol, type="button", custom_attrs={"data-types": symbol})


def times() -> rx.Component:
    return rx.fragment(
        rx.el.h1(_("When is your appointment?")),
        trouble(KioskState.problem),
        rx.cond(
            KioskState.times.length() > 0,
            rx.el.div(
                rx.foreach(KioskState.times, lambda time: _pick(time, KioskState.at_time(time))), class_name="kiosk-tiles three"
            ),
            rx.el.p(
                _("Nobody is expected here about now who has not come yet. An hour before your time, you find it here."),
                class_name="t3",
            ),
        ),
        ways_back(),
    )


def people() -> rx.Component:
    return rx.fragment(
        rx.el.h1(_("Which are the first letters of your name?")),
        trouble(KioskState.problem),
        rx.el.div(
            rx.foreach(KioskState.people, lambda letters: _pick(letters, KioskState.it_is_me(letters))),
            class_name="kiosk-tiles three",
        ),
        rx.el.button(
            rx.el.b(_("None of these: type my booking code")),
            type="button",
            class_name="kiosk-tile",
            on_click=KioskState.by_reference,
        ),
        ways_back(),
    )


def _pick(words: rx.Var, onward: Any) -> rx.Component:
    return rx.el.button(rx.el.b(rx.el.bdi(words)), type="button", class_name="kiosk-tile", on_click=onward, key=words.to(str))
