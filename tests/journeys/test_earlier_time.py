"""A resident asks for an earlier time, is offered one, and takes it, keeps theirs, or stops waiting."""

import pytest
from playwright.sync_api import Page, expect

from locales.catalogue import LANGUAGES
from tests.journeys.open_book import OpenBook
from tests.journeys.steps import Resident


def waiting(page: Page, address: str, language: str = "pt") -> Resident:
    """Somebody with an appointment who asked for an earlier one."""
    resident = Resident(page, address, language)
    resident.book()
    resident.open("/appointment/")
    resident.follow("Ask for an earlier time")
    resident.title_is("An earlier time")
    resident.press("Write to me")
    resident.reads("You are waiting for an earlier time")
    return resident


def is_offered(resident: Resident, book: OpenBook) -> None:
    book.give_back_an_earlier_time(resident.name)
    resident.open("/appointment/")
    resident.reads("An earlier time is kept for you")
    resident.follow("Look at it")
    resident.reads("This earlier time is kept for you")


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_earlier_time_is_offered_and_taken_with_one_touch(page: Page, address: str, book: OpenBook, language: str) -> None:
    resident = waiting(page, address, language)
    before = book.the_appointment_of(resident.name)
    is_offered(resident, book)
    shown = page.locator(".plate .big").inner_text()
    resident.press("Take this time")
    resident.reads("Your appointment has a new time. The old one is free for somebody else.")
    expect(page.locator(".done .clock")).to_have_text(shown)
    after = book.the_appointment_of(resident.name)
    assert after.start_at < before.start_at
    assert after.sequence == before.sequence + 1
    page.go_back()
    assert book.the_appointment_of(resident.name) == after


def test_whoever_keeps_their_time_goes_on_waiting_and_sees_why(page: Page, address: str, book: OpenBook) -> None:
    resident = waiting(page, address)
    before = book.the_appointment_of(resident.name).start_at
    is_offered(resident, book)
    resident.press("Keep my time")
    resident.reads("Offered to you, and you kept your time.")
    resident.reads("You are waiting for an earlier time")
    expect(page.get_by_text(resident.words("This earlier time is kept for you"))).to_have_count(0)
    assert book.the_appointment_of(resident.name).start_at == before


def test_whoever_stops_waiting_can_ask_again(page: Page, address: str, book: OpenBook) -> None:
    resident = waiting(page, address)
    resident.press("Stop waiting")
    resident.reads("Shall we write to you when an earlier time comes free?")
    resident.press("Write to me")
    resident.reads("You are waiting for an earlier time")


def test_what_would_suit_is_kept_and_can_be_changed(page: Page, address: str) -> None:
    resident = waiting(page, address)
    page.reload()
    page.locator("main details summary").first.click()
    page.locator("input[name=hours][value=morning]").check()
    resident.press("Keep these answers")
    resident.reads("You are waiting for an earlier time")
    page.reload()
    page.locator("main details summary").first.click()
    expect(page.locator("input[name=hours][value=morning]")).to_be_checked()


def test_without_a_day_nothing_is_asked_and_the_other_answers_stay(page: Page, address: str) -> None:
    resident = Resident(page, address, "en")
    resident.book()
    resident.open("/appointment/earlier/")
    resident.all_is_there()
    page.locator("input[name=hours][value=afternoon]").check()
    for box in page.locator("input[name^=day_]").all():
        box.uncheck()
    resident.press("Write to me")
    expect(page.locator("#errors")).to_contain_text("Please tick at least one day.")
    expect(page.locator("input[name=hours][value=afternoon]")).to_be_checked()
