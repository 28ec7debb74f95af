"""One service: what it is, how to get it, what to bring, what it costs, and what to do if it isn't the right one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import reflex as rx

from booking.assurance import NONE
from booking.catalogue import Service
from locales import dates
from locales.catalogue import _, ngettext, path
from portal.catalogue.hall import NextTimeState
from portal.site import drawn_catalogue, listed, page, said, town_facts, welcome_service
from portal.ui.actions import link_button
from portal.ui.frame import columns, section, stack, title
from portal.ui.links import hit, telephone
from portal.ui.plate import plate
from portal.ui.rows import WAY_SIGNS, row, rows
from portal.ui.summary import row as answer
from portal.ui.summary import summary


def service_page(slug: str) -> Callable[[], rx.Component]:
    def service() -> rx.Component:
        return _page(drawn_catalogue().services[slug])

    service.__name__ = f"service_{slug.replace('-', '_')}"
    return service


def _page(service: Service) -> rx.Component:
    return page(
        title(
            said(service.name),
            lead=said(service.details) or said(service.summary),
            back_to=path("/services/"),
            back_words=_("All services"),
        ),
        columns(
            _next_time(service),
            stack(_how(service), _bring(service), _facts(service), _not_this(service), space="far"),
        ),
        route=f"/services/{service.slug}/",
    )


def _how(service: Service) -> rx.Component:
    return section(_("How you can do it"), rows(*[_way(service, mode) for mode in service.modes], *_without(service)))


def _way(service: Service, mode: str) -> rx.Component:
    # Translators: ways to book an appointment, as titles of links
    words = {
        "in_person": _("In person, with an appointment"),
        "video": _("By video call"),
        "phone": _("By phone: we phone you"),
    }
    below = {
        "in_person": _("You choose the place and the time. You are expected then."),
        "video": _("Nothing to install. If the picture fails, we phone you."),
        "phone": _("You choose the time. We phone the number you give us."),
    }
    return row(words[mode], booking_address(service.slug, mode), below[mode], sign=WAY_SIGNS[mode])


def _without(service: Service) -> list[rx.Component]:
    """Coming without an appointment: told, not linked, for there is nothing to do before coming."""
    if "kiosk" not in service.channels:
        return []
    return [
        rx.el.li(
            rx.el.div(
                rx.el.svg(rx.el.svg.use(href="/icons.svg#i-ticket"), class_name="icon", aria_hidden="true"),
                rx.el.div(
                    rx.el.h3(_("Without an appointment")),
                    rx.el.p(_("Take a ticket when you arrive. People with an appointment are called at their time.")),
                ),
                class_name="split",
            )
        )
    ]


def booking_address(slug: str, mode: str = "") -> str:
    return path(f"/book/?service={slug}" + (f"&mode={mode}" if mode else ""))


def _bring(service: Service) -> rx.Component:
    things = listed(service.bring)
    if not things:
        return section(_("What to bring"), rx.el.p(_("You need not bring anything.")))
    return section(
        _("What to bring"),
        rx.el.ul(*[rx.el.li(thing) for thing in things], class_name="prose"),
        rx.el.p(_("Something missing? Come anyway. We start with what you have, and say what can follow.")),
    )


def _facts(service: Service) -> rx.Component:
    told = (
        (_("Fee"), said(service.fee)),
        (_("How long it takes"), dates.minutes(service.minutes)),
        (_("What you leave with"), said(service.outcome)),
        (_("We answer"), _within(service.due_days) if service.due_days else ""),
        (_("How soon you can book"), _notice(service)),
        (_("Who you are"), _surely(service)),
        (_("Rule behind it"), said(service.legal_basis)),
    )
    return section(_("What to expect"), summary(*[answer(what, words) for what, words in told if words]))


def _surely(service: Service) -> str:
    if service.assurance == NONE:
        return ""
    return _("You sign in before you book online, or show a document at the counter.")


def _within(days: int) -> str:
    return ngettext("Within {n} working day", "Within {n} working days", days)


def _notice(service: Service) -> str:
    if not service.notice_minutes:
        return _("At any time, also for today")
    # Translators: {time} is a length such as "2 hours" or "3 days"
    return _("At least {time} ahead", time=dates.span(timedelta(minutes=service.notice_minutes)))


def _not_this(service: Service) -> rx.Component:
    facts = town_facts()
    return section(
        _("It is not what I need"),
        rx.el.p(
            _("Try other words, or talk to a person: we know who deals with it."),
        ),
        rx.el.ul(
            rx.el.li(hit(_("Search again"), href=path("/services/"))),
            *_somebody(service),
            rx.el.li(telephone(facts.telephone, facts.call), _(", "), facts.hours),
            class_name="list",
        ),
    )


def _somebody(service: Service) -> list[rx.Component]:
    """A talk with a person, when the town offers one as a service."""
    welcome = welcome_service()
    if welcome is None or welcome.slug == service.slug:
        return []
    return [rx.el.li(hit(_("Book a talk with a person"), href=booking_address(welcome.slug)))]


def _next_time(service: Service) -> rx.Component:
    return rx.el.aside(
        plate(
            rx.el.h2(_("Next free time"), id="next", class_name="t3"),
            rx.el.p(
                rx.el.span(rx.cond(NextTimeState.clock, NextTimeState.clock, _("One moment")), class_name="big"),
                rx.el.br(),
                rx.el.span(NextTimeState.day, class_name="date"),
                class_name="next-time live",
            ),
            rx.el.p(NextTimeState.place, class_name="soft small"),
            rx.el.p(link_button(_("Book a time"), booking_address(service.slug), wide=True)),
        ),
        class_name="aside",
        aria_labelledby="next",
    )
