"""Setting up access, as drawn: a password, then a passkey or an authenticator, then the recovery codes, once."""

from __future__ import annotations

from typing import Any, cast

import reflex as rx

from locales.catalogue import _, path
from portal.desk.passkey_form import passkey_form
from portal.desk.recovery_codes import recovery_codes
from portal.desk.set_up_state import SET_UP, TOKEN, SetUpState
from portal.desk.sign_in_state import DESK_SIGN_IN
from portal.site import page
from portal.ui.actions import actions, link_button, submit
from portal.ui.errors import error_summary
from portal.ui.fields import error_line, text_field
from portal.ui.frame import section, step_line, step_words, title
from portal.ui.moments import one_moment
from portal.ui.notices import notice
from portal.ui.qr import qr
from portal.ui.words import long_code


def set_up_title() -> str:
    return _("Set up your access")


def set_up() -> rx.Component:
    return page(
        error_summary(SetUpState.errors, waiting=SetUpState.is_waiting),
        rx.el.div(
            title(set_up_title()),
            one_moment(
                SetUpState.is_ready,
                rx.cond(
                    SetUpState.recovery_codes.length() > 0,
                    _codes(),
                    rx.cond(SetUpState.is_over, _over(), rx.cond(SetUpState.has_password, _second(), _password())),
                ),
            ),
            class_name="flow measure apart",
        ),
        route=SET_UP,
        needs_script=True,
    )


def _over() -> rx.Component:
    return notice(
        _("This link is no longer good: it was used, or is older than a day. Please ask for another one."),
        kind="warn",
        live=True,
    )


def _password() -> rx.Component:
    return rx.el.form(
        step_line(step_words(1, 2, _("a password"))),
        rx.el.p(_("Hello {name}. It takes two minutes, and you need your phone.", name=SetUpState.name)),
        text_field(
            "password",
            _("Password"),
            hint=_("At least 12 characters. Four words that do not belong together are good."),
            error=SetUpState.errors.get("password", ""),
            type="password",
            dir="ltr",
            auto_complete="new-password",
        ),
        actions(submit(_("Continue"), waiting=SetUpState.is_waiting, waiting_words=_("One moment"))),
        on_submit=SetUpState.choose,
        class_name="flow apart",
        no_validate=True,
    )


def _second() -> rx.Component:
    return rx.el.div(
        step_line(step_words(2, 2, _("a passkey or an authenticator"))),
        rx.el.p(_("A password alone is not enough. Choose one of these two; you are asked for it each time.")),
        section(
            _("A passkey"),
            rx.el.p(_("This device, your phone or a security key, opened with your finger, your face or its PIN.")),
            error_line("passkey", SetUpState.errors.get("passkey", "")),
            passkey_form("set-up", _("Make a passkey"), SetUpState.passkey_made, key=TOKEN, id="passkey"),
        ),
        _authenticator(),
        class_name="flow far",
    )


def _authenticator() -> rx.Component:
    return section(
        _("Or an authenticator"),
        rx.el.p(_("Scan this with an authenticator app on your phone. It then shows six new digits every half minute.")),
        qr(
            SetUpState.drawing,
            cast(Any, SetUpState.modules),
            _("QR code for your authenticator"),
            rx.el.p(_("No camera? Type this into the app:")),
            rx.el.p(long_code(SetUpState.secret)),
        ),
        rx.el.form(
            text_field(
                "digits",
                _("The six digits it shows now"),
                error=SetUpState.errors.get("digits", ""),
                dir="ltr",
                short=True,
                input_mode="numeric",
                auto_complete="one-time-code",
                spell_check=False,
            ),
            actions(submit(_("Save"), kind="second", waiting=SetUpState.is_waiting, waiting_words=_("One moment"))),
            on_submit=SetUpState.save,
            class_name="flow apart",
            no_validate=True,
        ),
    )


def _codes() -> rx.Component:
    return rx.fragment(
        notice(_("Your access is set up."), kind="ok", live=True),
        section(
            _("Your recovery codes"),
            recovery_codes(SetUpState.recovery_codes),
        ),
        actions(link_button(_("Go on to sign in"), path(DESK_SIGN_IN))),
    )
