"""A shared terminal: staff fill in, the resident confirms, and afterwards nothing of theirs is left in this browser."""

import json
import secrets
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.journeys.eyes import axe_finds
from tests.journeys.open_book import OpenBook
from tests.journeys.steps import CHECK, DETAILS, DONE, TIME, Resident


@pytest.fixture
def clerk(new_context: Callable[..., BrowserContext], address: str, request: pytest.FixtureRequest) -> Resident:
    """A wide screen, as at a desk."""
    context = new_context(viewport={"width": 1280, "height": 900})
    one = Resident(context.new_page(), address, getattr(request, "param", "pt"))
    one.email = f"{secrets.token_hex(4)}@example.org"
    one.open("/desk/")
    one.page.get_by_role("button", name=one.words("Sign in as {name}", name="Marta Figueiredo")).click()
    one.title_is("Staff area")
    return one


def begins(clerk: Resident, established: str, contact: str = "") -> None:
    clerk.open("/desk/assist/")
    clerk.all_is_there()
    clerk.field("Name of the person beside you").fill(clerk.name)
    clerk.page.locator(f"input[value={established}]").check()
    clerk.field("For a code: their e-mail or mobile number").fill(contact)
    clerk.press("Begin")


def stands_together(clerk: Resident) -> None:
    line = clerk.page.locator(".together")
    expect(line).to_contain_text("Marta Figueiredo")
    expect(line).to_contain_text(clerk.name)


def books_together(clerk: Resident) -> None:
    clerk.begin()
    stands_together(clerk)
    clerk.choose_a_way()
    clerk.stands_at(TIME)
    clerk.choose_a_time()
    clerk.stands_at(DETAILS)
    assert clerk.field("Name").get_attribute("autocomplete") == "off"
    clerk.say_who()
    clerk.stands_at(CHECK)
    clerk.reads("{name}: please read this yourself. If it is right, press the button. That is your confirmation.")
    stands_together(clerk)


def left_behind(page: Page) -> str:
    """Whatever this browser still holds, in every tab's memory, and what Back would show."""
    kept = page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}])") + page.content()
    kept += json.dumps([cookie["name"] for cookie in page.context.cookies() if cookie["name"] != "atrio"])  # type: ignore[typeddict-item]
    return kept


@pytest.mark.parametrize("clerk", ["pt", "ar"], indirect=True)
def test_booked_together_and_nothing_left(clerk: Resident, book: OpenBook):
    begins(clerk, "document")
    clerk.title_is("All services")
    stands_together(clerk)
    books_together(clerk)
    assert axe_finds(clerk.page) == []
    clerk.confirm()
    clerk.stands_at(DONE)
    codes = clerk.codes()
    clerk.press("End, and wipe the screen")
    clerk.reads("It is over. Nothing of theirs is left here.")
    for _back in range(6):
        assert not any(each in left_behind(clerk.page) for each in (clerk.name, clerk.email, *codes))
        clerk.page.go_back()
        expect(clerk.page.locator("main h1")).to_be_visible()
        clerk.all_is_there()
    assert book.the_appointment_of(clerk.name).state == "booked"


def test_what_was_not_confirmed_is_given_back(clerk: Resident, book: OpenBook):
    begins(clerk, "unverified")
    stands_together(clerk)
    books_together(clerk)
    clerk.press("End, and wipe the screen")
    clerk.reads("It is over. Nothing of theirs is left here.")
    assert book.appointments_of(clerk.name) == []
    clerk.open("/book/check/")
    expect(clerk.page.get_by_text(clerk.name)).to_have_count(0)


def test_by_a_code_on_their_own_phone_it_is_on_their_page(
    clerk: Resident, address: str, new_context: Callable[..., BrowserContext]
):
    begins(clerk, "code", clerk.email)
    clerk.reads("They may type it themselves, or read it out to you.")
    clerk.field("Code").fill(clerk.shown_code())
    clerk.press("Begin")
    stands_together(clerk)
    books_together(clerk)
    clerk.confirm()
    clerk.stands_at(DONE)
    reference = clerk.codes()[0]
    clerk.press("End, and wipe the screen")
    clerk.reads("It is over. Nothing of theirs is left here.")
    theirs = Resident(new_context().new_page(), address, "pt")
    theirs.sign_in(clerk.email)
    expect(theirs.page.get_by_text(reference)).to_be_visible()


def test_a_terminal_that_nobody_touches_wipes_itself(clerk: Resident):
    clerk.page.clock.install()
    begins(clerk, "unverified")
    stands_together(clerk)
    clerk.begin()
    clerk.page.clock.fast_forward(140_000)
    clerk.page.clock.run_for(2_000)
    clerk.reads("Nobody has touched this for a while. In a moment it is wiped.")
    clerk.page.clock.fast_forward(45_000)
    clerk.page.clock.run_for(2_000)
    clerk.reads("It is over. Nothing of theirs is left here.")
    assert clerk.name not in left_behind(clerk.page)


def test_what_is_missing_is_said(clerk: Resident):
    clerk.open("/desk/assist/")
    clerk.all_is_there()
    clerk.press("Begin")
    clerk.reads("Please type the name of the person beside you.")
    clerk.reads("Please say how you know who it is.")
    assert axe_finds(clerk.page) == []
