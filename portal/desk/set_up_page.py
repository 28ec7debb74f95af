"""Setting up access, as drawn: one page with a password and an authenticator, then the recovery codes, once."""

from __future__ import annotations

from typing import Any, cast

import reflex as rx

from locales.catalogue import _, path
from portal.desk.set_up_state import SET_UP, SetUpState
from portal.desk.sign_in_state import DESK_SIGN_IN
from portal.site import page
from portal.ui.actions import actions, link_button, submit
from portal.ui.errors import error_summary
from portal.ui.fields import text_field
from portal.ui.frame import section, title
from portal.ui.links import raw_a
from portal.ui.moments import one_moment
from portal.ui.notices import notice
from portal.ui.qr import qr
from portal.ui.words import code, long_code


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
                    rx.cond(SetUpState.is_over, _over(), _form()),
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


def _form() -> rx.Component:
    return rx.el.form(
        rx.el.p(_("Hello {name}. It takes two minutes, and you need your phone.", name=SetUpState.name)),
        section(
            _("1. A password"),
            text_field(
                "password",
                _("Password"),
                hint=_("At least 12 characters. Four words that do not belong together are good."),
                error=SetUpState.errors.get("password", ""),
                type="password",
                dir="ltr",
                auto_complete="new-password",
            ),
        ),
        section(
            _("2. An authenticator"),
            rx.el.p(_("Scan this with an authenticator app on your phone. It then shows six new digits every half minute.")),
            qr(
                SetUpState.drawing,
                cast(Any, SetUpState.modules),
                _("QR code for your authenticator"),
                rx.el.p(_("No camera? Type this into the app:")),
                rx.el.p(long_code(SetUpState.secret)),
            ),
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
        ),
        actions(submit(_("Save"), waiting=SetUpState.is_waiting, waiting_words=_("One moment"))),
        on_submit=SetUpState.save,
        class_name="flow apart",
        no_validate=True,
    )


def _codes() -> rx.Component:
    return rx.fragment(
        notice(_("Your access is set up."), kind="ok", live=True),
        section(
            _("Your recovery codes"),
            rx.el.p(
                _("If your phone is lost, one of these takes the place of the six digits, once. Print them, or note them down.")
            ),
            rx.el.ul(rx.foreach(SetUpState.recovery_codes, lambda each: rx.el.li(code(each))), class_name="prose"),
            rx.el.p(raw_a(_("Print this page"), href="#print", class_name="hit"), class_name="no-print"),
        ),
        actions(link_button(_("Go on to sign in"), path(DESK_SIGN_IN))),
    )
