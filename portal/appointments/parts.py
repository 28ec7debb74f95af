"""Parts that several pages of the journey share: what the visit is, the time that is kept, what went wrong, choosing a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import reflex as rx

from locales.catalogue import _
from portal.appointments.booking_state import BookingState
from portal.appointments.offer import Clock, Day, Near, Part
from portal.ui.actions import actions, button, link_button
from portal.ui.deadline import deadline
from portal.ui.notices import notice
from portal.ui.times import days, near_time, next_times, open_day, part_of_day, shut_day, time


def booking_for() -> rx.Component:
    """On every page of the journey, for whom it is when it isn't for oneself."""
    return rx.cond(
        BookingState.for_whom,
        notice(
            # Translators: {name} is the person for whom somebody else books
            rx.el.p(rx.el.b(_("You are booking for {name}", name=BookingState.for_whom))),
            rx.el.p(_("Please answer for them. We tell them what you book.")),
            rx.el.p(button(_("Book for myself instead"), kind="quiet", on_click=BookingState.for_myself)),
            sign="user-round",
            kind="now",
        ),
    )


def show_who() -> rx.Component:
    """Before anything is promised: for some services it must be known surely who books."""
    return rx.cond(
        BookingState.must_show_who,
        notice(
            rx.cond(
                BookingState.was_not_sure_enough,
                rx.el.p(_("The sign-in there did not show it surely enough. Please choose a surer way there.")),
                rx.el.p(_("Your answers stay here meanwhile.")),
            ),
            rx.cond(
                BookingState.show_who_at,
                actions(link_button(_("Show who you are"), BookingState.show_who_at, sign="user-round", raw=True)),
                rx.el.p(_("Come to us with a document, or phone us: we book it with you.")),
            ),
            title=_("For this one we need to know surely who you are"),
            kind="now",
            sign="user-round",
            heading="h2",
        ),
        rx.fragment(),
    )


def booking_for_is_done(name: rx.Var) -> rx.Component:
    return rx.cond(
        name, notice(rx.el.p(rx.el.b(_("You have booked this for {name}", name=name))), sign="user-round", kind="now")
    )


def acting_for(name: rx.Var) -> rx.Component:
    """On an appointment that somebody opens by a mandate: whose it is."""
    return rx.cond(
        name,
        notice(
            rx.el.p(rx.el.b(_("You are acting for {name}", name=name))),
            rx.el.p(_("We tell them what you change.")),
            sign="user-round",
            kind="now",
        ),
    )


def kept_time() -> rx.Component:
    """Until when the chosen time is kept, a warning before it ends, and a button for more."""
    return kept_until(
        BookingState,
        rx.cond(BookingState.is_ending, rx.el.p(_("That is in two minutes. Do you need longer?"))),
        rx.el.p(button(_("More time"), kind="quiet", on_click=BookingState.more_time)),
        no_longer=(
            rx.el.p(_("We no longer keep this time for you. If nobody else has taken it, you can still book it.")),
            rx.el.p(button(_("Keep it again"), kind="quiet", on_click=BookingState.more_time)),
        ),
    )


def kept_until(state: Any, *more: rx.Component, no_longer: Sequence[rx.Component]) -> rx.Component:
    """Until when a time is kept and `more` to it, or what is said when it is `no_longer`. `state` is a KeptTime and has look_at_time."""
    promise = rx.el.b(
        _(
            # Translators: {moment} is "Thursday 26 November, 17:40", {time} a time of day
            "We keep {moment} for you. Please finish by {time}.",
            moment=state.kept_moment,
            time=state.kept_until,
        )
    )
    return rx.fragment(
        deadline(seconds=state.kept_seconds, since=state.kept_until, on_near=state.look_at_time, on_over=state.look_at_time),
        rx.cond(
            state.kept_until,
            notice(rx.el.p(promise), *more, kind="now", live=True),
            notice(*no_longer, kind="warn", live=True),
        ),
    )


def times_to_choose(state: Any) -> rx.Component:
    """The nearest times as cards, then the days as a list.

    `state` has near_title, near, days, has_more, error and show_more, perhaps chosen and chosen_day: a time that stands both
    on a card and in a day is shown as chosen on the card, any other in its day, which is then open.
    """
    chosen, chosen_day = getattr(state, "chosen", ""), getattr(state, "chosen_day", "")
    return rx.fragment(
        rx.cond(
            state.near.length() > 0,
            next_times("time", state.near_title, rx.foreach(state.near, lambda near: _near(near, chosen)), error=state.error),
            notice(_("There is no free time in the coming weeks. Please phone us: we look for one together."), kind="warn"),
        ),
        rx.cond(
            state.days.length() > 0,
            rx.el.section(
                rx.el.h2(_("Another day"), class_name="t3"),
                days(rx.foreach(state.days, lambda day: _day(day, chosen, chosen_day))),
                rx.cond(state.has_more, rx.el.p(button(_("Show more days"), kind="quiet", on_click=state.show_more))),
                class_name="flow near",
            ),
        ),
    )


def day_listing(chosen: str, near: Sequence[Near], listed: Sequence[Day]) -> str:
    """The title of the day in which the chosen time is to be shown as chosen, "" when a card shows it or nothing is chosen."""
    if chosen in [each.value for each in near]:
        return ""
    return next((day.title for day in listed for part in day.parts for clock in part.times if clock.value == chosen), "")


def _near(near: rx.vars.ObjectVar[Near], chosen: Any) -> rx.Component:
    return near_time(
        "time",
        near.value,
        day=near.day,
        clock=near.clock,
        is_today=near.is_today,
        notes=near.note,
        default_checked=near.value == chosen,
        key=near.value,
    )


def _day(day: rx.vars.ObjectVar[Day], chosen: Any, chosen_day: Any) -> rx.Component:
    is_chosen = day.title == chosen_day
    in_here = rx.cond(is_chosen, chosen, "")
    return rx.cond(
        day.parts.length() > 0,
        open_day(day.title, day.count, rx.foreach(day.parts, lambda part: _part(part, in_here)), is_open=is_chosen),
        shut_day(day.title, day.count),
    )


def _part(part: rx.vars.ObjectVar[Part], chosen: Any) -> rx.Component:
    return part_of_day(part.heading, rx.foreach(part.times, lambda clock: _clock(clock, chosen)))


def _clock(clock: rx.vars.ObjectVar[Clock], chosen: Any) -> rx.Component:
    return time("time", clock.value, clock.words, default_checked=clock.value == chosen, key=clock.value)
