"""Whose contact it is: with limits on, a booking counts once the code from the letter has been typed."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.journeys.eyes import axe_finds
from tests.journeys.open_book import OpenBook
from tests.journeys.steps import CHECK, DETAILS, DONE, TIME, Resident, code_in
from tests.journeys.test_beside_a_resident import begins, stands_together
from tests.journeys.test_letters import letters_of, link_to, links_in
from tests.serving import Site, served

ASKED = "Type the code we sent you"


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with served(tmp_path_factory.mktemp("guarded"), limits="on") as site:
        yield site


@pytest.fixture(scope="module")
def its_book(guarded: Site) -> Iterator[OpenBook]:
    assert guarded.data
    with OpenBook.of(guarded.data) as book:
        yield book


@pytest.fixture
def resident(page: Page, guarded: Site, request: pytest.FixtureRequest) -> Resident:
    language = getattr(request, "param", "pt")
    somebody = Resident(page, guarded.address, language)
    somebody.email = f"{somebody.name.split()[1]}@example.org"
    return somebody


def asked(resident: Resident) -> None:
    """Stand at the code's page, with everything before it answered."""
    resident.get_to(CHECK)
    resident.reads("Next we send you a code. With it your appointment counts.")
    resident.confirm()
    resident.title_is(ASKED)
    resident.all_is_there()


def code_of(site: Site, resident: Resident) -> str:
    """As somebody reads it in their letter box."""
    return code_in(letters_of(site, resident.email)[-1])


def typed(resident: Resident, code: str) -> None:
    resident.field("Code").fill(code)
    resident.press("Confirm the appointment")


@pytest.mark.parametrize("resident", ["pt", "ar"], indirect=True)
def test_the_code_from_the_letter_confirms_it(resident: Resident, guarded: Site, its_book: OpenBook):
    asked(resident)
    assert its_book.the_appointment_of(resident.name).state == "unconfirmed"
    resident.reads("We have written to {contact}. The message can take a minute.", contact=f".?{resident.email}.?")
    assert axe_finds(resident.page) == []
    typed(resident, code_of(guarded, resident))
    resident.stands_at(DONE)
    resident.codes()
    assert its_book.the_appointment_of(resident.name).state == "booked"
    resident.page.reload()
    resident.stands_at(DONE)


def test_the_demonstration_shows_the_code(resident: Resident):
    asked(resident)
    shown = resident.page.locator(".notice").filter(has_text=re.compile(r"\d{3}\s\d{3}")).inner_text()
    typed(resident, code_in(shown))
    resident.stands_at(DONE)


def test_its_link_opened_on_another_phone_asks_for_one_press(
    resident: Resident, guarded: Site, its_book: OpenBook, new_context: Callable[..., BrowserContext]
):
    asked(resident)
    elsewhere = Resident(new_context().new_page(), guarded.address, "pt", name=resident.name)
    elsewhere.page.goto(link_to(links_in(letters_of(guarded, resident.email)[-1]), "/book/code/"))
    elsewhere.title_is(ASKED)
    elsewhere.all_is_there()
    expect(elsewhere.page).to_have_url(re.compile(r"/book/code/$"))
    assert its_book.the_appointment_of(resident.name).state == "unconfirmed"  # following a link does nothing
    elsewhere.press("Confirm the appointment")
    elsewhere.title_is("Your appointment")
    assert its_book.the_appointment_of(resident.name).state == "booked"
    typed(resident, "000000")  # the first phone learns of it, whatever it types
    resident.stands_at(DONE)


def test_a_wrong_code_says_how_often_still_and_another_one_can_be_sent(resident: Resident, guarded: Site, its_book: OpenBook):
    asked(resident)
    resident.press("Confirm the appointment")
    resident.reads("Please type the six digits from our message.")
    first = code_of(guarded, resident)
    wrong = f"{(int(first[:3] + first[4:]) + 1) % 10**6:06}"
    typed(resident, wrong)
    expect(resident.page.locator("#code-error")).to_contain_text("Pode tentar mais 4 vezes.")
    expect(resident.field("Code")).to_have_value(wrong)
    its_book.let_codes_grow_old()
    resident.press("Send another code")
    resident.reads("Another code is on its way.")
    letters_of(guarded, resident.email, than=2)
    typed(resident, code_of(guarded, resident))
    resident.stands_at(DONE)


