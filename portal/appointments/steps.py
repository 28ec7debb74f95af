"""The journey's pages in their order, one question each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from locales.catalogue import _
from portal.ui.frame import step_words

WAY, TIME, DETAILS, CHECK, CODE, DONE = "/book/", "/book/when/", "/book/details/", "/book/check/", "/book/code/", "/book/done/"
# Where a phone goes on with what was begun beside staff.
HERE = "/book/here/"

# Translators: short names of the four steps of booking, as in "Step 2 of 4: time"
_NAMES: dict[str, Callable[[], str]] = {
    WAY: lambda: _("place"),
    TIME: lambda: _("time"),
    DETAILS: lambda: _("you"),
    CHECK: lambda: _("check"),
}


def address_of(start: datetime) -> str:
    """An instant as it stands in an address and in a form: RFC 3339, UTC, to the minute."""
    return start.strftime("%Y-%m-%dT%H:%MZ")


def step_of(route: str) -> str:
    return step_words(list(_NAMES).index(route) + 1, len(_NAMES), _NAMES[route]())
