"""What a counter tells everybody who waits stands on the screen in the hall, on the phones and at the kiosk, until it is over."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.journeys.eyes import axe_finds, read_by_camera
from tests.journeys.hall import HOUSE, gives_number
from tests.journeys.open_book import OpenBook
from tests.journeys.steps import Resident
from tests.journeys.test_kiosk import UPRIGHT, says_language, stands
from tests.serving import Site

DOWN = "Our computers are down. We go on as soon as they work again; your place is kept."


@pytest.mark.parametrize("clerk", ["pt", "ar"], indirect=True)
def test_it_reaches_the_hall_and_the_phones_and_is_over_when_they_say_so(
    clerk: Resident, hall: Site, its_book: OpenBook, new_context: Callable[..., BrowserContext]
):
    gives_number(clerk, clerk.language)
    phone = Resident(new_context().new_page(), hall.address, clerk.language)
    phone.page.goto(read_by_camera(clerk.page))
    screen = Resident(new_context(viewport={"width": 1920, "height": 1080}).new_page(), hall.address, clerk.language)
    screen.open(f"/display/?at={HOUSE}")
    kiosk = stands(new_context(viewport=UPRIGHT), hall, its_book, clerk.language)
    clerk.press("Done")
    clerk.page.get_by_text(clerk.words("Tell everybody who waits"), exact=True).click()
    clerk.page.locator("select[name=kind]").select_option("system-down")
    clerk.page.locator("select[name=minutes]").select_option("20")
    clerk.press("Tell everybody")
    clerk.reads("Everybody who waits is told:")
    for one in (phone, screen):
        one.reads(DOWN)
        expect(one.page.get_by_text("20").last).to_be_visible()
        assert axe_finds(one.page) == []
    assert axe_finds(clerk.page) == []
    says_language(kiosk)
    kiosk.reads(DOWN)
    clerk.press("It is over")
    expect(clerk.page.get_by_text(clerk.words("Everybody who waits is told:"))).to_have_count(0)
    for one in (phone, screen):
        expect(one.page.get_by_text(one.words(DOWN))).to_have_count(0)
    screen.reads("When your number is called, please go to the counter that stands beside it.")
