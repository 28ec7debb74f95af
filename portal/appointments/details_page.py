"""Step 3, as drawn: who comes?"""

from __future__ import annotations

from typing import Any

import reflex as rx

from booking.details import LONGEST_LANGUAGE, NEEDS
from locales.catalogue import _, own_name, path
from portal.appointments.details_state import DetailsState
from portal.appointments.handing_over_page import own_phone, unless_handed_over
from portal.appointments.parts import booking_for, kept_time
from portal.appointments.steps import DETAILS, TIME, step_of
from portal.appointments.words import need_words
from portal.site import drawn_catalogue, page
from portal.ui.actions import actions, submit
from portal.ui.choices import checkbox, question
from portal.ui.errors import error_summary
from portal.ui.fields import select_field, text_field
from portal.ui.frame import stack, title
from portal.ui.moments import one_moment, trouble

SOON = 500  # milliseconds after the last key


def details_title() -> str:
    return _("About you")


def details() -> rx.Component:
    return page(
        error_summary(DetailsState.errors, waiting=DetailsState.is_waiting),
        title(
            rx.cond(DetailsState.for_whom, _("About {name}", name=DetailsState.for_whom), details_title()),
            step=step_of(DETAILS),
            back_to=path(TIME),
        ),
        booking_for(),
        trouble(DetailsState.problem),
        one_moment(DetailsState.is_ready, unless_handed_over(kept_time(), own_phone(), _form())),
        route=DETAILS,
        needs_script=True,
    )


def _form() -> rx.Component:
    return rx.el.form(
        stack(
            _typed(
                "name",
                _("Name"),
                DetailsState.name,
                DetailsState.typed_name,
                hint=rx.cond(
                    DetailsState.for_whom,
                    _("As they would like to be called."),
                    _("As you would like to be called. It need not be the name on your papers."),
                ),
                auto_complete=_by_browser("name"),
                dir="auto",
            ),
            rx.el.div(
                rx.el.div(
                    rx.el.h2(
                        rx.cond(
                            DetailsState.for_whom,
                            _("How to reach {name}", name=DetailsState.for_whom),
                            _("How to reach you"),
                        ),
                        class_name="t3",
                    ),
                    rx.el.p(_how_to_reach(), class_name="hint"),
                    class_name="flow near",
                ),
                rx.cond(DetailsState.for_whom, rx.fragment(), _email()),
                _typed(
                    "phone",
                    _("Phone"),
                    DetailsState.phone,
                    DetailsState.typed_phone,
                    type="tel",
                    auto_complete=_by_browser("tel"),
                    dir="ltr",
                    short=True,
                    hint=_("From abroad: begin with + and the country."),
                ),
                class_name="flow",
                custom_attrs={"data-one-of": "yes"},
            ),
            select_field(
                "language",
                rx.cond(
                    DetailsState.for_whom,
                    _("In which language shall we write and speak to {name}?", name=DetailsState.for_whom),
                    _("In which language shall we write and speak to you?"),
                ),
                [(code, own_name(code)) for code in drawn_catalogue().town.languages],
                default_value=DetailsState.language,
                on_change=DetailsState.chose_language,
                key=DetailsState.language,
            ),
            space="apart",
        ),
        rx.el.div(
            question(
                "needs",
                _("What do you need for the visit?"),
                *[
                    checkbox(
                        f"need_{need}",
                        "yes",
                        need_words(need),
                        default_checked=DetailsState.needs.contains(need),
                        on_change=lambda is_ticked, need=need: DetailsState.ticked(need, is_ticked),
                    )
                    for need in NEEDS
                ],
                hint=_("Tick whatever would help. Nobody will ask for proof."),
            ),
            key=DetailsState.needs.to_string(),
        ),
        text_field(
            "interpreter_language",
            _("If you need an interpreter: for which language?"),
            default_value=DetailsState.interpreter_language,
            max_length=LONGEST_LANGUAGE,
            on_change=lambda text: DetailsState.typed_interpreter_language(text).debounce(SOON),
            error=DetailsState.errors.get("interpreter_language", ""),
            short=True,
            auto_complete="off",
            custom_attrs={"data-optional": "yes"},
        ),
        actions(submit(_("Continue"), waiting=DetailsState.is_waiting, waiting_words=_("One moment"))),
        on_submit=DetailsState.submit,
        class_name="flow apart",
        no_validate=True,
    )


def _how_to_reach() -> rx.Var:
    """Whoever books for somebody else isn't asked where we write: to an address that the other has shown to be theirs."""
    return rx.cond(
        DetailsState.for_whom,
        rx.cond(
            DetailsState.is_by_phone,
            _("We write to the address that they gave us. Please type the number on which we shall phone them."),
            _("We write to the address that they gave us. A phone number is optional."),
        ),
        rx.cond(
            DetailsState.is_by_phone,
            _("We need your phone number to phone you. E-mail is optional."),
            _("E-mail or phone: one of the two is enough."),
        ),
    )


def _email() -> rx.Component:
    return _typed(
        "email",
        _("E-mail"),
        DetailsState.email,
        DetailsState.typed_email,
        type="email",
        auto_complete=_by_browser("email"),
        dir="ltr",
        spell_check=False,
    )


def _by_browser(what: str) -> rx.Var:
    """Nothing of the browser's own, while somebody else is asked about than whoever sits at it."""
    return rx.cond(DetailsState.is_for_another, "off", what)


def _typed(name: str, label: str, value: rx.Var, keep: Any, **props) -> rx.Component:
    """A field whose text is kept while it is being typed."""
    return text_field(
        name,
        label,
        default_value=value,
        error=DetailsState.errors.get(name, ""),
        on_change=lambda text: keep(text).debounce(SOON),
        **props,
    )
