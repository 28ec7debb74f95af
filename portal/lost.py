"""The page for an address that leads nowhere, in all languages at once: the address itself doesn't say which."""

from __future__ import annotations

import reflex as rx

from locales.catalogue import _, direction, use_language
from portal.site import drawn_catalogue, page
from portal.ui.links import link


def lost() -> rx.Component:
    languages = drawn_catalogue().town.languages
    with use_language(languages[0]):
        return page(
            rx.el.h1(_("This page does not exist")),
            *[_way_back(language) for language in languages],
            route="/",
        )


def _way_back(language: str) -> rx.Component:
    with use_language(language):
        return rx.el.p(
            _("This page does not exist, or has moved. Nothing is lost."),
            " ",
            link(_("To the first page"), href=f"/{language}/"),
            lang=language,
            dir=direction(language),
        )
