"""Anchors: once a day, what the end of the audit chain was, in a file to which lines are only added.

    2026-11-26 4711 5f0c...      the day in UTC, number and hash of the last entry

A copy on another machine is what makes it worth something: whoever cuts off the end of the record, or writes it anew, would have
to change that as well.
"""

import fcntl
import os
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from booking.audit import NOTHING, Head

ANCHORS = "audit-anchors.txt"  # in the data folder
LINE = re.compile(r"(\d{4}-\d\d-\d\d) ([1-9]\d{0,17}) ([0-9a-f]{64})", re.ASCII)
LONGEST_LINE = 120


class NotAnAnchor(ValueError):
    """A line of the file isn't one; the message is its number."""


@dataclass(frozen=True)
class Anchor:
    day: date
    head: Head


def add_anchor(file: Path, today: date, head: Head) -> None:
    """Add today's line unless there is one, or nothing to anchor yet. Several workers may share the file."""
    if head == NOTHING:
        return
    with file.open("ab+") as opened:
        fcntl.flock(opened, fcntl.LOCK_EX)
        opened.seek(max(0, opened.seek(0, os.SEEK_END) - LONGEST_LINE))
        end = opened.read()
        if end.rpartition(b"\n")[0].rpartition(b"\n")[2].startswith(f"{today} ".encode()):
            return
        # After a line that was cut off by a full disk begins a new one.
        begin = "\n" if end and not end.endswith(b"\n") else ""
        opened.write(f"{begin}{today} {head.number} {head.hash}\n".encode())
        opened.flush()
        os.fsync(opened.fileno())


def read_anchors(file: Path) -> list[Anchor]:
    """Raises NotAnAnchor and OSError."""
    return [_anchor(number, line) for number, line in enumerate(file.read_bytes().splitlines(), 1)]


def _anchor(number: int, line: bytes) -> Anchor:
    try:
        day, entry, hash_ = LINE.fullmatch(line.decode("ascii")).groups()  # type: ignore[union-attr]
        return Anchor(date.fromisoformat(day), Head(int(entry), hash_))
    except (AttributeError, ValueError):
        raise NotAnAnchor(number) from None
