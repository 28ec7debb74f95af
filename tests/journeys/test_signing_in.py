"""Signing in by a code, what is found there, and that nothing of it is left afterwards."""

import secrets
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from booking.visits import Visit
from portal.me.me_state import MeState
from tests.journeys.caller import Caller
from tests.journeys.open_book import OpenBook
from tests.journeys.steps import CHECK, DETAILS, DONE, TIME, Resident, code_in
from tests.journeys.test_letters import letters_of
from tests.serving import Site

VISIT = Visit(("residence-certificate",), "pacos", "in_person")


@pytest.fixture
def resident(page: Page, address: str, request: pytest.FixtureRequest) -> Resident:
    one = Resident(page, address, getattr(request, "param", "pt"))
    one.email = f"{one.name.split()[1]}@example.org"
    return one


def cookies(resident: Resident) -> list[dict[str, Any]]:
    """Those of ours that say who somebody is."""
    kept: list[dict[str, Any]] = resident.page.context.cookies()  # type: ignore[assignment]
    return [each for each in kept if each["name"].endswith("atrio")]


@pytest.mark.parametrize("resident", ["pt", "ar"], indirect=True)
def test_the_code_from_the_letter_lets_them_in(resident: Resident, site: Site):
    resident.ask_to_sign_in(resident.email)
    code = code_in(letters_of(site, resident.email)[-1])
    resident.field("Code").fill(code)
    resident.press("Sign in")
    resident.title_is("My page")
    resident.page.reload()
    resident.reads("You have no appointment ahead of you.")
    assert code not in resident.page.url


def test_somebody_finds_changes_and_leaves_what_is_theirs(resident: Resident, book: OpenBook):
    booked = book.books_for(VISIT, resident.email)
    resident.sign_in(resident.email)
    resident.reads("Are these yours?")
    resident.press("Yes, they are mine")
    resident.reads("These appointments are now on your page.")
    resident.press("See, move or cancel")
    expect(resident.page.get_by_text(booked.reference).first).to_be_visible()
    resident.follow("Cancel it")
    resident.press("Yes, cancel it")
    resident.title_is("This appointment is cancelled")
    resident.open("/me/")
    resident.reads("You have no appointment ahead of you.")


def test_what_travels_with_them_is_there_when_they_book(resident: Resident, book: OpenBook):
    """And no code is asked for, because they have shown already that the contact is theirs."""
    resident.sign_in(resident.email)
    resident.open("/me/about-you/")
    resident.all_is_there()
    resident.field("Name").fill(resident.name)
    resident.page.locator("input[name=need_step_free]").check()
    resident.press("Save")
    resident.reads("That is saved. It goes with you from now on.")
    resident.begin()
    resident.choose_a_way()
    resident.stands_at(TIME)
    resident.choose_a_time()
    resident.stands_at(DETAILS)
    expect(resident.field("Name")).to_have_value(resident.name)
    expect(resident.field("E-mail")).to_have_value(resident.email)
    expect(resident.page.locator("input[name=need_step_free]")).to_be_checked()
    resident.press("Continue")
    resident.stands_at(CHECK)
    resident.confirm()
    resident.stands_at(DONE)
    assert book.the_appointment_of(resident.name).resident_id is not None
    resident.open("/me/")
    expect(resident.page.get_by_text(book.the_appointment_of(resident.name).reference)).to_be_visible()


def test_signing_out_leaves_nothing_in_any_tab(resident: Resident, address: str):
    """Neither in the tab in which it was pressed nor in another one, and Back shows nothing."""
    resident.sign_in(resident.email)
    other = Resident(resident.page.context.new_page(), address, "en")
    other.open("/me/")
    other.reads("Where you are signed in")
    resident.press_sign_out()
    other.title_is("Sign in")
    resident.page.go_back()
    resident.title_is("Sign in")
    for each in (resident, other):
        assert resident.email not in each.page.content()
        assert resident.email not in each.page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}])")
    assert cookies(resident) == []


def test_a_session_ended_elsewhere_is_over_in_the_open_tab(
    resident: Resident, address: str, new_context: Callable[..., BrowserContext]
):
    resident.sign_in(resident.email)
    phone = Resident(new_context().new_page(), address, "pt")
    phone.sign_in(resident.email)
    phone.press("Sign out everywhere else")
    expect(phone.page.get_by_role("button", name=phone.words("Sign out everywhere else"))).to_have_count(0)
    resident.open("/me/about-you/")
    resident.title_is("Sign in")


