"""Find an appointment, move it, cancel it: as drawn."""

from __future__ import annotations

import reflex as rx

from locales.catalogue import _, path
from portal.appointments.appointment_parts import calendar_file, change_it, enamel, keep_these, video_way
from portal.appointments.earlier_state import EARLIER
from portal.appointments.manage_state import CANCEL, MOVE, CancelState, FindState, MoveState
from portal.appointments.opened_state import FIND
from portal.appointments.parts import acting_for, times_to_choose
from portal.site import page
from portal.ui.actions import actions, button, link_button, submit
from portal.ui.address import said_once
from portal.ui.errors import error_summary, missing_answer
from portal.ui.fields import text_field
from portal.ui.frame import columns, section, stack, title
from portal.ui.links import hit
from portal.ui.moments import one_moment, trouble
from portal.ui.notices import notice
from portal.ui.summary import row, summary
from portal.ui.words import code


def find_title() -> str:
    return _("Find my appointment")


def find() -> rx.Component:
    return page(
        error_summary(FindState.errors, waiting=FindState.is_waiting),
        rx.cond(FindState.shown.reference, _found(), _ask()),
        said_once(told=FindState.news),
        route=FIND,
        needs_script=True,
    )


def _ask() -> rx.Component:
    return stack(
        title(find_title(), lead=_("You need the two codes from your confirmation.")),
        trouble(FindState.problem),
        # Drawn when there is somebody to answer: a form sent before would put the codes into the address.
        one_moment(FindState.is_hydrated, _codes_form()),
        section(
            _("Lost the codes?"),
            rx.el.p(_("Phone us, or come to any counter. We find your appointment by your name and a question or two.")),
            small=True,
        ),
        space="apart",
    )


def _codes_form() -> rx.Component:
    return rx.el.form(
        text_field(
            "reference",
            _("Booking code"),
            hint=_("It looks like VC-7K2M-94QX. Small letters and spaces do no harm."),
            default_value=FindState.typed_reference,
            error=FindState.errors.get("reference", ""),
            dir="ltr",
            short=True,
            auto_complete="off",
            spell_check=False,
        ),
        text_field(
            "access_key",
            _("Access code"),
            hint=_("16 letters and digits, in four groups."),
            error=FindState.errors.get("access_key", ""),
            dir="ltr",
            auto_complete="off",
            spell_check=False,
        ),
        actions(submit(_("Find it"), waiting=FindState.is_waiting, waiting_words=_("One moment"))),
        on_submit=FindState.find,
        class_name="flow apart",
        no_validate=True,
    )


def _found() -> rx.Component:
    shown = FindState.shown
    return columns(
        stack(
            acting_for(shown.for_whom),
            rx.match(
                FindState.news,
                (
                    "moved",
                    notice(_("Your appointment has a new time. The old one is free for somebody else."), kind="ok", live=True),
                ),
                (
                    "cancelled",
                    notice(_("Your appointment is cancelled. There is nothing else you have to do."), kind="ok", live=True),
                ),
                rx.fragment(),
            ),
            trouble(FindState.problem),
            rx.cond(FindState.waits.kept_until, _is_kept()),
            rx.cond(
                shown.is_booked,
                enamel(
                    rx.cond(shown.for_whom, _("Appointment of {name}", name=shown.for_whom), _("Your appointment")),
                    shown,
                    sign="calendar-check",
                ),
                _cancelled(),
            ),
            rx.cond(
                shown.is_booked, section(_("What to bring"), rx.el.ul(rx.foreach(shown.bring, rx.el.li), class_name="prose"))
            ),
            video_way(shown),
            rx.cond(shown.is_booked, change_it(shown, calendar_file(shown))),
            rx.cond(shown.is_changeable & (shown.access_key != ""), _sooner()),
            rx.el.p(button(_("Close it on this device"), kind="quiet", on_click=FindState.close)),
            space="far",
        ),
        rx.cond(shown.is_booked & (shown.access_key != ""), keep_these(shown)),
    )


def _is_kept() -> rx.Component:
    return notice(
        rx.el.p(_("Until {moment} it is yours to take.", moment=FindState.waits.kept_until)),
        rx.el.p(hit(_("Look at it"), href=path(EARLIER))),
        kind="now",
        title=_("An earlier time is kept for you"),
    )


def _sooner() -> rx.Component:
    return section(
        _("Would you rather come earlier?"),
        rx.cond(
            FindState.waits.is_waiting,
            rx.el.p(_("You are on the list. We write to you when an earlier time comes free and it is your turn.")),
            rx.el.p(_("We can write to you when somebody gives an earlier time back.")),
        ),
        actions(
            rx.cond(
                FindState.waits.is_waiting,
                link_button(_("See where it stands"), path(EARLIER), kind="second"),
                link_button(_("Ask for an earlier time"), path(EARLIER), kind="second"),
            )
        ),
        small=True,
    )


def _cancelled() -> rx.Component:
    shown = FindState.shown
    return rx.el.section(
        rx.el.h1(_("This appointment is cancelled")),
        summary(
            row(_("Booking code"), code(shown.reference)),
            row(_("It was for"), shown.what_for),
            row(_("When"), shown.day, _(", "), shown.hours),
        ),
        actions(link_button(_("Book another time"), path("/services/"))),
        class_name="flow apart",
    )


def move_title() -> str:
    return _("Choose another time")


def move() -> rx.Component:
    return page(
        missing_answer("time", MoveState.error, waiting=MoveState.is_waiting),
        title(move_title(), back_to=path(FIND)),
        acting_for(MoveState.shown.for_whom),
        trouble(MoveState.problem),
        one_moment(
            MoveState.is_ready,
            rx.el.p(
                # Translators: {day} is a whole date, {hours} is "17:40 to 18:00"
                _("Your appointment is still {day}, {hours}.", day=MoveState.shown.day, hours=MoveState.shown.hours),
                " ",
                rx.el.b(_("It stays yours until the new time is confirmed.")),
            ),
            rx.el.form(
                times_to_choose(MoveState),
                actions(
                    submit(_("Take this time instead"), waiting=MoveState.is_waiting, waiting_words=_("One moment")),
                    link_button(_("Leave it as it is"), path(FIND), kind="quiet"),
                ),
                on_submit=MoveState.choose,
                class_name="question flow apart",
                no_validate=True,
            ),
        ),
        route=MOVE,
        needs_script=True,
    )


def cancel_title() -> str:
    return _("Cancel this appointment?")


def cancel() -> rx.Component:
    shown = CancelState.shown
    return page(
        title(cancel_title(), back_to=path(FIND)),
        acting_for(CancelState.shown.for_whom),
        trouble(CancelState.problem),
        one_moment(
            CancelState.is_ready,
            summary(
                row(_("Booking code"), code(shown.reference)),
                row(_("What for"), shown.what_for),
                row(_("When"), rx.el.b(shown.day), rx.el.br(), shown.hours),
                row(_("Where or how"), shown.place),
            ),
            rx.el.p(_("Your time then goes to somebody else. If another time would do, you can move it instead.")),
            actions(
                button(
                    _("Yes, cancel it"),
                    kind="danger",
                    on_click=CancelState.cancel,
                    waiting=CancelState.is_waiting,
                    waiting_words=_("One moment"),
                ),
                link_button(_("Move it"), path(MOVE), kind="second"),
                link_button(_("Leave it as it is"), path(FIND), kind="quiet"),
            ),
        ),
        route=CANCEL,
        needs_script=True,
    )
