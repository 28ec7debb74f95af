"""A counter, as drawn: who waits on one side, who is there in the middle, what the colleagues do on the other; single keys do it all."""

from __future__ import annotations

from typing import Any, cast

import reflex as rx

from booking.counters import GUIDED, HANDED_ON, HANDLED
from locales.catalogue import _, own_name, path
from portal.desk.counter_shown import InLine
from portal.desk.counter_state import COUNTER, EVERY, CounterState
from portal.desk.sign_in_state import DESK
from portal.site import drawn_catalogue, page
from portal.ui.actions import actions, button, submit
from portal.ui.choices import checkbox, question, radio
from portal.ui.deadline import deadline
from portal.ui.fields import select_field, text_field
from portal.ui.frame import body, section, title
from portal.ui.moments import one_moment, trouble
from portal.ui.notices import more, notice
from portal.ui.qr import qr
from portal.ui.status import tag
from portal.ui.summary import row, summary
from portal.ui.words import hidden_words, local_name

HERE = CounterState.here


def counter_title() -> str:
    return _("My counter")


def counter() -> rx.Component:
    return page(
        rx.el.script(src="/counter.js", async_=True),
        rx.cond(CounterState.counter, _console(), body(_sit_down())),
        route=COUNTER,
        wall=True,
        needs_script=True,
    )


def _sit_down() -> rx.Component:
    return rx.el.div(
        title(counter_title(), lead=_("Where do you sit? Whoever sat there before has then got up."), back_to=path(DESK)),
        trouble(CounterState.problem),
        one_moment(
            CounterState.is_ready,
            rx.cond(
                CounterState.counters.length() > 0,
                rx.el.form(
                    select_field("counter", _("Counter"), rx.foreach(CounterState.counters, _option)),
                    actions(submit(_("Sit down here"))),
                    on_submit=CounterState.sit,
                    class_name="flow apart",
                ),
                notice(_("There is no counter at which you call people."), kind="warn"),
            ),
        ),
        class_name="flow measure apart",
    )


def _console() -> rx.Component:
    return rx.fragment(
        deadline(since=CounterState.asked_at, seconds=EVERY, on_near=CounterState.look, on_over=CounterState.look),
        rx.el.div(_waiting(), _middle(), _around(), class_name="desk"),
    )


def _waiting() -> rx.Component:
    return rx.el.section(
        rx.el.h2(_("Waiting: {n}", n=CounterState.waiting.to_string())),
        # Translators: {span} is a length of time
        rx.cond(
            CounterState.longest,
            rx.el.p(_("The first in line has waited {span}.", span=CounterState.longest), class_name="soft small"),
        ),
        rx.cond(
            CounterState.waiting > 0,
            rx.fragment(
                rx.el.ol(rx.foreach(CounterState.line, _mine), class_name="queue list"),
                rx.cond(
                    CounterState.line[-1].is_mine,
                    rx.fragment(),
                    rx.el.section(
                        rx.el.h2(_("For other counters"), class_name="t3"),
                        rx.el.ol(rx.foreach(CounterState.line, _of_others), class_name="queue list"),
                        class_name="flow near",
                    ),
                ),
            ),
            rx.el.p(_("Nobody waits in this house."), class_name="soft"),
        ),
        _aside(_("Offered to you"), CounterState.offered, takes=_("Take"), declines=_("Not now")),
        _aside(_("Set aside"), CounterState.parked, takes=_("Call")),
        _comes_in(),
        class_name="flow",
    )


def _mine(each: rx.vars.ObjectVar[InLine]) -> rx.Component:
    return rx.cond(each.is_mine, _in_line(each), rx.fragment())


def _of_others(each: rx.vars.ObjectVar[InLine]) -> rx.Component:
    return rx.cond(each.is_mine, rx.fragment(), _in_line(each))


def _in_line(each: rx.vars.ObjectVar[InLine]) -> rx.Component:
    return rx.el.li(
        rx.el.b(rx.el.bdi(each.number)),
        rx.el.span(
            each.what_for,
            rx.el.br(),
            rx.el.span(each.note, class_name="soft small"),
        ),
        rx.el.span(each.waited, class_name="small"),
        class_name=rx.cond(each.is_next, "next", rx.cond(each.is_booked, "appt", "")),
        key=each.number,
    )


