"""At a counter: somebody comes in, gets a number, is called, served and sent on; by mouse and by single keys, pressed once or twice."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from booking.visits import Visit
from tests.journeys.eyes import axe_finds, read_by_camera
from tests.journeys.hall import HOUSE, SERVICE, comes_to_work, gives_number, happened, is_here, sits
from tests.journeys.line import Line
from tests.journeys.open_book import OpenBook
from tests.journeys.steps import Resident
from tests.serving import Site


@pytest.mark.parametrize("clerk", ["pt", "ar"], indirect=True)
def test_from_a_number_at_the_desk_to_the_end(
    clerk: Resident, hall: Site, its_book: OpenBook, new_context: Callable[..., BrowserContext]
):
    number = gives_number(clerk, clerk.language)
    phone = Resident(new_context().new_page(), hall.address, clerk.language)
    phone.page.goto(read_by_camera(clerk.page))
    expect(phone.page.locator("#ticket .number")).to_have_text(number)
    assert axe_finds(clerk.page) == []

    clerk.press("Done")
    clerk.page.locator("main h1").click()
    clerk.page.keyboard.press("Space")
    is_here(clerk, number)
    assert axe_finds(clerk.page) == []
    phone.reads("It is your turn: counter {counter}", counter="1")
    clerk.page.keyboard.press("h")
    expect(clerk.page.locator(".desk-now .tag.now")).to_be_visible()
    clerk.page.reload()
    is_here(clerk, number)
    clerk.page.keyboard.press("Space")
    clerk.reads("Nobody else waits for your counter.")
    assert happened(its_book, number) == ["drawn", "called", "begun", "finished"]
    phone.reads("Your visit is finished. This number is over.")


def test_single_keys_do_everything_and_can_be_switched_off(clerk: Resident, its_book: OpenBook):
    first = gives_number(clerk)
    clerk.press("Done")
    clerk.page.locator("main h1").click()
    clerk.page.keyboard.press("Space")
    is_here(clerk, first)
    clerk.page.keyboard.press("r")
    clerk.page.keyboard.press("p")
    clerk.title_is("Nobody is at your counter")
    clerk.page.get_by_role("button", name=re.compile(f"^{clerk.words('Call')} {first}$")).click()
    is_here(clerk, first)
    clerk.page.keyboard.press("t")
    expect(clerk.page.locator("select[name=to]")).to_be_focused()
    clerk.page.keyboard.press("n")  # in a list, a letter looks for a word
    is_here(clerk, first)
    clerk.page.locator("select[name=to]").select_option("parking-permit")
    clerk.press("Pass on")
    clerk.title_is("Nobody is at your counter")
    expect(clerk.page.locator(".queue .next")).to_contain_text(first)

    clerk.page.get_by_text(clerk.words("Use single keys")).click()
    second = gives_number(clerk)
    clerk.press("Done")
    clerk.page.locator("main h1").click()
    clerk.page.keyboard.press("c")
    clerk.page.wait_for_timeout(500)
    clerk.title_is("Nobody is at your counter")  # the counter is still open
    clerk.page.get_by_text(clerk.words("Use single keys")).click()
    clerk.page.locator("main h1").click()
    clerk.page.keyboard.press("c")
    clerk.title_is("My counter")
    assert happened(its_book, first) == ["drawn", "called", "called again", "parked", "called", "passed on to parking-permit"]
    assert happened(its_book, second) == ["drawn"]


def test_whatever_arrives_twice_is_done_once(new_context: Callable[..., BrowserContext], hall: Site, its_book: OpenBook):
    """On a stuttering line every press arrives twice: one number, one call, one end; and nobody else is called by it."""
    context = new_context(viewport={"width": 1280, "height": 900})
    clerk = Resident(context.new_page(), hall.address, "pt")
    Line(clerk.page, stutters=True)
    clerk.open("/desk/")
    clerk.page.get_by_role("button", name=clerk.words("Sign in as {name}", name="Rosa Teixeira")).click()
    clerk.title_is("Staff area")
    sits(clerk)
    first = gives_number(clerk)
    expect(clerk.page.locator(".queue .next")).to_contain_text(first)
    expect(clerk.page.locator(".queue > li")).to_have_count(1)
    second = its_book.draws_now(HOUSE, SERVICE)
    third = its_book.draws_now(HOUSE, SERVICE)
    clerk.press("Call the next one")
    is_here(clerk, first)
    clerk.press("Call again")
    clerk.press("They are here")
    clerk.press("Finish and call next")
    is_here(clerk, second)
    clerk.page.wait_for_timeout(700)
    is_here(clerk, second)
    assert happened(its_book, first) == ["drawn", "called", "called again", "begun", "finished"]
    assert happened(its_book, second) == ["drawn", "called"]
    assert happened(its_book, third) == ["drawn"]
    assert clerk.page.evaluate("line.saidTwice") >= 5  # control: it did stutter


def test_two_at_one_counter_and_the_second_sits_there(
    clerk: Resident, new_context: Callable[..., BrowserContext], hall: Site, its_book: OpenBook
):
    number = gives_number(clerk)
    other = sits(comes_to_work(new_context, hall, "pt", "Tiago Moreira"))
    other.press("Call the next one")
    is_here(other, number)
    clerk.title_is("My counter")  # it learns of it by itself
    clerk.page.locator("select[name=counter]").select_option("pacos-2")
    clerk.press("Sit down here")
    clerk.press("Call the next one")
    clerk.reads("Nobody waits for your counter.")
    expect(clerk.page.locator(".desk > aside")).to_contain_text(number)
    assert happened(its_book, number) == ["drawn", "called"]


def test_whoever_has_an_appointment_is_checked_in_at_the_desk(clerk: Resident, its_book: OpenBook):
    booked = its_book.books_soon(Visit((SERVICE,), HOUSE, "in_person"))
    clerk.page.get_by_text(clerk.words("They have an appointment"), exact=True).click()
    clerk.field("Booking code").fill("VC-2222-2222")
    clerk.press("Check in")
    expect(clerk.page.locator(".notice.bad, .notice.warn").first).to_be_visible()
    clerk.field("Booking code").fill(booked)
    clerk.press("Check in")
    expect(clerk.page.locator(".queue .next")).to_contain_text("M ")


@pytest.mark.parametrize("clerk", ["pt", "ar"], indirect=True)
def test_the_screen_in_the_hall_shows_the_call_and_no_names(
    clerk: Resident, hall: Site, its_book: OpenBook, new_context: Callable[..., BrowserContext]
):
    screen = Resident(new_context(viewport={"width": 1920, "height": 1080}).new_page(), hall.address, clerk.language)
    screen.open(f"/display/?at={HOUSE}")
    screen.reads("When your number is called, please go to the counter that stands beside it.")
    other = "es"
    number = gives_number(clerk, other)
    expect(screen.page.locator(".lines p b")).to_have_count(1)
    clerk.press("Done")
    clerk.page.locator("main h1").click()
    clerk.page.keyboard.press("Space")
    shown = screen.page.locator(".call.now")
    expect(shown.locator("bdi")).to_have_text(number)
    expect(shown.locator("p[lang=es]")).to_contain_text(number)
    expect(shown).to_contain_text("1")
    assert shown.get_attribute("data-calls") == "1"
    clerk.page.keyboard.press("r")
    expect(shown).to_have_attribute("data-calls", "2")
    assert axe_finds(screen.page) == []
    assert "Rosa" not in screen.page.content()
    clerk.page.keyboard.press("Space")
    expect(screen.page.locator(".call.now")).to_have_count(0)
    expect(screen.page.locator(".call bdi").first).to_have_text(number)  # kept, among the last five


def test_when_the_server_is_gone_the_screen_says_so_and_keeps_the_calls(
    clerk: Resident, hall: Site, its_book: OpenBook, new_context: Callable[..., BrowserContext]
):
    number = gives_number(clerk)
    clerk.press("Done")
    clerk.page.locator("main h1").click()
    clerk.page.keyboard.press("Space")
    is_here(clerk, number)
    screen = Resident(new_context(viewport={"width": 1920, "height": 1080}).new_page(), hall.address, "pt")
    line = Line(screen.page)
    screen.open(f"/display/?at={HOUSE}")
    expect(screen.page.locator(".call.now bdi").first).to_have_text(number)
    line.cut()
    screen.reads("The connection is lost. These were the last calls at {time}.")
    expect(screen.page.locator(".call.now bdi").first).to_have_text(number)
    clerk.page.keyboard.press("Space")
    expect(clerk.page.locator(".desk-now .tag.now")).to_be_visible()
    clerk.page.keyboard.press("f")
    clerk.title_is("Nobody is at your counter")
    line.mend()
    expect(screen.page.locator(".call.now")).to_have_count(0)  # read again by itself
    screen.reads("When your number is called, please go to the counter that stands beside it.")
