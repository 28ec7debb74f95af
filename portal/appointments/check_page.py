"""Step 4, as drawn: is this right?"""

from __future__ import annotations

import reflex as rx

from locales.catalogue import _, path
from portal.appointments.check_state import CheckState
from portal.appointments.handing_over_page import own_phone, unless_handed_over
from portal.appointments.parts import booking_for, kept_time, show_who
from portal.appointments.steps import CHECK, DETAILS, TIME, WAY, step_of
from portal.site import page
from portal.ui.actions import actions, button
from portal.ui.frame import section, title
from portal.ui.moments import one_moment, trouble
from portal.ui.notices import notice
from portal.ui.summary import row, summary
from portal.ui.words import local_address, local_name


def check_title() -> str:
    return _("Is this right?")


def check() -> rx.Component:
    return page(
        rx.el.div(
            title(check_title(), step=step_of(CHECK), back_to=path(DETAILS)),
            booking_for(),
            show_who(),
            trouble(CheckState.problem),
            one_moment(
                CheckState.is_ready,
                unless_handed_over(kept_time(), own_phone(), _visit(), _you(), _bring(), _promise(), _decide()),
            ),
            class_name="flow measure apart",
        ),
        route=CHECK,
        needs_script=True,
    )


def _visit() -> rx.Component:
    return section(
        _("Your visit"),
        summary(
            row(_("What for"), CheckState.what_for, change=path("/services/")),
            row(_("When"), rx.el.b(CheckState.day), rx.el.br(), CheckState.hours, change=path(TIME)),
            row(_("Where or how"), CheckState.place, rx.el.br(), local_address(CheckState.address), change=path(WAY)),
            row(_("People"), CheckState.people, change=path(WAY)),
        ),
        small=True,
    )


def _you() -> rx.Component:
    return section(
        rx.cond(CheckState.for_whom, CheckState.for_whom, _("You")),
        summary(
            row(_("Name"), local_name(CheckState.name), change=path(DETAILS)),
            row(
                rx.cond(CheckState.for_whom, _("Phone"), _("How to reach you")),
                rx.cond(CheckState.contact, CheckState.contact, _("not said")),
                change=path(DETAILS),
            ),
            row(_("Language"), CheckState.language, change=path(DETAILS)),
            row(_("What you need for the visit"), CheckState.needs, change=path(DETAILS)),
        ),
        small=True,
    )


def _bring() -> rx.Component:
    return section(_("What to bring"), rx.el.ul(rx.foreach(CheckState.bring, rx.el.li), class_name="prose"), small=True)


def _promise() -> rx.Component:
    return rx.fragment(
        rx.el.p(_("We use this only for your visit."), " ", rx.el.a(_("What we keep, and why"), href=path("/privacy/"))),
        rx.cond(
            CheckState.beside,
            notice(
                # Translators: {name} is the person beside a staff member at a shared screen
                _(
                    "{name}: please read this yourself. If it is right, press the button. That is your confirmation.",
                    name=CheckState.beside,
                ),
                kind="now",
                sign="users",
            ),
        ),
        rx.cond(CheckState.will_be_asked, rx.el.p(_("Next we send you a code. With it your appointment counts."))),
    )


def _decide() -> rx.Component:
    return actions(
        button(
            _("Book this time"),
            on_click=CheckState.confirm,
            waiting=CheckState.is_waiting,
            # Translators: on the button, while the appointment is being saved
            waiting_words=_("We are booking it"),
        ),
        rx.cond(
            CheckState.can_be_asked,
            button(
                _("Confirm by a code on their own phone"),
                kind="second",
                sign="monitor-smartphone",
                on_click=CheckState.confirm_by_code,
                waiting=CheckState.is_waiting,
                waiting_words=_("We are booking it"),
            ),
        ),
        button(_("Do not book"), kind="quiet", on_click=CheckState.give_up),
    )
