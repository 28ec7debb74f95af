"""Beside a resident, as drawn: the page on which it begins, and the line that stands over every page until it ends."""

from __future__ import annotations

import reflex as rx

from locales.catalogue import _, path
from portal.desk.assist_state import ASSIST, AssistState
from portal.desk.sign_in_state import DESK
from portal.identity.assisting import BY_CODE, BY_DOCUMENT, UNVERIFIED
from portal.site import page
from portal.ui.actions import actions, link_button, submit
from portal.ui.address import said_once
from portal.ui.choices import question, radio
from portal.ui.errors import error_summary
from portal.ui.fields import text_field
from portal.ui.frame import title
from portal.ui.icons import icon
from portal.ui.links import native_form
from portal.ui.moments import one_moment, trouble
from portal.ui.notices import notice

# Seconds without a touch; the last 45 of them a warning stands there. The server forgets a little later (identity/assisting.py).
IDLE = "180"


def assist_title() -> str:
    return _("Beside a resident")


def assist() -> rx.Component:
    return page(
        error_summary(AssistState.errors, waiting=AssistState.is_waiting),
        rx.el.div(
            title(
                assist_title(),
                lead=_("You fill in, they look on and confirm. Afterwards nothing of theirs is left on this screen."),
                back_to=path(DESK),
            ),
            rx.cond(
                AssistState.news == "ended", notice(_("It is over. Nothing of theirs is left here."), kind="ok", live=True)
            ),
            rx.cond(
                AssistState.news == "over",
                notice(_("Nobody touched it for too long, so it was wiped. Please begin again."), kind="warn", live=True),
            ),
            trouble(AssistState.problem),
            one_moment(
                AssistState.is_ready,
                rx.cond(
                    AssistState.together,
                    actions(link_button(_("Go on"), path("/services/"))),
                    rx.cond(AssistState.sent_to, _code(), _form()),
                ),
            ),
            said_once(told=AssistState.news),
            class_name="flow measure apart",
        ),
        route=ASSIST,
        needs_script=True,
    )


def _form() -> rx.Component:
    return rx.el.form(
        text_field(
            "name",
            _("Name of the person beside you"),
            default_value=AssistState.name,
            error=AssistState.errors.get("name", ""),
            auto_complete="off",
            dir="auto",
        ),
        question(
            "established",
            _("How do you know who it is?"),
            radio("established", BY_DOCUMENT, _("They showed a document")),
            radio("established", BY_CODE, _("By a code on their own phone")),
            radio("established", UNVERIFIED, _("Not established")),
            error=AssistState.errors.get("established", ""),
        ),
        text_field(
            "contact",
            _("For a code: their e-mail or mobile number"),
            default_value=AssistState.contact,
            error=AssistState.errors.get("contact", ""),
            dir="ltr",
            auto_complete="off",
            spell_check=False,
        ),
        actions(submit(_("Begin"), waiting=AssistState.is_waiting, waiting_words=_("One moment"))),
        on_submit=AssistState.begin,
        class_name="flow apart",
        no_validate=True,
    )


def _code() -> rx.Component:
    return rx.el.form(
        rx.el.p(_("We have written to {contact}. The message can take a minute.", contact=AssistState.sent_to)),
        rx.cond(
            AssistState.shown_code,
            notice(_("This is a demonstration, so no message leaves it. Your code is {code}.", code=AssistState.shown_code)),
        ),
        text_field(
            "code",
            _("Code"),
            hint=_("They may type it themselves, or read it out to you."),
            error=AssistState.errors.get("code", ""),
            dir="ltr",
            short=True,
            input_mode="numeric",
            auto_complete="off",
            spell_check=False,
        ),
        actions(submit(_("Begin"), waiting=AssistState.is_waiting, waiting_words=_("One moment"))),
        on_submit=AssistState.type_code,
        class_name="flow apart",
        no_validate=True,
    )


def together_line() -> rx.Component:
    """Over every page while somebody of the staff is at it with a resident: both names, and the way to end it. `site.js` ends it when
    nobody touches anything.
    """
    return rx.cond(
        AssistState.together,
        rx.el.aside(
            rx.el.script(src="/teach.js", async_=True),
            native_form(
                rx.el.p(icon("users"), rx.el.b(AssistState.together), class_name="split"),
                rx.el.button(
                    icon("graduation-cap"),
                    rx.el.span(AssistState.teach_words),
                    type="button",
                    on_click=AssistState.teach,
                    aria_pressed=rx.cond(AssistState.is_taught, "true", "false"),
                    class_name="button second",
                ),
                rx.cond(
                    AssistState.is_taught,
                    rx.el.p(class_name="next", role="status", custom_attrs={"data-teach": AssistState.next_words}),
                ),
                rx.el.p(AssistState.idle_words, class_name="idle", role="status", hidden=True),
                rx.el.button(icon("log-out"), rx.el.span(AssistState.end_words), type="submit", class_name="button second"),
                action=AssistState.end_at,
                method="post",
                class_name="wrap together-in",
                custom_attrs={"data-leave": AssistState.back_to, "data-idle": IDLE},
            ),
            class_name="together no-print",
        ),
    )
