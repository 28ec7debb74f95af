"""A kept time ends before the eyes of whoever looks: warned two minutes before, and told when it has ended."""

from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page, expect

from tests.journeys.open_book import OpenBook
from tests.journeys.steps import DETAILS, Resident

SOON = timedelta(seconds=8)


def test_two_minutes_before_the_end_the_page_says_so_and_offers_more(page: Page, address: str, book: OpenBook) -> None:
    resident = Resident(page, address, "en")
    resident.get_to(DETAILS)
    warning = page.get_by_text(resident.words("That is in two minutes. Do you need longer?"))
    book.let_holds_end_at(datetime.now(UTC) + timedelta(minutes=2) + SOON)
    page.reload()
    resident.stands_at(DETAILS)
    expect(warning).to_have_count(0)
    expect(warning).to_be_visible(timeout=20_000)
    resident.press("More time")
    expect(warning).to_have_count(0)


def test_when_it_has_ended_the_page_no_longer_says_that_it_is_kept(page: Page, address: str, book: OpenBook) -> None:
    resident = Resident(page, address, "en")
    resident.get_to(DETAILS)
    ended = page.get_by_text(
        resident.words("We no longer keep this time for you. If nobody else has taken it, you can still book it.")
    )
    book.let_holds_end_at(datetime.now(UTC) + SOON)
    page.reload()
    resident.stands_at(DETAILS)
    expect(ended).to_have_count(0)
    expect(ended).to_be_visible(timeout=20_000)
    resident.press("Keep it again")
    expect(ended).to_have_count(0)
