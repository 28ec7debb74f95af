"""The screen in the hall, as drawn: read from ten metres. Nothing on it is to be touched, so it has neither head nor foot."""

from __future__ import annotations

import reflex as rx
from reflex_components_core.core.banner import has_connection_errors

from locales.catalogue import _
from portal.lobby.display_shown import Call
from portal.lobby.display_state import DISPLAY, EVERY, DisplayState
from portal.site import page, town_facts
from portal.ui.deadline import deadline
from portal.ui.frame import title
from portal.ui.icons import icon
from portal.ui.links import raw_a
from portal.ui.moments import one_moment
from portal.ui.rows import rows


def display_title() -> str:
    return _("Numbers called")


def display() -> rx.Component:
    return rx.cond(DisplayState.place, _screen(), _which())


def _which() -> rx.Component:
    return page(
        title(display_title(), lead=_("In which house does this screen hang?")),
        one_moment(
            DisplayState.is_ready,
            rows(rx.foreach(DisplayState.houses, lambda house: rx.el.li(rx.el.h2(raw_a(house.name, href=house.address))))),
        ),
        route=DISPLAY,
        needs_script=True,
    )


def _screen() -> rx.Component:
    return rx.el.main(
        rx.el.script(src="/display.js", async_=True),
        deadline(
            since=DisplayState.asked_at,
            seconds=EVERY,
            on_near=DisplayState.look,
            on_over=DisplayState.look,
            until_answered=True,
        ),
        rx.el.div(class_name="azulejo frieze", aria_hidden="true"),
        rx.el.header(
            rx.el.h1(town_facts().name, _(", "), DisplayState.place, class_name="brand"),
            rx.el.p(DisplayState.clock, class_name="clock"),
            class_name="display-head",
        ),
        rx.el.section(
            rx.el.h2(display_title(), class_name="sr"),
            rx.el.p(rx.el.span(_("Number")), rx.el.span(_("Counter")), class_name="call call-head", aria_hidden="true"),
            rx.cond(
                DisplayState.calls.length() > 0,
                rx.el.ol(rx.foreach(DisplayState.calls, _call), class_name="list", aria_live="polite"),
                rx.el.p(_("Nobody has been called yet today."), class_name="call"),
            ),
            class_name="calls",
        ),
        rx.el.section(
            rx.el.h2(_("Waiting")),
            rx.cond(
                DisplayState.lines.length() > 0,
                rx.fragment(rx.foreach(DisplayState.lines, lambda line: rx.el.p(rx.el.b(line.name), line.wait, key=line.name))),
                rx.el.p(_("Nobody waits in this house.")),
            ),
            class_name="lines",
        ),
        rx.el.div(
            rx.cond(
                has_connection_errors,
                rx.el.p(
                    icon("triangle-alert"),
                    rx.el.b(_("The connection is lost. These were the last calls at {time}.", time=DisplayState.clock)),
                    class_name="split",
                ),
                rx.cond(
                    DisplayState.told,
                    rx.el.p(icon("megaphone"), rx.el.b(DisplayState.told), class_name="split"),
                    rx.el.p(_("When your number is called, please go to the counter that stands beside it.")),
                ),
            ),
            class_name="display-foot",
            role="status",
        ),
        class_name="display",
        id="main",
        tab_index=-1,
    )


def _call(call: rx.vars.ObjectVar[Call]) -> rx.Component:
    return rx.el.li(
        rx.el.bdi(call.number),
        # Translators: read aloud before the number of a counter
        rx.el.span(rx.el.span(_("Counter"), " ", class_name="sr"), call.counter),
        rx.cond(call.sentence, rx.el.p(call.sentence, lang=call.language, dir=call.direction)),
        class_name=rx.cond(call.is_now, "call now", "call"),
        key=call.number,
        custom_attrs={"data-calls": call.calls.to_string(), "data-call": call.name, "data-sound": call.sound},
    )
