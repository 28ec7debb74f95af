"""Counts of several web processes, added up: each writes its own into a folder of the memory that all of them can read.

This must be arranged before anything imports prometheus-client, so this module doesn't.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
# Memory rather than a disk: on a full disk a process that counts would be killed.
MEMORY = Path("/dev/shm")
NAME = "atrio-counts"


@contextmanager
def counted_together() -> Iterator[None]:
    """The processes started inside the block count together, from zero."""
    root = MEMORY if os.access(MEMORY, os.W_OK) else Path(tempfile.gettempdir())
    _clear_up(root)
    with tempfile.TemporaryDirectory(prefix=f"{NAME}-{os.getpid()}-", dir=root, ignore_cleanup_errors=True) as folder:
        os.environ[VARIABLE] = folder
        try:
            yield
        finally:
            os.environ.pop(VARIABLE)


def first_process() -> int:
    """The number of the process that started all that count together; of this one when nobody did."""
    folder = os.environ.get(VARIABLE)
    return int(Path(folder).name.split("-")[2]) if folder else os.getpid()


def _clear_up(root: Path) -> None:
    """What was left behind by one that was killed."""
    for left in root.glob(f"{NAME}-*"):
        process = left.name.split("-")[2]
        if process.isdigit() and not Path("/proc", process).exists() and left.stat().st_uid == os.getuid():
            shutil.rmtree(left, ignore_errors=True)
