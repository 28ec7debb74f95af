"""Home: one question, and the halls as they are right now."""

from __future__ import annotations

import reflex as rx

from locales.catalogue import _, path
from portal.catalogue.hall import HallState
from portal.catalogue.searching import search_form
from portal.site import drawn_catalogue, page, said, welcome_service
from portal.ui.actions import link_button
from portal.ui.frame import body, section
from portal.ui.notices import notice
from portal.ui.plate import fact, facts, plate
from portal.ui.rows import card, cards
from portal.ui.status import tag


def home_title() -> str:
    return _("Resident services")


def home() -> rx.Component:
    return page(
        rx.el.div(rx.el.div(_question(), _right_now(), class_name="hero-in"), class_name="hero"),
        body(_tasks(), _topics(), _notices()),
        route="/",
        wall=True,
    )


def _question() -> rx.Component:
    return rx.el.div(
        rx.el.h1(_("What do you need from the town?")),
        rx.el.p(_("Find a service, book a time, or look up an appointment you already have."), class_name="lead"),
        search_form(),
        class_name="hero-ask flow",
    )


def _right_now() -> rx.Component:
    """The plate on the wall: is the hall open, and when is the next free time."""
    first = next(iter(drawn_catalogue().locations.values()))
    return rx.el.section(
        plate(
            # Translators: {place} is a building, such as "Town hall"
            rx.el.h2(_("Right now: {place}", place=said(first.name)), id="now", class_name="t3"),
            rx.el.p(
                rx.cond(
                    HallState.opening,
                    rx.cond(
                        HallState.is_open,
                        tag(HallState.opening, "now", sign="clock"),
                        tag(HallState.opening, sign="clock"),
                    ),
                    tag(_("Looking at the clock"), "wait"),
                ),
                class_name="live",
            ),
            rx.el.div(
                facts(
                    fact(
                        _("Next free appointment"),
                        rx.cond(HallState.next_free, HallState.next_free, _("One moment")),
                        small=HallState.next_for,
                    ),
                ),
                class_name="live",
            ),
            rx.el.p(said(first.address), class_name="soft small"),
        ),
        class_name="hero-now azulejo",
        aria_labelledby="now",
    )


def _tasks() -> rx.Component:
    return rx.el.section(
        rx.el.h2(_("What you can do here"), class_name="sr"),
        cards(
            card(
                _("Book a time"),
                path("/services/"),
                _("In person, by phone or by video. No account needed."),
                sign="calendar-check",
            ),
            card(
                _("Find my appointment"),
                path("/appointment/"),
                _("Look it up, move it or cancel it with the two codes you were given."),
                sign="file-text",
            ),
            card(
                _("Talk to a person"),
                _somebody(),
                _("Not sure where to begin? We listen first, then show you the way."),
                sign="message-square",
            ),
        ),
    )


def _somebody() -> str:
    service = welcome_service()
    return path(f"/services/{service.slug}/" if service else "/services/")


def _topics() -> rx.Component:
    catalogue = drawn_catalogue()
    return section(
        _("Services by topic"),
        cards(
            *[
                card(said(topic.name), path(f"/services/#{topic.slug}"), _examples(topic.slug), sign=topic.icon)
                for topic in catalogue.topics.values()
            ]
        ),
        rx.el.p(link_button(_("All services"), path("/services/"), kind="second")),
    )


def _examples(topic: str) -> str:
    """The first services of a topic, as a taste of it."""
    services = [service for service in drawn_catalogue().services.values() if service.topic == topic]
    return "\u00a0· ".join(said(service.name) for service in services[:2])


def _notices() -> rx.Component:
    return rx.cond(
        HallState.notices.length() > 0,
        section(
            _("What is on"),
            rx.foreach(
                HallState.notices,
                lambda told: notice(rx.el.p(told.body, class_name="small"), title=told.title),
            ),
        ),
    )
