"""One of the processes that serve. It never outlives the one that started it."""

from __future__ import annotations

import ctypes
import gc
import signal
import sys
from typing import Any

from booking.settings import settings
from portal.logs import start_logging

PR_SET_PDEATHSIG = 1  # prctl(2)


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


def end_with_parent() -> None:
    """When the parent is killed (`kill -9`, out of memory) it can't stop its children, and they would keep the port.

    Linux only; elsewhere they have to be ended by hand.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
