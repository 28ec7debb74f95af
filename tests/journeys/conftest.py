"""The real thing: the site built once, served on a free port with a database of its own, driven in Chromium."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

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


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the demo town is served, with an empty book of its own; or a server that runs already (ATRIO_TEST_ADDRESS)."""
    if already := os.environ.get("ATRIO_TEST_ADDRESS"):
        yield already
        return
    port = _free_port()
    environment = {**os.environ, "ATRIO_DATA": str(tmp_path_factory.mktemp("data")), "ATRIO_PORT": str(port)}
    for command in (["load", "booking/demo/vila-clara.toml"], ["build"]):
        subprocess.run([sys.executable, "-m", "portal", *command], env=environment, check=True, stdout=subprocess.DEVNULL)
    server = subprocess.Popen([sys.executable, "-m", "portal", "serve"], env=environment)
    try:
        yield _when_ready(f"http://localhost:{port}", server)
    finally:
        server.terminate()
        server.wait(10)


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
def context(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(viewport=PHONE, reduced_motion="reduce")
    context.set_default_timeout(15_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _when_ready(address: str, server: subprocess.Popen) -> str:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        try:
            urllib.request.urlopen(f"{address}/readyz", timeout=2)
            return address
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"The site did not come up at {address}")
