"""Without JavaScript: what is static can be read, and what can't work says so and names another way."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from locales.catalogue import LANGUAGES, direction
from portal.routes import PAGES
from tests.journeys.open_book import OpenBook
from tests.journeys.steps import Resident

READ = ("", "/services", "/accessibility", "/privacy")
WORKED_WITH = tuple(page.route for page in PAGES if page.route not in (*READ, "/lost"))
STILL_FETCHING = ("One moment, we are fetching this for you.", "One moment", "Looking at the clock")


@pytest.fixture
def reader(new_context: Callable[..., BrowserContext], address: str) -> Resident:
    return Resident(new_context(java_script_enabled=False).new_page(), address)


def says_so(reader: Resident) -> None:
    sentence = reader.page.locator("main noscript p")
    expect(sentence).to_be_visible()
    expect(sentence).to_contain_text("JavaScript")
    expect(sentence).to_contain_text("259 000 100")


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_services_can_be_read_by_topic_and_followed(reader: Resident, book: OpenBook, language: str) -> None:
    reader.language = language
    reader.open("/services/")
    reader.title_is("All services")
    town = book.catalogue()
    main = reader.page.get_by_role("main")
    for topic in town.topics.values():
        expect(main.get_by_role("heading", name=topic.name[language], exact=True)).to_be_visible()
    for service in town.services.values():
        expect(main.get_by_role("link", name=service.name[language], exact=True)).to_be_visible()
    expect(reader.page.locator("html")).to_have_attribute("lang", language)
    expect(reader.page.locator("html")).to_have_attribute("dir", direction(language))

    some = town.services["marriage"]
    main.get_by_role("link", name=some.name[language], exact=True).click()
    expect(reader.page.get_by_role("heading", level=1)).to_have_text(some.name[language])
    for words in (some.details[language], some.fee[language], some.outcome[language], *some.bring[language]):
        expect(reader.page.get_by_role("main")).to_contain_text(words)


@pytest.mark.parametrize("route", [route or "/" for route in (*READ, "/services/residence-certificate")])
def test_what_is_static_says_all_it_has_to_say_and_does_not_pretend_to_be_fetching(reader: Resident, route: str) -> None:
    reader.language = "en"
    reader.open(f"{route.rstrip('/')}/")
    expect(reader.page.get_by_role("heading", level=1)).to_be_visible()
    assert len(reader.page.get_by_role("main").inner_text()) > 300
    for words in STILL_FETCHING:
        expect(reader.page.get_by_text(reader.words(words), exact=True).locator("visible=true")).to_have_count(0)


@pytest.mark.parametrize("route", WORKED_WITH)
def test_what_cannot_work_says_so_and_gives_the_telephone_number(reader: Resident, route: str) -> None:
    reader.language = "ar"
    reader.open(f"{route}/")
    expect(reader.page.get_by_role("heading", level=1)).to_be_visible()
    says_so(reader)
    for words in STILL_FETCHING:
        expect(reader.page.get_by_text(reader.words(words), exact=True).locator("visible=true")).to_have_count(0)
    expect(reader.page.locator("main form:not([hidden]), main button")).to_have_count(0)


def test_codes_sent_before_any_script_runs_never_stand_in_an_address(page: Page, address: str) -> None:
    """On a slow line the page is there before its scripts: a form pressed then is sent by the browser itself."""
    page.route("**/*.js", lambda route: route.abort())
    resident = Resident(page, address, "en")
    resident.open("/appointment/")
    for box in page.locator("main form input").all():
        box.fill("SECRET")
    for button in page.locator("main form button").all():
        button.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert "SECRET" not in page.url


def test_a_search_says_that_it_cannot_answer(reader: Resident) -> None:
    reader.language = "en"
    reader.open("/")
    reader.page.locator("#q").fill("parking")
    reader.page.keyboard.press("Enter")
    reader.title_is("All services")
    says_so(reader)


def test_with_javascript_nobody_is_told_that_it_is_off(page: Page, address: str) -> None:
    resident = Resident(page, address, "en")
    resident.begin()
    expect(page.get_by_text("JavaScript")).to_have_count(0)


def test_an_address_that_leads_nowhere_shows_the_way_back(reader: Resident) -> None:
    reader.language = "en"
    answer = reader.page.goto(f"{reader.address}/en/no-such-page/")
    assert answer
    assert answer.status == 404
    expect(reader.page.get_by_role("link", name=reader.words("Go to the home page"))).to_be_visible()
