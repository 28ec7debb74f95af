"""How somebody is reached, as drawn."""

from __future__ import annotations

import reflex as rx

from locales.catalogue import _, path
from portal.me.contacts_state import CONTACTS, ME, ContactsState, Reached
from portal.site import page
from portal.ui.actions import actions, button, submit
from portal.ui.errors import error_summary
from portal.ui.fields import text_field
from portal.ui.frame import section, title
from portal.ui.moments import one_moment, trouble
from portal.ui.notices import notice

ReachedVar = rx.vars.ObjectVar[Reached]


def contacts_title() -> str:
    return _("How to reach you")


def contacts() -> rx.Component:
    return page(
        error_summary(ContactsState.errors, waiting=ContactsState.is_waiting),
        rx.el.div(
            title(
                contacts_title(),
                lead=_("You sign in with any of these, and what was booked with them can come to your page."),
                back_to=path(ME),
                back_words=_("My page"),
            ),
            _news(),
            trouble(ContactsState.problem),
            one_moment(ContactsState.is_ready, _those_there_are(), rx.cond(ContactsState.sent_to, _code(), _another())),
            class_name="flow measure apart",
        ),
        route=CONTACTS,
        needs_script=True,
    )


def _news() -> rx.Component | rx.Var:
    return rx.match(
        ContactsState.news,
        ("added", notice(_("Added. From now on you can sign in with it too."), kind="ok", live=True)),
        (
            "elsewhere",
            notice(
                _(
                    "It opens another page here, so nothing was changed. If both pages are yours, we put them together at the counter."
                ),
                kind="warn",
                live=True,
            ),
        ),
        rx.fragment(),
    )


def _those_there_are() -> rx.Component:
    return rx.el.ul(rx.foreach(ContactsState.contacts, _one), class_name="rows")


def _one(reached: ReachedVar) -> rx.Component:
    return rx.el.li(
        rx.el.b(reached.words),
        button(
            # Translators: takes an e-mail address or a telephone number off somebody's page
            _("Remove {contact}", contact=reached.words),
            kind="second",
            on_click=ContactsState.remove(reached.contact),
        ),
        key=reached.contact,
    )


def _another() -> rx.Component:
    return section(
        _("Add another one"),
        rx.el.form(
            text_field(
                "contact",
                _("E-mail or mobile number"),
                hint=_("We send a code there. Once you type it, it is yours."),
                default_value=ContactsState.contact,
                error=ContactsState.errors.get("contact", ""),
                dir="ltr",
                auto_complete="off",
                spell_check=False,
                auto_capitalize="none",
            ),
            actions(submit(_("Send the code"), waiting=ContactsState.is_waiting, waiting_words=_("One moment"))),
            on_submit=ContactsState.send,
            class_name="flow apart",
            no_validate=True,
        ),
    )


def _code() -> rx.Component:
    return section(
        _("Type the code"),
        rx.el.form(
            rx.el.p(_("We have written to {contact}. The message can take a minute.", contact=ContactsState.sent_to)),
            rx.cond(
                ContactsState.shown_code,
                notice(
                    _("This is a demonstration, so no message leaves it. Your code is {code}.", code=ContactsState.shown_code)
                ),
            ),
            text_field(
                "code",
                _("Code"),
                error=ContactsState.errors.get("code", ""),
                dir="ltr",
                auto_complete="one-time-code",
                input_mode="numeric",
                short=True,
            ),
            actions(
                submit(_("Add it to my page"), waiting=ContactsState.is_waiting, waiting_words=_("One moment")),
                button(_("Another address"), kind="quiet", on_click=ContactsState.another),
            ),
            on_submit=ContactsState.show,
            class_name="flow apart",
            no_validate=True,
        ),
    )
