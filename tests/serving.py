"""A town served for a while, and a browser to visit it with: for the journeys and for the bench."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
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
    port = _free_port()
    environment = _of_its_own(folder, port) | {f"ATRIO_{name.upper()}": value for name, value in wishes.items()}
    for command in (["load", DEMO], ["build"]):
        subprocess.run([sys.executable, "-m", "portal", *command], env=environment, check=True, stdout=subprocess.DEVNULL)
    log = folder / "server.log"
    with log.open("w") as out:
        server = subprocess.Popen([sys.executable, "-m", "portal", "serve"], env=environment, stdout=out, stderr=out)
    try:
        yield Site(_when_ready(f"http://localhost:{port}", server, log), folder, wishes.get("database_url", ""))
    finally:
        server.terminate()
        server.wait(10)


class NoBrowser(Exception):
    """There is no Chromium on this machine; the message says how to get one."""


def launched(playwright: Playwright) -> Browser:
    """Playwright's own browser when it was downloaded, else the system's. Raises NoBrowser."""
    own = Path(playwright.chromium.executable_path)
    found = [str(own)] if own.exists() else []
    found += filter(None, map(shutil.which, CHROMIUM))
    for program in found:
        with suppress(Error):  # downloaded, but this machine lacks a library it needs: perhaps the next one starts
            return playwright.chromium.launch(executable_path=program, args=list(SWITCHES))
    raise NoBrowser("No Chromium that starts here. tests/run.sh installs one; by hand: playwright install --with-deps chromium")


def _of_its_own(folder: Path, port: int) -> dict[str, str]:
    """Nothing of this installation's settings: a test must never load its town into somebody's real book."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("ATRIO_")}
    return {**others, "ATRIO_ENV_FILE": os.devnull, "ATRIO_DATA": str(folder), "ATRIO_PORT": str(port)}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _when_ready(address: str, server: subprocess.Popen, log: Path) -> str:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        try:
            urllib.request.urlopen(f"{address}/readyz", timeout=2)
            return address
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"The site did not come up at {address}. It said:\n{log.read_text()[-2000:]}")
