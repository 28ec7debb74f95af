"""The worker beside the web processes, as one tree: started with them, started again when it falls, ended with them."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from portal.logs import keyed

SHORTEST_PAUSE, LONGEST_PAUSE = 1.0, 30.0  # seconds before it is started again
COMMAND = [sys.executable, "-m", "portal", "worker"]
PATIENCE = 20.0  # seconds that a letter under way may take when the house closes

log = keyed("atrio")


@contextmanager
def worker_beside() -> Iterator[None]:
    """A worker lives until the block ends."""
    stopped = threading.Event()
    # The child dies with the thread that made it (see `end_with_parent`), so this one thread makes every one of them.
    keeper = threading.Thread(target=_keep, args=(stopped,), name="worker-keeper", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        stopped.set()
        keeper.join(PATIENCE + 5)


def _keep(stopped: threading.Event) -> None:
    pause = SHORTEST_PAUSE
    while not stopped.is_set():
        worker = subprocess.Popen(COMMAND)
        while worker.poll() is None and not stopped.wait(0.2):
            pass
        _end(worker)
        if not stopped.is_set():
            log.warning("the worker ended: starting another", code=worker.returncode)
        stopped.wait(pause)
        pause = min(2 * pause, LONGEST_PAUSE)


def _end(worker: subprocess.Popen) -> None:
    worker.terminate()
    with suppress(subprocess.TimeoutExpired):
        worker.wait(PATIENCE)
        return
    worker.kill()
    worker.wait()
