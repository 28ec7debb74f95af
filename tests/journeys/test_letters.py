"""The letter that a booking brings, and its links: one touch leads to the question, and only the answer does anything."""

import email
import re
import time
from collections.abc import Callable
from email import policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.journeys.open_book import OpenBook
from tests.journeys.steps import DONE, Resident
from tests.serving import Site

SOON = 15  # seconds


@pytest.mark.parametrize("language", ["pt", "ar"])
def test_a_letter_comes_and_its_link_cancels_on_another_phone_after_asking(
    page: Page, new_context: Callable[..., BrowserContext], site: Site, book: OpenBook, language: str
) -> None:
    resident = Resident(page, site.address, language)
    reference, access_key = resident.book()
    links = links_in(letter_about(site, reference))

    elsewhere = Resident(new_context().new_page(), site.address, language, name=resident.name)
    elsewhere.page.goto(link_to(links, "/appointment/cancel/"))
    elsewhere.title_is("Cancel this appointment?")
    expect(elsewhere.page).to_have_url(re.compile(r"/appointment/cancel/$"))
    assert access_key not in elsewhere.page.evaluate("JSON.stringify([location.href, history.state])")
    assert book.the_appointment_of(resident.name).state == "booked"  # whoever only follows the link changes nothing
    elsewhere.press("Yes, cancel it")
    elsewhere.title_is("This appointment is cancelled")
    assert book.the_appointment_of(resident.name).state == "cancelled"
    assert elsewhere.words("Your appointment is cancelled") in letter_about(site, reference, than=2)


def test_a_letters_link_moves_after_asking(
    page: Page, new_context: Callable[..., BrowserContext], site: Site, book: OpenBook
) -> None:
    resident = Resident(page, site.address, "es")
    reference, _ = resident.book()
    before = book.the_appointment_of(resident.name).start_at
    elsewhere = Resident(new_context().new_page(), site.address, "es", some_day=resident.some_day)
    elsewhere.page.goto(link_to(links_in(letter_about(site, reference)), "/appointment/move/"))
    elsewhere.title_is("Choose another time")
    elsewhere.times_of(elsewhere.some_day).nth(1).click()
    elsewhere.press("Take this time instead")
    elsewhere.reads("Your appointment has a new time. The old one is free for somebody else.")
    assert book.the_appointment_of(resident.name).start_at != before


def test_the_page_says_where_the_letter_goes(page: Page, address: str) -> None:
    resident = Resident(page, address, "en", email="amina.duarte@example.org")
    resident.book()
    resident.stands_at(DONE)
    resident.reads("We are also sending all of this to {contact}.", contact="amina.duarte@example.org")


def test_a_letters_link_whose_codes_open_nothing_leads_to_the_page_that_asks_for_them(page: Page, address: str) -> None:
    resident = Resident(page, address, "pt")
    for way in ("cancel", "move"):
        resident.open(f"/appointment/{way}/#VC-7K2M-94QX.AAAA-BBBB-CCCC-DDDD")
        resident.title_is("Find my appointment")


def letter_about(site: Site, reference: str, than: int = 1) -> str:
    """The plain words of the latest letter that names this appointment, once there are so many."""
    assert site.data
    deadline = time.monotonic() + SOON
    while time.monotonic() < deadline:
        found = [path for path in (site.data / "letters").glob("*.eml") if reference in everything_in(path.read_bytes())]
        if len(found) >= than:
            return plain(max(found, key=lambda path: path.stat().st_mtime).read_bytes())
        time.sleep(0.1)
    raise AssertionError(f"No letter number {than} about {reference} within {SOON} seconds")


def letters_of(site: Site, address: str, than: int = 1) -> list[str]:
    assert site.data
    return letters_to(site.data, address, than)


def letters_to(data: Path, address: str, than: int = 1) -> list[str]:
    """The plain words of each letter to this address, the oldest first, once there are so many."""
    deadline = time.monotonic() + SOON
    whole = re.compile(rf"(?<![\w.]){re.escape(address)}")  # nor the end of a longer one
    while time.monotonic() < deadline:
        found = [path for path in (data / "letters").glob("*.eml") if whole.search(str(read_back(path.read_bytes())["To"]))]
        if len(found) >= than:
            return [plain(path.read_bytes()) for path in sorted(found, key=lambda path: path.stat().st_mtime)]
        time.sleep(0.1)
    raise AssertionError(f"No letter number {than} to {address} within {SOON} seconds")


def read_back(content: bytes) -> EmailMessage:
    return email.message_from_bytes(content, policy=policy.default)  # type: ignore[return-value]


def plain(content: bytes) -> str:
    return read_back(content).get_body(("plain",)).get_content() if content else ""  # type: ignore[union-attr]


def everything_in(content: bytes) -> str:
    """A cancellation names the appointment in its calendar part only."""
    parts = (part.get_content() for part in read_back(content).walk() if not part.is_multipart())
    return " ".join(part.decode() if isinstance(part, bytes) else part for part in parts)


def links_in(words: str) -> list[str]:
    return re.findall(r"https?://\S+", words)


def link_to(links: list[str], page: str) -> str:
    [link] = [each for each in links if page in each]
    return link
