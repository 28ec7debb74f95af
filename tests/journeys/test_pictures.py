"""The pictures in the README: taken here, so that they show what is. `make pictures` keeps them."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.steps import TIME, Resident

DESKTOP = {"width": 1280, "height": 900}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = Path(os.environ.get("ATRIO_PICTURES", tmp_path))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def test_the_first_page_on_a_desktop_in_portuguese(page: Page, address: str, folder: Path) -> None:
    page.set_viewport_size(DESKTOP)
    Resident(page, address, "pt").open("/")
    expect(page.locator(".plate .tag")).to_contain_text("h")
    page.screenshot(path=folder / "home-pt.png")
    assert (folder / "home-pt.png").stat().st_size > 20_000


def test_choosing_a_time_on_a_phone_in_arabic(page: Page, address: str, folder: Path) -> None:
    resident = Resident(page, address, "ar")
    resident.get_to(TIME)
    expect(page.locator(".next-times label.choice")).to_have_count(3)
    page.screenshot(path=folder / "choose-a-time-ar.png")
    assert (folder / "choose-a-time-ar.png").stat().st_size > 20_000
