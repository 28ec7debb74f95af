"""A counter, as drawn: who waits on one side, who is there in the middle, what the colleagues do on the other; single keys do it all."""

from __future__ import annotations

from typing import Any, cast

import reflex as rx

from booking.counters import GUIDED, HANDED_ON, HANDLED
from locales import dates
from locales.catalogue import _, own_name, path
from portal.desk.counter_shown import InLine
from portal.desk.counter_state import COUNTER, EVERY, CounterState
from portal.desk.sign_in_state import DESK
from portal.lobby.notices import notice_kinds
from portal.site import drawn_catalogue, page
from portal.ui.actions import actions, button, submit
from portal.ui.choices import checkbox, question, radio
from portal.ui.deadline import deadline
from portal.ui.fields import select_field, text_field
from portal.ui.frame import body, section, title
from portal.ui.icons import icon
from portal.ui.moments import one_moment, trouble
from portal.ui.notices import more, notice
from portal.ui.qr import qr
from portal.ui.status import tag
from portal.ui.summary import row, summary
from portal.ui.words import Words, hidden_words, local_name

SHOWN = CounterState.shown
HERE = SHOWN.here
TURN = CounterState.turn


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
                    _choice_of("counter", _("Counter"), rx.foreach(CounterState.counters, _option)),
                    actions(submit(_("Sit down here"))),
                    on_submit=lambda form: CounterState.sit(TURN, form),
                    class_name="flow apart",
                ),
                notice(_("There is no counter at which you call people."), kind="warn"),
            ),
        ),
        class_name="flow measure apart",
    )


def _console() -> rx.Component:
    return rx.fragment(
        deadline(
            since=CounterState.asked_at,
            seconds=EVERY,
            on_near=CounterState.look,
            on_over=CounterState.look,
            until_answered=True,
        ),
        rx.el.div(_waiting(), _middle(), _around(), class_name="desk"),
    )


