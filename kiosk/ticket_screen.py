"""The number: large on the screen, on paper where there is a printer, and as a code for one's own telephone."""

from __future__ import annotations

import reflex as rx

from kiosk.device import BY_BROWSER
from kiosk.first_screens import told
from kiosk.printing import NOT_PRINTED, PRINTED
from kiosk.state import PRINTING, SENT, KioskState
from locales.catalogue import _
from portal.site import town_facts
from portal.ui.actions import button
from portal.ui.icons import icon
from portal.ui.notices import notice
from portal.ui.qr import qr

SLIP = KioskState.slip


def wall() -> rx.Component:
    """The paper ticket against the tiles: what the browser prints, and nothing else of the page."""
    town = town_facts()
    return rx.el.aside(
        rx.el.article(
            rx.el.div(class_name="azulejo", aria_hidden="true"),
            rx.el.p(rx.el.b(town.name)),
            rx.el.p(_("Your number"), rx.el.br(), rx.el.b(rx.el.bdi(SLIP.number), class_name="number")),
            rx.el.p(rx.el.b(SLIP.what_for), rx.el.br(), SLIP.people, rx.el.br(), SLIP.wait),
            rx.el.hr(),
            rx.cond(
                SLIP.drawing,
                rx.fragment(
                    rx.el.p(_("Wait where you like. Follow your place and be told:")),
                    qr(SLIP.drawing, SLIP.modules.to(int), _("Code of your ticket")),
                ),
            ),
            rx.cond(
                SLIP.bring.length() > 0,
                rx.el.div(rx.el.p(rx.el.b(_("What to have ready"))), rx.foreach(SLIP.bring, rx.el.p)),
            ),
            rx.el.p(SLIP.place, rx.el.br(), SLIP.taken),
            class_name="ticket",
        ),
        class_name="kiosk-wall azulejo",
        aria_hidden="true",
    )


def ticket() -> rx.Component:
    return rx.fragment(
        rx.el.h1(
            rx.el.span(_("Your number is"), class_name="over"),
            " ",
            rx.el.span(rx.el.bdi(SLIP.number), class_name="number"),
        ),
        told(),
        rx.el.div(
            rx.el.p(icon("clock"), rx.el.span(rx.el.b(SLIP.wait), rx.el.br(), SLIP.people)),
            rx.el.p(
                icon("volume-2"),
                # Translators: {language} is the name of a language in that language itself
                rx.el.span(_("We call your number on the screen and by voice: {language}", language=SLIP.language)),
            ),
            rx.cond(
                SLIP.known,
                rx.el.p(icon("users"), rx.el.span(_("We know what you need: {needs}", needs=SLIP.known))),
            ),
            rx.cond(
                SLIP.drawing,
                rx.el.p(
                    icon("qr-code"),
                    rx.el.span(_("Follow it on your phone and wait where you like: scan the code on the ticket.")),
                ),
            ),
            rx.cond(
                SLIP.bring.length() > 0,
                rx.el.p(icon("file-text"), rx.el.span(rx.el.b(_("What to have ready")), rx.el.br(), SLIP.bring.join(" · "))),
            ),
            class_name="kiosk-facts",
        ),
        rx.el.div(
            rx.match(
                KioskState.printing,
                (SENT, _paper("printer", _("Your ticket is being printed."))),
                (PRINTING, _paper("printer", _("Your ticket is being printed."))),
                (PRINTED, _paper("arrow-down-to-line", _("Take your ticket below"))),
                (BY_BROWSER, _paper("arrow-down-to-line", _("Take your ticket below"))),
                (
                    NOT_PRINTED,
                    notice(
                        _(
                            "Your ticket could not be printed. Your number is good: note it, or scan the code. We have told the desk."
                        ),
                        kind="warn",
                    ),
                ),
                rx.fragment(),
            ),
            role="status",
        ),
        rx.el.div(
            button(_("Done"), on_click=KioskState.start_again),
            button(_("More time"), kind="second", on_click=KioskState.stay),
            class_name="kiosk-tiles",
        ),
    )


def _paper(sign: str, words: str) -> rx.Component:
    return rx.el.p(icon(sign), rx.el.span(words), class_name="kiosk-take")
