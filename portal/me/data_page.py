"""What is held about somebody, as drawn, and the page that erases it."""

from __future__ import annotations

import reflex as rx

from locales.catalogue import _, path
from portal.facts import Entry, Fact, Part
from portal.me.data_state import DATA, ERASE, ME, DataState, EraseState
from portal.me.record_file import record_title
from portal.site import page
from portal.ui.actions import actions, link_button, submit
from portal.ui.choices import checkbox, question
from portal.ui.errors import missing_answer
from portal.ui.frame import section, stack, title
from portal.ui.moments import one_moment
from portal.ui.notices import more, notice
from portal.ui.summary import row, summary

PartVar = rx.vars.ObjectVar[Part]
EntryVar = rx.vars.ObjectVar[Entry]
FactVar = rx.vars.ObjectVar[Fact]


def erase_title() -> str:
    return _("Erase my data")


def data() -> rx.Component:
    return page(
        title(
            record_title(),
            lead=_("All of it is here. It is yours: look at it, take it along, have it erased."),
            back_to=path(ME),
            back_words=_("My page"),
        ),
        one_moment(
            DataState.is_ready,
            stack(
                section(_("Who looked at it"), _entries(DataState.looked)),
                section(_("All we hold"), rx.foreach(DataState.parts, _part), _part(DataState.told)),
                section(
                    _("How long it stays"),
                    summary(rx.foreach(DataState.kept, lambda fact: row(fact.name, fact.value))),
                    rx.el.p(
                        _(
                            "Who did what is written down for good, by number and without your name, so that nobody can change it."
                        ),
                        class_name="soft",
                    ),
                ),
                section(
                    _("Take it along"),
                    rx.el.p(_("A file to read and print, or one that other programs understand.")),
                    actions(
                        link_button(_("To read (PDF)"), path("/me/record.pdf"), kind="second", sign="download", raw=True),
                        link_button(
                            _("For programs (JSON)"), path("/me/record.json"), kind="second", sign="download", raw=True
                        ),
                    ),
                ),
                section(
                    erase_title(),
                    rx.el.p(_("First we show you what would go, and what has to stay and until when.")),
                    actions(link_button(erase_title(), path(ERASE), kind="quiet")),
                ),
                space="far",
            ),
        ),
        route=DATA,
        needs_script=True,
    )


def _part(part: PartVar) -> rx.Component:
    return more(part.title, _entries(part))


def _entries(part: PartVar) -> rx.Component:
    return rx.cond(
        part.lines.length() > 0,
        rx.el.div(rx.foreach(part.lines, _entry), class_name="flow apart"),
        rx.el.p(part.empty),
    )


def _entry(entry: EntryVar) -> rx.Component:
    return rx.el.div(
        rx.cond(entry.title, rx.el.h3(entry.title, class_name="t3"), rx.fragment()),
        summary(rx.foreach(entry.facts, _fact)),
        class_name="flow near",
    )


def _fact(fact: FactVar) -> rx.Component:
    return row(fact.name, rx.el.bdi(fact.value))


def erasing() -> rx.Component:
    return page(
        missing_answer("understood", EraseState.error, waiting=EraseState.is_waiting),
        title(erase_title(), back_to=path(DATA), back_words=record_title()),
        one_moment(
            EraseState.is_ready,
            stack(
                section(
                    _("This goes at once"),
                    rx.el.ul(
                        rx.el.li(_("Your name, your contacts, your language and what you need")),
                        rx.el.li(_("Your name and contacts beside every appointment that is over")),
                        rx.el.li(_("Mandates, given and held")),
                        rx.el.li(_("Every place where you are signed in")),
                        class_name="prose",
                    ),
                ),
                section(
                    _("This stays for now"),
                    rx.cond(
                        EraseState.stays.length() > 0,
                        summary(rx.foreach(EraseState.stays, _fact)),
                        rx.el.p(_("Nothing.")),
                    ),
                    rx.el.p(
                        _("An appointment that is still ahead opens with its two codes, as without an account."),
                        class_name="soft",
                    ),
                ),
                section(
                    _("This stays for good"),
                    rx.el.p(
                        _("That a time was given away, without saying to whom; and who did what, by number and without names.")
                    ),
                ),
                notice(_("What is erased can't be brought back, by you or by us."), kind="warn"),
                rx.el.form(
                    question(
                        "understood",
                        _("Have you read it?"),
                        checkbox("understood", "yes", _("Yes. Erase my data.")),
                        error=EraseState.error,
                    ),
                    actions(
                        submit(erase_title(), kind="danger", waiting=EraseState.is_waiting, waiting_words=_("One moment")),
                        link_button(_("Leave everything as it is"), path(DATA), kind="second"),
                    ),
                    on_submit=EraseState.erase,
                    class_name="flow apart",
                    no_validate=True,
                ),
                space="far",
            ),
        ),
        route=ERASE,
        needs_script=True,
    )