def _waiting() -> rx.Component:
    back = _("Back in line"), CounterState.back_in_line
    return rx.el.section(
        rx.el.h2(_("Waiting: {n}", n=SHOWN.line.length().to_string())),
        # Translators: {span} is a length of time
        rx.cond(
            SHOWN.longest,
            rx.el.p(_("The longest wait is {span}.", span=SHOWN.longest), class_name="soft small"),
        ),
        rx.cond(
            SHOWN.line.length() > 0,
            rx.fragment(
                rx.el.ol(rx.foreach(SHOWN.line, _mine), class_name="queue list"),
                rx.cond(
                    SHOWN.has_others,
                    rx.el.section(
                        rx.el.h2(_("For other counters"), class_name="t3"),
                        rx.el.ol(rx.foreach(SHOWN.line, _of_others), class_name="queue list"),
                        class_name="flow near",
                    ),
                ),
            ),
            rx.el.p(_("Nobody waits in this house."), class_name="soft"),
        ),
        _aside(_("Offered to you"), SHOWN.offered, (_("Take"), CounterState.take), (_("Not now"), CounterState.decline)),
        _aside(_("Set aside"), SHOWN.parked, (_("Call"), CounterState.take), back),
        _aside(_("Not here when called"), SHOWN.missed, (_("They are here now"), CounterState.take), back),
        _aside(_("Offered by you"), SHOWN.handed, (_("Take back"), CounterState.take), back),
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


def _aside(heading: str, rows: Any, first: tuple[str, Any], second: tuple[str, Any]) -> rx.Component:
    """Those beside the line, with what can be done with each: words, and the handler that is told which one."""

    def one(each: rx.vars.ObjectVar[InLine]) -> rx.Component:
        return rx.el.li(
            rx.el.b(rx.el.bdi(each.number)),
            rx.el.span(each.what_for),
            rx.el.span(
                *(
                    _about(words, each.number, pressed(TURN, each.ticket), kind)
                    for (words, pressed), kind in ((first, "second"), (second, "quiet"))
                ),
                class_name="queue-keys",
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
        rx.el.p(rx.el.b(SHOWN.title), ", ", SHOWN.place, ", ", SHOWN.clock, class_name="soft small"),
        trouble(CounterState.problem),
        _said_aloud(),
        rx.cond(HERE.number, _somebody(), _nobody()),
        rx.el.div(_main_key(), rx.cond(HERE.number, _keys_with_somebody(), _keys_with_nobody()), class_name="desk-keys"),
        rx.cond(HERE.number, _about_them()),
        class_name="flow apart",
    )


def _said_aloud() -> rx.Component:
    """On the page before there is anything to say: what comes and goes with its words is not read aloud."""
    called, here = (
        # Translators: read aloud at a counter; {number} is the number of a ticket, {what_for} a service
        _("Called: {number}, {what_for}", number=HERE.number, what_for=HERE.what_for),
        _("At your counter: {number}, {what_for}", number=HERE.number, what_for=HERE.what_for),
    )
    return rx.el.div(
        hidden_words(rx.cond(HERE.number, rx.cond(HERE.is_served, here, called), "")),
        rx.cond(CounterState.news, rx.el.p(CounterState.news)),
        role="status",
    )


def _main_key() -> rx.Component:
    """One and the same button, so that whoever pressed it stays on it: whoever is called hasn't come yet, and is not ended by it."""
    return _key(
        rx.cond(HERE.number, rx.cond(HERE.is_served, _("Finish and call next"), _("They are here")), _("Call the next one")),
        " ",
        rx.cond(
            HERE.number,
            rx.cond(
                HERE.is_served,
                CounterState.finish_and_call(TURN, CounterState.outcome),
                CounterState.begin(TURN),
            ),
            CounterState.call_next(TURN),
        ),
        **{"data-main": "yes", "data-also": rx.cond(HERE.number, rx.cond(HERE.is_served, "", "H"), "")},
    )


def _nobody() -> rx.Component:
    return rx.el.div(
        rx.el.h1(rx.cond(SHOWN.is_paused, _("Pause"), _("Nobody is at your counter"))),
        rx.el.p(local_name(CounterState.name), class_name="soft"),
        class_name="plate flow",
    )


def _keys_with_nobody() -> rx.Component:
    return rx.fragment(
        rx.cond(SHOWN.alone, rx.el.p(icon("triangle-alert"), rx.el.span(SHOWN.alone), class_name="split wide")),
        rx.cond(SHOWN.is_paused, rx.fragment(), _key(_("Pause"), "B", CounterState.take_a_break(TURN), kind="second")),
        _key(_("Close the counter"), "C", CounterState.stand_up(TURN), kind="second"),
    )


def _somebody() -> rx.Component:
    return rx.el.div(
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
    )


def _keys_with_somebody() -> rx.Component:
    finishes = CounterState.finish(TURN, CounterState.outcome)
    return rx.fragment(
        rx.cond(HERE.is_served, _key(_("Finish"), "F", finishes, kind="second")),
        _key(_("Call again"), "R", CounterState.call_again(TURN), kind="second"),
        _key(_("Set aside"), "P", CounterState.set_aside(TURN), kind="second"),
        _key(_("Not here"), "N", CounterState.not_here(TURN), kind="danger"),
    )


def _about_them() -> rx.Component:
    return rx.fragment(
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
            _choice_of(
                "to",
                _("To another counter, or for something else"),
                rx.fragment(
                    rx.foreach(SHOWN.to_counters, _option),
                    rx.foreach(SHOWN.to_services, _option),
                ),
                hint=_("They keep their place. A counter that is asked takes them, or doesn't."),
            ),
            actions(submit(_("Pass on"), kind="second")),
            on_submit=lambda form: CounterState.pass_on(TURN, form),
            class_name="flow",
        ),
        custom_attrs={"data-key": "T"},
    )


def _around() -> rx.Component:
    return rx.el.aside(
        section(
            _("Counters"),
            rx.cond(
                SHOWN.colleagues.length() > 0,
                rx.el.ul(
                    rx.foreach(
                        SHOWN.colleagues,
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
            SHOWN.asks_for_help,
            notice(
                rx.el.p(_("Your colleagues see that you ask for help.")),
                rx.el.p(button(_("I need no help any more"), kind="quiet", on_click=CounterState.want_help(TURN, True))),
                kind="now",
            ),
            rx.el.p(button(_("Ask a colleague for help"), kind="quiet", on_click=CounterState.want_help(TURN, False))),
        ),
        rx.cond(
            SHOWN.machines.length() > 0,
            notice(
                rx.foreach(SHOWN.machines, lambda words: rx.el.p(words, key=words)),
                kind="warn",
                title=_("Ticket machine"),
            ),
        ),
        _to_everybody(),
        checkbox("keys", "yes", _("Use single keys"), default_checked=True, custom_attrs={"data-keys": "yes"}),
        class_name="flow apart",
    )


def _to_everybody() -> rx.Component:
    """On every screen of the house, and on every phone that follows a number of today."""
    return rx.cond(
        SHOWN.told,
        notice(
            rx.el.p(_("Everybody who waits is told:")),
            rx.el.p(SHOWN.told),
            rx.el.p(button(_("It is over"), kind="second", on_click=CounterState.stop_telling(TURN))),
            kind="now",
        ),
        more(
            _("Tell everybody who waits"),
            rx.el.form(
                select_field(
                    "kind", _("What is the matter?"), [("", _("Please choose")), *notice_kinds().items()], required=True
                ),
                select_field(
                    "minutes",
                    _("About how long does it take?"),
                    [("", _("Nobody knows yet")), *((str(each), dates.minutes(each)) for each in (10, 20, 30, 60))],
                ),
                actions(submit(_("Tell everybody"), kind="second")),
                on_submit=lambda form: CounterState.tell(TURN, form),
                reset_on_submit=True,
                class_name="flow",
            ),
        ),
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
                _choice_of("service", _("What for"), rx.foreach(SHOWN.to_services, _option)),
                select_field("language", _("Language"), [(code, own_name(code)) for code in town.languages]),
                checkbox("has_priority", "yes", _("Priority: elderly, pregnant, with a small child, disabled")),
                actions(submit(_("Give a number"), kind="second")),
                on_submit=lambda form: CounterState.give_number(TURN, form),
                reset_on_submit=True,
                class_name="flow",
            ),
        ),
        more(
            _("They have an appointment"),
            rx.el.form(
                text_field("reference", _("Booking code"), dir="ltr", auto_complete="off", spell_check=False),
                actions(submit(_("Check in"), kind="second")),
                on_submit=lambda form: CounterState.check_in(TURN, form),
                class_name="flow",
            ),
        ),
        class_name="flow near",
    )


def _key(words: Words, key: str, pressed: Any, *, kind: str = "", **props: str | rx.Var) -> rx.Component:
    """A button with the key that presses it, shown on it."""
    return rx.el.button(
        rx.el.span(words),
        " ",
        rx.el.kbd(_("Space") if key == " " else key, aria_hidden="true"),
        type="button",
        on_click=pressed,
        class_name=f"button {kind}".strip(),
        custom_attrs={"data-key": key, **props},
        aria_keyshortcuts="Space" if key == " " else key,
    )


def _choice_of(name: str, label: str, choices: rx.Component, *, hint: str = "") -> rx.Component:
    """Nothing is chosen at first, or the first of the list would be what nobody chose."""
    return select_field(
        name,
        label,
        rx.fragment(rx.el.option(_("Please choose"), value=""), choices),
        hint=hint,
        required=True,
        default_value="",
    )


def _option(each: Any) -> rx.Component:
    return rx.el.option(each.words, value=each.value)
