"""The main job, on a phone, in every language: book, look up, move, cancel."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from locales.catalogue import LANGUAGES
from tests.journeys.open_book import OpenBook
from tests.journeys.steps import Resident, instant


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_resident_books_looks_up_moves_and_cancels_on_a_phone(
    page: Page, new_context: Callable[..., BrowserContext], address: str, book: OpenBook, language: str
) -> None:
    resident = Resident(page, address, language)
    reference, access_key = resident.book()
    promised = book.the_appointment_of(resident.name)
    assert (promised.reference, promised.language, promised.email) == (reference, language, resident.email)

    resident.page = new_context().new_page()
    resident.look_up(reference, access_key)
    resident.title_is("Your appointment")

    resident.move()
    assert resident.codes() == (reference, access_key)
    moved = book.the_appointment_of(resident.name)
    assert moved.start_at != promised.start_at

    resident.cancel()
    assert book.the_appointment_of(resident.name).state == "cancelled"


def test_the_time_on_the_confirmation_is_the_time_that_was_chosen(page: Page, address: str, book: OpenBook) -> None:
    resident = Resident(page, address)
    resident.get_to("time")
    words = resident.times_of(4).nth(2).inner_text()
    chosen = resident.choose_a_time(2, day=4)
    resident.stands_at("details")
    resident.say_who()
    resident.stands_at("check")
    resident.confirm()
    resident.stands_at("done")
    expect(page.locator(".done .clock")).to_have_text(words)
    assert book.the_appointment_of(resident.name).start_at == instant(chosen)


@pytest.mark.parametrize("chosen", [".next-times label.choice", ".days label.time"], ids=["a card", "a day of the list"])
def test_the_time_that_was_chosen_is_seen_as_chosen_on_coming_back_and_after_a_reload(
    page: Page, address: str, chosen: str
) -> None:
    resident = Resident(page, address)
    resident.get_to("time")
    if "days" in chosen:
        resident.choose_a_time()
    else:
        page.locator(chosen).nth(1).click()
        resident.press("Continue")
    resident.stands_at("details")
    page.go_back()
    for _again in range(2):
        resident.stands_at("time")
        expect(page.locator(f"{chosen}:has(:checked)")).to_be_visible()
        expect(page.locator("input[name=time]:checked")).to_have_count(1)
        page.reload()
    resident.stands_at("time")
    resident.press("Continue")
    resident.stands_at("details")


def test_news_of_an_appointment_is_told_once_and_only_while_it_is_true(page: Page, address: str) -> None:
    resident = Resident(page, address, "en")
    news = page.locator(".notice:is(.ok, .warn)")
    resident.book()
    resident.move()
    expect(page).to_have_url(f"{address}/en/appointment/")
    page.reload()
    resident.title_is("Your appointment")
    expect(news).to_have_count(0)

    resident.cancel()
    expect(news).to_have_text(resident.words("Your appointment is cancelled. There is nothing else you have to do."))
    expect(page).to_have_url(f"{address}/en/appointment/")
    page.go_back()
    resident.title_is("This appointment is cancelled")
    page.reload()
    resident.title_is("This appointment is cancelled")
    expect(news).to_have_count(0)
    for address_of_old in ("move/", "cancel/", "?news=moved", "?news=too-late", "?news=not-offered"):
        resident.open(f"/appointment/{address_of_old}")
        resident.title_is("This appointment is cancelled")
        expect(news).to_have_count(0)


def test_an_arabic_month_of_two_words_stays_in_one_line(page: Page, address: str) -> None:
    resident = Resident(page, address, "ar")
    resident.get_to("time")
    days = page.locator(".days summary b").all_inner_texts()
    assert days
    assert [day for day in days if re.search(r"\([^)]* [^)]*\)", day)] == []


def test_one_of_the_next_three_times_is_chosen_by_one_touch(page: Page, address: str) -> None:
    resident = Resident(page, address)
    resident.get_to("time")
    cards = page.locator(".next-times label.choice")
    expect(cards).to_have_count(3)
    chosen = cards.nth(2).locator(".clock").inner_text()
    cards.nth(2).click()
    resident.press("Continue")
    resident.stands_at("details")
    resident.say_who()
    resident.stands_at("check")
    expect(page.get_by_role("main")).to_contain_text(chosen)
