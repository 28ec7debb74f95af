"""A ticket followed on one's own telephone: the place, the call, more time, coming back, leaving."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, expect

from booking.counters import HANDLED, begin, finish, not_there
from tests.journeys.open_book import OpenBook
from tests.journeys.steps import Resident

ONE, TWO = "pacos-1", "pacos-2"
# The page asks every ten seconds.
SOON = 14_000


@pytest.fixture(params=["pt", "ar"])
def visitor(new_context: Callable[..., BrowserContext], address: str, book: OpenBook, request) -> Iterator[Resident]:
    book.empty_the_hall()
    context = new_context()
    yield Resident(context.new_page(), address, request.param)
    book.empty_the_hall()


def is_told(visitor: Resident, message: str, **values: object) -> None:
    expect(visitor.page.locator("#ticket")).to_contain_text(visitor.words(message, **values), timeout=SOON)


def test_followed_called_served_and_over(visitor: Resident, book: OpenBook):
    before, mine = book.draws(), book.draws(visitor.language)
    visitor.open(f"/ticket/#{mine.code}")
    expect(visitor.page.locator("#ticket .number")).to_have_text(mine.ticket.words)
    assert mine.code not in visitor.page.url
    is_told(visitor, "We do not know yet how long it takes.")
    people = visitor.page.locator("#ticket li")
    expect(people).to_have_count(1)

    book.calls(ONE, before.ticket)
    is_told(visitor, "You are next.")
    expect(visitor.page.locator("main")).to_contain_text(before.ticket.words)

    book.calls(TWO, mine.ticket)
    is_told(visitor, "It is your turn: counter {counter}", counter=2)
    book.at_counter(begin, TWO)
    book.at_counter(finish, TWO, HANDLED)
    is_told(visitor, "Your visit is finished. This number is over.")
    visitor.press("Close this ticket")
    visitor.open("/ticket/")
    visitor.title_is("My ticket")


def test_it_is_still_there_when_the_page_was_closed(visitor: Resident, book: OpenBook):
    mine = book.draws(visitor.language)
    visitor.open(f"/ticket/#{mine.code}")
    is_told(visitor, "You are next.")
    page = visitor.page.context.new_page()
    visitor.page.close()
    again = Resident(page, visitor.address, visitor.language)
    again.open("/ticket/")
    expect(page.locator("#ticket .number")).to_have_text(mine.ticket.words)


def test_more_time_two_go_first_and_it_is_given_twice(visitor: Resident, book: OpenBook):
    mine = book.draws(visitor.language)
    for _ in range(3):
        book.draws()
    visitor.open(f"/ticket/#{mine.code}")
    is_told(visitor, "You are next.")
    visitor.press("I need more time")
    expect(visitor.page.locator("#ticket li")).to_have_count(1)
    visitor.press("I need more time")
    expect(visitor.button("I need more time")).to_have_count(0)


def test_not_found_they_come_back_without_a_new_ticket_and_leave(visitor: Resident, book: OpenBook):
    mine = book.draws(visitor.language)
    visitor.open(f"/ticket/#{mine.code}")
    book.calls(ONE, mine.ticket)
    book.at_counter(not_there, ONE)
    is_told(visitor, "We called you and did not find you.")
    visitor.press("I am here now")
    is_told(visitor, "You are next.")
    visitor.page.get_by_text(visitor.words("Leave the line"), exact=True).click()
    visitor.press("Yes, leave the line")
    is_told(visitor, "You have left the line. This number is over.")


def test_the_code_may_be_typed_and_a_wrong_one_opens_nothing(visitor: Resident, book: OpenBook):
    mine = book.draws(visitor.language)
    visitor.open("/ticket/")
    visitor.all_is_there()
    visitor.field("Code on the ticket").fill("AAAA-BBBB-CCCC-DDDD")
    visitor.press("Follow it")
    expect(visitor.page.locator("#errors")).to_be_visible()
    visitor.field("Code on the ticket").fill(mine.code.lower().replace("-", " "))
    visitor.press("Follow it")
    expect(visitor.page.locator("#ticket .number")).to_have_text(mine.ticket.words)
