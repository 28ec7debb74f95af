"""The head of every page: the wall of tiles, whose page this is, the language, the size of the text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import reflex as rx

from locales.catalogue import LANGUAGES, _, current_language, direction, own_name, path
from portal.ui.icons import icon
from portal.ui.links import raw_a
from portal.ui.words import Words, hidden_words

# A court between four arches: the átrio. The same tile as favicon.svg.
MARK = (
    "M36 36c-10-3-16-9-17-18 9 1 15 8 17 18zm0 0c2-10 8-17 17-18-1 9-7 15-17 18zm0 0c10 3 16 9 17 18-9-1-15-8-17-18z"
    "m0 0c-2 10-8 17-17 18 1-9 7-15 17-18zM12 0q24 15 48 0zm60 12q-15 24 0 48zM60 72q-24-15-48 0zM0 60q15-24 0-48z"
)

# In the head of every page, before anything is painted; the rest is in `site.js`.
REMEMBERED_TEXT_SIZE = """\
try {
  const size = localStorage.getItem("text-size");
  if (size === "larger" || size === "largest") document.documentElement.dataset.text = size;
} catch {}
"""


def header(town: Words, office: Words, route: str, languages: Sequence[str]) -> rx.Component:
    """A frieze of azulejos; the town's name; on the other side the tools."""
    return rx.el.header(
        rx.el.div(class_name="azulejo frieze", aria_hidden="true"),
        rx.el.div(
            _brand(town, office),
            rx.el.div(
                language_menu(route, languages),
                text_size_menu(),
                rx.el.div(
                    _tool("calendar-check", _("Find my appointment"), "/appointment/"),
                    _tool("user-round", _("My page"), "/me/"),
                    class_name="tools",
                ),
                class_name="head-tools",
            ),
            class_name="wrap head-bar",
        ),
        class_name="head",
    )


def language_menu(route: str, languages: Sequence[str] = LANGUAGES) -> rx.Component:
    """The language now; opened, each language by its own name, leading to this same page.

    The page is loaded anew, so that everything about it changes language; `site.js` keeps what follows the path.
    """
    return rx.el.details(
        rx.el.summary(icon("globe"), rx.el.span(hidden_words(_("Language:"), " "), own_name(current_language()))),
        rx.el.ul(*[rx.el.li(_language(route, language)) for language in languages], class_name="list"),
        class_name="menu",
    )


def text_size_menu() -> rx.Component:
    """Three sizes, each written in its size. `site.js` remembers the choice in this browser."""
    title = _("Text size")
    return rx.el.details(
        rx.el.summary(icon("a-large-small"), rx.el.span(title)),
        rx.el.fieldset(
            rx.el.legend(title, class_name="sr"),
            # Translators: sizes of the text on screen
            _size("normal", _("Normal"), default_checked=True),
            _size("larger", _("Larger")),
            _size("largest", _("Largest")),
        ),
        class_name="menu text-size",
    )


def _tool(sign: str, words: str, page: str) -> rx.Component:
    return rx.el.a(icon(sign), rx.el.span(words), href=path(page), class_name="tool")


def _brand(town: Words, office: Words) -> rx.Component:
    return rx.el.a(
        rx.el.svg(rx.el.svg.path(d=MARK), view_box="0 0 72 72", aria_hidden="true"),
        # Translators: stands under the town's name at the top of every page
        rx.el.span(rx.el.b(town), " ", rx.el.span(office or _("Resident services"))),
        href=path("/"),
        class_name="brand",
    )


def _language(route: str, language: str) -> rx.Component:
    now: dict[str, Any] = {"aria_current": "true"} if language == current_language() else {}
    return raw_a(
        own_name(language),
        href=f"/{language}{route}",
        lang=language,
        dir=direction(language),
        href_lang=language,
        **now,
    )


def _size(value: str, words: str, **props) -> rx.Component:
    return rx.el.label(rx.el.input(type="radio", name="text-size", value=value, **props), rx.el.span(words, class_name=value))
