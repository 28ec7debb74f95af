"""The second thing that staff show, as drawn."""

from __future__ import annotations

import reflex as rx

from locales.catalogue import _, path
from portal.desk.passkey_form import passkey_form
from portal.desk.sign_in_state import DESK_SIGN_IN, KEY, SECOND, DeskSignInState
from portal.identity.door_form import door
from portal.site import page
from portal.ui.actions import actions, submit
from portal.ui.errors import missing_answer
from portal.ui.fields import text_field
from portal.ui.frame import title
from portal.ui.moments import one_moment


def second_title() -> str:
    return _("Show that it is you")


def second() -> rx.Component:
    return page(
        missing_answer("second", DeskSignInState.error, waiting=DeskSignInState.is_waiting),
        rx.el.div(
            title(second_title(), back_to=path(DESK_SIGN_IN)),
            one_moment(DeskSignInState.is_ready, rx.cond(DeskSignInState.has_passkey, _by_passkey()), _by_digits()),
            door(DeskSignInState.grant),
            class_name="flow measure apart",
        ),
        route=SECOND,
        needs_script=True,
    )


def _by_passkey() -> rx.Component:
    return rx.el.div(
        passkey_form(
            "sign-in",
            _("Use a passkey"),
            DeskSignInState.passkey_answered,
            key=KEY,
            to=rx.Var.create(path("/")[:-1]) + DeskSignInState.wants,
        ),
        rx.el.p(_("Or in another way:"), class_name="soft"),
        class_name="flow apart",
    )


def _by_digits() -> rx.Component:
    return rx.el.form(
        text_field(
            "second",
            rx.cond(DeskSignInState.has_authenticator, _("Six digits of your authenticator"), _("A recovery code")),
            hint=rx.cond(DeskSignInState.has_authenticator, _("Or one of your recovery codes."), _("Each is good once.")),
            error=DeskSignInState.error,
            dir="ltr",
            auto_complete="one-time-code",
            spell_check=False,
        ),
        actions(submit(_("Sign in"), waiting=DeskSignInState.is_waiting, waiting_words=_("One moment"))),
        on_submit=DeskSignInState.show,
        class_name="flow apart",
        no_validate=True,
    )
