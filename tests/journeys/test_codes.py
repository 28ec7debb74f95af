"""What a resident takes home: the calendar file and the QR code."""

from collections.abc import Callable
from pathlib import Path

import icalendar
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from locales.catalogue import LANGUAGES
from tests.journeys.eyes import read_by_camera
from tests.journeys.open_book import OpenBook
from tests.journeys.steps import Resident


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_calendar_file_says_when_where_and_what_in_the_language_of_the_page(
    page: Page, address: str, book: OpenBook, tmp_path: Path, language: str
) -> None:
    resident = Resident(page, address, language)
    reference, access_key = resident.book()
    with page.expect_download() as download:
        resident.press("Add to my calendar")
    event = _only_event(Path(download.value.path()).read_bytes())

    promised = book.the_appointment_of(resident.name)
    assert download.value.suggested_filename == f"{reference}.ics"
    assert (event["dtstart"].dt, event["dtend"].dt) == (promised.start_at, promised.end_at)
    assert str(event["uid"]) == promised.calendar_uid
    assert reference in event["description"]
    assert resident.words("What to bring:") in event["description"]
    assert resident.words("To reach us: {number}", number=book.catalogue().town.phone) in event["description"]
    assert event["location"]
    assert str(event["url"]) == f"{address}/{language}/appointment/#{reference}.{access_key}"


def test_after_a_move_the_calendar_file_replaces_the_earlier_one(page: Page, address: str) -> None:
    resident = Resident(page, address)
    resident.book()
    files = []
    for change in (lambda: None, resident.move):
        change()
        with page.expect_download() as download:
            resident.press("Add to my calendar")
        files.append(_only_event(Path(download.value.path()).read_bytes()))
    before, after = files
    assert before["uid"] == after["uid"]
    assert before["dtstart"].dt != after["dtstart"].dt
    assert before["sequence"] < after["sequence"]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_camera_reads_the_code_on_the_screen_and_it_opens_the_appointment_on_another_phone(
    new_context: Callable[..., BrowserContext], address: str, theme: str
) -> None:
    page = new_context(color_scheme=theme).new_page()
    resident = Resident(page, address, "ar")
    reference, access_key = resident.book()
    link = read_by_camera(page)
    assert link == f"{address}/ar/appointment/#{reference}.{access_key}"

    other = new_context().new_page()
    asked: list[str] = []
    other.on("request", lambda request: asked.append(request.url))
    other.goto(link)
    Resident(other, address, "ar").title_is("Your appointment")
    expect(other.locator(".done dd bdi").first).to_have_text(reference)
    # The key stands after the #, which browsers never send.
    assert asked
    assert not [url for url in asked if access_key in url]


def _only_event(file: bytes) -> icalendar.Event:
    (event,) = icalendar.Calendar.from_ical(file).walk("VEVENT")
    assert isinstance(event, icalendar.Event)
    return event
