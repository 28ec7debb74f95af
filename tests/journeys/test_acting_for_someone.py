"""Acting for somebody: granted, accepted, used to book, seen by the one acted for, and over at once when it is taken back."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import BrowserContext, expect

from booking.promises import BOOKED, Appointment
from booking.visits import Visit
from tests.journeys.open_book import OpenBook
from tests.journeys.steps import CHECK, DETAILS, DONE, TIME, Resident

VISIT = Visit(("residence-certificate",), "pacos", "in_person")
BANNER = "You are booking for {name}"


@dataclass
class Pair:
    """Somebody, and somebody who is to act for them, each with a telephone of their own."""

    owner: Resident
    holder: Resident
    owner_name: str = "Amina Haddad"

    def ask(self, *scopes: str) -> None:
        """The owner offers a mandate."""
        owner = self.owner
        owner.open("/me/mandates/")
        owner.all_is_there()
        owner.field("Who is it?").fill("Karim")
        owner.field("Their e-mail or mobile number").fill(self.holder.email)
        for scope in scopes:
            owner.page.locator(f"label:has(input[name=scope_{scope}])").click()
        owner.field("Your name, as they know you").fill(self.owner_name)
        owner.press("Ask them")
        owner.reads("We have written to them. It counts once they have signed in and said yes.")

    def agree(self, *scopes: str) -> None:
        """Both are signed in, the owner has offered, the holder has said yes."""
        self.owner.sign_in(self.owner.email)
        self.answer(*scopes)

    def answer(self, *scopes: str) -> None:
        self.ask(*scopes)
        self.holder.sign_in(self.holder.email)
        self.holder.reads("Would you act for {name}?", name=self.owner_name)
        self.holder.press("Yes, I will")
        self.holder.reads("I act for {name}", name=self.owner_name)

    def open_theirs(self) -> None:
        self.holder.open("/me/")
        self.holder.all_is_there()
        self.holder.page.get_by_role("link", name=self.owner_name).click()
        self.holder.reads("Your mandate")

    def press_named(self, message: str) -> None:
        self.holder.page.get_by_role("button", name=self.holder.words(message, name=self.owner_name)).click()

    def begin(self) -> None:
        """The holder begins to book for the owner."""
        self.open_theirs()
        self.press_named("Book for {name}")
        self.holder.title_is("All services")
        self.holder.begin()

    def take_back(self) -> None:
        self.owner.open("/me/mandates/")
        self.owner.all_is_there()
        self.owner.page.get_by_role("button", name=self.owner.words("Take it back from {name}", name="Karim")).click()
        self.owner.reads("Taken back. From now on they can do nothing for you here.")


@pytest.fixture
def pair(new_context: Callable[..., BrowserContext], address: str, request: pytest.FixtureRequest) -> Pair:
    language = getattr(request, "param", "pt")
    people = (Resident(new_context().new_page(), address, language, email=f"{secrets.token_hex(4)}@example.org") for _ in "12")
    return Pair(*people)


def reads_banner(pair: Pair) -> None:
    pair.holder.reads(BANNER, name=pair.owner_name)


def booked_for_owner(pair: Pair, book: OpenBook) -> Appointment:
    """The holder books for the owner, whose name and address are filled in; what was booked."""
    holder = pair.holder
    pair.begin()
    reads_banner(pair)
    holder.choose_a_way()
    holder.stands_at(TIME)
    reads_banner(pair)
    holder.choose_a_time()
    holder.title_of_details(pair.owner_name)
    reads_banner(pair)
    holder.field("Name").fill(holder.name)
    holder.press("Continue")
    holder.stands_at(CHECK)
    reads_banner(pair)
    holder.confirm()
    holder.stands_at(DONE)
    holder.reads("You have booked this for {name}", name=pair.owner_name)
    return book.the_appointment_of(holder.name)


@pytest.mark.parametrize("pair", ["pt", "ar"], indirect=True)
def test_granted_accepted_used_to_book_seen_by_the_owner_and_over_when_it_is_taken_back(pair: Pair, book: OpenBook):
    owner, holder = pair.owner, pair.holder
    pair.agree("book", "see")
    appointment = booked_for_owner(pair, book)
    assert appointment.email == owner.email
    # The key, which would outlive the mandate, is nowhere in the holder's tab.
    kept = holder.page.content() + holder.page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}])")
    assert holder.words("Access code") not in kept

    owner.open("/me/")
    owner.reads("Booked by")
    expect(owner.page.get_by_text("Karim").first).to_be_visible()
    owner.press("See, move or cancel")
    owner.reads("Booked by")

    pair.open_theirs()
    holder.press("See, move or cancel")
    holder.reads("You are acting for {name}", name=pair.owner_name)
    expect(holder.page.locator("main")).not_to_contain_text(holder.words("Access code"))
    holder.move()
    holder.follow("Cancel it")
    holder.title_is("Cancel this appointment?")
    holder.all_is_there()

    pair.take_back()
    holder.press("Yes, cancel it")
    holder.title_is("Find my appointment")
    assert book.the_appointment_of(holder.name).state == BOOKED
    holder.open("/me/")
    holder.reads("You act for nobody else.")


def test_taken_back_while_they_are_booking_the_tab_goes_no_further(pair: Pair, book: OpenBook):
    holder = pair.holder
    pair.agree("book", "see")
    pair.begin()
    holder.choose_a_way()
    holder.stands_at(TIME)
    holder.choose_a_time()
    holder.title_of_details(pair.owner_name)
    holder.field("Name").fill(holder.name)
    holder.press("Continue")
    holder.stands_at(CHECK)
    pair.take_back()
    holder.press("Book this time")
    holder.title_is("My page")
    holder.reads("You can no longer do that for somebody else. Nothing was changed.")
    assert book.appointments_of(holder.name) == []
    # What they do next in this tab is for themselves.
    holder.begin()
    holder.choose_a_way()
    holder.stands_at(TIME)
    holder.choose_a_time()
    holder.stands_at(DETAILS)
    expect(holder.field("Name")).to_have_value("")


def test_without_seeing_they_book_and_are_shown_nothing_that_is_kept(pair: Pair, book: OpenBook):
    holder, owner = pair.holder, pair.owner
    owner.sign_in(owner.email)
    owner.open("/me/about-you/")
    owner.all_is_there()
    owner.field("Name").fill("Kept Name")
    owner.press("Save")
    owner.reads("That is saved. It goes with you from now on.")
    pair.answer("book")
    pair.open_theirs()
    expect(holder.page.locator(".plate")).to_have_count(0)
    pair.begin()
    holder.choose_a_way()
    holder.stands_at(TIME)
    holder.choose_a_time()
    holder.title_of_details(pair.owner_name)
    expect(holder.field("Name")).to_have_value("")
    holder.field("Name").fill(holder.name)
    holder.press("Continue")
    holder.stands_at(CHECK)
    for kept in ("Kept Name", owner.email):
        assert kept not in holder.page.content()
    holder.confirm()
    holder.stands_at(DONE)
    assert owner.email not in holder.page.content()
    assert book.the_appointment_of(holder.name).email == owner.email


def test_an_offer_is_declined_and_the_owner_sees_that_nobody_may(pair: Pair):
    pair.owner.sign_in(pair.owner.email)
    pair.ask("see")
    pair.holder.sign_in(pair.holder.email)
    pair.holder.press("No")
    expect(pair.holder.button("No")).to_have_count(0)
    pair.owner.open("/me/mandates/")
    pair.owner.reads("Nobody so far.")


def test_somebody_elses_number_in_the_address_leads_nowhere(pair: Pair):
    pair.holder.sign_in(pair.holder.email)
    for named in ("1", "2", "0", "-1", "x", "99999999999999999999"):
        pair.holder.open(f"/me/acting/?for={named}")
        pair.holder.title_is("My page")
        pair.holder.reads("You can no longer do that for somebody else. Nothing was changed.")
