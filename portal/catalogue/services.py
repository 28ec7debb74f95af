"""All services by topic, with the search box above: readable without any script."""

from __future__ import annotations

import reflex as rx

from booking.catalogue import Topic
from locales.catalogue import _
from portal.catalogue.rows import service_row
from portal.catalogue.searching import SearchState, answers, search_form
from portal.site import drawn_catalogue, page, said, town_facts
from portal.ui.frame import title
from portal.ui.icons import icon
from portal.ui.rows import rows


def services_title() -> str:
    return _("All services")


def services() -> rx.Component:
    return page(
        title(services_title(), lead=_("Choose what you come for. You can book most of it here, without an account.")),
        search_form(SearchState.question),
        answers(),
        rx.cond(SearchState.found.length() > 0, rx.el.h2(_("All services"), class_name="again")),
        rx.el.div(*[_topic(topic) for topic in drawn_catalogue().topics.values()], class_name="columns even"),
        route="/services/",
        without_script=_(
            # Translators: shown when the browser has JavaScript switched off
            "Searching needs JavaScript, and your browser has it switched off. All services are below, or phone us: {number}.",
            number=town_facts().telephone,
        ),
    )


def _topic(topic: Topic) -> rx.Component:
    services = [service for service in drawn_catalogue().services.values() if service.topic == topic.slug]
    return rx.el.section(
        rx.el.h2(icon(topic.icon), rx.el.span(said(topic.name)), id=topic.slug, tab_index=-1, class_name="split"),
        rows(*[service_row(service) for service in services]),
        class_name="flow",
    )
