"""A service that needs to know surely who books: signing in more surely only there, and nothing said before is lost."""

import secrets
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.journeys.eyes import axe_finds
from tests.journeys.open_book import OpenBook
from tests.journeys.steps import CHECK, DETAILS, DONE, TIME, Resident

SURE = "rent-guarantee"


@pytest.fixture(params=["pt", "ar"])
def resident(request: pytest.FixtureRequest, new_context: Callable[..., BrowserContext], address: str) -> Resident:
    page = new_context(viewport={"width": 390, "height": 844}, reduced_motion="reduce").new_page()
    return Resident(page, address, request.param, service=SURE, email=f"{secrets.token_hex(4)}@example.org")


def test_shown_at_the_last_step_the_answers_are_still_there(resident: Resident, book: OpenBook):
    resident.begin()
    resident.reads("For this one we need to know surely who you are")
    resident.choose_a_way()
    resident.stands_at(TIME)
    resident.choose_a_time()
    resident.stands_at(DETAILS)
    resident.say_who()
    resident.stands_at(CHECK)
    assert axe_finds(resident.page) == []
    resident.press("Book this time")
    resident.reads("For this one we need to know surely who you are. Please sign in first, or come to us with a document.")
    assert book.appointments_of(resident.name) == []
    resident.page.get_by_role("link", name=resident.words("Show who you are")).click()
    resident.page.get_by_role("button", name="Amina Haddad").click()
    resident.stands_at(CHECK)
    expect(resident.page.get_by_text(resident.words("For this one we need to know surely who you are"))).to_have_count(0)
    expect(resident.page.get_by_text(resident.name)).to_be_visible()
    resident.confirm()
    resident.stands_at(DONE)
    assert book.the_appointment_of(resident.name).resident_id is not None


def test_a_code_to_a_contact_is_not_sure_enough(resident: Resident):
    resident.sign_in(resident.email)
    resident.begin()
    resident.reads("For this one we need to know surely who you are")
