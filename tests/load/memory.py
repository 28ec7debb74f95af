"""How much memory processes had at their peak."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path


def peak_megabytes(processes: Iterable[Path]) -> float:
    """The peaks (resident) of these folders of /proc added up; what they share is counted for each."""
    return sum(_peak(process) for process in processes) / 1000


def is_worker(process: Path) -> bool:
    return b"\0worker\0" in (process / "cmdline").read_bytes()


def _peak(process: Path) -> float:
    """Kilobytes of a thousand bytes."""
    found = re.search(r"^VmHWM:\s+(\d+) kB", (process / "status").read_text(), re.M)
    return int(found[1]) * 1.024 if found else 0.0
