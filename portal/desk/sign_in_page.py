"""Staff come in, as drawn."""

from __future__ import annotations

import reflex as rx

from locales.catalogue import _, current_language
from portal.desk.sign_in_state import DESK_SIGN_IN, Colleague, DeskSignInState
from portal.identity.door_form import door
from portal.site import page
from portal.ui.actions import actions, button, link_button, submit
from portal.ui.address import said_once
from portal.ui.errors import missing_answer
from portal.ui.fields import text_field
from portal.ui.frame import section, title
from portal.ui.moments import one_moment
from portal.ui.notices import notice


def desk_sign_in_title() -> str:
    return _("Sign in for staff")


def desk_sign_in() -> rx.Component:
    return page(
        missing_answer("email", DeskSignInState.error, waiting=DeskSignInState.is_waiting),
        rx.el.div(
            title(desk_sign_in_title()),
            _news(),
            one_moment(DeskSignInState.is_ready, _by_provider(), rx.cond(DeskSignInState.has_passwords, _form()), _by_click()),
            door(DeskSignInState.grant),
            said_once(told=DeskSignInState.news),
            class_name="flow measure apart",
        ),
        route=DESK_SIGN_IN,
        needs_script=True,
    )


def _news() -> rx.Component | rx.Var:
    return rx.match(
        DeskSignInState.news,
        ("out", notice(_("You are signed out on this device."), kind="ok", live=True)),
        ("again", notice(_("That took too long. Please begin again."), kind="warn", live=True)),
        ("declined", notice(_("You did not sign in there. You can try again, or use another way."), live=True)),
        (
            "other-browser",
            notice(
                _("That sign-in was begun in another browser, or too long ago. Please begin again here."),
                kind="warn",
                live=True,
            ),
        ),
        (
            "clock",
            notice(
                _("The clocks of the sign-in service and ours do not agree. Please tell whoever looks after this portal."),
                kind="warn",
                live=True,
            ),
        ),
        (
            "refused",
            notice(
                _("The sign-in service does not name anybody who works here. Please tell whoever looks after this portal."),
                kind="warn",
                live=True,
            ),
        ),
        (
            "unreachable",
            notice(_("The sign-in service can't be reached just now. Please try again in a moment."), kind="warn", live=True),
        ),
        rx.fragment(),
    )


def _by_provider() -> rx.Component:
    return rx.cond(
        DeskSignInState.has_provider,
        actions(
            link_button(
                rx.cond(
                    DeskSignInState.provider_name,
                    _("Sign in with {name}", name=DeskSignInState.provider_name),
                    _("Sign in with your work account"),
                ),
                rx.Var.create(f"/auth/staff/provider?language={current_language()}&next=") + DeskSignInState.wants,
                sign="user-round",
                raw=True,
            )
        ),
    )


def _form() -> rx.Component:
    return rx.el.form(
        text_field(
            "email",
            _("E-mail"),
            default_value=DeskSignInState.email,
            error=DeskSignInState.error,
            type="email",
            dir="ltr",
            auto_complete="username",
            spell_check=False,
        ),
        text_field("password", _("Password"), type="password", dir="ltr", auto_complete="current-password"),
        actions(submit(_("Continue"), waiting=DeskSignInState.is_waiting, waiting_words=_("One moment"))),
        rx.el.p(
            _("No access yet, or a new phone? Whoever looks after this portal gives you a link to set it up."),
            class_name="soft",
        ),
        on_submit=DeskSignInState.enter,
        class_name="flow apart",
        no_validate=True,
    )


def _by_click() -> rx.Component:
    return rx.cond(
        DeskSignInState.colleagues.length() > 0,
        section(
            _("Try it out as"),
            rx.el.p(_("This is a demonstration: one click is enough."), class_name="soft"),
            rx.el.ul(rx.foreach(DeskSignInState.colleagues, _colleague), class_name="rows"),
            small=True,
        ),
    )


def _colleague(one: rx.vars.ObjectVar[Colleague]) -> rx.Component:
    return rx.el.li(
        rx.el.div(rx.el.b(one.name), rx.el.p(one.roles)),
        # Translators: button, beside a person's name, that signs in as that person
        button(
            _("Sign in"), kind="second", on_click=DeskSignInState.be(one.slug), aria_label=_("Sign in as {name}", name=one.name)
        ),
        key=one.slug,
    )
