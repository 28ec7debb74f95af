"""A walk through the whole site in one language: every page and every state, and what was to be seen there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from tests.journeys.eyes import Complaints, axe_finds, targets_below, what_is_too_wide
from tests.journeys.open_book import OpenBook
from tests.journeys.states import STATES
from tests.journeys.steps import Resident

# Pages that can be opened as they are; the others are met on the way through the states.
OPENED = (
    "/",
    "/services/",
    "/services/residence-certificate/",
    "/services/marriage/",
    "/services/consult-file/",
    "/appointment/",
    "/book/here/",
    "/ticket/",
    "/display/",
    "/kiosk/",
    "/video/",
    "/sign-in/",
    "/desk/sign-in/",
    "/desk/set-up/",
    "/accessibility/",
    "/privacy/",
    "/lost/",
)
NOWHERE = "/no-such-page/"
THEMES: dict[str, dict[str, str]] = {
    "dark": {"color_scheme": "dark"},
    "forced colours": {"forced_colors": "active"},
    "more contrast": {"contrast": "more"},
}
SMALLEST_TARGET = 24  # CSS pixels: WCAG 2.2, 2.5.8


@dataclass(frozen=True)
class Seen:
    """One page or state, as it stood when it was looked at. `route` is its address after the language."""

    what: str
    route: str
    lang: str
    direction: str
    title: str
    heading: str
    axe: list[str]
    pale: dict[str, list[str]]
    too_wide: list[str]
    too_small: list[str]
    complaints: list[str]


def tour(resident: Resident, book: OpenBook, *, themes: bool) -> Iterator[Seen]:
    """With `themes`, contrast is looked at in each of them too."""
    complaints = Complaints.on(resident.page)
    wishes = THEMES if themes else {}
    for route in (*OPENED, NOWHERE):
        resident.open(route)
        yield _look(resident, f"page {route}", complaints, wishes)
    for what, reach in STATES.items():
        reach(resident, book)
        yield _look(resident, what, complaints, wishes)


def _look(resident: Resident, what: str, complaints: Complaints, wishes: dict[str, dict[str, str]]) -> Seen:
    page = resident.page
    expect(page.locator("main h1")).to_be_visible()
    resident.all_is_there()
    html = page.locator("html")
    return Seen(
        what=what,
        route=urlsplit(page.evaluate("location.href")).path.removeprefix(f"/{resident.language}"),
        lang=html.get_attribute("lang") or "",
        direction=html.get_attribute("dir") or "",
        title=page.title(),
        heading=page.locator("main h1").inner_text(),
        axe=axe_finds(page),
        pale={theme: _pale_in(page, wish) for theme, wish in wishes.items()},
        too_wide=what_is_too_wide(page),
        too_small=targets_below(page, SMALLEST_TARGET),
        complaints=complaints.taken(),
    )


def _pale_in(page: Page, wish: dict[str, str]) -> list[str]:
    """What hardly stands out from its ground for people whose browser wishes for this theme."""
    page.emulate_media(**wish)  # type: ignore[arg-type]
    try:
        return axe_finds(page, only="color-contrast")
    finally:
        page.emulate_media(**dict.fromkeys(wish, "null"))  # type: ignore[arg-type]
