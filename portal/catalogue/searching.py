"""The box for everyday words, and what it finds."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from booking.catalogue import Service
from booking.store import in_reading
from locales.catalogue import _, path
from portal.catalogue.index import find_services
from portal.catalogue.rows import service_address
from portal.catalogue.search import LONGEST_QUESTION
from portal.page_state import PageState
from portal.site import said
from portal.ui.icons import icon
from portal.ui.links import native_form


@dataclass(frozen=True)
class Found:
    name: str
    summary: str
    address: str


class SearchState(PageState, rx.State):
    """What was asked in the address (`?q=`) and the services that answer it."""

    question: rx.Field[str] = rx.field("")
    found: rx.Field[list[Found]] = rx.field(default_factory=list)
    has_answer: rx.Field[bool] = rx.field(False)

    @rx.event
    async def search(self):
        with self._speaking() as language:
            self.question = self._asked("q", LONGEST_QUESTION).strip()
            services = await in_reading(find_services, self.question, language) if self.question else []
            self.found = [_found(service) for service in services]
            self.has_answer = bool(self.question)


def search_form(question: str | rx.Var = "") -> rx.Component:
    """A label, an example, one line to type into. It is an ordinary form: it works before and without any script."""
    return native_form(
        rx.el.label(_("Say it in your own words"), html_for="q"),
        rx.el.p(
            _("For example: parking in my street, help with the rent, my bin was not emptied"),
            id="q-hint",
            class_name="hint",
        ),
        rx.el.div(
            rx.el.input(
                id="q",
                name="q",
                type="search",
                default_value=question,
                key=question,
                aria_describedby="q-hint",
                auto_complete="off",
                max_length=LONGEST_QUESTION,
            ),
            rx.el.button(icon("search"), rx.el.span(_("Search")), class_name="button", type="submit"),
            class_name="search-row",
        ),
        action=path("/services/"),
        method="get",
        role="search",
        class_name="search",
    )


def answers() -> rx.Component:
    """The services found, or what else to try. Read aloud when they arrive."""
    return rx.el.div(
        rx.cond(SearchState.has_answer, rx.cond(SearchState.found.length() > 0, _found_list(), _found_nothing())),
        role="status",
    )


def _found_list() -> rx.Component:
    return rx.el.section(
        # Translators: {question} is what the person typed into the search box
        rx.el.h2(_("What we found for “{question}”", question=SearchState.question)),
        rx.el.ul(
            rx.foreach(
                SearchState.found,
                lambda row: rx.el.li(
                    rx.el.div(rx.el.h3(rx.el.a(row.name, href=row.address)), rx.el.p(row.summary)),
                    icon("arrow-right", turns=True),
                ),
            ),
            class_name="rows",
        ),
        class_name="flow",
        custom_attrs={"data-next": "yes"},
    )


def _found_nothing() -> rx.Component:
    return rx.el.section(
        rx.el.h2(_("We found nothing for “{question}”", question=SearchState.question)),
        rx.el.p(_("Try another word for it, look through the topics below, or phone us: we know who deals with it.")),
        class_name="flow",
    )


def _found(service: Service) -> Found:
    return Found(said(service.name), said(service.summary), service_address(service.slug))
