"""Processes that belong together end together."""

from __future__ import annotations

import ctypes
import signal
import sys

PR_SET_PDEATHSIG = 1  # prctl(2)


def end_with_parent() -> None:
    """When the parent is killed (`kill -9`, out of memory) it can't stop its children, and they would keep the port.

    Linux only; elsewhere they have to be ended by hand.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
