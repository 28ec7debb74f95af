"""An appointment as its holder sees it: the enamel plate, the codes, the QR code, the calendar file."""

from __future__ import annotations

from typing import Any, cast

import reflex as rx

from locales.catalogue import _, path
from portal.appointments.shown import Shown
from portal.ui.actions import Kind, actions, link_button, submit
from portal.ui.frame import section
from portal.ui.icons import icon
from portal.ui.links import native_form, raw_a
from portal.ui.notices import done
from portal.ui.qr import qr
from portal.ui.words import code, local_address, local_name, long_code

ShownVar = rx.vars.ObjectVar[Shown]


def enamel(title: str | rx.Var, shown: ShownVar, sign: str = "circle-check") -> rx.Component:
    """The promise: the time as the largest thing, the day, the place, the code that names it."""
    return done(
        title,
        time=shown.clock,
        day=shown.day,
        place=rx.fragment(
            rx.el.b(shown.place),
            rx.cond(shown.address, rx.fragment(rx.el.br(), local_address(shown.address))),
        ),
        facts=rx.el.dl(
            # Translators: the code that names an appointment
            rx.el.div(rx.el.dt(_("Booking code")), rx.el.dd(code(shown.reference))),
            rx.cond(shown.access_key, rx.el.div(rx.el.dt(_("Access code")), rx.el.dd(long_code(shown.access_key)))),
            rx.el.div(rx.el.dt(_("For")), rx.el.dd(shown.what_for)),
            rx.cond(shown.needs, rx.el.div(rx.el.dt(_("What you need for the visit")), rx.el.dd(shown.needs))),
            # Translators: who booked it for somebody else
            rx.cond(shown.booked_by, rx.el.div(rx.el.dt(_("Booked by")), rx.el.dd(local_name(shown.booked_by)))),
        ),
        sign=sign,
    )


def keep_these(shown: ShownVar) -> rx.Component:
    """The QR code, with words for people without a camera."""
    return rx.el.aside(
        rx.el.h2(_("QR code"), id="codes", class_name="t3"),
        qr(
            shown.drawing,
            cast(Any, shown.modules),
            _("QR code that opens this appointment"),
            rx.el.p(_("Scan it to open this appointment on another device.")),
            rx.cond(shown.mode == "in_person", rx.el.p(_("You can also show it when you arrive."))),
            rx.el.p(_("No camera? Note both codes: with them you can move or cancel. Whoever has both can too.")),
        ),
        rx.el.p(icon("printer"), raw_a(_("Print this page"), href="#print", class_name="hit"), class_name="split no-print"),
        class_name="aside flow",
        aria_labelledby="codes",
    )


def video_way(shown: ShownVar) -> rx.Component:
    """The one link of a video appointment."""
    return rx.cond(
        shown.video_link,
        section(
            _("Your video link"),
            rx.el.p(_("The same link works from any phone or computer. It never changes, also when you change the time.")),
            rx.el.p(raw_a(_("Open the video appointment"), href=shown.video_link, class_name="button second")),
        ),
    )


def calendar_file(shown: ShownVar, *, kind: Kind = "second") -> rx.Component:
    """An ordinary form, so that the codes travel in the body and stand in no log. Nothing where there is no key."""
    form = native_form(
        rx.el.input(type="hidden", name="reference", value=shown.reference, read_only=True),
        rx.el.input(type="hidden", name="access_key", value=shown.access_key, read_only=True),
        submit(_("Add to my calendar"), sign="calendar-plus", kind=kind),
        action=path("/appointment/invite.ics"),
        method="post",
    )
    return rx.cond(shown.access_key, form)


def change_it(shown: ShownVar, *more: rx.Component) -> rx.Component:
    """Move or cancel while it can be done; afterwards, whom to ring."""
    return rx.el.div(
        rx.cond(
            shown.is_changeable,
            rx.fragment(
                actions(
                    *more,
                    link_button(_("Move it"), path("/appointment/move/"), kind="second"),
                    link_button(_("Cancel it"), path("/appointment/cancel/"), kind="danger"),
                ),
                rx.el.p(_("You can move or cancel it until {moment}.", moment=shown.changeable_until), class_name="soft"),
            ),
            rx.fragment(
                actions(*more),
                rx.el.p(
                    _("This appointment can no longer be changed here. Please phone us: we will find a way."), class_name="soft"
                ),
            ),
        ),
        class_name="flow",
    )
