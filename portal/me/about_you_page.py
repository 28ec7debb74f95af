"""What travels with somebody, as drawn."""

from __future__ import annotations

import reflex as rx

from booking.details import LONGEST_LANGUAGE, NEEDS
from locales.catalogue import _, own_name, path
from portal.appointments.words import need_words
from portal.me.about_you_state import ABOUT_YOU, ME, AboutYouState
from portal.site import drawn_catalogue, page
from portal.ui.actions import actions, submit
from portal.ui.choices import checkbox, question
from portal.ui.errors import error_summary
from portal.ui.fields import select_field, text_field
from portal.ui.frame import title
from portal.ui.moments import one_moment, trouble


def about_you_title() -> str:
    return _("What travels with you")


def about_you() -> rx.Component:
    return page(
        error_summary(AboutYouState.errors, waiting=AboutYouState.is_waiting),
        rx.el.div(
            title(
                about_you_title(),
                lead=_("Whoever helps you sees it: at the counter, on the phone. It never stands on a screen in the hall."),
                back_to=path(ME),
            ),
            trouble(AboutYouState.problem),
            one_moment(AboutYouState.is_ready, _form()),
            class_name="flow measure apart",
        ),
        route=ABOUT_YOU,
        needs_script=True,
    )


def _form() -> rx.Component:
    return rx.el.form(
        text_field(
            "name",
            _("Name"),
            hint=_("As you would like to be called. It need not be the name on your papers."),
            default_value=AboutYouState.name,
            error=AboutYouState.errors.get("name", ""),
            auto_complete="name",
            dir="auto",
        ),
        select_field(
            "language",
            _("In which language shall we write and speak to you?"),
            [(code, own_name(code)) for code in drawn_catalogue().town.languages],
            default_value=AboutYouState.language,
            key=AboutYouState.language,
        ),
        select_field(
            "reached_by",
            _("How shall we write to you?"),
            [("", _("E-mail, where we have one")), ("sms", _("Text message, where we have a number"))],
            default_value=AboutYouState.reached_by,
            key=AboutYouState.reached_by + "-by",
            hint=_("Also what we have not sent yet. What became of each letter stands under what we hold about you."),
        ),
        rx.el.div(
            question(
                "needs",
                _("What do you need for the visit?"),
                *[
                    checkbox(f"need_{need}", "yes", need_words(need), default_checked=AboutYouState.needs.contains(need))
                    for need in NEEDS
                ],
                hint=_("Tick whatever would help. Nobody will ask for proof."),
            ),
            key=AboutYouState.needs.to_string(),
        ),
        text_field(
            "interpreter_language",
            _("If you need an interpreter: for which language?"),
            default_value=AboutYouState.interpreter_language,
            max_length=LONGEST_LANGUAGE,
            error=AboutYouState.errors.get("interpreter_language", ""),
            short=True,
        ),
        actions(submit(_("Save"), waiting=AboutYouState.is_waiting, waiting_words=_("One moment"))),
        on_submit=AboutYouState.save,
        class_name="flow apart",
        no_validate=True,
    )
