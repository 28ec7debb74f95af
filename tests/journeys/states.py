"""The states that pages can be in beyond just having been opened, and how a resident gets to each."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from booking.visits import Visit
from tests.journeys.open_book import OpenBook
from tests.journeys.steps import CHECK, DETAILS, DONE, TIME, Resident, instant

VISIT = Visit(("residence-certificate",), "pacos", "in_person")


def a_menu_is_open(resident: Resident, _book: OpenBook) -> None:
    resident.open("/services/")
    resident.page.locator("details.menu summary").first.click()


def text_sizes_are_open(resident: Resident, _book: OpenBook) -> None:
    resident.open("/services/")
    resident.page.locator("details.menu summary").nth(1).click()


def the_largest_text(resident: Resident, _book: OpenBook) -> None:
    resident.page.get_by_role("radio").last.check()
    resident.page.reload()


def normal_text_again(resident: Resident, _book: OpenBook) -> None:
    resident.page.locator("details.menu summary").nth(1).click()
    resident.page.get_by_role("radio").first.check()
    resident.page.reload()


def something_was_found(resident: Resident, _book: OpenBook) -> None:
    resident.open("/services/?q=certificado+certificate+casamento")
    expect(resident.page.locator("[role=status] h2")).to_be_visible()


def nothing_was_found(resident: Resident, _book: OpenBook) -> None:
    resident.open("/services/?q=qqqqqqqq")
    expect(resident.page.locator("[role=status] h2")).to_be_visible()


def no_way_was_chosen(resident: Resident, _book: OpenBook) -> None:
    resident.begin()
    resident.press("Continue")
    resident.reads("Please choose one of these ways.")


def another_matter_is_being_added(resident: Resident, _book: OpenBook) -> None:
    resident.begin()
    resident.page.locator("main details summary").click()


def a_service_is_unknown(resident: Resident, _book: OpenBook) -> None:
    resident.open("/book/?service=unknown")
    expect(resident.page.locator(".notice.warn")).to_be_visible()


def a_day_is_open_and_a_time_chosen(resident: Resident, _book: OpenBook) -> None:
    resident.get_to(TIME)
    resident.times_of(2).nth(3).click()


def a_time_was_just_taken(resident: Resident, book: OpenBook) -> None:
    resident.get_to(TIME)
    chosen = resident.times_of(6).last
    chosen.click()
    book.take_every_place(VISIT, instant(chosen.locator("input").get_attribute("value") or ""))
    resident.press("Continue")
    expect(resident.page.locator(".notice.warn")).to_be_visible()


def the_details_are_asked(resident: Resident, _book: OpenBook) -> None:
    resident.get_to(DETAILS)


def details_are_missing(resident: Resident, _book: OpenBook) -> None:
    resident.press("Continue")
    expect(resident.page.locator("#errors")).to_be_visible()


def the_time_is_no_longer_kept(resident: Resident, book: OpenBook) -> None:
    resident.get_to(DETAILS)
    book.let_holds_run_out()
    resident.page.reload()
    expect(resident.page.locator(".notice.warn")).to_be_visible()


def the_answers_are_shown(resident: Resident, _book: OpenBook) -> None:
    resident.get_to(CHECK)


def it_is_confirmed(resident: Resident, _book: OpenBook) -> None:
    resident.confirm()
    resident.stands_at(DONE)
    resident.codes()


def it_is_being_moved(resident: Resident, _book: OpenBook) -> None:
    resident.follow("Move it")
    resident.title_is("Choose another time")


def it_was_moved(resident: Resident, _book: OpenBook) -> None:
    resident.page.go_back()
    resident.stands_at(DONE)
    resident.move()


def it_is_being_cancelled(resident: Resident, _book: OpenBook) -> None:
    resident.follow("Cancel it")
    resident.title_is("Cancel this appointment?")


def it_was_cancelled(resident: Resident, _book: OpenBook) -> None:
    resident.press("Yes, cancel it")
    resident.title_is("This appointment is cancelled")


def it_is_closed_again(resident: Resident, _book: OpenBook) -> None:
    resident.press("Close it on this device")
    resident.title_is("Find my appointment")


def the_codes_are_wrong(resident: Resident, _book: OpenBook) -> None:
    resident.type_codes("VC-2222-2222", "AAAA")
    expect(resident.page.locator("#errors")).to_be_visible()


def it_is_by_video(resident: Resident, _book: OpenBook) -> None:
    Resident(resident.page, resident.address, resident.language, service="marriage").book(way="video")


def the_video_link_was_followed(resident: Resident, _book: OpenBook) -> None:
    link = resident.page.locator("main a[href*='/video/']").get_attribute("href") or ""
    resident.page.goto(link)
    expect(resident.page.locator(".plate")).to_be_visible()


# In this order: some begin where the one before them ended.
STATES: dict[str, Callable[[Resident, OpenBook], None]] = {
    state.__name__.replace("_", " "): state
    for state in (
        a_menu_is_open,
        text_sizes_are_open,
        the_largest_text,
        normal_text_again,
        something_was_found,
        nothing_was_found,
        no_way_was_chosen,
        another_matter_is_being_added,
        a_service_is_unknown,
        a_day_is_open_and_a_time_chosen,
        a_time_was_just_taken,
        the_details_are_asked,
        details_are_missing,
        the_time_is_no_longer_kept,
        the_answers_are_shown,
        it_is_confirmed,
        it_is_being_moved,
        it_was_moved,
        it_is_being_cancelled,
        it_was_cancelled,
        it_is_closed_again,
        the_codes_are_wrong,
        it_is_by_video,
        the_video_link_was_followed,
    )
}
