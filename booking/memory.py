"""What a process remembers of the database, each thing for as long as its version stands."""

import threading
from collections import OrderedDict, defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


class Memory:
    """Values by name, each good for one version. Threads that want a new value at once make it once.

    What nobody has asked for the longest goes first.
    """

    CAPACITY = 512

    def __init__(self, capacity: int = CAPACITY):
        self._capacity = capacity
        self._kept: OrderedDict[object, tuple[object, Any]] = OrderedDict()
        self._making: defaultdict[object, threading.Lock] = defaultdict(threading.Lock)
        self._guard = threading.Lock()

    def recall(self, name: object, version: object, make: Callable[[], T]) -> T:
        with self._guard:
            making = self._making[name]
            kept = self._kept.get(name)
            if kept:
                self._kept.move_to_end(name)
        if kept and kept[0] == version:
            return kept[1]
        with making:
            kept = self._kept.get(name)
            if kept and kept[0] == version:
                return kept[1]
            value = make()
            self._keep(name, version, value)
            return value

    def _keep(self, name: object, version: object, value: object) -> None:
        with self._guard:
            self._kept[name] = (version, value)
            self._kept.move_to_end(name)
            while len(self._kept) > self._capacity:
                self._making.pop(self._kept.popitem(last=False)[0], None)
