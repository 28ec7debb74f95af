"""Signing in, as drawn: how to reach you, then the code."""

from __future__ import annotations

import reflex as rx

from locales.catalogue import _, current_language, path
from portal.identity.door_form import door
from portal.identity.sign_in_state import SIGN_IN_CODE, SignInState
from portal.identity.signed_in import SIGN_IN
from portal.site import page
from portal.ui.actions import actions, button, link_button, submit
from portal.ui.address import said_once
from portal.ui.errors import missing_answer
from portal.ui.fields import text_field
from portal.ui.frame import section, title
from portal.ui.moments import one_moment, trouble
from portal.ui.notices import notice

SOON = 500  # milliseconds after the last key


def sign_in_title() -> str:
    return _("Sign in")


def sign_in() -> rx.Component:
    return page(
        missing_answer("contact", SignInState.error, waiting=SignInState.is_waiting),
        rx.el.div(
            title(
                sign_in_title(),
                lead=_("To see everything of yours in one place. You need not sign in to book, to move or to cancel."),
            ),
            _news(),
            trouble(SignInState.problem),
            one_moment(SignInState.is_ready, _by_provider(), _ask(), _without()),
            said_once(told=SignInState.news),
            class_name="flow measure apart",
        ),
        route=SIGN_IN,
        needs_script=True,
    )


def code_title() -> str:
    return _("Type the code to sign in")


def code() -> rx.Component:
    return page(
        missing_answer("code", SignInState.error, waiting=SignInState.is_waiting),
        rx.el.div(
            title(code_title(), back_to=path(SIGN_IN)),
            trouble(SignInState.problem),
            one_moment(SignInState.is_ready, _sent(), _code(), _none_yet()),
            door(SignInState.grant),
            class_name="flow measure apart",
        ),
        route=SIGN_IN_CODE,
        needs_script=True,
    )


def _news() -> rx.Component | rx.Var:
    return rx.match(
        SignInState.news,
        ("out", notice(_("You are signed out on this device."), kind="ok", live=True)),
        (
            "erased",
            notice(
                _("Your data is erased, and you are signed out everywhere. Thank you for having been with us."),
                kind="ok",
                live=True,
            ),
        ),
        ("again", notice(_("That took too long, so please ask for a new code."), kind="warn", live=True)),
        ("declined", notice(_("You did not sign in there. You can try again, or have a code sent to you."), live=True)),
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
                _(
                    "The clocks of the sign-in service and ours do not agree, so we cannot accept its answer. Please have a code "
                    "sent to you instead."
                ),
                kind="warn",
                live=True,
            ),
        ),
        (
            "refused",
            notice(
                _("We could not accept the answer of the sign-in service. Please try again, or have a code sent to you."),
                kind="warn",
                live=True,
            ),
        ),
        (
            "unreachable",
            notice(
                _("The sign-in service does not answer just now. Please have a code sent to you instead."),
                kind="warn",
                live=True,
            ),
        ),
        rx.fragment(),
    )


def _by_provider() -> rx.Component:
    """A link, not a form: the policy of the page lets a form lead to no other site."""
    return rx.cond(
        SignInState.has_provider,
        rx.el.div(
            link_button(
                rx.cond(
                    SignInState.provider_name,
                    # Translators: {name} is how people call the identity provider, such as "Chave Móvel Digital"
                    _("Sign in with {name}", name=SignInState.provider_name),
                    _("Sign in with your digital identity"),
                ),
                rx.Var.create(f"/auth/provider?language={current_language()}&next=") + SignInState.wants,
                kind="second",
                sign="user-round",
                raw=True,
            ),
            # Translators: between two ways of doing the same
            rx.el.p(_("Or with a code that we send you:"), class_name="soft"),
            class_name="flow",
        ),
    )


def _ask() -> rx.Component:
    return rx.el.form(
        text_field(
            "contact",
            _("E-mail or mobile number"),
            hint=_("We send a code there. From abroad: begin with + and the country."),
            default_value=SignInState.contact,
            error=SignInState.error,
            dir="ltr",
            auto_complete="username",
            spell_check=False,
            auto_capitalize="none",
        ),
        actions(submit(_("Send me a code"), waiting=SignInState.is_waiting, waiting_words=_("One moment"))),
        on_submit=SignInState.send,
        class_name="flow apart",
        no_validate=True,
    )


def _without() -> rx.Component:
    return section(
        _("Only one appointment to look up?"),
        rx.el.p(_("For that the two codes in your confirmation are enough.")),
        actions(link_button(_("Find my appointment"), path("/appointment/"), kind="second")),
        small=True,
    )


def _sent() -> rx.Component:
    return rx.fragment(
        # Translators: {contact} is an e-mail address or a telephone number
        rx.el.p(_("We have written to {contact}. The message can take a minute.", contact=SignInState.sent_to)),
        rx.cond(
            SignInState.shown_code,
            notice(
                # Translators: {code} is six digits
                _("This is a demonstration, so no message leaves it. Your code is {code}.", code=SignInState.shown_code),
            ),
        ),
        rx.el.div(rx.cond(SignInState.is_sent_again, notice(_("Another code is on its way."), kind="ok")), role="status"),
    )


def _code() -> rx.Component:
    return rx.el.form(
        text_field(
            "code",
            _("Code"),
            hint=_("Six digits. It is good for an hour."),
            default_value=SignInState.typed,
            error=SignInState.error,
            dir="ltr",
            short=True,
            input_mode="numeric",
            auto_complete="one-time-code",
            spell_check=False,
            on_change=lambda text: SignInState.typing(text).debounce(SOON),
            key=SignInState.codes_sent,
        ),
        actions(submit(_("Sign in"), waiting=SignInState.is_waiting, waiting_words=_("One moment"))),
        on_submit=SignInState.enter,
        class_name="flow apart",
        no_validate=True,
    )


def _none_yet() -> rx.Component:
    return section(
        _("No message yet?"),
        rx.el.p(_("Please look among unwanted mail too. If there is nothing, we send another code; the first one then ends.")),
        actions(
            button(_("Send another code"), kind="second", on_click=SignInState.send_again),
            rx.el.a(rx.el.span(_("Use another address or number")), href=path(SIGN_IN), class_name="button quiet"),
        ),
        small=True,
    )
