"""The kiosk as drawn: the wall above, the hands below. Until it is paired, it asks for the code that staff have for it."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_components_core.core.banner import has_connection_errors

from kiosk import arrival_screens, first_screens, ticket_screen
from kiosk.state import (
    ALL,
    ARRIVAL,
    BY_REFERENCE,
    NEEDED,
    PEOPLE,
    REASONS,
    ROUTE,
    TICKET,
    TIMES,
    WELCOME,
    KioskState,
)
from kiosk.voice import voice_of
from locales.catalogue import _, current_language, path
from portal.site import page, town_facts
from portal.ui.actions import actions, button, submit
from portal.ui.fields import text_field
from portal.ui.frame import section, title
from portal.ui.icons import icon
from portal.ui.links import native_form, telephone
from portal.ui.moments import one_moment
from portal.ui.notices import notice
from portal.ui.sent import sent_when_full

PAIR, PAIR_BY_CLICK = "pair", "pair-by-click"
# Seconds without a touch.
WARNS, WIPES = 45, 60


def kiosk_title() -> str:
    return _("Ticket machine")


def kiosk() -> rx.Component:
    return rx.cond(KioskState.house, _kiosk(), _unpaired())


def _unpaired() -> rx.Component:
    return page(
        title(kiosk_title(), lead=_("This screen belongs to no house yet. Type the code that the staff area gives for it.")),
        one_moment(
            KioskState.is_ready,
            rx.match(
                KioskState.news,
                (
                    "wrong",
                    notice(
                        _("This code is not good, or no longer. The staff area gives a new one."),
                        kind="warn",
                        live=True,
                    ),
                ),
                (
                    "later",
                    notice(
                        _("Too many codes were tried over this connection. Please wait a few minutes."), kind="warn", live=True
                    ),
                ),
                rx.fragment(),
            ),
            native_form(
                text_field(
                    "code",
                    _("Code of eight digits"),
                    dir="ltr",
                    input_mode="numeric",
                    auto_complete="off",
                    max_length=20,
                    short=True,
                ),
                actions(submit(_("Set up this screen"))),
                action=path(f"{ROUTE}pair"),
                method="post",
                id=PAIR,
                class_name="flow apart",
            ),
            rx.cond(
                KioskState.houses.length() > 0,
                section(
                    _("This is a demonstration: choose a house."),
                    actions(
                        rx.foreach(
                            KioskState.houses,
                            lambda house: button(house.name, kind="second", on_click=KioskState.try_out(house.slug)),
                        )
                    ),
                ),
            ),
        ),
        native_form(
            rx.el.input(type="hidden", name="code", value=KioskState.code, read_only=True),
            action=path(f"{ROUTE}pair"),
            method="post",
            id=PAIR_BY_CLICK,
            hidden=True,
        ),
        sent_when_full(form=PAIR_BY_CLICK, full=KioskState.code),
        route=ROUTE,
        needs_script=True,
    )


def _kiosk() -> rx.Component:
    return rx.el.div(
        rx.el.script(src="/kiosk.js", async_=True),
        rx.match(KioskState.screen, (TICKET, ticket_screen.wall()), (WELCOME, first_screens.wall()), _plain_wall()),
        rx.el.main(
            rx.match(
                KioskState.screen,
                (REASONS, first_screens.reasons()),
                (ALL, first_screens.all_reasons()),
                (NEEDED, first_screens.needed()),
                (ARRIVAL, arrival_screens.arrival()),
                (BY_REFERENCE, arrival_screens.by_reference()),
                (TIMES, arrival_screens.times()),
                (PEOPLE, arrival_screens.people()),
                (TICKET, ticket_screen.ticket()),
                first_screens.welcome(),
            ),
            id="main",
            tab_index=-1,
            class_name="kiosk-main",
        ),
        _bar(),
        _still_there(),
        _lost(),
        _hidden_forms(),
        class_name=rx.cond(KioskState.screen == TICKET, "kiosk has-ticket", "kiosk"),
        custom_attrs={
            "data-screen": KioskState.screen,
            "data-begun": KioskState.is_begun.to_string(),
            "data-printing": KioskState.printing,
            # Translators: read aloud after the words of a box that was ticked, or unticked
            "data-ticked": _("chosen"),
            "data-unticked": _("not chosen"),
        },
    )


def _plain_wall() -> rx.Component:
    return rx.el.div(class_name="kiosk-wall azulejo", aria_hidden="true")


def _bar() -> rx.Component:
    """What makes it easier, always last and always there; `kiosk.js` does it, and undoes it for the next person."""
    tools = (
        ("listen", "headphones", _("Listen")),
        # Translators: buttons of the kiosk: larger text, more contrast, everything to be touched further down
        ("larger", "a-large-small", _("Larger text")),
        ("contrast", "contrast", _("Contrast")),
        ("lower", "arrow-down-to-line", _("Lower down")),
    )
    return rx.el.footer(
        *[
            rx.el.button(icon(sign), rx.el.span(words), type="button", aria_pressed="false", custom_attrs={"data-eases": name})
            for name, sign, words in tools
            if name != "listen" or voice_of(current_language())
        ],
        class_name="kiosk-bar",
        aria_label=_("Make it easier"),
    )


def _still_there() -> rx.Component:
    """Shown by `kiosk.js` when nobody has touched anything for a while, over whatever is there."""
    return rx.el.div(
        rx.el.p(_("Are you still there? This screen clears itself in a moment."), class_name="t3"),
        rx.el.div(rx.el.i(), class_name="fuse", aria_hidden="true"),
        button(_("I need more time"), on_click=KioskState.stay, custom_attrs={"data-stays": "yes"}),
        class_name="kiosk-idle",
        role="alert",
        hidden=True,
        custom_attrs={"data-warns": str(WARNS), "data-wipes": str(WIPES)},
    )


def _lost() -> rx.Component:
    """Shown while the server can't be reached: by `kiosk.js`, which notices within three seconds, or by the page's own connection."""
    town = town_facts()
    return rx.el.div(
        icon("triangle-alert"),
        rx.el.p(
            rx.el.b(_("This machine has no connection.")),
            " ",
            _(
                "A number that you have just asked for comes when it is back. Otherwise please go to the desk: there you get one."
            ),
        ),
        rx.el.p(_("We keep trying. A number that you have already is good."), " ", telephone(town.telephone, town.call)),
        class_name=rx.cond(has_connection_errors, "kiosk-lost is-lost", "kiosk-lost"),
        role="status",
    )


def _hidden_forms() -> rx.Component:
    """What a script tells the page: a scanner's line, that the time is over, what is to be read aloud."""
    return rx.el.div(
        rx.el.form(_said("code"), on_submit=KioskState.scan, custom_attrs={"data-kiosk": "scan"}),
        rx.el.form(_said("texts"), _said("asked"), on_submit=KioskState.say, custom_attrs={"data-kiosk": "say"}),
        rx.el.i(custom_attrs={"data-heard": KioskState.heard, "data-for": KioskState.heard_for}),
        _pressed("wipe", KioskState.wipe),
        _pressed("stay", KioskState.stay),
        hidden=True,
    )


def _said(name: str) -> rx.Component:
    return rx.el.input(type="hidden", name=name)


def _pressed(name: str, told: Any) -> rx.Component:
    return rx.el.button(name, type="button", on_click=told, custom_attrs={"data-kiosk": name})
