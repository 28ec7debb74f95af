"""Step 1, as drawn: where would you like to be seen?"""

from __future__ import annotations

import reflex as rx

from locales.catalogue import _, path
from portal.appointments.parts import booking_for, show_who
from portal.appointments.steps import WAY, step_of
from portal.appointments.way_state import WayState
from portal.site import page
from portal.ui.actions import actions, submit
from portal.ui.choices import question, radio
from portal.ui.errors import missing_answer
from portal.ui.fields import select_field
from portal.ui.frame import title
from portal.ui.icons import icon
from portal.ui.moments import one_moment, trouble
from portal.ui.notices import more


def way_title() -> str:
    return _("Where or how would you like to meet us?")


def way() -> rx.Component:
    return page(
        missing_answer("way", WayState.error, waiting=WayState.is_waiting),
        title(way_title(), step=step_of(WAY), back_to=path("/services/"), back_words=_("All services")),
        booking_for(),
        show_who(),
        trouble(WayState.problem),
        one_moment(WayState.is_ready, rx.cond(WayState.ways.length() > 0, _form(), _choose_again())),
        route=WAY,
        needs_script=True,
    )


def _form() -> rx.Component:
    return rx.fragment(
        rx.el.p(rx.el.b(WayState.what_for), _(", "), WayState.length),
        rx.el.form(
            question(
                "way",
                _("Choose one"),
                rx.foreach(
                    WayState.ways,
                    lambda each: radio(
                        "way", each.value, each.title, hint=each.hint, default_checked=each.is_chosen, key=each.value
                    ),
                ),
                error=WayState.error,
            ),
            rx.cond(WayState.groups.length() > 0, _people()),
            actions(submit(_("Continue"), waiting=WayState.is_waiting, waiting_words=_("One moment"))),
            on_submit=WayState.choose,
            class_name="flow apart",
            no_validate=True,
        ),
        rx.cond(WayState.others.length() > 0, _something_else()),
    )


def _people() -> rx.Component:
    return select_field(
        "people",
        _("How many of you are coming?"),
        rx.foreach(WayState.groups, lambda option: rx.el.option(option.words, value=option.value)),
        default_value=WayState.people,
        key=WayState.people,
    )


def _something_else() -> rx.Component:
    """One visit for several matters: one counter that can do them all, the minutes added up."""
    return more(
        _("Something else in the same visit?"),
        rx.el.p(_("One person at one counter does it all. You come once.")),
        rx.el.form(
            select_field(
                "other",
                _("What else?"),
                rx.foreach(WayState.others, lambda option: rx.el.option(option.words, value=option.value)),
            ),
            actions(submit(_("Add it"), kind="second")),
            on_submit=WayState.add_service,
            class_name="flow",
        ),
    )


def _choose_again() -> rx.Component:
    return rx.el.p(
        icon("arrow-right", turns=True),
        rx.el.a(_("Choose a service from the list"), href=path("/services/")),
        class_name="split",
    )
