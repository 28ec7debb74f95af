"""One of the processes that serve. It never outlives the one that started it."""

from __future__ import annotations

import ctypes
import signal
import sys
from typing import Any

PR_SET_PDEATHSIG = 1  # prctl(2)


def application(_name: str) -> Any:
    """The site, made in the process that is to serve it."""
    end_with_parent()
    from portal.app import app

    return app()


def end_with_parent() -> None:
    """When the parent is killed (`kill -9`, out of memory) it can't stop its children, and they would keep the port.

    Linux only; elsewhere they have to be ended by hand.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
