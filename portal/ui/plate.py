"""The double blue line of a street-name plate. It carries a promise, and nothing else."""

from __future__ import annotations

import reflex as rx

from portal.ui.words import Child, Words, given


def plate(*content: Child) -> rx.Component:
    """A framed promise: a number, a next step, an owner, a date."""
    return rx.el.div(*content, class_name="plate flow")


def facts(*pairs: Child) -> rx.Component:
    """Facts under each other: a quiet name, a loud value."""
    return rx.el.dl(*pairs, class_name="stack")


def promise(*pairs: Child) -> rx.Component:
    """Three facts beside each other on a wide screen."""
    return rx.el.dl(*pairs, class_name="promise")


def fact(name: Words, *value: Child, small: Words = "") -> rx.Component:
    """One of them, with a smaller second line."""
    below = [" ", rx.el.small(small)] if given(small) else []
    return rx.el.div(rx.el.dt(name), rx.el.dd(*value, *below))


def big_time(time: Words, day: Words) -> rx.Component:
    """A time, very large, and its day below it."""
    return rx.el.p(rx.el.span(time, class_name="big"), rx.el.br(), rx.el.span(day, class_name="date"))
