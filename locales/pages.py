"""One prerendered route per language: the words are in the HTML before any script runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import reflex as rx

from locales.catalogue import use_language


def add_localized(
    app: rx.App,
    route: str,
    page: Callable[[], rx.Component],
    *,
    languages: Iterable[str],
    title: Callable[[], str],
    description: Callable[[], str] | None = None,
    on_load: Any = None,
) -> None:
    """Register `page` under `/{language}{route}` for every language; it is drawn with that language spoken."""
    for language in languages:
        with use_language(language):
            app.add_page(
                _spoken(page, language),
                route=f"/{language}{route}".rstrip("/"),
                title=title(),
                description=description() if description else None,
                on_load=on_load,
            )


def _spoken(page: Callable[[], rx.Component], language: str) -> Callable[[], rx.Component]:
    def draw() -> rx.Component:
        with use_language(language):
            return page()

    draw.__name__ = f"{page.__name__}_{language}"
    # Reflex bundles what a page remembers by the module that draws it: this way each page loads its own, in its own language.
    draw.__module__ = f"{page.__module__}.{draw.__name__}"
    return draw
