"""The worker beside the web processes: it lives while they do, and is started again when it falls."""

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from portal import worker_process
from portal.worker_process import worker_beside

# Stands in for the worker: says its number and waits to be ended.
STAND_IN = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
with open(sys.argv[1], "a") as file:
    file.write(f"{os.getpid()}\\n")
time.sleep(60)
"""


@pytest.fixture
def numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where each worker that was started has written its number."""
    file = tmp_path / "numbers"
    file.touch()
    monkeypatch.setattr(worker_process, "COMMAND", [sys.executable, "-c", STAND_IN, str(file)])
    monkeypatch.setattr(worker_process, "SHORTEST_PAUSE", 0.1)
    return file


def wait_for(file: Path, count: int) -> list[int]:
    for _ in range(200):
        if len(found := file.read_text().split()) >= count:
            return [int(number) for number in found]
        time.sleep(0.05)
    raise AssertionError(f"{file.read_text()!r}: not {count} workers")


def lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_worker_lives_as_long_as_the_house_is_open(numbers: Path):
    with worker_beside():
        [process] = wait_for(numbers, 1)
        assert lives(process)
    assert not lives(process)


def test_a_worker_that_was_killed_is_followed_by_another(numbers: Path):
    with worker_beside():
        [first] = wait_for(numbers, 1)
        os.kill(first, signal.SIGKILL)
        first, second = wait_for(numbers, 2)
        assert lives(second)
    assert not lives(second)
