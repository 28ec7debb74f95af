"""A town served for a while, and a browser to visit it with: for the journeys and for the bench."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Error, Playwright

DEMO = "booking/demo/vila-clara.toml"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
# A sandbox needs rights that containers don't give; the other switches keep it from calling home.
SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PHONE = {"width": 390, "height": 844}


@dataclass(frozen=True)
class Site:
    """Where a town is served, the folder that it writes into, and the address of its database when that isn't in the folder."""

    address: str
    data: Path | None
    database: str = ""


@contextmanager
def served(folder: Path, **wishes: str) -> Iterator[Site]:
    """The demo town, built if need be, on a free port and with a book of its own in `folder`.

    `wishes` are settings without their prefix: `database_url="postgresql+psycopg://..."`.
    """
    house = House(folder, **wishes)
    house.load_demo_and_build()
    with house:
        yield Site(house.address, folder, wishes.get("database_url", ""))


class House:
    """One installation with a book of its own in `folder`, opened, closed or killed: all its processes are one group.

    `instead`: another module to run than `portal serve`; one that is ready as soon as it lives.
    """

    def __init__(self, folder: Path, instead: Sequence[str] = (), **wishes: str):
        port = free_port()
        self.address = f"http://localhost:{port}"
        self.port = port
        self.environment = _of_its_own(folder, port) | {f"ATRIO_{name.upper()}": value for name, value in wishes.items()}
        self._command = [sys.executable, "-m", *(instead or ("portal", "serve"))]
        self._ready_at = f"{self.address}/{'healthz' if instead else 'readyz'}"
        self.log = folder / "server.log"
        self._server: subprocess.Popen | None = None

    def load_demo_and_build(self) -> None:
        for command in (["load", DEMO], ["build"]):
            subprocess.run(
                [sys.executable, "-m", "portal", *command], env=self.environment, check=True, stdout=subprocess.DEVNULL
            )

    def __enter__(self) -> House:
        with self.log.open("a") as out:
            self._server = subprocess.Popen(self._command, env=self.environment, stdout=out, stderr=out, start_new_session=True)
        try:
            _when_ready(self._ready_at, self._server, self.log)
        except BaseException:
            self.kill()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        assert self._server
        self._server.terminate()
        try:
            self._server.wait(10)
        finally:
            self.kill()

    def kill(self) -> None:
        """kill -9 of every process."""
        assert self._server
        with suppress(ProcessLookupError):
            os.killpg(self._server.pid, signal.SIGKILL)
        self._server.wait(10)

    @property
    def leader(self) -> int:
        """The number of the one that was started, and starts all others."""
        assert self._server
        return self._server.pid

    @property
    def has_ended(self) -> bool:
        assert self._server
        return self._server.poll() is not None

    @property
    def processes(self) -> list[Path]:
        """Each process of the house, as its folder in /proc."""
        return group(self.leader)


def group(leader: int) -> list[Path]:
    """Every process of this group, as its folder in /proc."""
    return [folder for folder in Path("/proc").glob("[0-9]*") if _group_of(folder) == leader]


def _group_of(process: Path) -> int:
    try:
        return int((process / "stat").read_text().rpartition(")")[2].split()[2])
    except OSError:
        return 0  # it has just ended


class NoBrowser(Exception):
    """There is no Chromium on this machine; the message says how to get one."""


def launched(playwright: Playwright, *more: str) -> Browser:
    """Playwright's own browser when it was downloaded, else the system's; with `more` switches. Raises NoBrowser."""
    own = Path(playwright.chromium.executable_path)
    found = [str(own)] if own.exists() else []
    found += filter(None, map(shutil.which, CHROMIUM))
    for program in found:
        with suppress(Error):  # downloaded, but this machine lacks a library it needs: perhaps the next one starts
            return playwright.chromium.launch(executable_path=program, args=[*SWITCHES, *more])
    raise NoBrowser("No Chromium that starts here. tests/run.sh installs one; by hand: playwright install --with-deps chromium")


def _of_its_own(folder: Path, port: int) -> dict[str, str]:
    """Nothing of this installation's settings: a test must never load its town into somebody's real book."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("ATRIO_")}
    return {**others, "ATRIO_ENV_FILE": os.devnull, "ATRIO_DATA": str(folder), "ATRIO_PORT": str(port), "ATRIO_LIMITS": "off"}


def wait_for(port: int, seconds: float = 30) -> None:
    """Until somebody listens there. Raises OSError."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def until(is_so: Callable[[], object], what: str, seconds: float = 15) -> None:
    """Look until it is so. Raises AssertionError with `what` was waited for."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, f"Not within {seconds} seconds: {what}"
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _when_ready(address: str, server: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=2)
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise RuntimeError(f"The site did not come up at {address}. It said:\n{log.read_text()[-2000:]}")
