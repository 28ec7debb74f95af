"""The end of the journey, as drawn: what was promised and what happens next."""

from __future__ import annotations

import reflex as rx

from locales.catalogue import _, path
from portal.appointments.appointment_parts import calendar_file, change_it, enamel, keep_these, video_way
from portal.appointments.done_state import DoneState
from portal.appointments.parts import booking_for_is_done
from portal.appointments.steps import DONE
from portal.site import page
from portal.ui.actions import actions, link_button
from portal.ui.frame import columns, section, stack
from portal.ui.moments import one_moment
from portal.ui.timeline import step, timeline


def done_title() -> str:
    return _("Appointment confirmed")


def done() -> rx.Component:
    return page(
        rx.cond(DoneState.shown.reference == "", rx.el.h1(_("Your appointment"))),
        one_moment(
            DoneState.shown.reference != "",
            columns(_promise(), rx.cond(DoneState.for_whom, rx.fragment(), keep_these(DoneState.shown))),
        ),
        route=DONE,
        needs_script=True,
    )


def _promise() -> rx.Component:
    return stack(
        booking_for_is_done(DoneState.for_whom),
        enamel(done_title(), DoneState.shown),
        rx.cond(
            DoneState.for_whom,
            _next_for_them(),
            rx.fragment(
                section(_("What happens next"), _next_steps()),
                video_way(DoneState.shown),
                change_it(DoneState.shown, calendar_file(DoneState.shown, kind="")),
            ),
        ),
        space="far",
    )


def _next_for_them() -> rx.Component:
    """For whoever booked for somebody else: the codes are not theirs."""
    return section(
        _("What happens next"),
        rx.el.p(_("We have written to {name}, with the codes to move or cancel it.", name=DoneState.for_whom)),
        rx.cond(DoneState.shown.bring.length() > 0, rx.el.h3(_("What to bring"))),
        rx.el.ul(rx.foreach(DoneState.shown.bring, rx.el.li), class_name="prose"),
        actions(link_button(_("My page"), path("/me/"), kind="second")),
    )


def _next_steps() -> rx.Component:
    shown = DoneState.shown
    return timeline(
        step(
            _("Keep both codes"),
            rx.el.p(_("With them you can look it up, move it or cancel it. Add it to your calendar, or print this page.")),
            # Translators: {contact} is an e-mail address or a telephone number
            rx.cond(shown.letter_to, rx.el.p(_("We are also sending all of this to {contact}.", contact=shown.letter_to))),
            stage="now",
        ),
        rx.cond(
            shown.bring.length() > 0,
            step(_("Get these ready"), rx.el.ul(rx.foreach(shown.bring, rx.el.li), class_name="prose")),
        ),
        rx.match(
            shown.mode,
            (
                "video",
                step(
                    _("Open the link"),
                    _("Five minutes before, in a quiet place. We come in at {clock}.", clock=shown.clock),
                    when=shown.day,
                ),
            ),
            (
                "phone",
                step(
                    _("We phone you"),
                    # Translators: {clock} is a time of day, {number} the resident's telephone number
                    _("At {clock}, on {number}.", clock=shown.clock, number=shown.phone),
                    when=shown.day,
                ),
            ),
            step(
                _("Come a few minutes early"),
                rx.el.p(_("Say your name or show the code when you arrive. We call you at about {clock}.", clock=shown.clock)),
                rx.el.p(shown.way_in),
                when=shown.day,
            ),
        ),
    )