@pytest.mark.parametrize("language", ["pt", "ar"])
def test_beside_staff_they_confirm_with_a_code_on_their_own_phone(
    new_context: Callable[..., BrowserContext], guarded: Site, its_book: OpenBook, language: str
):
    page = new_context(viewport={"width": 1280, "height": 900}).new_page()
    clerk = Resident(page, guarded.address, language)
    clerk.email = f"{clerk.name.split()[1]}@example.org"
    clerk.open("/desk/")
    page.get_by_role("button", name=clerk.words("Sign in as {name}", name="Marta Figueiredo")).click()
    clerk.title_is("Staff area")
    begins(clerk, "document")
    stands_together(clerk)
    clerk.get_to(CHECK)
    assert axe_finds(page) == []
    clerk.press("Confirm by a code on their own phone")
    clerk.title_is(ASKED)
    stands_together(clerk)
    typed(clerk, code_of(guarded, clerk))
    clerk.stands_at(DONE)
    it = its_book.the_appointment_of(clerk.name)
    assert (it.state, it.booked_by) == (
        "booked",
        "staff marta-figueiredo, confirmed with a code by a person beside them (document)",
    )


def test_a_mistyped_address_is_put_right_and_nothing_else_asked_again(resident: Resident, guarded: Site, its_book: OpenBook):
    right, resident.email = resident.email, f"wrong.{resident.email}"
    asked(resident)
    resident.press("Use another address or number")
    resident.stands_at(DETAILS)
    expect(resident.field("Name")).to_have_value(resident.name)
    resident.email = right
    resident.say_who()
    resident.stands_at(CHECK)
    resident.confirm()
    resident.title_is(ASKED)
    typed(resident, code_of(guarded, resident))
    resident.stands_at(DONE)
    assert sorted(each.state for each in its_book.appointments_of(resident.name)) == ["booked", "cancelled"]


def test_a_second_booking_in_the_same_tab_asks_for_no_code(resident: Resident, guarded: Site, its_book: OpenBook):
    asked(resident)
    typed(resident, code_of(guarded, resident))
    resident.stands_at(DONE)
    resident.service = "parking-permit"
    resident.book()
    assert [each.state for each in its_book.appointments_of(resident.name)] == ["booked", "booked"]


def test_given_up_nothing_is_booked(resident: Resident, its_book: OpenBook):
    asked(resident)
    resident.press("Do not book")
    expect(resident.page).to_have_url(re.compile(r"/pt/$"))
    assert its_book.the_appointment_of(resident.name).state == "cancelled"


def test_a_time_lost_meanwhile_leads_to_the_nearest_ones_and_no_second_code(
    resident: Resident, guarded: Site, its_book: OpenBook
):
    asked(resident)
    wanted = its_book.the_appointment_of(resident.name)
    its_book.let_unconfirmed_run_out()
    its_book.take_every_place(wanted.visit, wanted.start_at)
    resident.page.reload()
    resident.reads("We no longer keep this time for you. If nobody else has taken it, your code still books it.")
    typed(resident, code_of(guarded, resident))
    resident.stands_at(TIME)
    resident.choose_a_time()
    resident.stands_at(DETAILS)
    resident.press("Continue")
    resident.stands_at(CHECK)
    resident.confirm()
    resident.stands_at(DONE)


def test_a_number_that_receives_no_text_is_told_so_where_it_is_typed(resident: Resident):
    resident.get_to(DETAILS)
    resident.email, resident.phone = "", "212 345 678"
    resident.say_who()
    resident.reads(
        "We send a code to see that it is yours, and none can reach this number. Please give an e-mail address too, "
        "or phone us: we book it with you."
    )
    expect(resident.field("Phone")).to_have_value("212 345 678")
