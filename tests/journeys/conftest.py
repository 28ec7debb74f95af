"""The real thing: the site built once, served on a free port with a book of its own, driven in Chromium.

To run against a server that runs already, say where it is and where its data is:
`ATRIO_TEST_ADDRESS=http://localhost:8000 ATRIO_TEST_DATA=.data pytest tests/journeys`.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from booking.store import write
from tests.journeys.hall import always_open, comes_to_work, sits
from tests.journeys.open_book import OpenBook
from tests.journeys.steps import Resident
from tests.serving import PHONE, NoBrowser, Site, launched, served

PATIENCE = 15_000  # milliseconds
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    if already := os.environ.get("ATRIO_TEST_ADDRESS"):
        data = os.environ.get("ATRIO_TEST_DATA")
        yield Site(already, Path(data) if data else None)
        return
    with served(tmp_path_factory.mktemp("data")) as site:
        yield site


@pytest.fixture(scope="session")
def address(site: Site) -> str:
    return site.address


@pytest.fixture(scope="session")
def book(site: Site) -> Iterator[OpenBook]:
    """The book behind the site, to see what was really written, and to write in it as somebody else."""
    if site.data is None:
        pytest.fail("This test looks into the book: say where the server keeps it, ATRIO_TEST_DATA=folder")
    with OpenBook.of(site.data, site.database) as opened:
        yield opened


@pytest.fixture(scope="session")
def playwright_running() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def chromium(playwright_running: Playwright) -> Iterator[Browser]:
    try:
        browser = launched(playwright_running)
    except NoBrowser as missing:
        pytest.fail(str(missing))
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


@pytest.fixture(scope="session")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A house that is open whenever the tests are run."""
    with served(tmp_path_factory.mktemp("hall")) as site:
        assert site.data
        with OpenBook.of(site.data) as book:
            write(book.store, always_open)
        yield site


@pytest.fixture
def its_book(hall: Site) -> Iterator[OpenBook]:
    assert hall.data
    with OpenBook.of(hall.data) as book:
        book.empty_the_hall()
        book.everybody_gets_up()
        yield book


@pytest.fixture
def clerk(
    new_context: Callable[..., BrowserContext], hall: Site, its_book: OpenBook, request: pytest.FixtureRequest
) -> Resident:
    return sits(comes_to_work(new_context, hall, getattr(request, "param", "pt")))
