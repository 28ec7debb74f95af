"""Choosing a time: the next ones first, then every day as a list; a closed or full day stays in it and says why."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.ui.fields import described_by, error_line, marked
from portal.ui.icons import icon
from portal.ui.words import Child, Words


def next_times(name: str, legend: Words, *choices: Child, error: Words = "") -> rx.Component:
    """A question with the nearest times as large cards. `choices` may be an `rx.foreach` of `near_time`.

    `name` is the group's id, which an error summary links to.
    """
    ids = described_by(name, "", error)
    described: dict[str, Any] = {} if ids is None else {"aria_describedby": ids}
    return rx.el.fieldset(
        rx.el.legend(rx.el.h2(legend, class_name="t3")),
        error_line(name, error),
        rx.el.div(*choices, class_name="next-times"),
        id=name,
        class_name=marked("flow", "field-bad", error),
        **described,
    )


def near_time(
    name: str, value: Words, *, day: Words, clock: Words, is_today: bool | rx.Var = False, notes: Child = "", **props
) -> rx.Component:
    """A card: "Tomorrow", the time very large, the whole date below. Today is yellow. `props` go to the radio."""
    mark = rx.cond(is_today, "day today", "day") if isinstance(is_today, rx.Var) else "day today" if is_today else "day"
    return rx.el.label(
        rx.el.input(type="radio", name=name, value=value, **props),
        rx.el.span(day, class_name=mark),
        " ",
        rx.el.span(clock, class_name="clock"),
        " ",
        rx.el.span(notes, class_name="hint"),
        class_name="choice",
    )


def looking(words: Words) -> rx.Component:
    """Stands where the times will be while they are being looked for, and as high as a screen: nothing moves when they come."""
    return rx.el.p(icon("hourglass"), rx.el.span(words), role="status", class_name="looking")


def days(*items: Child) -> rx.Component:
    """The list of days. `items` may be an `rx.foreach` of `open_day` and `shut_day`."""
    return rx.el.ul(*items, class_name="days")


def open_day(title: Words, count: Words, *parts: Child, is_open: Any = None, **props) -> rx.Component:
    """A day that opens to show its times, with how many there are. Opening one closes the one before.

    `props` go to the line that opens it, such as `on_click` to fetch its times.
    """
    opened = {} if is_open is None else {"open": is_open}
    return rx.el.li(
        rx.el.details(
            rx.el.summary(rx.el.b(title), " ", rx.el.span(count, class_name="count"), **props),
            rx.el.fieldset(rx.el.legend(title, class_name="sr"), *parts, class_name="times"),
            custom_attrs={"name": "day"},
            **opened,
        )
    )


def shut_day(title: Words, reason: Words) -> rx.Component:
    """A day without times, and the reason: "full", "closed: public holiday"."""
    return rx.el.li(rx.el.div(rx.el.span(title), " ", rx.el.span(reason, class_name="count"), class_name="shut"))


def part_of_day(heading: Words, *times: Child) -> rx.Component:
    """ "Morning" and its times in a grid. `times` may be an `rx.foreach` of `time`."""
    return rx.el.div(rx.el.h3(heading), rx.el.div(*times, class_name="time-grid"))


def time(name: str, value: Words, clock: Words, **props) -> rx.Component:
    """One time as a box to press; chosen, it is blue with a tick. `props` go to the radio."""
    return rx.el.label(rx.el.input(type="radio", name=name, value=value, **props), rx.el.span(clock), class_name="time")
