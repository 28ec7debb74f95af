"""An earlier time, as drawn: what is offered now, what they wait for, what would suit them, and by which rule."""

from __future__ import annotations

import reflex as rx

from booking.earlier import NOTICES
from locales import dates
from locales.catalogue import _, path
from portal.appointments.earlier_state import EARLIER, WHENEVER, EarlierState
from portal.appointments.opened_state import FIND
from portal.site import page
from portal.ui.actions import actions, button, submit
from portal.ui.choices import checkbox, question, radio
from portal.ui.errors import error_summary
from portal.ui.fields import select_field
from portal.ui.frame import section, stack, title
from portal.ui.moments import one_moment, trouble
from portal.ui.notices import more
from portal.ui.plate import big_time, plate
from portal.ui.summary import row, summary


def earlier_title() -> str:
    return _("An earlier time")


def earlier() -> rx.Component:
    return page(
        error_summary(EarlierState.errors, waiting=EarlierState.is_waiting),
        title(earlier_title(), back_to=path(FIND)),
        trouble(EarlierState.problem),
        one_moment(
            EarlierState.is_ready,
            stack(
                rx.cond(EarlierState.offered.clock, _offer()),
                rx.el.p(
                    # Translators: {day} is a whole date, {hours} is "17:40 to 18:00"
                    _("Your appointment is still {day}, {hours}.", day=EarlierState.shown.day, hours=EarlierState.shown.hours),
                    " ",
                    rx.el.b(_("It stays yours until you take another.")),
                ),
                rx.cond(EarlierState.since, _waits(), _ask()),
                rx.cond(EarlierState.turns.length() > 0, _turns()),
                _rule(),
                space="far",
            ),
        ),
        route=EARLIER,
        needs_script=True,
    )


def _offer() -> rx.Component:
    offered = EarlierState.offered
    return rx.el.section(
        plate(
            rx.el.h2(_("This earlier time is kept for you"), class_name="t3"),
            big_time(offered.clock, offered.day),
            rx.el.p(_("Until {moment} it is yours to take. Then somebody else is asked.", moment=offered.until)),
            actions(
                button(
                    _("Take this time"),
                    kind="",
                    on_click=EarlierState.take,
                    waiting=EarlierState.is_waiting,
                    waiting_words=_("One moment"),
                ),
                button(_("Keep my time"), kind="quiet", on_click=EarlierState.decline),
            ),
        ),
        role="status",
    )


def _waits() -> rx.Component:
    return section(
        _("You are waiting for an earlier time"),
        summary(row(_("Since"), EarlierState.since), row(_("We write to"), EarlierState.shown.letter_to)),
        rx.el.p(_("When one comes free and it is your turn, we write to you at once. You need not look here.")),
        more(_("Change what suits you"), _form(_("Keep these answers"))),
        rx.el.p(button(_("Stop waiting"), kind="quiet", on_click=EarlierState.stop)),
    )


def _ask() -> rx.Component:
    return section(
        _("Shall we write to you when an earlier time comes free?"),
        rx.el.p(_("We keep it for you for a while and ask. You lose nothing: your time changes only when you say yes.")),
        _form(_("Write to me")),
    )


def _form(words: str) -> rx.Component:
    state = EarlierState
    return rx.el.form(
        question(
            "weekdays",
            _("On which days could you come?"),
            rx.foreach(state.days, lambda day: checkbox(day.value, "yes", day.words, default_checked=day.is_chosen)),
            error=state.errors.get("weekdays", ""),
        ),
        question(
            "hours",
            _("At what time of day?"),
            *(
                radio("hours", value, words, default_checked=state.hours == value)
                for value, words in (
                    ("any", _("Any time")),
                    ("morning", _("In the morning, before 13:00")),
                    ("afternoon", _("In the afternoon, from 13:00")),
                )
            ),
        ),
        select_field(
            "notice",
            _("How long beforehand must you know?"),
            [(str(minutes), dates.span_of(minutes)) for minutes in NOTICES],
            default_value=state.notice,
        ),
        select_field(
            "needed_by",
            _("Do you need it by a certain day?"),
            rx.fragment(
                rx.el.option(_("No, sooner is just nicer"), value=WHENEVER),
                rx.foreach(state.deadlines, lambda day: rx.el.option(day.words, value=day.value)),
            ),
            hint=_("For example because a permit or a benefit ends. Nobody asks for proof."),
            error=state.errors.get("needed_by", ""),
            default_value=state.needed_by,
        ),
        actions(submit(words, waiting=state.is_waiting, waiting_words=_("One moment"))),
        on_submit=state.ask,
        class_name="flow apart",
        no_validate=True,
        key=state.since,
    )


def _turns() -> rx.Component:
    return section(
        _("What has come free so far"),
        summary(rx.foreach(EarlierState.turns, lambda turn: row(turn.place, turn.found))),
    )


def _rule() -> rx.Component:
    return more(
        _("Who is asked first?"),
        rx.el.p(
            _("Whoever needs it by a certain day comes first. Among them, and then among all others, whoever asked first.")
        ),
        rx.el.p(
            _(
                "One person at a time is asked, by day only, and has from half an hour to three hours to answer. "
                "Then the next is asked. When nobody wants it, everybody can book it."
            )
        ),
        rx.el.p(_("A time that comes free is kept back for a few minutes first, so that nobody can snatch it by machine.")),
    )
