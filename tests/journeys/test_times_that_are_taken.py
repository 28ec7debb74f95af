"""A time is kept while the form is filled in; it can run out, and somebody else can be faster. The answers stay."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from booking.visits import Visit
from tests.journeys.open_book import OpenBook
from tests.journeys.steps import CHECK, DETAILS, DONE, TIME, Resident, instant

VISIT = Visit(("residence-certificate",), "pacos", "in_person")
IS_KEPT = "We keep {moment} for you. Please finish by {time}."
IS_NO_LONGER_KEPT = "We no longer keep this time for you. If nobody else has taken it, you can still book it."
HAS_JUST_BEEN_TAKEN = "Somebody has just taken {moment}. Your answers are kept: please choose another time."


def test_the_page_says_until_when_the_time_is_kept_and_more_time_gives_ten_more_minutes(
    page: Page, address: str, book: OpenBook
) -> None:
    resident = Resident(page, address, "en")
    resident.get_to(TIME)
    clock = resident.times_of(resident.some_day).first.inner_text()
    resident.choose_a_time()
    resident.reads(IS_KEPT, moment=f".+ {clock}")
    book.let_holds_run_out()
    page.reload()
    resident.reads(IS_NO_LONGER_KEPT)
    resident.press("Keep it again")
    resident.reads(IS_KEPT)
    resident.press("More time")
    resident.reads(IS_KEPT)
    expect(page.locator(".notice.warn")).to_have_count(0)


def test_more_time_says_so_when_there_is_no_more_to_give(page: Page, address: str, book: OpenBook) -> None:
    resident = Resident(page, address, "en")
    resident.get_to(DETAILS)
    for _time in range(6):
        book.let_holds_run_out()
        page.reload()
        resident.press("Keep it again")
        resident.reads(IS_KEPT)
    resident.field("Name").fill(resident.name)
    book.let_holds_end_at(datetime.now(UTC) + timedelta(minutes=5))
    resident.press("More time")
    resident.reads("We have kept this time for an hour and cannot keep it longer. Please finish, or choose it again later.")
    expect(resident.field("Name")).to_have_value(resident.name)


@pytest.mark.parametrize("step", [DETAILS, CHECK])
def test_a_time_that_is_no_longer_kept_can_still_be_booked_when_nobody_took_it(
    page: Page, address: str, book: OpenBook, step: str
) -> None:
    resident = Resident(page, address)
    resident.get_to(step)
    book.let_holds_run_out()
    if step == DETAILS:
        resident.say_who()
    resident.stands_at(CHECK)
    resident.confirm()
    resident.stands_at(DONE)
    assert book.the_appointment_of(resident.name).reference == resident.codes()[0]


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_time_taken_while_it_is_being_chosen_gives_way_to_the_three_nearest(
    page: Page, address: str, book: OpenBook, language: str
) -> None:
    resident = Resident(page, address, language)
    resident.get_to(TIME)
    chosen = resident.times_of(5).nth(3)
    chosen.click()
    start = instant(chosen.locator("input").get_attribute("value") or "")
    book.take_every_place(VISIT, start)
    resident.press("Continue")
    resident.reads(HAS_JUST_BEEN_TAKEN)
    _the_three_nearest_are_offered(page, start)
    expect(page.get_by_text(resident.words("The nearest free times"))).to_be_visible()

    page.locator(".next-times label.choice").first.click()
    resident.press("Continue")
    resident.stands_at(DETAILS)
    resident.say_who()
    resident.stands_at(CHECK)
    resident.confirm()
    resident.stands_at(DONE)
    assert book.the_appointment_of(resident.name).start_at != start


def test_a_time_that_ran_out_and_was_taken_is_refused_at_the_end_with_the_three_nearest_and_all_answers_kept(
    page: Page, address: str, book: OpenBook
) -> None:
    resident = Resident(page, address, "en")
    resident.get_to(TIME)
    start = instant(resident.choose_a_time(1, day=6))
    resident.stands_at(DETAILS)
    resident.field("More time").check()
    resident.say_who()
    resident.stands_at(CHECK)
    book.let_holds_run_out()
    book.take_every_place(VISIT, start)
    resident.confirm()
    resident.reads(HAS_JUST_BEEN_TAKEN)
    assert book.appointments_of(resident.name) == []

    _the_three_nearest_are_offered(page, start)
    page.locator(".next-times label.choice").nth(1).click()
    resident.press("Continue")
    resident.stands_at(DETAILS)
    expect(resident.field("Name")).to_have_value(resident.name)
    expect(resident.field("E-mail")).to_have_value(resident.email)
    resident.press("Continue")
    resident.stands_at(CHECK)
    resident.confirm()
    resident.stands_at(DONE)
    assert book.the_appointment_of(resident.name).needs == ("more_time",)


def test_a_new_time_taken_while_moving_leaves_the_old_one_and_offers_the_three_nearest(
    page: Page, address: str, book: OpenBook
) -> None:
    resident = Resident(page, address, "en")
    resident.book()
    before = book.the_appointment_of(resident.name)
    resident.follow("Move it")
    resident.title_is("Choose another time")
    chosen = resident.times_of(5).nth(8)
    chosen.click()
    start = instant(chosen.locator("input").get_attribute("value") or "")
    book.take_every_place(VISIT, start)
    resident.press("Take this time instead")
    resident.reads(HAS_JUST_BEEN_TAKEN)
    assert book.the_appointment_of(resident.name).start_at == before.start_at
    _the_three_nearest_are_offered(page, start)


def test_two_people_who_want_the_last_place_get_one_appointment_and_one_apology(
    page: Page, new_context: Callable[..., BrowserContext], address: str, book: OpenBook
) -> None:
    """A service that one counter serves: its only place at a time."""
    people = [Resident(page, address, "en"), Resident(new_context().new_page(), address, "en")]
    for each in people:
        each.get_to(TIME)
    start = instant(people[0].times_of(-1).nth(2).locator("input").get_attribute("value") or "")
    book.leave_one_place(VISIT, start)
    for each in people:
        each.times_of(-1).nth(2).click()
        each.press("Continue")
    people[0].stands_at(DETAILS)
    people[1].reads(HAS_JUST_BEEN_TAKEN)
    people[0].say_who()
    people[0].stands_at(CHECK)
    people[0].confirm()
    people[0].stands_at(DONE)
    assert book.the_appointment_of(people[0].name).start_at == start


def _the_three_nearest_are_offered(page: Page, start: datetime) -> None:
    cards = page.locator(".next-times input")
    expect(cards).to_have_count(3)
    offered = [instant(card.get_attribute("value") or "") for card in cards.all()]
    assert start not in offered
    assert offered == sorted(offered)
    assert max(abs(each - start) for each in offered) <= timedelta(hours=2), (start, offered)
