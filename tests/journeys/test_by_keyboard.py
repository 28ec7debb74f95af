"""The main job without a mouse: Tab, arrows, Space and Enter, with the focus in sight all the way."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.open_book import OpenBook
from tests.journeys.steps import CHECK, DETAILS, DONE, TIME, WAY, Resident

FARTHEST = 80  # presses of Tab from the top of a page to anything on it

# The ring may be drawn around the card that a hidden radio fills.
_IS_IN_SIGHT = """() => {
  const focused = document.activeElement;
  if (focused === document.body) return true; // between the page's end and its beginning, in the browser's own bars
  const box = focused.closest('.choice, .time, .link-card') ?? focused;
  const drawn = [focused, box].map((element) => getComputedStyle(element)).some(
    ({ outlineStyle, outlineWidth, boxShadow }) =>
      (outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2) || boxShadow !== 'none');
  const { top, bottom, left, right } = box.getBoundingClientRect();
  const inside = bottom > 0 && top < innerHeight && right > 0 && left < innerWidth;
  const middle = document.elementFromPoint(
    Math.min(Math.max((left + right) / 2, 0), innerWidth - 1), Math.min(Math.max((top + bottom) / 2, 0), innerHeight - 1));
  const onTop = box.contains(middle) || focused.contains(middle) || middle?.contains(focused);
  return drawn && inside && Boolean(onTop);
}"""


class Keyboard:
    """Only keys. Every place where Tab stops must show that it has the focus."""

    def __init__(self, page: Page):
        self.page = page
        page.add_init_script("addEventListener('pointerdown', () => sessionStorage.setItem('touched', 'yes'), true)")

    def go_to(self, target: Locator) -> None:
        """Tab until the focus is there."""
        expect(target).to_be_visible()
        for _press in range(FARTHEST):
            self.page.keyboard.press("Tab")
            assert self.page.evaluate(_IS_IN_SIGHT), f"The focus can't be seen on {self._focused()}"
            if target.evaluate("element => element === document.activeElement"):
                return
        raise AssertionError(f"{FARTHEST} presses of Tab don't lead to {target}")

    def type_into(self, target: Locator, text: str) -> None:
        self.go_to(target)
        self.page.keyboard.type(text)

    def press_on(self, target: Locator, key: str = "Enter") -> None:
        self.go_to(target)
        self.page.keyboard.press(key)

    def was_alone(self) -> bool:
        return self.page.evaluate("sessionStorage.getItem('touched')") is None

    def _focused(self) -> str:
        return self.page.evaluate("document.activeElement.outerHTML.slice(0, 200)")


@pytest.mark.parametrize("language", ["pt", "ar"])
def test_a_resident_finds_books_moves_and_cancels_by_keyboard_alone(
    page: Page, address: str, book: OpenBook, language: str
) -> None:
    resident, keyboard = Resident(page, address, language), Keyboard(page)
    resident.open("/")
    keyboard.type_into(page.locator("#q"), {"pt": "atestado de residência", "ar": "شهادة السكن"}[language])
    page.keyboard.press("Enter")
    keyboard.press_on(page.locator(f"main a[href='/{language}/services/residence-certificate/']").first)
    keyboard.press_on(page.get_by_role("link", name=resident.words("Book a time"), exact=True))

    resident.stands_at(WAY)
    keyboard.press_on(page.locator("input[name=way]").first, "Space")
    page.keyboard.press("ArrowDown")
    expect(page.locator("input[name=way]").nth(1)).to_be_checked()
    page.keyboard.press("ArrowUp")
    keyboard.press_on(resident.button("Continue"))

    resident.stands_at(TIME)
    keyboard.press_on(page.locator(".next-times input").first, "Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".next-times input").nth(2)).to_be_checked()
    keyboard.press_on(resident.button("Continue"))

    resident.stands_at(DETAILS)
    keyboard.type_into(resident.field("Name"), resident.name)
    keyboard.type_into(resident.field("E-mail"), resident.email)
    keyboard.press_on(resident.field("More time"), "Space")
    keyboard.press_on(resident.button("Continue"))

    resident.stands_at(CHECK)
    keyboard.press_on(resident.button("Book this time"))
    resident.stands_at(DONE)
    resident.codes()
    before = book.the_appointment_of(resident.name)
    assert before.needs == ("more_time",)

    keyboard.press_on(page.get_by_role("link", name=resident.words("Move it"), exact=True))
    resident.title_is("Choose another time")
    keyboard.press_on(page.locator(".next-times input").first, "Space")
    page.keyboard.press("ArrowDown")
    keyboard.press_on(resident.button("Take this time instead"))
    resident.reads("Your appointment has a new time. The old one is free for somebody else.")
    assert book.the_appointment_of(resident.name).start_at != before.start_at

    keyboard.press_on(page.get_by_role("link", name=resident.words("Cancel it"), exact=True))
    resident.title_is("Cancel this appointment?")
    keyboard.press_on(resident.button("Yes, cancel it"))
    resident.title_is("This appointment is cancelled")
    assert keyboard.was_alone()


def test_tab_leads_from_a_day_that_was_opened_to_its_times(page: Page, address: str) -> None:
    resident, keyboard = Resident(page, address, "en"), Keyboard(page)
    resident.get_to(TIME)
    day = page.locator(".days details").nth(2)
    keyboard.press_on(day.locator("summary"))
    page.keyboard.press("Tab")
    expect(day.locator("input").first).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    expect(day.locator("input").nth(1)).to_be_checked()
    keyboard.press_on(resident.button("Continue"))
    resident.stands_at(DETAILS)


def test_mistakes_are_found_and_mended_by_keyboard_alone(page: Page, address: str) -> None:
    resident, keyboard = Resident(page, address, "en"), Keyboard(page)
    resident.get_to(DETAILS)
    keyboard.press_on(resident.button("Continue"))
    expect(page.locator("#errors")).to_be_focused()
    keyboard.press_on(page.locator("#errors a").first)
    expect(resident.field("Name")).to_be_focused()
    page.keyboard.type(resident.name)
    keyboard.type_into(resident.field("E-mail"), resident.email)
    page.keyboard.press("Enter")
    resident.stands_at(CHECK)


def test_the_menus_open_and_close_by_keyboard(page: Page, address: str) -> None:
    resident, keyboard = Resident(page, address, "en"), Keyboard(page)
    resident.open("/services/")
    language = page.locator("details.menu").first
    keyboard.press_on(language.locator("summary"))
    expect(language).to_have_attribute("open", "")
    page.keyboard.press("Escape")
    expect(language).not_to_have_attribute("open", "")
    expect(language.locator("summary")).to_be_focused()
    page.keyboard.press("Enter")
    keyboard.press_on(page.locator("a[hreflang=ar]"))
    expect(page.locator("html")).to_have_attribute("lang", "ar")


def test_a_focus_that_cannot_be_seen_would_be_noticed(page: Page, address: str) -> None:
    Resident(page, address).open("/services/")
    page.add_style_tag(content="* { outline: none !important; box-shadow: none !important }")
    with pytest.raises(AssertionError, match="can't be seen"):
        Keyboard(page).go_to(page.locator("#q"))
