"""After the check, as drawn: one code to type."""

from __future__ import annotations

import reflex as rx

from locales.catalogue import _
from portal.appointments.code_state import CodeState
from portal.appointments.details_page import SOON
from portal.appointments.parts import kept_until
from portal.appointments.steps import CODE
from portal.site import page
from portal.ui.actions import actions, button, submit
from portal.ui.errors import missing_answer
from portal.ui.fields import text_field
from portal.ui.frame import section, title
from portal.ui.moments import one_moment, trouble
from portal.ui.notices import notice


def code_title() -> str:
    return _("Type the code we sent you")


def code() -> rx.Component:
    return page(
        missing_answer("code", CodeState.error, waiting=CodeState.is_waiting),
        rx.el.div(
            title(code_title()),
            trouble(CodeState.problem),
            one_moment(CodeState.is_ready, _kept(), _sent(), _form(), _none_yet()),
            class_name="flow measure apart",
        ),
        route=CODE,
        needs_script=True,
    )


def _sent() -> rx.Component:
    return rx.fragment(
        # Translators: {contact} is an e-mail address or a telephone number
        rx.el.p(
            _("We have written to {contact}. The message can take a minute.", contact=CodeState.sent_to),
            " ",
            _("The code shows that it is yours, so that nobody can take times in your name."),
        ),
        rx.cond(
            CodeState.shown_code,
            notice(
                # Translators: {code} is six digits
                _("This is a demonstration, so no message leaves it. Your code is {code}.", code=CodeState.shown_code),
            ),
        ),
        rx.el.div(rx.cond(CodeState.is_sent_again, notice(_("Another code is on its way."), kind="ok")), role="status"),
    )


def _kept() -> rx.Component:
    return kept_until(
        CodeState,
        rx.cond(
            CodeState.is_ending,
            rx.el.p(_("That is in two minutes. Another code gives you a quarter of an hour more.")),
        ),
        no_longer=(rx.el.p(_("We no longer keep this time for you. If nobody else has taken it, your code still books it.")),),
    )


def _form() -> rx.Component:
    return rx.el.form(
        text_field(
            "code",
            _("Code"),
            hint=_("Six digits. It is good for an hour."),
            default_value=CodeState.typed,
            error=CodeState.error,
            dir="ltr",
            short=True,
            input_mode="numeric",
            auto_complete="one-time-code",
            spell_check=False,
            on_change=lambda text: CodeState.typing(text).debounce(SOON),
            key=CodeState.codes_sent,
        ),
        actions(submit(_("Confirm the appointment"), waiting=CodeState.is_waiting, waiting_words=_("One moment"))),
        on_submit=CodeState.confirm,
        class_name="flow apart",
        no_validate=True,
    )


def _none_yet() -> rx.Component:
    return section(
        _("No message yet?"),
        rx.el.p(_("Please look among unwanted mail too. If there is nothing, we send another code; the first one then ends.")),
        actions(
            button(_("Send another code"), kind="second", on_click=CodeState.send_again),
            rx.cond(
                CodeState.is_mine,
                button(_("Use another address or number"), kind="second", on_click=CodeState.other_contact),
            ),
            button(_("Do not book"), kind="quiet", on_click=CodeState.give_up),
        ),
        small=True,
    )
