"""The other ways to the same promise: by video, by telephone, several matters at once, several people."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.open_book import OpenBook
from tests.journeys.steps import CHECK, DETAILS, DONE, TIME, WAY, Resident


def test_a_video_appointment_has_one_link_of_ours_that_stays_when_it_is_moved_and_leads_to_the_meeting(
    page: Page, address: str, book: OpenBook
) -> None:
    resident = Resident(page, address, "en", service="marriage")
    resident.book(way="video")
    link = page.get_by_role("link", name=resident.words("Open the video appointment"))
    ours = link.get_attribute("href") or ""
    assert ours.startswith(f"{address}/en/video/#")

    resident.move()
    expect(link).to_have_attribute("href", ours)
    page.goto(ours)
    resident.title_is("Your video appointment")
    promised = book.the_appointment_of(resident.name)
    assert promised.mode == "video"
    assert promised.video_room
    meeting = page.get_by_role("link", name=resident.words("Join the video call"))
    expect(meeting).to_have_attribute("href", re.compile(re.escape(promised.video_room)))


def test_the_link_of_a_cancelled_video_appointment_says_so_and_leads_nowhere(page: Page, address: str) -> None:
    resident = Resident(page, address, "en", service="marriage")
    resident.book(way="video")
    ours = page.get_by_role("link", name=resident.words("Open the video appointment")).get_attribute("href") or ""
    resident.cancel()
    page.goto(ours)
    resident.reads("This appointment is over or was cancelled, so there is no video call to join.")
    expect(page.get_by_role("link", name=resident.words("Join the video call"))).to_have_count(0)


@pytest.mark.parametrize("language", ["es", "ar"])
def test_an_appointment_by_telephone_asks_for_the_number_to_ring_and_shows_it_in_groups(
    page: Page, address: str, book: OpenBook, language: str
) -> None:
    resident = Resident(page, address, language, service="lost-property", email="", phone="912345678")
    resident.get_to(DETAILS, way="phone")
    resident.reads("We need your phone number to phone you. E-mail is optional.")
    expect(page.get_by_text(resident.words("E-mail or phone: one of the two is enough."))).to_have_count(0)
    resident.say_who()
    resident.stands_at(CHECK)
    expect(page.locator("dd").filter(has_text="912 345 678")).to_have_count(1)
    resident.confirm()
    resident.stands_at(DONE)
    promised = book.the_appointment_of(resident.name)
    assert (promised.mode, promised.phone) == ("phone", "+351912345678")
    resident.reads("We phone you")
    resident.reads("At {clock}, on {number}.", number=r"912\s345\s678")
    expect(page.get_by_text(resident.words("You can also show it when you arrive."))).to_have_count(0)


def test_nobody_books_a_telephone_call_without_saying_which_number_to_ring(page: Page, address: str, book: OpenBook) -> None:
    resident = Resident(page, address, "en", service="lost-property")
    resident.get_to(DETAILS, way="phone")
    resident.say_who()
    expect(page.locator("#phone[aria-invalid=true]")).to_be_visible()
    assert book.appointments_of(resident.name) == []


def test_two_matters_take_one_visit_whose_minutes_add_up(page: Page, address: str, book: OpenBook) -> None:
    resident = Resident(page, address, "en", service="residence-certificate")
    resident.begin()
    page.get_by_text(resident.words("Something else in the same visit?")).click()
    page.get_by_label(resident.words("What else?")).select_option("fees-fines")
    resident.press("Add it")
    expect(page).to_have_url(re.compile("service=residence-certificate(,|%2C)fees-fines"))
    expect(page.locator("select option[value=fees-fines]")).to_have_count(0)
    resident.choose_a_way()
    resident.stands_at(TIME)
    resident.choose_a_time()
    resident.stands_at(DETAILS)
    resident.say_who()
    resident.stands_at(CHECK)
    resident.confirm()
    resident.stands_at(DONE)

    promised = book.the_appointment_of(resident.name)
    assert promised.services == ("residence-certificate", "fees-fines")
    assert (promised.end_at - promised.start_at).total_seconds() == (15 + 15) * 60


def test_back_takes_the_second_matter_away_again(page: Page, address: str) -> None:
    resident = Resident(page, address, "en")
    resident.begin()
    alone = page.get_by_role("main").locator("b").first.inner_text()
    page.get_by_text(resident.words("Something else in the same visit?")).click()
    page.get_by_label(resident.words("What else?")).select_option("fees-fines")
    resident.press("Add it")
    expect(page.get_by_role("main").locator("b").first).not_to_have_text(alone)
    page.go_back()
    expect(page.get_by_role("main").locator("b").first).to_have_text(alone)
    resident.choose_a_way()
    resident.stands_at(TIME)
    page.go_back()
    resident.stands_at(WAY)
    expect(page.get_by_role("main").locator("b").first).to_have_text(alone)


def test_three_people_come_together(page: Page, address: str, book: OpenBook) -> None:
    resident = Resident(page, address, "ar", service="newcomer-proof")
    resident.begin()
    page.locator("#people").select_option("3")
    resident.choose_a_way()
    resident.stands_at(TIME)
    resident.choose_a_time()
    resident.stands_at(DETAILS)
    resident.say_who()
    resident.stands_at(CHECK)
    resident.confirm()
    resident.stands_at(DONE)
    assert book.the_appointment_of(resident.name).people == 3


def test_what_a_person_needs_travels_with_the_appointment(page: Page, address: str, book: OpenBook) -> None:
    resident = Resident(page, address, "pt")
    resident.get_to(DETAILS)
    for need in ("A way in without steps", "An interpreter"):
        resident.field(need).check()
    resident.say_who()
    asked = resident.field("If you need an interpreter: for which language?")
    expect(page.locator("#errors")).to_contain_text(
        resident.words("Please name the language that the interpreter should speak.")
    )
    expect(asked).to_have_attribute("aria-invalid", "true")
    resident.field("If you need an interpreter: for which language?").fill("Українська")
    resident.field("In which language shall we write and speak to you?").select_option("en")
    resident.say_who()
    resident.stands_at(CHECK)
    expect(page.get_by_role("main")).to_contain_text("Українська")
    resident.confirm()
    resident.stands_at(DONE)
    promised = book.the_appointment_of(resident.name)
    assert set(promised.needs) == {"step_free", "interpreter"}
    assert (promised.language, promised.interpreter_language) == ("en", "Українська")
    page.reload()  # from here on this tab has the codes, too
    for _page in ("the confirmation", "the appointment"):
        expect(page.locator(".done")).to_contain_text(resident.words("What you need for the visit"))
        expect(page.locator(".done")).to_contain_text("Українська")
        resident.open("/appointment/")
        resident.title_is("Your appointment")


def test_an_interpreter_is_thought_to_speak_the_language_of_the_page(page: Page, address: str, book: OpenBook) -> None:
    resident = Resident(page, address, "ar")
    resident.get_to(DETAILS)
    resident.field("An interpreter").check()
    expect(resident.field("If you need an interpreter: for which language?")).to_have_value("العربية")
    resident.say_who()
    resident.stands_at(CHECK)
    resident.confirm()
    resident.stands_at(DONE)
    assert book.the_appointment_of(resident.name).interpreter_language == "العربية"


def test_a_language_that_was_typed_for_the_interpreter_stays(page: Page, address: str, book: OpenBook) -> None:
    resident = Resident(page, address, "ar")
    resident.get_to(DETAILS)
    asked = resident.field("If you need an interpreter: for which language?")
    asked.fill("کوردی")
    resident.field("An interpreter").check()
    resident.say_who()
    resident.stands_at(CHECK)
    resident.confirm()
    resident.stands_at(DONE)
    assert book.the_appointment_of(resident.name).interpreter_language == "کوردی"


def test_a_confirmation_says_nothing_about_needs_when_there_are_none(page: Page, address: str) -> None:
    resident = Resident(page, address)
    resident.book()
    expect(page.locator(".done")).not_to_contain_text(resident.words("What you need for the visit"))
    resident.reads("You can also show it when you arrive.")


def test_a_service_for_one_person_is_booked_without_being_asked_how_many(page: Page, address: str, book: OpenBook) -> None:
    resident = Resident(page, address, "en", service="lost-property")
    resident.book()
    assert book.the_appointment_of(resident.name).people == 1
