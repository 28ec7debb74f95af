"""The main job, on a phone, in every language: book, look up, move, cancel."""

import pytest
from locales.catalogue import LANGUAGES
from playwright.sync_api import Page, expect

from tests.journeys.steps import Resident


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_resident_books_moves_and_cancels_on_a_phone(page: Page, address: str, language: str) -> None:
    resident = Resident(page, address, language)
    reference, _key = resident.book()
    first_time = page.locator(".done .clock").inner_text()

    resident.follow("Move it")
    resident.title_is("Choose another time")
    page.locator(".next-times label.choice").nth(1).click()
    resident.press("Take this time instead")
    expect(page.get_by_text(resident.words("Your appointment has a new time. The old one is free for somebody else."))).to_be_visible()
    expect(page.locator(".done .clock")).not_to_have_text(first_time)
    assert resident.codes()[0] == reference

    resident.follow("Cancel it")
    resident.title_is("Cancel this appointment?")
    resident.press("Yes, cancel it")
    resident.title_is("This appointment is cancelled")
