"""What somebody may do for one other person, as drawn."""

from __future__ import annotations

import reflex as rx

from locales.catalogue import _, path
from portal.me.acting_state import ACTING, ME, ActingState
from portal.me.shown import Visit
from portal.site import page
from portal.ui.actions import actions, button
from portal.ui.frame import section, title
from portal.ui.moments import one_moment
from portal.ui.plate import fact, plate, promise
from portal.ui.words import code

VisitVar = rx.vars.ObjectVar[Visit]


def acting_title() -> str:
    return _("Acting for someone")


def acting() -> rx.Component:
    theirs = ActingState.theirs
    return page(
        title(
            rx.cond(theirs.name, _("I act for {name}", name=theirs.name), acting_title()),
            lead=_("We tell them what you do for them."),
            back_to=path(ME),
            back_words=_("My page"),
        ),
        one_moment(ActingState.is_ready, rx.cond(theirs.may_book, _book()), rx.cond(theirs.may_see, _ahead()), _mandate()),
        route=ACTING,
        needs_script=True,
    )


def _book() -> rx.Component:
    return actions(button(_("Book for {name}", name=ActingState.theirs.name), on_click=ActingState.book))


def _ahead() -> rx.Component:
    theirs = ActingState.theirs
    return section(
        _("Appointments of {name}", name=theirs.name),
        rx.cond(
            theirs.ahead.length() > 0,
            rx.el.div(rx.foreach(theirs.ahead, _plate), class_name="flow"),
            rx.el.p(_("There is no appointment ahead.")),
        ),
    )


def _plate(visit: VisitVar) -> rx.Component:
    words = rx.cond(ActingState.theirs.may_book, _("See, move or cancel"), _("See it"))
    return plate(
        promise(
            fact(_("When"), visit.moment),
            fact(_("Where or how"), visit.place),
            fact(_("What for"), visit.what_for),
        ),
        rx.el.p(code(visit.reference)),
        actions(button(words, kind="second", on_click=ActingState.see(visit.reference))),
    )


def _mandate() -> rx.Component:
    theirs = ActingState.theirs
    return section(
        # Translators: what somebody is allowed to do for somebody else
        _("Your mandate"),
        rx.el.p(theirs.scopes),
        rx.el.p(_("Up to and with {day}.", day=theirs.until), class_name="soft"),
        actions(button(_("Give the mandate up"), kind="quiet", on_click=ActingState.give_up)),
        small=True,
    )
