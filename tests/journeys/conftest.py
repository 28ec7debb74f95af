"""The real thing: the site built once, served on a free port with a book of its own, driven in Chromium.

To run against a server that runs already, say where it is and where its data is:
`ATRIO_TEST_ADDRESS=http://localhost:8000 ATRIO_TEST_DATA=.data pytest tests/journeys`.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from tests.journeys.open_book import OpenBook

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
PATIENCE = 15_000  # milliseconds
expect.set_options(timeout=PATIENCE)


@dataclass(frozen=True)
class Site:
    """Where the demo town is served, and the folder that its book is in."""

    address: str
    data: Path | None


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    if already := os.environ.get("ATRIO_TEST_ADDRESS"):
        data = os.environ.get("ATRIO_TEST_DATA")
        yield Site(already, Path(data) if data else None)
        return
    data, port = tmp_path_factory.mktemp("data"), _free_port()
    environment = {**os.environ, "ATRIO_DATA": str(data), "ATRIO_PORT": str(port)}
    for command in (["load", "booking/demo/vila-clara.toml"], ["build"]):
        subprocess.run([sys.executable, "-m", "portal", *command], env=environment, check=True, stdout=subprocess.DEVNULL)
    log = tmp_path_factory.mktemp("server") / "log"
    with log.open("w") as out:
        server = subprocess.Popen([sys.executable, "-m", "portal", "serve"], env=environment, stdout=out, stderr=out)
    try:
        yield Site(_when_ready(f"http://localhost:{port}", server, log), data)
    finally:
        server.terminate()
        server.wait(10)


@pytest.fixture(scope="session")
def address(site: Site) -> str:
    return site.address


@pytest.fixture(scope="session")
def book(site: Site) -> Iterator[OpenBook]:
    """The book behind the site, to see what was really written, and to write in it as somebody else."""
    if site.data is None:
        pytest.fail("This test looks into the book: say where the server keeps it, ATRIO_TEST_DATA=folder")
    with OpenBook.of(site.data) as opened:
        yield opened


@pytest.fixture(scope="session")
def playwright_running() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def chromium(playwright_running: Playwright) -> Iterator[Browser]:
    """Playwright's own browser when it was downloaded, else the system's."""
    own = Path(playwright_running.chromium.executable_path)
    found = str(own) if own.exists() else next(filter(None, map(shutil.which, CHROMIUM)), None)
    if found is None:
        pytest.fail("No Chromium here. tests/run.sh installs one; by hand: playwright install chromium")
    browser = playwright_running.chromium.launch(executable_path=found, args=list(SWITCHES))
    yield browser
    browser.close()


@pytest.fixture
def new_context(chromium: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Another person's phone: nothing remembered. Takes what `Browser.new_context` takes."""
    opened: list[BrowserContext] = []

    def make(**wishes) -> BrowserContext:
        context = chromium.new_context(**{"viewport": PHONE, "reduced_motion": "reduce", **wishes})
        context.set_default_timeout(PATIENCE)
        opened.append(context)
        return context

    yield make
    for context in opened:
        context.close()


@pytest.fixture
def context(new_context: Callable[..., BrowserContext]) -> BrowserContext:
    return new_context()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


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
