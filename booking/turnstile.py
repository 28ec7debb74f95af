"""Who may write next to a SQLite file: a fair queue through the threads of this process and all other processes."""

import fcntl
import threading
from collections import deque
from functools import cache
from typing import TextIO


@cache
def turnstile_of(database: str) -> "Turnstile":
    """One per SQLite file, shared by every Store that this process opens on it."""
    return Turnstile(f"{database}-turn")


class Turnstile:
    """Lets writers through in the order in which they came: a queue for the threads of this process, and between processes a
    lock on `file`, on which the kernel wakes whoever waits at once and which a killed process lets go.
    """

    def __init__(self, file: str):
        self._file = file
        self._guard = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._is_busy = False
        self._held: TextIO | None = None

    def __enter__(self) -> None:
        self._queue()
        try:
            self._held = open(self._file, "a")
            fcntl.flock(self._held, fcntl.LOCK_EX)
        except OSError:
            self._let_the_next_pass()
            raise

    def __exit__(self, *_: object) -> None:
        if self._held:
            self._held.close()
        self._let_the_next_pass()

    def _queue(self) -> None:
        with self._guard:
            if not self._is_busy:
                self._is_busy = True
                return
            mine = threading.Lock()
            mine.acquire()
            self._waiting.append(mine)
        mine.acquire()

    def _let_the_next_pass(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._is_busy = False
