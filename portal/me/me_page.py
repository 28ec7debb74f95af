"""Your things, as drawn."""

from __future__ import annotations

import reflex as rx

from locales.catalogue import _, path
from portal.identity.door_form import way_out
from portal.identity.place_rows import place_rows
from portal.identity.signed_in import SIGN_IN
from portal.me.about_you_state import ABOUT_YOU
from portal.me.contacts_state import CONTACTS
from portal.me.data_state import DATA
from portal.me.for_others_page import offers, others
from portal.me.me_state import ME, MeState
from portal.me.record_file import record_title
from portal.me.shown import Visit
from portal.site import page
from portal.ui.actions import actions, button, link_button, submit
from portal.ui.address import said_once
from portal.ui.frame import section, title
from portal.ui.moments import one_moment
from portal.ui.notices import more, notice
from portal.ui.plate import fact, plate, promise
from portal.ui.summary import row, summary
from portal.ui.words import code, local_name

VisitVar = rx.vars.ObjectVar[Visit]


def me_title() -> str:
    # Translators: the page with everything of one person, and the link to it at the top of every page
    return _("My page")


def me() -> rx.Component:
    return page(
        title(me_title(), lead=rx.cond(MeState.mine.name, _("Hello {name}", name=MeState.mine.name), "")),
        one_moment(
            MeState.is_ready,
            _news(),
            _asked(),
            offers(),
            _ahead(),
            others(),
            _about_you(),
            section(
                record_title(),
                rx.el.p(_("All of it, who looked at it, how long it stays. Take it along or have it erased.")),
                actions(link_button(_("See all of it"), path(DATA), kind="second")),
            ),
            section(_("Where you are signed in"), place_rows(MeState.mine.places, MeState.end_session, MeState.end_others)),
            way_out(SIGN_IN, submit(_("Sign out"), kind="second", sign="log-out")),
        ),
        said_once(told=MeState.news),
        route=ME,
        needs_script=True,
    )


def _news() -> rx.Component | rx.Var:
    return rx.match(
        MeState.news,
        ("joined", notice(_("These appointments are now on your page."), kind="ok", live=True)),
        ("given-up", notice(_("You no longer act for them."), kind="ok", live=True)),
        (
            "no-mandate",
            notice(_("You can no longer do that for somebody else. Nothing was changed."), kind="warn", live=True),
        ),
        ("saved", notice(_("That is saved. It goes with you from now on."), kind="ok", live=True)),
        rx.fragment(),
    )


def _asked() -> rx.Component:
    return rx.cond(
        MeState.mine.asked_about.length() > 0,
        notice(
            rx.el.p(_("Somebody booked these with a contact of yours. If it was you, we put them on your page.")),
            rx.el.ul(
                rx.foreach(
                    MeState.mine.asked_about,
                    lambda visit: rx.el.li(visit.moment, rx.el.br(), visit.what_for),
                ),
                class_name="prose",
            ),
            actions(
                button(_("Yes, they are mine"), on_click=MeState.join),
                button(_("No, somebody else's"), kind="second", on_click=MeState.not_mine),
            ),
            title=_("Are these yours?"),
            kind="now",
            sign="calendar-check",
            heading="h2",
        ),
    )


def _ahead() -> rx.Component:
    return section(
        _("Your appointments"),
        rx.cond(
            MeState.mine.ahead.length() > 0,
            rx.el.div(rx.foreach(MeState.mine.ahead, _plate), class_name="flow"),
            rx.el.p(_("You have no appointment ahead of you.")),
        ),
        actions(link_button(_("Book an appointment"), path("/services/"), kind="second")),
        rx.cond(
            MeState.mine.past.length() > 0,
            more(
                # Translators: opens the list of appointments that are over
                _("Earlier ones"),
                rx.el.ul(rx.foreach(MeState.mine.past, _past), class_name="prose"),
            ),
        ),
    )


def _plate(visit: VisitVar) -> rx.Component:
    return plate(
        promise(
            fact(_("When"), visit.moment),
            fact(_("Where or how"), visit.place),
            fact(_("What for"), visit.what_for),
            rx.cond(visit.booked_by, fact(_("Booked by"), local_name(visit.booked_by))),
        ),
        rx.el.p(code(visit.reference)),
        actions(button(_("See, move or cancel"), kind="second", on_click=MeState.see(visit.reference))),
    )


def _past(visit: VisitVar) -> rx.Component:
    return rx.el.li(visit.moment, ": ", visit.what_for, rx.cond(visit.state, rx.fragment(" (", visit.state, ")")))


def _about_you() -> rx.Component:
    what = MeState.mine
    return section(
        _("What travels with you"),
        rx.el.p(_("Say it once; whoever helps you sees it. It never stands on a screen in the hall."), class_name="soft"),
        summary(
            row(_("Name"), local_name(rx.cond(what.name, what.name, _("not said yet"))), change=path(ABOUT_YOU)),
            row(_("Language"), what.language, change=path(ABOUT_YOU)),
            row(_("What you need for the visit"), what.needs, change=path(ABOUT_YOU)),
            row(_("How to reach you"), rx.foreach(what.contacts, rx.el.div), change=path(CONTACTS)),
            row(_("We write to you by"), what.reached_by, change=path(ABOUT_YOU)),
        ),
    )
