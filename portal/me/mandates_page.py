"""Who may act for me, as drawn: those there are, each taken back with one tap, and a form for another one."""

from __future__ import annotations

import reflex as rx

from locales.catalogue import _, path
from portal.contacts import scope_words
from portal.me.for_others_page import mandates_title
from portal.me.mandates_state import MANDATES, OFFERED, Granted, MandatesState
from portal.site import page
from portal.ui.actions import actions, button, submit
from portal.ui.choices import checkbox, question
from portal.ui.errors import error_summary
from portal.ui.fields import select_field, text_field
from portal.ui.frame import section, title
from portal.ui.moments import one_moment, trouble
from portal.ui.notices import notice

GrantedVar = rx.vars.ObjectVar[Granted]


def mandates() -> rx.Component:
    return page(
        error_summary(MandatesState.errors, waiting=MandatesState.is_waiting),
        rx.el.div(
            title(
                mandates_title(),
                lead=_("A relative, a neighbour or an association can do things here for you. You say what, and until when."),
                back_to=path("/me/"),
                back_words=_("My page"),
            ),
            _news(),
            trouble(MandatesState.problem),
            one_moment(MandatesState.is_ready, _those_there_are(), _another()),
            class_name="flow measure apart",
        ),
        route=MANDATES,
        needs_script=True,
    )


def _news() -> rx.Component | rx.Var:
    return rx.match(
        MandatesState.news,
        (
            "granted",
            notice(_("We have written to them. It counts once they have signed in and said yes."), kind="ok", live=True),
        ),
        ("revoked", notice(_("Taken back. From now on they can do nothing for you here."), kind="ok", live=True)),
        rx.fragment(),
    )


def _those_there_are() -> rx.Component:
    return section(
        _("They may act for me"),
        rx.cond(
            MandatesState.given.granted.length() > 0,
            rx.el.ul(rx.foreach(MandatesState.given.granted, _one), class_name="rows"),
            rx.el.p(_("Nobody so far.")),
        ),
    )


def _one(granted: GrantedVar) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.b(granted.name),
            rx.el.p(granted.contact),
            rx.el.p(granted.scopes),
            rx.el.p(
                _("Up to and with {day}.", day=granted.until),
                " ",
                rx.cond(granted.is_accepted, _("They have said yes."), _("They have not answered yet.")),
                class_name="soft",
            ),
        ),
        button(
            # Translators: {name} is what somebody calls whoever may act for them, such as "my brother Karim"
            _("Take it back from {name}", name=granted.name),
            kind="second",
            on_click=MandatesState.revoke(granted.number),
        ),
        key=granted.number.to_string(),
    )


def _another() -> rx.Component:
    given = MandatesState.given
    return section(
        _("Let somebody act for me"),
        rx.el.form(
            text_field(
                "name",
                _("Who is it?"),
                hint=_("As you call them, such as: my brother Karim."),
                error=MandatesState.errors.get("name", ""),
                auto_complete="off",
                dir="auto",
            ),
            text_field(
                "contact",
                _("Their e-mail or mobile number"),
                hint=_("We write there. They sign in with it and say yes or no."),
                error=MandatesState.errors.get("contact", ""),
                dir="ltr",
                auto_complete="off",
                spell_check=False,
                auto_capitalize="none",
            ),
            question(
                "scopes",
                _("What may they do for you?"),
                *[checkbox(f"scope_{scope}", "yes", scope_words(scope)) for scope in OFFERED],
                error=MandatesState.errors.get("scopes", ""),
            ),
            select_field(
                "last_day",
                _("Until when?"),
                rx.foreach(given.last_days, lambda day: rx.el.option(day.words, value=day.value)),
                default_value=given.last_day,
                error=MandatesState.errors.get("last_day", ""),
            ),
            text_field(
                "owner_name",
                _("Your name, as they know you"),
                hint=_("It stands in our letter to them, and where they act for you."),
                default_value=given.owner_name,
                error=MandatesState.errors.get("owner_name", ""),
                auto_complete="name",
                dir="auto",
            ),
            actions(submit(_("Ask them"), waiting=MandatesState.is_waiting, waiting_words=_("One moment"))),
            on_submit=MandatesState.grant,
            class_name="flow apart",
            no_validate=True,
            key=MandatesState.round.to_string(),
        ),
    )
