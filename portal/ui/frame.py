"""What stands around every page: the way past the head, the head, the page itself, the foot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import reflex as rx
from reflex_components_core.core.banner import has_connection_errors

from locales.catalogue import LANGUAGES, _, path
from portal.ui.header import header
from portal.ui.icons import icon
from portal.ui.links import back, raw_a, telephone
from portal.ui.words import Child, Words, given, local_address

STYLESHEETS = [
    "/tokens.css",
    *(f"/styles/{idea}.css" for idea in ("ground", "frame", "action", "asking", "telling", "desk", "display", "kiosk")),
]


@dataclass(frozen=True)
class TownFacts:
    """What every page says about the town, in the language being spoken.

    `call` is the telephone's `tel:` address. `office` stands under the name ("Balcão do Munícipe").
    """

    name: Words
    telephone: Words
    call: Words
    hours: Words
    address: Words
    office: Words = ""


def page(
    *content: Child,
    town: TownFacts,
    route: str,
    languages: Sequence[str] = LANGUAGES,
    wall: bool = False,
    needs_script: Child | None = None,
) -> rx.Component:
    """A whole page. `route` is its address without the language ("/book/").

    The content is spaced and kept to the page's width, unless `wall` lets it run to the window's edge and
    it puts its parts into `body` itself. `needs_script` is said to people whose browser runs no scripts.
    """
    return rx.fragment(
        raw_a(_("Skip to main content"), href="#main", class_name="skip"),
        header(town.name, town.office, route, languages),
        rx.el.main(
            *([_without_script(needs_script, wall)] if needs_script is not None else []),
            *content,
            id="main",
            tab_index=-1,
            class_name="" if wall else "wrap page flow far",
        ),
        footer(town),
        connection_banner(town),
    )


def body(*content: Child) -> rx.Component:
    """The part of a `wall` page that keeps to the page's width."""
    return rx.el.div(*content, class_name="wrap page flow far")


def title(
    words: Words,
    *,
    lead: Words = "",
    step: Words = "",
    back_to: Words = "",
    back_words: Words = "",
    below: Sequence[Child] = (),
) -> rx.Component:
    """The way back, "Step 2 of 4: time", the title, and one larger sentence or a quiet line below it."""
    return rx.el.div(
        *([back(*([back_words] if back_words else []), href=back_to)] if given(back_to) else []),
        *([step_line(step)] if given(step) else []),
        rx.el.h1(words),
        *([rx.el.p(lead, class_name="lead")] if given(lead) else []),
        *below,
        class_name="flow near",
    )


def step_line(words: Words) -> rx.Component:
    """Where in the journey this page stands, in words."""
    return rx.el.p(words, class_name="step")


def step_words(number: int, of: int, name: str) -> str:
    # Translators: {name} is the step's short name, such as "time"
    return _("Step {number} of {total}: {name}", number=number, total=of, name=name)


def columns(main: Child, aside: Child) -> rx.Component:
    """Reading column and, on a wide screen, a second one beside it."""
    return rx.el.div(main, aside, class_name="columns")


def stack(*parts: Child, space: str = "") -> rx.Component:
    """Parts under each other. `space`: "near" 8 px, "" 16 px, "apart" 32 px, "far" 48 px."""
    return rx.el.div(*parts, class_name=f"flow {space}".strip())


def section(heading: Words, *parts: Child, small: bool = False, space: str = "") -> rx.Component:
    """A heading and what belongs to it."""
    return rx.el.section(rx.el.h2(heading, class_name="t3" if small else None), *parts, class_name=f"flow {space}".strip())


def prose(*paragraphs: Child) -> rx.Component:
    """Running text at reading width, with bulleted lists."""
    return rx.el.div(*paragraphs, class_name="flow prose")


def footer(town: TownFacts) -> rx.Component:
    """How to reach a person, the pages that are always there, and whose house this is."""
    return rx.el.footer(
        rx.el.div(
            rx.el.div(
                # Translators: heading over the town's telephone number, at the foot of every page
                rx.el.h2(_("Talk to a person"), class_name="t3"),
                rx.el.p(icon("phone"), telephone(town.telephone, town.call), class_name="split"),
                rx.el.p(town.hours),
                class_name="foot-call",
            ),
            # Translators: name of the list of links at the foot of the page, for screen readers
            rx.el.nav(rx.el.ul(*_standing_links(), class_name="list"), aria_label=_("More")),
            rx.el.p(rx.el.b(town.name), rx.el.br(), local_address(town.address), class_name="foot-where small"),
            class_name="wrap foot-in",
        ),
        class_name="foot",
    )


def _standing_links() -> list[rx.Component]:
    links = (
        (_("All services"), "/services/"),
        (_("Find my appointment"), "/appointment/"),
        (_("My page"), "/me/"),
        (_("Accessibility"), "/accessibility/"),
        (_("Privacy"), "/privacy/"),
    )
    return [rx.el.li(rx.el.a(words, href=path(page))) for words, page in links]


def connection_banner(town: TownFacts) -> rx.Component:
    """Appears over the lower edge while the server can't be reached; nothing on the page moves."""
    said = rx.el.p(
        rx.el.b(_("The connection is lost.")),
        " ",
        _("We keep trying. Nothing you have typed is lost."),
        " ",
        # Translators: the telephone number follows
        _("You can also phone us:"),
        " ",
        telephone(town.telephone, town.call),
    )
    banner = rx.el.div(icon("triangle-alert"), said, class_name="wrap offline-in")
    return rx.el.div(rx.cond(has_connection_errors, banner, rx.fragment()), role="status", class_name="offline")


def _without_script(words: Child, wall: bool) -> rx.Component:
    notice = rx.el.div(icon("info"), rx.el.p(words), class_name="notice warn")
    return rx.el.noscript(rx.el.div(notice, class_name="wrap page") if wall else notice)