def test_the_session_is_a_cookie_that_no_script_reads_and_a_made_up_one_opens_nothing(resident: Resident):
    resident.sign_in(resident.email)
    (cookie,) = cookies(resident)
    assert (cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (True, "Lax", "/")
    assert resident.page.evaluate("document.cookie") == ""
    changed = {**cookie, "value": cookie["value"][:-2] + "xx"}
    resident.page.context.clear_cookies()
    resident.page.context.add_cookies([changed])  # type: ignore[list-item]
    resident.open("/me/")
    resident.title_is("Sign in")


def test_wrong_codes_are_answered_and_the_right_one_still_lets_in(resident: Resident):
    resident.ask_to_sign_in(resident.email)
    right = resident.shown_code()
    resident.field("Code").fill("000 000" if code_in(right) != "000 000" else "111 111")
    resident.press("Sign in")
    expect(resident.page.locator("#errors")).to_be_visible()
    resident.page.reload()
    resident.all_is_there()
    resident.field("Code").fill(right)
    resident.press("Sign in")
    resident.title_is("My page")


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example/", "/\\evil.example/", "/%2f%2fevil.example/"])
def test_nobody_is_led_to_another_site(resident: Resident, wanted: str):
    resident.open(f"/sign-in/?next={wanted}")
    resident.all_is_there()
    resident.field("E-mail or mobile number").fill(resident.email)
    resident.press("Send me a code")
    resident.title_is("Type the code to sign in")
    resident.all_is_there()
    resident.type_shown_code()
    resident.title_is("My page")
    assert resident.page.url.startswith(resident.address)


def test_they_come_back_to_the_page_they_wanted(resident: Resident):
    resident.open("/me/about-you/")
    resident.title_is("Sign in")
    resident.all_is_there()
    resident.field("E-mail or mobile number").fill(resident.email)
    resident.press("Send me a code")
    resident.title_is("Type the code to sign in")
    resident.all_is_there()
    resident.type_shown_code()
    resident.title_is("What travels with you")


def test_the_doors_answer_no_form_of_another_site(resident: Resident, address: str):
    """A grant of somebody else's, sent by their page, would sign a victim in as them; and a picture could sign somebody out."""
    resident.sign_in(resident.email)
    request = resident.page.context.request
    for door in ("enter", "leave"):
        for headers in ({"origin": "https://evil.example"}, {"origin": "null"}, {}):
            assert request.post(f"{address}/pt/auth/{door}", headers=headers, form={"grant": "x"}).status == 403
    resident.open("/me/")
    resident.reads("Where you are signed in")
    assert request.post(f"{address}/pt/auth/leave", headers={"origin": address}, max_redirects=0).status == 303


SEE = f"{MeState.get_full_name()}.see"


def test_nobody_opens_an_appointment_of_somebody_else(resident: Resident, book: OpenBook, address: str):
    """A handler called with another's reference answers as for one that doesn't exist; with their own, it opens it (control)."""
    mine = book.books_for(VISIT, resident.email)
    theirs = book.books_for(VISIT, f"{secrets.token_hex(4)}@example.org")
    resident.sign_in(resident.email)
    resident.press("Yes, they are mine")
    resident.reads("These appointments are now on your page.")
    cookie = "; ".join(f"{each['name']}={each['value']}" for each in cookies(resident))

    def answered(reference: Any, cookie: str, sign: str) -> str:
        with Caller(address, cookie=cookie) as caller:
            return "".join(caller.asks(SEE, {"reference": reference}, sign))

    assert mine.access_key in answered(mine.reference, cookie, "/appointment/")
    for reference in (theirs.reference, "VC-2222-2222", None, 5, {"a": 1}, [mine.reference]):
        answer = answered(reference, cookie, resident.email)
        assert theirs.access_key not in answer
        assert mine.access_key not in answer
    assert mine.access_key not in answered(mine.reference, "", "/sign-in/")


@pytest.mark.parametrize("resident", ["es", "ar"], indirect=True)
def test_a_provider_says_who_it_is(resident: Resident):
    """In the demonstration by a click, at a provider that runs beside it."""
    resident.open("/me/about-you/")
    resident.title_is("Sign in")
    resident.follow("Sign in with your digital identity")
    resident.page.get_by_role("button", name="Lucía Romero").click()
    resident.title_is("What travels with you")
    resident.all_is_there()
    expect(resident.field("Name")).to_have_value("Lucía Romero")
    assert resident.page.url.startswith(f"{resident.address}/{resident.language}/")
    assert "code=" not in resident.page.url


def test_whoever_changes_their_mind_at_the_provider_is_told_so(resident: Resident):
    resident.open("/sign-in/")
    resident.all_is_there()
    resident.follow("Sign in with your digital identity")
    resident.page.get_by_role("button", name="Deny").click()
    resident.reads("You did not sign in there. You can try again, or have a code sent to you.")
    resident.title_is("Sign in")
