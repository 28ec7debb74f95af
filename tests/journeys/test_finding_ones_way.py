"""For those who don't see the page as a whole: titles, headings, focus, announcements, the way past the head."""

import pytest
from playwright.sync_api import Page, expect

from locales.catalogue import LANGUAGES, direction
from tests.journeys.steps import DETAILS, TIME, WAY, Resident


@pytest.mark.parametrize("language", LANGUAGES)
def test_following_a_link_keeps_the_language_moves_the_focus_to_the_title_and_says_it_aloud(
    page: Page, address: str, language: str
) -> None:
    resident = Resident(page, address, language)
    resident.open("/")
    html, before = page.locator("html"), page.title()
    for link, title in (("/services/", "All services"), ("/appointment/", "Find my appointment"), ("/privacy/", "Privacy")):
        page.evaluate("window.isSameDocument = true")
        page.locator(f"footer a[href='/{language}{link}']").click()
        resident.title_is(title)
        expect(page.locator("main h1")).to_be_focused()
        expect(page).not_to_have_title(before)
        before = page.title()
        expect(page.locator("#announcer")).to_have_text(before)
        expect(html).to_have_attribute("lang", language)
        expect(html).to_have_attribute("dir", direction(language))
        assert page.evaluate("window.isSameDocument"), "The page was loaded anew: this is not what the test is about"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_language_menu_leads_to_the_same_page_with_its_question(page: Page, address: str, language: str) -> None:
    resident = Resident(page, address, "en" if language != "en" else "pt", service="marriage")
    resident.begin()
    page.locator("details.menu summary").first.click()
    page.locator(f"a[hreflang={language}]").click()
    resident.language = language
    resident.stands_at(WAY)
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.locator("html")).to_have_attribute("dir", direction(language))
    assert page.url.endswith(f"/{language}/book/?service=marriage")


def test_each_step_of_the_journey_takes_the_focus_to_its_title(page: Page, address: str) -> None:
    resident = Resident(page, address, "ar")
    resident.begin()
    resident.choose_a_way()
    resident.stands_at(TIME)
    expect(page.locator("main h1")).to_be_focused()
    resident.choose_a_time()
    resident.stands_at(DETAILS)
    expect(page.locator("main h1")).to_be_focused()
    expect(page.locator("#announcer")).to_have_text(page.title())


def test_the_focus_is_not_taken_from_somebody_who_has_begun_to_type(page: Page, address: str) -> None:
    resident = Resident(page, address, "en")
    resident.get_to(TIME)
    page.evaluate(
        """new MutationObserver((_changes, watch) => {
          const name = document.getElementById('name');
          if (!name) return;
          watch.disconnect();
          name.focus();
          name.addEventListener('blur', () => { window.focusWasTaken = true; });
        }).observe(document.body, { childList: true, subtree: true })"""
    )
    resident.choose_a_time()
    resident.stands_at(DETAILS)
    expect(page.locator("#announcer")).to_have_text(page.title())
    assert not page.evaluate("window.focusWasTaken")


def test_the_first_tab_stop_leads_past_the_head(page: Page, address: str) -> None:
    resident = Resident(page, address, "en")
    resident.open("/services/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name=resident.words("Skip to main content"))
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("main :focus")).to_have_count(1)


def test_back_finds_the_place_where_the_reader_was(page: Page, address: str) -> None:
    resident = Resident(page, address, "en")
    resident.open("/services/")
    last = page.locator("main a[href*='/services/']").last
    last.scroll_into_view_if_needed()
    place = page.evaluate("scrollY")
    assert place > 500
    last.click()
    expect(page.locator("main h1")).not_to_have_text(resident.words("All services"))
    page.go_back()
    resident.title_is("All services")
    page.wait_for_function("place => Math.abs(scrollY - place) < 100", arg=place)


def test_mistakes_are_said_aloud_and_the_summary_takes_the_focus_again_for_the_same_mistakes(page: Page, address: str) -> None:
    resident = Resident(page, address, "en")
    resident.get_to(DETAILS)
    for _again in range(2):
        resident.press("Continue")
        expect(page.locator("#errors")).to_be_focused()
        expect(page.locator("#errors")).to_have_attribute("role", "alert")
        resident.field("Name").focus()
    described = resident.field("Name").get_attribute("aria-describedby") or ""
    assert [page.locator(f"#{each}").count() for each in described.split()] == [1] * len(described.split())
    assert "name-error" in described


def test_a_sentence_about_trouble_is_said_aloud(page: Page, address: str) -> None:
    resident = Resident(page, address, "en")
    resident.begin()
    page.locator("input[name=way]").first.evaluate("radio => { radio.value = 'in_person:atlantis'; radio.checked = true; }")
    resident.press("Continue")
    expect(
        page.get_by_role("alert").filter(
            has_text=resident.words("We do not know this place. Please choose one of the places below.")
        )
    ).to_be_visible()


def test_larger_text_is_remembered_on_every_page(page: Page, address: str) -> None:
    resident = Resident(page, address, "en")
    resident.open("/")
    normal = page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")
    page.locator("details.menu summary").nth(1).click()
    page.get_by_label(resident.words("Largest")).check()
    resident.open("/services/")
    assert page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") > normal * 1.2
