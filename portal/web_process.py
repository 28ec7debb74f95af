"""One of the processes that serve. It never outlives the one that started it."""

from __future__ import annotations

import gc
from typing import Any

from booking.settings import settings
from portal.logs import start_logging
from portal.parent import end_with_parent


def application(_name: str) -> Any:
    """The site, made in the process that is to serve it."""
    end_with_parent()
    start_logging("web", settings().logs)
    from portal.app import app

    site = app()
    leave_the_house_alone()
    return site


def leave_the_house_alone() -> None:
    """What was made at the start stays for ever: the collector of garbage needn't walk through all of it again and again, while
    everybody waits. And a booking makes thousands of objects that are gone with it, so it needn't come so often.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
