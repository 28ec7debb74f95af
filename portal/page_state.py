"""What every State handler needs to know of the page that calls it: its language, what its address asks, the time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated

import reflex as rx
from pydantic import AfterValidator

from booking.details import storable
from locales.catalogue import language_of, use_language


def now() -> datetime:
    """The one clock of the edge; everything below it is handed the time."""
    return datetime.now(UTC)


Typed = Annotated[str, AfterValidator(storable)]


class PageState(rx.State, mixin=True):
    """Mixed into States. Nothing here is trusted: the address comes from the browser."""

    @contextmanager
    def _speaking(self) -> Iterator[str]:
        """Words made inside the block are in the page's language."""
        language = language_of(self.router.url.path)
        with use_language(language):
            yield language

    @property
    def _network(self) -> str:
        """Whose budget it comes out of (portal/network.py): written down by the gate when the page's websocket connected."""
        return self.router.session.client_ip

    def _asked(self, name: str, longest: int = 200) -> str:
        """The parameter `name` of the page's query, at most `longest` characters of it."""
        return storable(self.router.url.query_parameters.get(name, "")[:longest])

    def _last_segment(self) -> str:
        return self.router.url.path.rstrip("/").rsplit("/", 1)[-1]