def _aside(heading: str, rows: Any, *, takes: str, declines: str = "") -> rx.Component:
    def one(each: rx.vars.ObjectVar[InLine]) -> rx.Component:
        return rx.el.li(
            rx.el.b(rx.el.bdi(each.number)),
            rx.el.span(each.what_for),
            rx.el.span(
                _about(takes, each.number, CounterState.take(each.ticket), "second"),
                *([_about(declines, each.number, CounterState.decline(each.ticket), "quiet")] if declines else []),
            ),
            key=each.number,
        )

    return rx.cond(
        rows.length() > 0,
        rx.el.section(
            rx.el.h2(heading, class_name="t3"),
            rx.el.ul(rx.foreach(rows, one), class_name="queue list"),
            class_name="flow near",
        ),
    )


def _about(words: str, number: Any, pressed: Any, kind: str) -> rx.Component:
    """A button about one number, which it names for whoever can't see the row."""
    return rx.el.button(words, hidden_words(" ", number), class_name=f"button {kind}", type="button", on_click=pressed)


def _middle() -> rx.Component:
    return rx.el.section(
        rx.el.p(rx.el.b(CounterState.title), ", ", CounterState.place, ", ", CounterState.clock, class_name="soft small"),
        trouble(CounterState.problem),
        rx.el.div(rx.cond(CounterState.news, rx.el.p(CounterState.news)), role="status"),
        rx.cond(HERE.number, _somebody(), _nobody()),
        class_name="flow apart",
    )


def _nobody() -> rx.Component:
    return rx.fragment(
        rx.el.div(
            rx.el.h1(rx.cond(CounterState.is_paused, _("Pause"), _("Nobody is at your counter"))),
            rx.el.p(local_name(CounterState.name), class_name="soft"),
            class_name="plate flow",
        ),
        rx.el.div(
            _key(_("Call the next one"), " ", CounterState.call_next(CounterState.turn)),
            rx.cond(CounterState.is_paused, rx.fragment(), _key(_("Pause"), "B", CounterState.take_a_break, kind="second")),
            _key(_("Close the counter"), "C", CounterState.stand_up, kind="second"),
            class_name="desk-keys",
        ),
    )


def _somebody() -> rx.Component:
    turn = CounterState.turn
    return rx.fragment(
        rx.el.div(
            rx.el.p(rx.el.bdi(HERE.number), class_name="number"),
            rx.el.div(
                rx.el.h1(HERE.what_for),
                # Translators: {language} is a language in that language itself, {span} a length of time
                rx.el.p(_("Speaks {language}. Waited: {span}.", language=HERE.language, span=HERE.waited), class_name="soft"),
            ),
            rx.el.p(
                rx.cond(
                    HERE.is_served,
                    tag(_("Here since {time}", time=HERE.since), "now"),
                    tag(_("Called at {time}", time=HERE.since), "wait"),
                )
            ),
            class_name="plate desk-now",
            role="status",
        ),
        rx.el.div(
            _key(_("Finish and call next"), " ", CounterState.finish_and_call(turn)),
            rx.cond(
                HERE.is_served,
                _key(_("Finish"), "F", CounterState.finish(turn), kind="second"),
                _key(_("They are here"), "H", CounterState.begin(turn), kind="second"),
            ),
            _key(_("Call again"), "R", CounterState.call_again(turn), kind="second"),
            _key(_("Set aside"), "P", CounterState.set_aside(turn), kind="second"),
            _key(_("Not here"), "N", CounterState.not_here(turn), kind="danger"),
            class_name="desk-keys",
        ),
        rx.el.div(
            question(
                "outcome",
                _("How does it end?"),
                radio(
                    "outcome",
                    HANDLED,
                    _("Solved now"),
                    checked=CounterState.outcome == HANDLED,
                    on_change=CounterState.choose_outcome(HANDLED),
                ),
                radio(
                    "outcome",
                    HANDED_ON,
                    _("Handed on"),
                    hint=_("Somebody else goes on with it"),
                    checked=CounterState.outcome == HANDED_ON,
                    on_change=CounterState.choose_outcome(HANDED_ON),
                ),
                radio(
                    "outcome",
                    GUIDED,
                    _("Shown the way"),
                    hint=_("It is done elsewhere or otherwise"),
                    checked=CounterState.outcome == GUIDED,
                    on_change=CounterState.choose_outcome(GUIDED),
                ),
            ),
            class_name="outcomes-of",
        ),
        section(
            _("What we know"),
            summary(
                rx.cond(HERE.name, row(_("Name"), local_name(HERE.name))),
                rx.cond(HERE.booked_for, row(_("Appointment"), HERE.booked_for)),
                row(_("What they need"), HERE.needs),
                row(_("What to bring"), rx.el.ul(rx.foreach(HERE.bring, rx.el.li), class_name="list")),
                rx.cond(
                    HERE.before.length() > 0,
                    row(_("What happened before"), rx.el.ul(rx.foreach(HERE.before, rx.el.li), class_name="list")),
                ),
            ),
            small=True,
        ),
        _pass_on(),
    )


