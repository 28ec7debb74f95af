"""Going on with a booking on the resident's own phone, as drawn: the code on the staff's screen, and the page that it opens."""

from __future__ import annotations

from typing import Any, cast

import reflex as rx

from locales.catalogue import _, path
from portal.appointments.booking_state import BookingState
from portal.appointments.handing_over_state import EVERY, HereState, OfferState
from portal.appointments.steps import HERE
from portal.site import page
from portal.ui.actions import actions, button, link_button
from portal.ui.deadline import deadline
from portal.ui.frame import section, title
from portal.ui.moments import one_moment
from portal.ui.notices import notice
from portal.ui.qr import qr


def unless_handed_over(*children: rx.Component) -> rx.Component:
    """The page as it is, until the person beside the staff member goes on with it elsewhere."""
    return rx.cond(
        BookingState.is_handed_over,
        notice(
            rx.el.p(_("The form has left this screen. You can end here; what they do on their phone stays.")),
            title=_("They go on with their own phone"),
            kind="ok",
            live=True,
            sign="monitor-smartphone",
            heading="h2",
        ),
        rx.fragment(*children),
    )


def own_phone() -> rx.Component:
    """While staff sit beside somebody: the same form, on that person's own phone."""
    return rx.cond(
        BookingState.beside,
        rx.cond(
            OfferState.drawing,
            section(
                _("Go on with their own phone"),
                deadline(
                    since=OfferState.asked_at,
                    seconds=EVERY,
                    on_near=OfferState.look,
                    on_over=OfferState.look,
                    until_answered=True,
                ),
                qr(
                    OfferState.drawing,
                    cast(Any, OfferState.modules),
                    _("QR code to go on with this form on a phone"),
                    rx.el.p(_("Point your phone's camera at this square. What is filled in so far comes along.")),
                    # Translators: {time} is a time of day
                    rx.el.p(_("It can be scanned once, until {time}.", time=OfferState.until)),
                    rx.el.p(button(_("Stay on this screen"), kind="quiet", on_click=OfferState.stop)),
                ),
                small=True,
            ),
            rx.el.p(
                button(_("Go on with their own phone"), kind="second", sign="monitor-smartphone", on_click=OfferState.offer)
            ),
        ),
    )


def here_title() -> str:
    return _("Go on with this phone")


def here() -> rx.Component:
    return page(
        rx.el.div(
            title(here_title()),
            one_moment(
                HereState.is_ready,
                rx.cond(
                    HereState.can_be_taken,
                    rx.fragment(
                        rx.el.p(_("The form that was begun beside you goes on here, with what is filled in so far.")),
                        actions(button(_("Go on"), on_click=HereState.take)),
                    ),
                    rx.fragment(
                        notice(
                            _("This code can't be used any more. Please ask for a new one, or begin here by yourself."),
                            kind="warn",
                            live=True,
                        ),
                        actions(link_button(_("All services"), path("/services/"))),
                    ),
                ),
            ),
            class_name="flow measure apart",
        ),
        route=HERE,
        needs_script=True,
    )
