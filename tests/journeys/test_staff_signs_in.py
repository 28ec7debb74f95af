"""Staff come in: from the link that sets up their access to the desk, and out again; and whoever the town names no more."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect
from pyotp.totp import TOTP
from sqlmodel import Session, col, select, update

from booking.catalogue import StaffMember, catalogue_changed, read_catalogue
from booking.store import write
from portal.identity.staff_access import StaffTries, invite
from tests.journeys.eyes import axe_finds
from tests.journeys.open_book import OpenBook
from tests.journeys.steps import Resident

PASSWORD = "a long and quiet afternoon"


@pytest.fixture
def clerk(page: Page, address: str, request: pytest.FixtureRequest) -> Resident:
    return Resident(page, address, getattr(request, "param", "pt"))


def email_of(book: OpenBook, slug: str) -> str:
    return book.catalogue().staff[slug].email


def set_up(clerk: Resident, book: OpenBook, slug: str) -> tuple[TOTP, list[str]]:
    """With the link that they were given; their authenticator, and their recovery codes."""
    token = write(book.store, invite, datetime.now(UTC), email_of(book, slug))
    clerk.open(f"/desk/set-up/#{token}")
    clerk.title_is("Set up your access")
    clerk.all_is_there()
    assert token not in clerk.page.url
    clerk.reads("2. An authenticator")
    authenticator = TOTP(clerk.page.locator("main bdi").last.inner_text().replace("-", "").strip())
    clerk.field("Password").fill(PASSWORD)
    clerk.field("The six digits it shows now").fill(authenticator.now())
    clerk.press("Save")
    clerk.reads("Your access is set up.")
    codes = clerk.page.locator("main ul.prose li").all_inner_texts()
    return authenticator, [code.strip() for code in codes]


def signs_in(clerk: Resident, email: str, second: str, password: str = PASSWORD) -> None:
    clerk.open("/desk/")
    clerk.title_is("Sign in for staff")
    clerk.all_is_there()
    clerk.field("E-mail").fill(email)
    clerk.field("Password").fill(password)
    clerk.field("Six digits of your authenticator").fill(second)
    clerk.page.get_by_role("button", name=clerk.words("Sign in"), exact=True).first.click()


@pytest.mark.parametrize("clerk", ["pt", "ar"], indirect=True)
def test_from_the_link_to_the_desk(clerk: Resident, book: OpenBook):
    slug = {"pt": "rosa-teixeira", "ar": "tiago-moreira"}[clerk.language]
    _authenticator, codes = set_up(clerk, book, slug)
    assert len(codes) == 10
    clerk.follow("Go on to sign in")
    clerk.title_is("Sign in for staff")
    signs_in(clerk, email_of(book, slug), codes[0])
    clerk.title_is("Staff area")
    clerk.all_is_there()
    expect(clerk.page.get_by_text(book.catalogue().staff[slug].name).first).to_be_visible()
    assert axe_finds(clerk.page) == []
    clerk.press("Sign out")
    clerk.title_is("Sign in for staff")
    clerk.reads("You are signed out on this device.")
    clerk.page.go_back()
    clerk.title_is("Sign in for staff")


def test_what_does_not_fit_together_is_answered_in_one_sentence(clerk: Resident, book: OpenBook):
    _authenticator, codes = set_up(clerk, book, "teresa-nunes")
    known = email_of(book, "teresa-nunes")
    sentence = "This does not fit together. Please check the e-mail, the password and the six digits."
    for email, password, second in (
        (known, "wrong", codes[1]),
        (known, PASSWORD, "000000"),
        ("nobody@town.example", PASSWORD, codes[1]),
    ):
        signs_in(clerk, email, second, password)
        clerk.reads(sentence)
        expect(clerk.field("E-mail")).to_have_value(email)
    signs_in(clerk, known, codes[2])
    clerk.title_is("Staff area")


def test_whoever_tries_again_and_again_waits(clerk: Resident, book: OpenBook):
    email = "somebody.else@town.example"
    for _ in range(5):
        signs_in(clerk, email, "000000", "wrong")
        clerk.reads("This does not fit together. Please check the e-mail, the password and the six digits.")
    signs_in(clerk, email, "000000", "wrong")
    clerk.reads("There were several wrong tries. Please try again after {time}.")
    write(book.store, _forget_tries)


def _forget_tries(session: Session) -> None:
    for row in session.exec(select(StaffTries)):
        session.delete(row)


def test_in_the_demonstration_a_click_is_enough(clerk: Resident):
    clerk.open("/desk/")
    clerk.title_is("Sign in for staff")
    clerk.page.get_by_role("button", name=clerk.words("Sign in as {name}", name="Marta Figueiredo")).click()
    clerk.title_is("Staff area")
    clerk.reads("Counters")


def test_a_role_that_is_taken_away_is_gone_in_the_open_tab(clerk: Resident, book: OpenBook):
    """The town's file names them no more: nothing that they press is done."""
    clerk.open("/desk/")
    clerk.page.get_by_role("button", name=clerk.words("Sign in as {name}", name="Rui Pimentel")).click()
    clerk.title_is("Staff area")
    clerk.all_is_there()
    write(book.store, _withdrawn, "rui-pimentel", datetime.now(UTC))
    try:
        clerk.open("/desk/")
        clerk.title_is("Sign in for staff")
    finally:
        write(book.store, _withdrawn, "rui-pimentel", None)
    assert "rui-pimentel" in book.catalogue().staff


def _withdrawn(session: Session, slug: str, at: datetime | None) -> None:
    session.execute(update(StaffMember).where(col(StaffMember.slug) == slug).values(withdrawn_at=at))
    catalogue_changed(session)
    read_catalogue(session)


def test_a_link_that_was_used_says_so(clerk: Resident, book: OpenBook):
    token = write(book.store, invite, datetime.now(UTC) - timedelta(days=2), email_of(book, "helena-carvalho"))
    for used in (token, "made-up"):
        clerk.open(f"/desk/set-up/#{used}")
        clerk.reads("This link is no longer good: it was used, or is older than a day. Please ask for another one.")


def test_a_resident_is_no_staff_and_staff_are_no_resident(clerk: Resident):
    clerk.sign_in("somebody@example.org")
    clerk.open("/desk/")
    clerk.title_is("Sign in for staff")
    clerk.all_is_there()
    clerk.page.get_by_role("button", name=clerk.words("Sign in as {name}", name="Marta Figueiredo")).click()
    clerk.title_is("Staff area")
    clerk.open("/me/")
    clerk.title_is("Sign in")
