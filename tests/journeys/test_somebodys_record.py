"""Staff open somebody's record for a purpose, which that person reads; and put two records of one person together."""

import secrets
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from booking.visits import Visit
from tests.journeys.open_book import OpenBook
from tests.journeys.steps import Resident

VISIT = Visit(("residence-certificate",), "pacos", "in_person")
Arrives = Callable[..., Resident]


@pytest.fixture(params=["pt", "ar"])
def arrives(request: pytest.FixtureRequest, new_context: Callable[..., BrowserContext], address: str) -> Arrives:
    def somebody(width: int = 390) -> Resident:
        page = new_context(viewport={"width": width, "height": 844}, reduced_motion="reduce").new_page()
        return Resident(page, address, request.param, email=f"{secrets.token_hex(4)}@example.org")

    return somebody


@pytest.fixture
def clerk(arrives: Arrives) -> Resident:
    clerk = arrives(1280)
    clerk.open("/desk/")
    clerk.page.get_by_role("button", name=clerk.words("Sign in as {name}", name="Rosa Teixeira")).click()
    clerk.title_is("Staff area")
    return clerk


def looks_up(clerk: Resident, who: str, purpose: str = "complaint") -> None:
    clerk.page.locator("select[name=purpose]").select_option(purpose)
    clerk.page.locator("input[name=who]").fill(who)
    clerk.press("Look")
    clerk.page.locator("ul.rows button").first.click()


def test_who_looked_and_what_for_stands_on_their_page(clerk: Resident, arrives: Arrives, book: OpenBook):
    ana = arrives()
    booked = book.books_for(VISIT, ana.email)
    ana.sign_in(ana.email)
    ana.press("Yes, they are mine")
    ana.reads("These appointments are now on your page.")
    clerk.open("/desk/people/")
    clerk.all_is_there()
    clerk.page.locator("input[name=who]").fill(ana.email)
    clerk.press("Look")
    expect(clerk.page.locator("#errors")).to_contain_text(clerk.words("Please say what for. The person can read it."))
    looks_up(clerk, ana.email)
    expect(clerk.page.get_by_text(booked.reference)).to_be_visible()
    assert ana.email not in clerk.page.url
    assert ana.email not in clerk.page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}])")
    ana.open("/me/data/")
    ana.reads("To answer a complaint")
    expect(ana.page.get_by_text("Rosa Teixeira")).to_be_visible()
    clerk.page.reload()
    clerk.all_is_there()
    expect(clerk.page.get_by_text(booked.reference)).to_have_count(0)


def test_two_records_are_put_together_and_taken_apart(clerk: Resident, arrives: Arrives, book: OpenBook):
    one, other = arrives(), arrives()
    for each, name in ((one, "Amina One"), (other, "Amina Two")):
        each.sign_in(each.email)
        each.open("/me/about-you/")
        each.all_is_there()
        each.field("Name").fill(name)
        each.press("Save")
        each.reads("That is saved. It goes with you from now on.")
    clerk.open("/desk/people/")
    clerk.all_is_there()
    looks_up(clerk, one.email, "duplicate")
    clerk.press("This person is there twice")
    clerk.reads("Now open the other record of the same person.")
    looks_up(clerk, other.email, "duplicate")
    clerk.page.get_by_role("button", name=clerk.words("Put it together with {name}", name="Amina One")).click()
    clerk.reads("The two are one record now. Whoever signs in by either contact comes to the same page.")
    other.open("/me/")
    other.title_is("Sign in")
    other.sign_in(other.email)
    other.reads("Hello {name}", name="Amina One")
    clerk.press("Take them apart again")
    clerk.reads("They are two records again, each with what was its own.")
    other.sign_in(other.email)
    other.reads("Hello {name}", name="Amina Two")
