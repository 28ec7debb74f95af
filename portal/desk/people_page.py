"""Somebody's record, as staff see it: found in full words only, opened for a purpose that the person can read."""

from __future__ import annotations

import reflex as rx

from locales.catalogue import _, path
from portal.desk.people_state import PEOPLE, Match, PeopleState
from portal.desk.sign_in_state import DESK
from portal.facts import Entry, Fact, purposes
from portal.site import page
from portal.ui.actions import actions, button, submit
from portal.ui.errors import error_summary
from portal.ui.fields import select_field, text_field
from portal.ui.frame import section, stack, title
from portal.ui.moments import one_moment, trouble
from portal.ui.notices import notice
from portal.ui.summary import row, summary
from portal.ui.words import local_name

MatchVar = rx.vars.ObjectVar[Match]
EntryVar = rx.vars.ObjectVar[Entry]
FactVar = rx.vars.ObjectVar[Fact]


def people_title() -> str:
    return _("Somebody's record")


def people() -> rx.Component:
    return page(
        error_summary(PeopleState.errors, waiting=PeopleState.is_waiting),
        title(
            people_title(),
            lead=_("Say what for. Whoever it is about can read who opened their record, when, and why."),
            back_to=path(DESK),
        ),
        trouble(PeopleState.problem),
        rx.cond(PeopleState.news, notice(PeopleState.news, kind="ok", live=True), rx.fragment()),
        one_moment(
            PeopleState.is_ready,
            stack(
                _form(),
                _marked(),
                rx.cond(PeopleState.has_looked, _found(), rx.fragment()),
                rx.cond(PeopleState.record.subject, _record(), rx.fragment()),
                space="far",
            ),
        ),
        route=PEOPLE,
        needs_script=True,
    )


def _form() -> rx.Component:
    return rx.el.form(
        select_field(
            "purpose",
            _("What for?"),
            [("", _("Please choose")), *purposes().items()],
            default_value=PeopleState.purpose,
            key=PeopleState.purpose + "-for",
            error=PeopleState.errors.get("purpose", ""),
        ),
        text_field(
            "who",
            _("E-mail, telephone, booking code or name"),
            hint=_("Typed in full."),
            default_value=PeopleState.who,
            error=PeopleState.errors.get("who", ""),
            auto_complete="off",
            spell_check=False,
            dir="auto",
        ),
        actions(submit(_("Look"), waiting=PeopleState.is_waiting, waiting_words=_("One moment"))),
        on_submit=PeopleState.find,
        class_name="flow apart measure",
        no_validate=True,
    )


def _marked() -> rx.Component:
    return rx.cond(
        PeopleState.marked,
        notice(
            rx.el.p(_("Now open the other record of the same person.")),
            actions(button(_("Leave them apart"), kind="second", on_click=PeopleState.unmark)),
            title=_("To be put together with {name}", name=PeopleState.marked.to(Match).name),
            kind="now",
            sign="users",
            heading="h2",
        ),
        rx.fragment(),
    )


def _found() -> rx.Component:
    return section(
        _("Found"),
        rx.cond(
            PeopleState.found.length() > 0,
            rx.el.ul(rx.foreach(PeopleState.found, _match), class_name="rows"),
            rx.el.p(_("Nobody. Look again with an e-mail address, a telephone number or a booking code, each in full.")),
        ),
    )


def _match(match: MatchVar) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.b(local_name(match.name)),
            rx.el.p(match.reached, " ", rx.el.span(match.appointments, class_name="soft")),
        ),
        button(_("Open: {name}", name=match.name), kind="second", on_click=PeopleState.see(match.subject)),
        key=match.subject,
    )


def _record() -> rx.Component:
    record = PeopleState.record
    return section(
        record.name,
        summary(rx.foreach(record.facts, _fact)),
        rx.el.h3(_("Appointments"), class_name="t3"),
        rx.cond(
            record.appointments.length() > 0,
            rx.el.div(rx.foreach(record.appointments, _entry), class_name="flow apart"),
            rx.el.p(_("There is none.")),
        ),
        rx.cond(record.elsewhere, rx.el.p(record.elsewhere, class_name="soft"), rx.fragment()),
        rx.foreach(record.merges, _merged),
        rx.cond(record.subject.startswith("resident "), _together(), rx.fragment()),
    )


def _together() -> rx.Component:
    marked = PeopleState.marked.to(Match)
    return rx.cond(
        PeopleState.marked & (marked.subject != PeopleState.record.subject),
        actions(button(_("Put it together with {name}", name=marked.name), on_click=PeopleState.put_together)),
        rx.cond(
            PeopleState.marked,
            rx.fragment(),
            actions(button(_("This person is there twice"), kind="quiet", on_click=PeopleState.mark)),
        ),
    )


def _merged(merge: FactVar) -> rx.Component:
    return notice(
        rx.el.p(_("Two records were put together on {moment}.", moment=merge.value)),
        actions(button(_("Take them apart again"), kind="second", on_click=PeopleState.take_apart(merge.name))),
    )


def _entry(entry: EntryVar) -> rx.Component:
    return rx.el.div(rx.el.h4(entry.title, class_name="t3"), summary(rx.foreach(entry.facts, _fact)), class_name="flow near")


def _fact(fact: FactVar) -> rx.Component:
    return row(fact.name, rx.el.bdi(fact.value))
