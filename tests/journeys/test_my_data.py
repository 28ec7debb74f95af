"""My data: seen, taken along, told as wished, erased."""

import json
import secrets
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from booking.promises import Appointment
from booking.visits import Visit
from tests.journeys.open_book import OpenBook
from tests.journeys.steps import Resident

VISIT = Visit(("residence-certificate",), "pacos", "in_person")


@pytest.fixture(params=["pt", "ar"])
def somebody(request: pytest.FixtureRequest, new_context: Callable[..., BrowserContext], address: str) -> Resident:
    page = new_context(viewport={"width": 390, "height": 844}, reduced_motion="reduce").new_page()
    return Resident(page, address, request.param, email=f"{secrets.token_hex(4)}@example.org")


def with_an_appointment(somebody: Resident, book: OpenBook) -> Appointment:
    booked = book.books_for(VISIT, somebody.email)
    somebody.sign_in(somebody.email)
    somebody.press("Yes, they are mine")
    somebody.reads("These appointments are now on your page.")
    return booked.appointment


def test_all_of_it_is_seen_and_taken_along(somebody: Resident, book: OpenBook):
    booked = with_an_appointment(somebody, book)
    somebody.follow("See all of it")
    somebody.title_is("What we hold about you")
    somebody.reads("Nobody but you has opened your record.")
    somebody.page.get_by_text(somebody.words("Appointments ({n})", n=1)).click()
    expect(somebody.page.get_by_text(booked.reference)).to_be_visible()
    with somebody.page.expect_download() as taken:
        somebody.page.get_by_role("link", name=somebody.words("For programs (JSON)")).click()
    record = json.loads(taken.value.path().read_text())
    assert [each["reference"] for each in record["appointments"]] == [booked.reference]
    assert [each["email"] for each in record["contacts"]] == [somebody.email]
    with somebody.page.expect_download() as taken:
        somebody.page.get_by_role("link", name=somebody.words("To read (PDF)")).click()
    paper = taken.value.path().read_bytes()
    assert paper.startswith(b"%PDF-")
    assert b"StructTreeRoot" in paper


def test_erased_nothing_of_them_is_left_but_what_is_ahead(
    somebody: Resident, book: OpenBook, new_context: Callable[..., BrowserContext], address: str
):
    booked = with_an_appointment(somebody, book)
    elsewhere = Resident(new_context().new_page(), address, "en")
    elsewhere.sign_in(somebody.email)
    somebody.open("/me/data/")
    somebody.all_is_there()
    somebody.follow("Erase my data")
    somebody.title_is("Erase my data")
    somebody.reads("This stays for now")
    somebody.press("Erase my data")
    somebody.reads("Please tick that you have read it. Nothing was erased.")
    somebody.page.locator("label:has(input[name=understood])").click()
    somebody.press("Erase my data")
    somebody.reads("Your data is erased, and you are signed out everywhere. Thank you for having been with us.")
    elsewhere.open("/me/")
    elsewhere.title_is("Sign in")
    somebody.page.go_back()
    somebody.title_is("Sign in")
    left = book.the_appointment(booked.reference)
    assert (left.resident_id, left.email, left.erase_at) == (None, somebody.email, left.end_at)
    somebody.sign_in(somebody.email)
    somebody.reads("You have no appointment ahead of you.")


def test_whoever_wishes_it_is_told_by_text_message(somebody: Resident, book: OpenBook):
    booked = with_an_appointment(somebody, book)
    somebody.open("/me/about-you/")
    somebody.all_is_there()
    somebody.field("Name").fill("Amina Haddad")
    somebody.page.locator("select[name=reached_by]").select_option("sms")
    somebody.press("Save")
    somebody.reads("That is saved. It goes with you from now on.")
    somebody.reads("Text message, where we have a number")
    # They gave no number with this one, so it goes on by e-mail.
    assert {letter.channel for letter in book.letters_of(booked.reference)} == {"email"}
