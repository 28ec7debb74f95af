"""At a counter, what goes wrong on any day: a key pressed twice, somebody missed, an answer lost, the database gone for a moment."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect
from sqlalchemy import text
from sqlmodel import Session

from booking.store import write
from tests.journeys.eyes import axe_finds
from tests.journeys.hall import HOUSE, SERVICE, comes_to_work, gives_number, happened, is_here, sits
from tests.journeys.line import Line
from tests.journeys.open_book import OpenBook
from tests.journeys.steps import Resident
from tests.serving import Site


def on_the_page(clerk: Resident) -> None:
    """Nothing has the focus."""
    clerk.page.locator("main h1").click()


def about(clerk: Resident, words: str, number: str):
    return clerk.page.get_by_role("button", name=f"{clerk.words(words)} {number}", exact=True)


def test_a_second_space_ends_nobody_who_was_only_called(clerk: Resident, its_book: OpenBook):
    first, second = its_book.draws_now(HOUSE, SERVICE), its_book.draws_now(HOUSE, SERVICE)
    expect(clerk.page.locator(".queue .next")).to_contain_text(first)
    on_the_page(clerk)
    clerk.page.keyboard.press("Space")
    is_here(clerk, first)
    clerk.page.keyboard.press("Space")
    expect(clerk.page.locator(".desk-now .tag.now")).to_be_visible()
    is_here(clerk, first)
    assert happened(its_book, first) == ["drawn", "called", "begun"]
    assert happened(its_book, second) == ["drawn"]


@pytest.mark.parametrize("clerk", ["pt", "ar"], indirect=True)
def test_whoever_missed_their_call_is_taken_up_again(clerk: Resident, its_book: OpenBook):
    """They have no phone, and "N" was pressed by mistake."""
    number = its_book.draws_now(HOUSE, SERVICE)
    expect(clerk.page.locator(".queue .next")).to_contain_text(number)
    on_the_page(clerk)
    clerk.page.keyboard.press("Space")
    is_here(clerk, number)
    clerk.page.keyboard.press("n")
    clerk.title_is("Nobody is at your counter")
    assert axe_finds(clerk.page) == []
    about(clerk, "They are here now", number).click()
    is_here(clerk, number)
    clerk.page.keyboard.press("n")
    about(clerk, "Back in line", number).click()
    expect(clerk.page.locator(".queue .next")).to_contain_text(number)
    assert happened(its_book, number) == ["drawn", "called", "not there", "called", "not there", "waits again"]


def test_whoever_was_offered_to_a_colleague_is_taken_back(
    clerk: Resident,
    new_context: Callable[..., BrowserContext],
    hall: Site,
    its_book: OpenBook,
):
    colleague = sits(comes_to_work(new_context, hall, "pt", "Tiago Moreira"), "pacos-2")
    number = its_book.draws_now(HOUSE, SERVICE)
    clerk.press("Call the next one")
    is_here(clerk, number)
    clerk.page.keyboard.press("t")
    clerk.page.locator("select[name=to]").select_option("pacos-2")
    clerk.press("Pass on")
    expect(about(colleague, "Take", number)).to_be_visible()
    about(clerk, "Take back", number).click()
    is_here(clerk, number)
    expect(about(colleague, "Take", number)).to_have_count(0)
    colleague.press("Pause")
    expect(clerk.page.locator(".desk > aside")).to_contain_text(clerk.words("{name}: pause", name="Tiago Moreira"))
    expect(clerk.page.locator("select[name=to] option[value=pacos-2]")).to_have_count(0)


def test_the_focus_stays_with_what_comes_next_and_the_called_number_is_read_aloud(clerk: Resident, its_book: OpenBook):
    number = its_book.draws_now(HOUSE, SERVICE)
    expect(clerk.page.locator(".queue .next")).to_contain_text(number)
    clerk.page.evaluate("window.region = document.querySelector('.desk [role=status]')")
    call = clerk.button("Call the next one")
    call.focus()
    clerk.page.keyboard.press("Space")
    is_here(clerk, number)
    expect(clerk.button("They are here")).to_be_focused()
    assert clerk.page.evaluate("region.isConnected && region.textContent").count(number) == 1
    clerk.page.keyboard.press("Space")
    expect(clerk.button("Finish and call next")).to_be_focused()
    clerk.button("Set aside").focus()
    clerk.page.keyboard.press("Enter")
    clerk.title_is("Nobody is at your counter")
    expect(clerk.button("Call the next one")).to_be_focused()
    about(clerk, "Call", number).focus()
    clerk.page.keyboard.press("Enter")
    is_here(clerk, number)
    expect(clerk.button("They are here")).to_be_focused()
    clerk.button("Not here").focus()
    clerk.page.keyboard.press("Enter")
    expect(clerk.button("Call the next one")).to_be_focused()
    on_the_page(clerk)
    expect(clerk.button("Call the next one")).not_to_be_focused()  # control: whoever goes elsewhere is left there


def test_the_next_number_is_given_for_what_is_chosen_and_not_for_what_was(clerk: Resident, its_book: OpenBook):
    gives_number(clerk, "es")
    expect(clerk.page.locator("select[name=service]")).to_have_value("")
    clerk.press("Done")
    clerk.button("Give a number").click()
    expect(clerk.page.locator(".notice.ok")).to_have_count(0)
    expect(clerk.page.locator(".queue > li")).to_have_count(1)


def test_handed_on_pressed_twice_is_one_end_and_no_mistake(
    new_context: Callable[..., BrowserContext],
    hall: Site,
    its_book: OpenBook,
):
    context = new_context(viewport={"width": 1280, "height": 900})
    clerk = Resident(context.new_page(), hall.address, "pt")
    Line(clerk.page, stutters=True)
    clerk.open("/desk/")
    clerk.page.get_by_role("button", name=clerk.words("Sign in as {name}", name="Rosa Teixeira")).click()
    clerk.title_is("Staff area")
    sits(clerk)
    first, second = its_book.draws_now(HOUSE, SERVICE), its_book.draws_now(HOUSE, SERVICE)
    clerk.press("Call the next one")
    is_here(clerk, first)
    clerk.press("They are here")
    handed_on = clerk.page.locator("input[name=outcome][value=handed-on]")
    handed_on.click(force=True)
    expect(handed_on).to_be_checked()
    clerk.press("Finish and call next")
    is_here(clerk, second)
    clerk.page.wait_for_timeout(700)
    expect(clerk.page.locator(".notice.warn")).to_have_count(0)
    assert happened(its_book, first) == ["drawn", "called", "begun", "finished"]


def test_a_question_that_was_lost_is_asked_again(
    new_context: Callable[..., BrowserContext],
    hall: Site,
    its_book: OpenBook,
):
    """The page asks every three seconds; nobody presses anything."""
    context = new_context(viewport={"width": 1280, "height": 900})
    clerk = Resident(context.new_page(), hall.address, "pt")
    line = Line(clerk.page)
    clerk.open("/desk/")
    clerk.page.get_by_role("button", name=clerk.words("Sign in as {name}", name="Rosa Teixeira")).click()
    clerk.title_is("Staff area")
    sits(clerk)
    line.swallow(1)
    number = its_book.draws_now(HOUSE, SERVICE)
    expect(clerk.page.locator(".queue .next")).to_contain_text(number)


def test_when_the_line_cannot_be_read_the_page_says_so_and_goes_on_by_itself(clerk: Resident, its_book: OpenBook):
    rename = "ALTER TABLE {} RENAME TO {}"
    write(its_book.store, _says, rename.format("open_counter", "gone"))
    try:
        clerk.reads(
            "The line can't be read just now. This page keeps asking, and then shows whether what you pressed was done."
        )
    finally:
        write(its_book.store, _says, rename.format("gone", "open_counter"))
    number = its_book.draws_now(HOUSE, SERVICE)
    expect(clerk.page.locator(".queue .next")).to_contain_text(number)
    expect(clerk.page.locator(".notice.warn")).to_have_count(0)


def _says(session: Session, words: str) -> None:
    session.connection().execute(text(words))
