"""Everybody can use it: every page and state, in every language, looked at as machines can look."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from locales.catalogue import LANGUAGES, direction
from portal.routes import PAGES
from tests.journeys.conftest import PATIENCE
from tests.journeys.eyes import Complaints, axe_finds, targets_below, what_is_too_wide
from tests.journeys.open_book import OpenBook
from tests.journeys.steps import Resident
from tests.journeys.tour import NOWHERE, SMALLEST_TARGET, THEMES, Seen, tour
from tests.serving import PHONE

# Colours don't depend on words: one language is looked at in every theme.
IN_EVERY_THEME = "pt"


@pytest.fixture(scope="module", params=[IN_EVERY_THEME, *(each for each in LANGUAGES if each != IN_EVERY_THEME)])
def language(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def sights(language: str, chromium: Browser, address: str, book: OpenBook) -> Iterator[list[Seen]]:
    """Every page and every state in one language, seen once for all tests here."""
    context = chromium.new_context(viewport=PHONE, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE)
    resident = Resident(context.new_page(), address, language)
    yield list(tour(resident, book, themes=language == IN_EVERY_THEME))
    context.close()


def test_axe_finds_nothing_on_any_page_or_state(sights: list[Seen]) -> None:
    assert {seen.what: seen.axe for seen in sights if seen.axe} == {}


def test_contrast_holds_in_every_theme(sights: list[Seen]) -> None:
    pale = [(theme, seen.what, found) for seen in sights for theme, found in seen.pale.items() if found]
    assert pale == []


def test_nothing_scrolls_sideways_on_a_narrow_phone_or_zoomed_in_four_times(sights: list[Seen]) -> None:
    assert {seen.what: seen.too_wide for seen in sights if seen.too_wide} == {}


def test_every_target_is_large_enough_for_a_finger(sights: list[Seen]) -> None:
    assert {seen.what: seen.too_small for seen in sights if seen.too_small} == {}


def test_the_browser_complains_about_nothing(sights: list[Seen]) -> None:
    complaints = [(seen.what, said) for seen in sights for said in seen.complaints]
    assert [each for each in complaints if not (NOWHERE in each[0] and "404" in each[1])] == []


def test_language_and_direction_are_right_on_every_page(sights: list[Seen], language: str) -> None:
    assert {(seen.lang, seen.direction) for seen in sights} == {(language, direction(language))}


def test_every_page_was_seen_and_has_a_title_of_its_own(sights: list[Seen]) -> None:
    titles = {seen.route: seen.title for seen in sights if seen.route != NOWHERE}
    assert {page.route.rstrip("/") for page in PAGES} <= {route.rstrip("/") for route in titles}
    assert len(set(titles.values())) == len(titles), titles
    town = titles["/"].rpartition(" - ")[2]
    assert [title for title in titles.values() if not title.endswith(f" - {town}")] == []


def test_every_theme_was_looked_at(sights: list[Seen], language: str) -> None:
    assert all(set(seen.pale) == (set(THEMES) if language == IN_EVERY_THEME else set()) for seen in sights)


def test_the_dark_theme_is_dark(page: Page, address: str) -> None:
    page.emulate_media(color_scheme="dark")
    Resident(page, address).open("/")
    red, green, blue = page.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)")
    assert red + green + blue < 200


# What would be noticed, were it there


def test_axe_would_find_what_is_wrong(page: Page, address: str) -> None:
    Resident(page, address).open("/services/")
    assert axe_finds(page) == []
    _plant(page, '<img src="/favicon.svg"><p style="color: #ddd">pale</p>')
    assert {found.partition(":")[0] for found in axe_finds(page)} >= {"image-alt", "color-contrast"}


def test_something_too_wide_would_be_noticed(page: Page, address: str) -> None:
    Resident(page, address).open("/services/")
    assert what_is_too_wide(page) == []
    _plant(page, '<p id="wide" style="inline-size: 330px">wide</p>')
    assert 'id="wide"' in str(what_is_too_wide(page))


def test_a_target_too_small_would_be_noticed(page: Page, address: str) -> None:
    Resident(page, address).open("/services/")
    assert targets_below(page, SMALLEST_TARGET) == []
    _plant(page, '<p style="line-height: 1"><a id="small" href="#">i</a></p>')
    assert 'id="small"' in str(targets_below(page, SMALLEST_TARGET))


def test_complaints_would_be_heard_and_scripts_from_elsewhere_do_not_run(page: Page, address: str) -> None:
    complaints = Complaints.on(page)
    Resident(page, address).open("/services/")
    assert complaints.taken() == []
    page.evaluate("document.head.append(Object.assign(document.createElement('script'), { textContent: 'window.ran = 1' }))")
    assert "Content Security Policy" in str(complaints.taken())
    assert page.evaluate("window.ran") is None


def _plant(page: Page, markup: str) -> None:
    page.wait_for_load_state("networkidle")  # until the scripts have looked through the page, they would take it out again
    page.evaluate("markup => document.querySelector('main').insertAdjacentHTML('afterbegin', markup)", markup)
