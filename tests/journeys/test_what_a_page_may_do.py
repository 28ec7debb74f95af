"""What the server lets a page do, and what the page asks of others: no foreign script, no eval, no foreign host."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from tests.journeys.open_book import OpenBook
from tests.journeys.steps import Resident


def policy(page: Page, url: str) -> dict[str, str]:
    headers = page.request.get(url).headers
    parts = headers["content-security-policy"].split(";")
    return {name: rest for name, _space, rest in (part.strip().partition(" ") for part in parts)}


@pytest.mark.parametrize(
    "route", ["/en/", "/ar/book/", "/pt/services/marriage/", "/es/book/done/", "/en/no-such-page/", "/nowhere"]
)
def test_every_page_forbids_eval_and_scripts_that_are_not_its_own(page: Page, address: str, route: str) -> None:
    allowed = policy(page, f"{address}{route}")
    assert "unsafe" not in allowed["script-src"]
    assert "*" not in allowed["script-src"]
    assert allowed["default-src"] == "'self'"
    assert allowed["frame-ancestors"] == "'none'"
    assert allowed["form-action"] == "'self'"
    assert allowed["base-uri"] == "'self'"


def test_eval_does_not_work_on_our_pages(page: Page, address: str) -> None:
    Resident(page, address).open("/")
    # Later, because the browser's tools let eval pass while they are asking.
    refused = page.evaluate(
        """new Promise((answer) => setTimeout(() => {
          try { answer(String((0, eval)('1'))); } catch (error) { answer(error.name); }
        }))"""
    )
    assert refused == "EvalError"


def test_a_whole_booking_asks_nobody_but_our_own_server(page: Page, address: str, book: OpenBook) -> None:
    asked: set[str] = set()
    page.on("request", lambda request: asked.add(request.url))
    page.on("websocket", lambda socket: asked.add(socket.url))
    resident = Resident(page, address)
    reference, access_key = resident.book()
    ours = urlsplit(address).netloc
    assert {urlsplit(url).netloc for url in asked if not url.startswith("data:")} == {ours}
    # Names, codes and keys never stand in an address, so they stand in no log either.
    assert [url for url in asked if any(secret in url for secret in (access_key, reference, resident.email))] == []


@pytest.mark.parametrize("route", ["/en/", "/assets/", "/en/appointment/invite.ics"])
def test_no_answer_is_guessed_at_or_sent_on(page: Page, address: str, route: str) -> None:
    headers = page.request.get(f"{address}{route}").headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] in ("same-origin", "no-referrer")