def _pass_on() -> rx.Component:
    return more(
        _("Pass on"),
        rx.el.form(
            select_field(
                "to",
                _("To another counter, or for something else"),
                rx.fragment(
                    rx.foreach(CounterState.to_counters, _option),
                    rx.foreach(CounterState.to_services, _option),
                ),
                hint=_("They keep their place. A counter that is asked takes them, or doesn't."),
            ),
            actions(submit(_("Pass on"), kind="second")),
            on_submit=lambda form: CounterState.pass_on(CounterState.turn, form),
            class_name="flow",
        ),
        custom_attrs={"data-key": "T"},
    )


def _around() -> rx.Component:
    return rx.el.aside(
        section(
            _("Counters"),
            rx.cond(
                CounterState.colleagues.length() > 0,
                rx.el.ul(
                    rx.foreach(
                        CounterState.colleagues,
                        lambda each: rx.el.li(
                            rx.el.b(each.counter),
                            " ",
                            each.words,
                            rx.cond(each.asks_for_help, rx.el.p(tag(_("asks for help"), "now")), rx.fragment()),
                            key=each.counter,
                        ),
                    ),
                    class_name="list small flow near",
                ),
                rx.el.p(_("No other counter is open."), class_name="soft small"),
            ),
            small=True,
        ),
        rx.cond(
            CounterState.asks_for_help,
            notice(
                rx.el.p(_("Your colleagues see that you ask for help.")),
                rx.el.p(button(_("I need no help any more"), kind="quiet", on_click=CounterState.want_help(True))),
                kind="now",
            ),
            rx.el.p(button(_("Ask a colleague for help"), kind="quiet", on_click=CounterState.want_help(False))),
        ),
        checkbox("keys", "yes", _("Use single keys"), default_checked=True, custom_attrs={"data-keys": "yes"}),
        class_name="flow apart",
    )


def _comes_in() -> rx.Component:
    """For whoever stands at the desk."""
    town = drawn_catalogue().town
    return rx.el.section(
        rx.el.h2(_("Somebody comes in"), class_name="t3"),
        rx.cond(
            CounterState.given_number,
            notice(
                # Translators: {number} is the number of a ticket, such as "B 044"
                rx.el.p(rx.el.b(_("Their number: {number}", number=CounterState.given_number))),
                qr(
                    CounterState.given_drawing,
                    cast(Any, CounterState.given_modules),
                    _("QR code to follow the number on a phone"),
                    rx.el.p(_("They can follow it on their phone.")),
                    rx.el.p(button(_("Done"), kind="quiet", on_click=CounterState.put_away)),
                ),
                kind="ok",
                live=True,
            ),
        ),
        more(
            _("Give a number"),
            rx.el.form(
                select_field("service", _("What for"), rx.foreach(CounterState.to_services, _option)),
                select_field("language", _("Language"), [(code, own_name(code)) for code in town.languages]),
                checkbox("has_priority", "yes", _("Priority: elderly, pregnant, with a small child, disabled")),
                actions(submit(_("Give a number"), kind="second")),
                on_submit=lambda form: CounterState.give_number(CounterState.turn, form),
                class_name="flow",
            ),
        ),
        more(
            _("They have an appointment"),
            rx.el.form(
                text_field("reference", _("Booking code"), dir="ltr", auto_complete="off", spell_check=False),
                actions(submit(_("Check in"), kind="second")),
                on_submit=lambda form: CounterState.check_in(CounterState.turn, form),
                class_name="flow",
            ),
        ),
        class_name="flow near",
    )


def _key(words: str, key: str, pressed: Any, *, kind: str = "") -> rx.Component:
    """A button with the key that presses it, shown on it."""
    return rx.el.button(
        rx.el.span(words),
        " ",
        rx.el.kbd(_("Space") if key == " " else key, aria_hidden="true"),
        type="button",
        on_click=pressed,
        class_name=f"button {kind}".strip(),
        custom_attrs={"data-key": key},
        aria_keyshortcuts="Space" if key == " " else key,
    )


def _option(each: Any) -> rx.Component:
    return rx.el.option(each.words, value=each.value)
