"""Everybody can use it: every page and state, in every language, looked at as machines can look."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from locales.catalogue import LANGUAGES, direction
from portal.routes import PAGES
from tests.journeys.conftest import PATIENCE, PHONE
from tests.journeys.eyes import Complaints, axe_finds, targets_below, what_is_too_wide
from tests.journeys.open_book import OpenBook
from tests.journeys.states import STATES
from tests.journeys.steps import Resident

SERVICES = ("/services/residence-certificate", "/services/marriage", "/services/consult-file")
NOWHERE = "/no-such-page"
ROUTES = (*(page.route for page in PAGES), *SERVICES, NOWHERE)
THEMES: dict[str, dict] = {
    "dark": {"color_scheme": "dark"},
    "forced colours": {"forced_colors": "active"},
    "more contrast": {"contrast": "more"},
}
AT_LEAST, WANTED = 24, 44  # CSS pixels: WCAG 2.2, 2.5.8 (AA) and 2.5.5 (AAA)


@dataclass(frozen=True)
class Seen:
    """One page or state, as it stood when it was looked at."""

    what: str
    lang: str
    direction: str
    title: str
    heading: str
    axe: list[str]
    too_wide: list[str]
    too_small: list[str]
    pale: dict[str, list[str]]
    complaints: list[str]


@dataclass(frozen=True)
class Tour:
    language: str
    pages: list[Seen]
    states: list[Seen]

    @property
    def all(self) -> list[Seen]:
        return self.pages + self.states


@pytest.fixture(scope="module", params=LANGUAGES)
def tour(request: pytest.FixtureRequest, chromium: Browser, address: str, book: OpenBook) -> Iterator[Tour]:
    """Every page and every state in one language, looked at once for all tests here."""
    context = chromium.new_context(viewport=PHONE, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    complaints = Complaints.on(page)
    resident = Resident(page, address, request.param)
    yield Tour(
        request.param,
        list(_looked_at(resident, complaints, {route or "/": _opening(route) for route in ROUTES})),
        list(_looked_at(resident, complaints, {name: _reaching(reach, book) for name, reach in STATES.items()})),
    )
    context.close()


def test_axe_finds_nothing_on_any_page_or_state(tour: Tour) -> None:
    assert {seen.what: seen.axe for seen in tour.all if seen.axe} == {}


def test_nothing_scrolls_sideways_on_a_narrow_phone_or_zoomed_in_four_times(tour: Tour) -> None:
    assert {seen.what: seen.too_wide for seen in tour.all if seen.too_wide} == {}


def test_every_target_is_large_enough_for_a_finger(tour: Tour) -> None:
    assert {seen.what: seen.too_small for seen in tour.all if seen.too_small} == {}


def test_the_browser_complains_about_nothing(tour: Tour) -> None:
    expected = [f"{NOWHERE}: the server responded with a status of 404"]
    complaints = [f"{seen.what}: {said}" for seen in tour.all for said in seen.complaints]
    assert [said for said in complaints if not (said.startswith(NOWHERE) and "404" in said)] == [], expected


def test_language_and_direction_are_right_on_every_page(tour: Tour) -> None:
    known = [seen for seen in tour.all if seen.what != NOWHERE]
    assert {(seen.lang, seen.direction) for seen in known} == {(tour.language, direction(tour.language))}


def test_every_page_has_a_title_of_its_own_and_one_heading(tour: Tour) -> None:
    titles = [seen.title for seen in tour.pages]
    assert len(set(titles)) == len(titles), sorted(titles)
    assert [seen.what for seen in tour.all if not seen.heading] == []
    town = tour.pages[0].title.rpartition(" - ")[2]
    assert [title for title in titles if not title.endswith(f" - {town}")] == []


@pytest.mark.parametrize("theme", THEMES)
def test_contrast_holds_in_every_theme(tour: Tour, theme: str) -> None:
    assert {seen.what: seen.pale[theme] for seen in tour.all if seen.pale[theme]} == {}


def test_the_dark_theme_is_dark(page: Page, address: str) -> None:
    page.emulate_media(color_scheme="dark")
    Resident(page, address).open("/")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert sum(map(int, ground.removeprefix("rgb(").removesuffix(")").split(","))) < 200


# What would be noticed


def test_axe_would_find_what_is_wrong(page: Page, address: str) -> None:
    Resident(page, address).open("/services/")
    assert axe_finds(page) == []
    page.evaluate(
        "document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=\"/favicon.svg\"><p style=\"color:#ddd\">pale</p>')"
    )
    assert {found.partition(":")[0] for found in axe_finds(page)} >= {"image-alt", "color-contrast"}


def test_something_too_wide_would_be_noticed(page: Page, address: str) -> None:
    Resident(page, address).open("/services/")
    assert what_is_too_wide(page) == []
    page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<p id=wide style=\"width:330px\">wide</p>')")
    assert 'id="wide"' in str(what_is_too_wide(page))


def test_a_target_too_small_would_be_noticed(page: Page, address: str) -> None:
    Resident(page, address).open("/services/")
    page.evaluate("document.querySelector('main').insertAdjacentHTML('afterbegin', '<p><a id=small href=\"#\">i</a></p>')")
    assert 'id="small"' in str(targets_below(page, AT_LEAST))


def test_complaints_would_be_heard(page: Page, address: str) -> None:
    complaints = Complaints.on(page)
    Resident(page, address).open("/services/")
    assert complaints.taken() == []
    page.evaluate("document.head.append(Object.assign(document.createElement('script'), { textContent: 'window.ran = 1' }))")
    assert "Content Security Policy" in str(complaints.taken())
    assert page.evaluate("window.ran") is None


def _opening(route: str) -> Callable[[Resident], None]:
    return lambda resident: resident.open(f"{route}/")


def _reaching(reach: Callable[[Resident, OpenBook], None], book: OpenBook) -> Callable[[Resident], None]:
    return lambda resident: reach(resident, book)


def _looked_at(resident: Resident, complaints: Complaints, sights: dict[str, Callable[[Resident], None]]) -> Iterator[Seen]:
    page = resident.page
    for what, show in sights.items():
        show(resident)
        expect(page.locator("main h1")).to_be_visible()
        resident.all_is_there()
        html = page.locator("html")
        yield Seen(
            what=what,
            lang=html.get_attribute("lang") or "",
            direction=html.get_attribute("dir") or "",
            title=page.title(),
            heading=page.locator("main h1").inner_text(),
            axe=axe_finds(page),
            too_wide=what_is_too_wide(page),
            too_small=targets_below(page, AT_LEAST),
            pale={theme: _pale_in(page, wishes) for theme, wishes in THEMES.items()},
            complaints=complaints.taken(),
        )


def _pale_in(page: Page, wishes: dict[str, str]) -> list[str]:
    """What can't be told from its ground by people who wish for this theme."""
    as_it_was = dict.fromkeys(wishes, "null")
    page.emulate_media(**wishes)  # type: ignore[arg-type]
    try:
        return axe_finds(page, only="color-contrast")
    finally:
        page.emulate_media(**as_it_was)  # type: ignore[arg-type]
