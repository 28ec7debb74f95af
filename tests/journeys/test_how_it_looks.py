"""What the eye notices and no rule of a machine does: things in line, marks beside their words, nothing underlined twice."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.steps import CHECK, DETAILS, TIME, WAY, Resident

LARGEST = "document.documentElement.dataset.text = 'largest'"


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_text_button_that_is_alone_in_its_line_stands_at_the_margin(page: Page, address: str, language: str) -> None:
    resident = Resident(page, address, language)
    resident.get_to(TIME)
    assert abs(_start(resident.button("Show more days")) - _start(page.locator("main h1"))) < 1


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_words_change_end_where_their_lines_end(page: Page, address: str, language: str) -> None:
    resident = Resident(page, address, language)
    resident.get_to(CHECK)
    rows = page.locator(".summary > div")
    for link in rows.locator(".hit").all():
        assert abs(_end(link) - _end(rows.first, of="box")) < 1


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_choice_in_the_largest_text_has_air_between_its_lines_and_its_mark_beside_the_first(
    page: Page, address: str, language: str
) -> None:
    resident = Resident(page, address, language)
    resident.get_to(DETAILS)
    page.evaluate(LARGEST)
    size, line, off = page.locator("#needs .choice").first.evaluate(
        """choice => {
          const mark = choice.querySelector('input').getBoundingClientRect(), words = choice.querySelector('b');
          const { fontSize, lineHeight } = getComputedStyle(words);
          const middle = words.getBoundingClientRect().top + parseFloat(lineHeight) / 2;
          return [parseFloat(fontSize), parseFloat(lineHeight), Math.abs(mark.top + mark.height / 2 - middle)];
        }"""
    )
    assert line >= size * 1.5
    assert off < 2


def test_the_sign_before_a_line_that_opens_is_not_underlined(page: Page, address: str) -> None:
    resident = Resident(page, address, "en")
    resident.begin()
    resident.stands_at(WAY)
    underlined = "element => getComputedStyle(element).textDecorationLine"
    assert page.locator(".plain > summary").evaluate(underlined) == "none"
    assert page.locator(".plain > summary > span").evaluate(underlined) == "underline"


@pytest.mark.parametrize("route", ["/accessibility/", "/privacy/"])
def test_bullets_stand_equally_far_apart_with_and_without_a_link(page: Page, address: str, route: str) -> None:
    Resident(page, address, "en").open(route)
    bullets = page.locator("main :is(.prose ul, ul.prose) > li")
    assert bullets.evaluate_all("items => new Set(items.map(item => getComputedStyle(item).paddingTop)).size") == 1
    expect(bullets.locator(".hit").first).to_be_visible()


def test_what_was_found_ends_where_the_list_of_all_services_begins(page: Page, address: str) -> None:
    resident = Resident(page, address, "pt")
    begins = page.get_by_role("heading", level=2, name=resident.words("All services"), exact=True)
    resident.open("/services/")
    resident.title_is("All services")
    expect(begins).to_have_count(0)
    resident.open("/services/?q=casamento")
    expect(page.locator("[role=status] h2")).to_be_visible()
    expect(begins).to_be_visible()


def test_the_first_page_says_what_the_next_free_time_is_for(page: Page, address: str) -> None:
    resident = Resident(page, address, "ar")
    resident.open("/")
    resident.reads("For: {service}")


def test_digits_of_an_arabic_keyboard_become_ours_where_they_are_typed(page: Page, address: str) -> None:
    resident = Resident(page, address, "ar")
    resident.get_to(DETAILS)
    number = resident.field("Phone")
    number.press_sequentially("٩١٢٦٧٨")
    for _left in range(3):
        number.press("ArrowLeft")
    number.press_sequentially("۳٤٥")
    expect(number).to_have_value("912345678")
    resident.email = ""
    resident.field("Name").fill(resident.name)
    page.wait_for_timeout(1_000)  # what was typed is kept half a second after the last key
    page.reload()
    resident.stands_at(DETAILS)
    expect(number).to_have_value("912345678")


_WORDS = """(element, of) => {
  const range = document.createRange();
  range.selectNodeContents(document.createTreeWalker(element, NodeFilter.SHOW_TEXT).nextNode());
  const { left, right } = (of === 'box' ? element : range).getBoundingClientRect();
  return document.dir === 'rtl' ? [innerWidth - right, innerWidth - left] : [left, right];
}"""


def _start(element: Locator) -> float:
    """How far the words begin from the side on which reading begins."""
    return element.evaluate(_WORDS, "words")[0]


def _end(element: Locator, *, of: str = "words") -> float:
    return element.evaluate(_WORDS, of)[1]
