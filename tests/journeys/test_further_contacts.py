"""One more way to be reached, shown by a code; and what opens somebody else's page stays theirs."""

import secrets
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.journeys.steps import Resident

Arrives = Callable[[], Resident]


@pytest.fixture(params=["pt", "ar"])
def arrives(request: pytest.FixtureRequest, new_context: Callable[..., BrowserContext], address: str) -> Arrives:
    def somebody() -> Resident:
        page = new_context(viewport={"width": 390, "height": 844}, reduced_motion="reduce").new_page()
        return Resident(page, address, request.param, email=f"{secrets.token_hex(4)}@example.org")

    return somebody


def adds(resident: Resident, contact: str) -> None:
    resident.open("/me/contacts/")
    resident.all_is_there()
    resident.page.locator("input[name=contact]").fill(contact)
    resident.press("Send the code")
    resident.reads("Type the code")
    field = resident.page.locator("input[name=code]")
    field.fill("000000")
    resident.press("Add it to my page")
    expect(resident.page.locator("#errors")).to_be_visible()
    field.fill(resident.shown_code())
    resident.press("Add it to my page")


def test_added_by_a_code_it_signs_in_to_the_same_page_and_is_removed(arrives: Arrives):
    ana = arrives()
    second = f"{secrets.token_hex(4)}@example.org"
    ana.sign_in(ana.email)
    adds(ana, second)
    ana.reads("Added. From now on you can sign in with it too.")
    remove = ana.page.get_by_role("button")
    remove.filter(has_text=ana.email).click()
    expect(remove.filter(has_text=ana.email)).to_have_count(0)
    remove.filter(has_text=second).click()
    ana.reads("This is the only way to reach you and to sign in. Please add another one first.")
    elsewhere = arrives()
    elsewhere.sign_in(second)
    expect(elsewhere.page.get_by_text(second).first).to_be_visible()


def test_what_opens_another_page_stays_there(arrives: Arrives):
    ana, rui = arrives(), arrives()
    for each in (ana, rui):
        each.sign_in(each.email)
    adds(ana, rui.email)
    ana.reads(
        "It opens another page here, so nothing was changed. If both pages are yours, we put them together at the counter."
    )
    expect(ana.page.get_by_role("button", name=rui.email)).to_have_count(0)
    rui.open("/me/contacts/")
    rui.all_is_there()
    expect(rui.page.get_by_role("button", name=rui.email)).to_be_visible()
