"""What a staff member does to come in, step by step."""

from __future__ import annotations

from datetime import UTC, datetime

from pyotp.totp import TOTP

from booking.store import write
from portal.identity.staff_access import invite
from tests.journeys.open_book import OpenBook
from tests.journeys.steps import Resident

PASSWORD = "a long and quiet afternoon"


def email_of(book: OpenBook, slug: str) -> str:
    return book.catalogue().staff[slug].email


def opens_link(clerk: Resident, book: OpenBook, slug: str) -> None:
    """The link that they were given; and the password that they choose."""
    token = write(book.store, invite, datetime.now(UTC), email_of(book, slug))
    clerk.open(f"/desk/set-up/#.{token}")
    clerk.title_is("Set up your access")
    clerk.all_is_there()
    assert token not in clerk.page.url
    clerk.field("Password").fill(PASSWORD)
    clerk.press("Continue")
    clerk.reads("Or an authenticator")


def shows_digits(clerk: Resident) -> TOTP:
    """Those of the authenticator that scanned the page."""
    authenticator = TOTP(clerk.page.locator("main .long-code").inner_text().replace("-", "").strip())
    clerk.field("The six digits it shows now").fill(authenticator.now())
    clerk.press("Save")
    return authenticator


def codes_shown(clerk: Resident) -> list[str]:
    clerk.reads("Your access is set up.")
    return [code.strip() for code in clerk.page.locator("main ul.prose li").all_inner_texts()]


def sets_up(clerk: Resident, book: OpenBook, slug: str) -> list[str]:
    """With an authenticator; their recovery codes."""
    opens_link(clerk, book, slug)
    shows_digits(clerk)
    return codes_shown(clerk)


def types_password(clerk: Resident, email: str, password: str = PASSWORD) -> None:
    offers(clerk, email, password)
    clerk.title_is("Show that it is you")
    clerk.all_is_there()


def offers(clerk: Resident, email: str, password: str) -> None:
    clerk.open("/desk/sign-in/")
    clerk.title_is("Sign in for staff")
    clerk.all_is_there()
    clerk.field("E-mail").fill(email)
    clerk.field("Password").fill(password)
    clerk.press("Continue")


def signs_in(clerk: Resident, email: str, second: str, password: str = PASSWORD) -> None:
    types_password(clerk, email, password)
    clerk.page.locator("input[name=second]").fill(second)
    clerk.press("Sign in")
