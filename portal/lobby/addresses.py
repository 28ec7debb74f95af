"""Where somebody follows their ticket."""

from __future__ import annotations

from booking.settings import settings
from locales.catalogue import language_of, path, use_language

TICKET = "/ticket/"


def ticket_address(language: str, code: str) -> str:
    """The whole address; the code stands in the fragment, which no server logs."""
    with use_language(language_of(language)):
        return f"{settings().address}{path(TICKET)}#{code}"
