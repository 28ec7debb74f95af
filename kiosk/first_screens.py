"""The way to a number in three touches: the language, what for, "take a number"."""

from __future__ import annotations

import reflex as rx

from booking.details import NEEDS
from kiosk.shown import Reason, ReasonsOf
from kiosk.state import PRIORITY, KioskState
from locales.catalogue import _, direction, own_name, use_language
from portal.appointments.words import need_words
from portal.site import drawn_catalogue, town_facts, welcome_service
from portal.ui.actions import button, submit
from portal.ui.choices import checkbox
from portal.ui.icons import icon
from portal.ui.moments import trouble
from portal.ui.notices import notice


def wall() -> rx.Component:
    """The town and the house, on a plate between the tiles."""
    return rx.el.header(
        rx.el.div(rx.el.p(town_facts().name, class_name="kiosk-town"), rx.el.p(KioskState.house), class_name="plate"),
        class_name="kiosk-wall azulejo",
    )


def welcome() -> rx.Component:
    return rx.fragment(
        rx.el.h1(_("Choose your language")),
        rx.el.div(*[_language(language) for language in drawn_catalogue().town.languages], class_name="kiosk-tiles"),
        rx.el.div(
            icon("qr-code"),
            rx.el.p(
                rx.el.b(_("Have a code? Hold it under the light")),
                rx.el.br(),
                rx.el.span(_("We find your appointment and your language"), class_name="soft"),
            ),
            class_name="kiosk-scan",
        ),
        trouble(KioskState.problem),
    )


def _language(language: str) -> rx.Component:
    with use_language(language):
        # Translators: said to whoever chooses this language
        greeting = _("Welcome")
    return rx.el.button(
        rx.el.b(own_name(language)),
        rx.el.span(greeting),
        type="button",
        lang=language,
        dir=direction(language),
        class_name="kiosk-tile",
        on_click=KioskState.speak(language),
    )


def reasons() -> rx.Component:
    return rx.fragment(
        rx.el.h1(_("What brings you here today?")),
        told(),
        trouble(KioskState.problem),
        rx.el.button(
            rx.el.span(
                icon("calendar-check"),
                rx.el.span(rx.el.b(_("I have an appointment")), rx.el.br(), _("Scan your code, or type it")),
                class_name="split",
            ),
            type="button",
            class_name="kiosk-tile first",
            on_click=KioskState.to_arrival,
        ),
        rx.el.div(
            rx.foreach(KioskState.reasons, _reason),
            rx.el.button(
                icon("circle-question-mark"),
                rx.el.b(_("Something else, or not sure")),
                rx.el.span(_("We find out together")),
                type="button",
                class_name="kiosk-tile",
                on_click=KioskState.other_reasons,
            ),
            class_name="kiosk-tiles",
        ),
        ways_back(),
    )


def all_reasons() -> rx.Component:
    unsure = welcome_service()
    return rx.fragment(
        rx.el.h1(_("What brings you here today?")),
        trouble(KioskState.problem),
        *(
            [
                rx.el.button(
                    rx.el.span(icon("circle-question-mark"), rx.el.b(_("I am not sure")), class_name="split"),
                    type="button",
                    class_name="kiosk-tile first",
                    on_click=KioskState.reason(unsure.slug),
                )
            ]
            if unsure
            else []
        ),
        rx.el.div(rx.foreach(KioskState.groups, _group), class_name="kiosk-list"),
        ways_back(),
    )


def _group(group: rx.vars.ObjectVar[ReasonsOf]) -> rx.Component:
    return rx.el.section(
        rx.el.h2(group.name, class_name="t3"),
        rx.el.div(rx.foreach(group.reasons, _reason), class_name="kiosk-tiles small-tiles"),
        key=group.name,
    )


def _reason(reason: rx.vars.ObjectVar[Reason]) -> rx.Component:
    return rx.el.button(
        icon(reason.sign),
        rx.el.b(reason.name),
        rx.cond(reason.wait, rx.el.span(reason.wait)),
        type="button",
        class_name="kiosk-tile",
        on_click=KioskState.reason(reason.slug),
        key=reason.slug,
    )


def needed() -> rx.Component:
    """Nothing here has to be answered: the third touch may be the number."""
    return rx.fragment(
        rx.el.h1(KioskState.what_for),
        rx.el.p(_("Do you need anything? You may leave all of this out.")),
        trouble(KioskState.problem),
        rx.el.form(
            checkbox(PRIORITY, "yes", _("I may go first: elderly, pregnant, with a small child, with a disability")),
            rx.el.div(*[checkbox(need, "yes", need_words(need)) for need in NEEDS], class_name="kiosk-tiles"),
            submit(_("Take a number"), sign="ticket"),
            on_submit=KioskState.draw,
            class_name="flow",
        ),
        ways_back(),
    )


def told() -> rx.Component:
    """What everybody who waits in this house is told just now."""
    return rx.cond(KioskState.told, notice(KioskState.told, kind="now", sign="megaphone"))


def ways_back() -> rx.Component:
    return rx.el.div(
        button(_("Back"), kind="second", sign="arrow-left", on_click=KioskState.back),
        button(_("Start again"), kind="second", sign="rotate-ccw", on_click=KioskState.start_again),
        class_name="kiosk-tiles",
    )
