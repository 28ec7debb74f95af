"""Two codes open an appointment; anything else opens nothing, and says so kindly."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from booking.references import BODY, KEY_SYMBOLS, SYMBOLS, check_symbol
from tests.journeys.machinery import signs_of_machinery
from tests.journeys.open_book import OpenBook
from tests.journeys.steps import Resident

MARKUP = "<img src=x onerror=\"window.wasRun='yes'\">"
NOT_FOUND = "We cannot find an appointment with these two codes. Please check both, or phone us and we will look together."


@pytest.fixture(autouse=True)
def nothing_shows_through(page: Page) -> Iterator[None]:
    yield
    assert page.evaluate("window.wasRun") is None
    if page.url != "about:blank":
        assert signs_of_machinery(page.get_by_role("main").inner_text()) == []


def test_small_letters_spaces_and_a_missing_prefix_do_no_harm(
    page: Page, new_context: Callable[..., BrowserContext], address: str
) -> None:
    reference, access_key = Resident(page, address, "en").book()
    other = Resident(new_context().new_page(), address, "en")
    other.look_up(f" {reference.lower().removeprefix('vc-').replace('-', '  ')} ", f"{access_key.lower().replace('-', ' ')} ")
    other.title_is("Your appointment")


def test_a_slip_a_wrong_key_and_a_reference_nobody_has_are_answered_and_can_be_mended(page: Page, address: str) -> None:
    codes = Resident(page, address, "en").book()
    reference, access_key = codes
    slip = reference[:-1] + _another(reference[-1], SYMBOLS)
    wrong_key = access_key[:-1] + _another(access_key[-1], KEY_SYMBOLS)
    nobodys = "2" * BODY
    resident = Resident(page.context.new_page(), address, "en")
    resident.look_up(slip, access_key)
    resident.reads(
        "There is a typing slip in the booking code. Please compare it with your confirmation, character by character."
    )
    expect(resident.page.locator("#errors")).to_be_focused()
    resident.type_codes(reference, wrong_key)
    resident.reads(NOT_FOUND)
    resident.type_codes(nobodys + check_symbol(nobodys), access_key)
    resident.reads(NOT_FOUND)
    resident.type_codes(*codes)
    resident.title_is("Your appointment")


def test_anything_in_the_boxes_is_answered_with_a_sentence(page: Page, address: str) -> None:
    resident = Resident(page, address, "en")
    for typed in ("", "VC", "x" * 5_000, "👩‍👧", MARKUP, "\u202eVC-7K2M-94QX", "' OR 1=1 --"):
        resident.look_up(typed, typed)
        expect(page.locator("#errors a").first).to_be_visible()
        expect(page.locator("#reference")).to_have_attribute("aria-invalid", "true")


def test_a_link_that_opens_nothing_says_so(page: Page, address: str) -> None:
    resident = Resident(page, address, "en")
    for fragment in ("VC-2222-2220.AAAA", "." * 3_000, f"VC.{MARKUP}", "%00.%ff"):
        page.goto("about:blank")
        resident.open(f"/appointment/#{fragment}")
        resident.reads(NOT_FOUND)
        page.goto("about:blank")
        resident.open(f"/video/#{fragment}")
        resident.reads("This link does not open an appointment. Please check that you copied all of it, or use your two codes.")


def test_a_link_with_wrong_codes_does_not_open_what_was_opened_before(page: Page, address: str) -> None:
    resident = Resident(page, address, "en")
    resident.book()
    page.goto("about:blank")
    resident.open("/appointment/#VC-2222-2220.AAAA")
    resident.reads(NOT_FOUND)


@pytest.mark.parametrize("step", ["/appointment/move/", "/appointment/cancel/", "/appointment/earlier/"])
def test_moving_and_cancelling_without_codes_lead_to_where_they_are_asked_for(page: Page, address: str, step: str) -> None:
    resident = Resident(page, address, "en")
    resident.open(step)
    resident.title_is("Find my appointment")


def test_a_tab_left_open_cannot_move_an_appointment_that_was_cancelled_meanwhile(
    page: Page, address: str, book: OpenBook
) -> None:
    resident = Resident(page, address, "en")
    codes = resident.book()
    resident.follow("Move it")
    resident.title_is("Choose another time")
    elsewhere = Resident(page.context.new_page(), address, "en")
    elsewhere.look_up(*codes)
    elsewhere.cancel()
    resident.times_of(4).first.click()
    resident.press("Take this time instead")
    resident.title_is("This appointment is cancelled")
    assert book.the_appointment_of(resident.name).sequence == 1


def test_the_calendar_file_is_given_for_the_right_codes_only(page: Page, address: str) -> None:
    ask = page.request.post
    door = f"{address}/en/appointment/invite.ics"
    for form in ({}, {"reference": "VC-2222-2220", "access_key": "x"}, {"reference": "x" * 100_000, "access_key": MARKUP}):
        answer = ask(door, form=form, max_redirects=0)
        assert answer.status in {303, 413}
        assert "BEGIN:VCALENDAR" not in answer.text()
    for body, kind in (
        (b"\xff\xfe\x00", "application/x-www-form-urlencoded"),
        (b"{}", "application/json"),
        (b"--x\r\nnonsense", "multipart/form-data; boundary=x"),
        (b"&".join(b"a%d=1" % n for n in range(100)), "application/x-www-form-urlencoded"),
    ):
        answer = ask(door, data=body, headers={"content-type": kind}, max_redirects=0)
        assert answer.status < 500, (kind, answer.status)
        assert signs_of_machinery(answer.text()) == []


def _another(symbol: str, symbols: str) -> str:
    return next(each for each in symbols if each != symbol)
