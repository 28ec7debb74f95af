"""A server that is killed leaves nothing behind that keeps the port."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import granian.server
import pytest

from booking.settings import Settings
from portal import commands, web_process

# A parent that starts a child as the server does, says its number and waits.
FAMILY = """
import os, time
from portal.parent import end_with_parent
child = os.fork()
if not child:
    {}
    print(os.getpid(), flush=True)
time.sleep(60)
"""


def is_gone(process: int) -> bool:
    """Soon: the kernel tells it to end the moment that its parent is gone."""
    for _ in range(50):
        try:
            state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.02)
    return False


@pytest.mark.skipif(sys.platform != "linux", reason="Only Linux tells a child that its parent was killed")
@pytest.mark.parametrize(("first", "gone"), [("end_with_parent()", True), ("pass", False)])
def test_a_web_process_ends_when_the_one_that_started_it_is_killed(first: str, gone: bool) -> None:
    parent = subprocess.Popen([sys.executable, "-c", FAMILY.format(first)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert is_gone(child) is gone
    if not gone:
        os.kill(child, signal.SIGKILL)


def test_every_web_process_asks_for_that_before_it_makes_the_site(monkeypatch: pytest.MonkeyPatch) -> None:
    class Server:
        def __init__(self, name: str, **_: object) -> None:
            self.name = name

        def serve(self, target_loader) -> None:
            steps.append(target_loader(self.name))

    steps: list[str] = []
    monkeypatch.setattr(granian.server, "Server", Server)
    monkeypatch.setattr(web_process, "end_with_parent", lambda: steps.append("ends with its parent"))
    monkeypatch.setattr(web_process, "start_logging", lambda process, _style: steps.append(f"logs as {process}"))
    monkeypatch.setitem(sys.modules, "portal.app", SimpleNamespace(app=lambda: "the site"))
    commands._granian(Settings(_env_file=None))
    assert steps == ["ends with its parent", "logs as web", "the site"]
