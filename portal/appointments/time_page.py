"""Step 2, as drawn: when would you like to come?"""

from __future__ import annotations

import reflex as rx

from locales.catalogue import _, path
from portal.appointments.parts import booking_for, times_to_choose
from portal.appointments.steps import TIME, WAY, step_of
from portal.appointments.time_state import TimeState
from portal.site import page
from portal.ui.actions import actions, submit
from portal.ui.errors import missing_answer
from portal.ui.frame import title
from portal.ui.icons import icon
from portal.ui.links import hit
from portal.ui.moments import one_moment, trouble


def time_title() -> str:
    return _("When would suit you?")


def time() -> rx.Component:
    return page(
        missing_answer("time", TimeState.error, waiting=TimeState.is_waiting),
        title(time_title(), step=step_of(TIME), back_to=path(WAY)),
        booking_for(),
        trouble(TimeState.problem),
        one_moment(TimeState.is_ready, _what(), _form()),
        route=TIME,
        needs_script=True,
    )


def _what() -> rx.Component:
    return rx.el.p(
        rx.el.span(TimeState.what_for, _(", "), TimeState.place, _(", "), TimeState.length, ". "),
        hit(_("Change"), rx.el.span(_(": where or how"), class_name="sr"), href=path(WAY)),
        class_name="soft",
    )


def _form() -> rx.Component:
    return rx.el.form(
        times_to_choose(TimeState),
        rx.el.div(
            rx.el.p(
                icon("clock"),
                rx.el.span(_("We keep the time you choose for 10 minutes while you finish.")),
                class_name="split",
            ),
            actions(submit(_("Continue"), waiting=TimeState.is_waiting, waiting_words=_("We are keeping it for you"))),
            class_name="flow",
        ),
        on_submit=TimeState.choose,
        class_name="question flow apart",
        no_validate=True,
    )
