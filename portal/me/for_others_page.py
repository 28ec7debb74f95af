"""Acting for someone, as drawn on one's own page: offers to answer, for whom one acts, and who may act for oneself."""

from __future__ import annotations

import reflex as rx

from locales.catalogue import _, path
from portal.me.acting_state import ACTING
from portal.me.for_others_state import ForOthersState, Offered, Other
from portal.me.mandates_state import MANDATES
from portal.ui.actions import actions, button, link_button
from portal.ui.frame import section
from portal.ui.notices import notice

OfferedVar = rx.vars.ObjectVar[Offered]
OtherVar = rx.vars.ObjectVar[Other]


def mandates_title() -> str:
    return _("Who may act for me")


def offers() -> rx.Component:
    return rx.cond(
        ForOthersState.offers.length() > 0,
        rx.el.div(rx.foreach(ForOthersState.offers, _offer), class_name="flow"),
    )


def others() -> rx.Component:
    return section(
        _("Acting for someone"),
        rx.cond(
            ForOthersState.others.length() > 0,
            rx.el.ul(rx.foreach(ForOthersState.others, _other), class_name="rows"),
            rx.el.p(_("You act for nobody else.")),
        ),
        actions(link_button(mandates_title(), path(MANDATES), kind="second")),
    )


def _offer(offer: OfferedVar) -> rx.Component:
    return notice(
        # Translators: {scopes} is a list such as "Book appointments, Get the letters too"
        rx.el.p(_("They would let you do this: {scopes}.", scopes=offer.scopes)),
        # Translators: the last day of a mandate
        rx.el.p(_("Up to and with {day}.", day=offer.until)),
        actions(
            button(_("Yes, I will"), on_click=ForOthersState.accept(offer.number)),
            button(_("No"), kind="second", on_click=ForOthersState.decline(offer.number)),
        ),
        title=_("Would you act for {name}?", name=offer.name),
        kind="now",
        sign="user-round",
        heading="h2",
    )


def _other(other: OtherVar) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.b(_("I act for {name}", name=other.name)),
            rx.el.p(other.scopes),
            rx.el.p(_("Up to and with {day}.", day=other.until), class_name="soft"),
        ),
        rx.el.a(
            rx.el.span(_("Open")),
            rx.el.span(": ", other.name, class_name="sr"),
            href=rx.Var.create(f"{path(ACTING)}?for=") + other.owner.to_string(),
            class_name="button second",
        ),
        key=other.owner.to_string(),
    )
