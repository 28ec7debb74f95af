"""Looking at the database for whoever watches over us: one look at a time, and never longer than they would wait.

A database that is gone may leave a question unanswered for minutes. Were each probe to ask anew, they would soon occupy every
thread; so whoever asks meanwhile waits for the same answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Generic, TypeVar

from sqlmodel import Session

from booking.store import in_reading
from portal.page_state import now

T = TypeVar("T")
PATIENCE = 3.0  # seconds


class Look(Generic[T]):
    """`verb(session, now)` on one snapshot."""

    def __init__(self, verb: Callable[[Session, datetime], T]) -> None:
        self._verb = verb
        self._under_way: asyncio.Task[T] | None = None

    async def answer(self) -> T:
        """Raises TimeoutError, and what the verb raises."""
        return await asyncio.wait_for(asyncio.shield(self._asked()), PATIENCE)

    def _asked(self) -> asyncio.Task[T]:
        asked = self._under_way
        if asked is None or asked.done() or asked.get_loop() is not asyncio.get_running_loop():
            asked = self._under_way = asyncio.ensure_future(in_reading(self._verb, now()))
            asked.add_done_callback(_hear_it)
        return asked


def _hear_it(task: asyncio.Task) -> None:
    """Perhaps nobody waits for it any more; asyncio would complain that nobody heard what went wrong."""
    if not task.cancelled():
        task.exception()
