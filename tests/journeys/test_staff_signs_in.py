"""Staff come in: from the link that sets up their access to the desk, and out again; and whoever the town names no more."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from oidc_provider_mock import User, run_server_in_thread
from playwright.sync_api import BrowserContext, Page, expect
from sqlmodel import Session, col, select, update

from booking.catalogue import StaffMember, catalogue_changed, read_catalogue
from booking.store import read, write
from portal.identity.passkeys import passkeys_of
from portal.identity.staff_access import invite
from portal.identity.tries import StaffTries
from tests.journeys.eyes import axe_finds
from tests.journeys.open_book import OpenBook
from tests.journeys.staff import PASSWORD, codes_shown, email_of, offers, opens_link, sets_up, signs_in, types_password
from tests.journeys.steps import Resident
from tests.serving import served


@pytest.fixture
def clerk(page: Page, address: str, request: pytest.FixtureRequest) -> Resident:
    return Resident(page, address, getattr(request, "param", "pt"))


@pytest.mark.parametrize("clerk", ["pt", "ar"], indirect=True)
def test_from_the_link_to_the_desk(clerk: Resident, book: OpenBook):
    slug = {"pt": "rosa-teixeira", "ar": "tiago-moreira"}[clerk.language]
    codes = sets_up(clerk, book, slug)
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
    codes = sets_up(clerk, book, "teresa-nunes")
    known = email_of(book, "teresa-nunes")
    for email, password in ((known, "wrong"), ("nobody@town.example", PASSWORD)):
        offers(clerk, email, password)
        clerk.reads("This e-mail and this password do not fit together. Please check both.")
        expect(clerk.field("E-mail")).to_have_value(email)
    for second in ("000000", "AAAA-BBBB-CCCC-DDDD", codes[1]):
        signs_in(clerk, known, second)
        if second == codes[1]:
            clerk.title_is("Staff area")
        else:
            clerk.reads("These digits do not fit, or were used already. Please wait for the next ones, or use a recovery code.")


def test_the_second_step_without_the_first_leads_back(clerk: Resident):
    clerk.open("/desk/sign-in/second/")
    clerk.title_is("Sign in for staff")
    clerk.reads("That took too long. Please begin again.")


def test_a_passkey_is_made_and_lets_in(clerk: Resident, book: OpenBook):
    device = virtual_authenticator(clerk)
    opens_link(clerk, book, "sofia-lourenco")
    clerk.press("Make a passkey")
    assert len(codes_shown(clerk)) == 10
    types_password(clerk, email_of(book, "sofia-lourenco"))
    clerk.field("A recovery code")
    clerk.press("Use a passkey")
    clerk.title_is("Staff area")
    clerk.all_is_there()
    (kept,) = device("getCredentials")["credentials"]
    assert kept["isResidentCredential"]
    assert read(book.store, passkeys_of, "sofia-lourenco")[0].sign_count == kept["signCount"] > 0


def test_whoever_does_not_unlock_their_passkey_is_told_and_has_other_ways(clerk: Resident, book: OpenBook):
    device = virtual_authenticator(clerk)
    opens_link(clerk, book, "nuno-azevedo")
    device("setUserVerified", isUserVerified=False)
    clerk.press("Make a passkey")
    expect(clerk.page.locator("#errors")).to_be_visible()
    device("setUserVerified", isUserVerified=True)
    clerk.press("Make a passkey")
    codes = codes_shown(clerk)
    types_password(clerk, email_of(book, "nuno-azevedo"))
    device("setUserVerified", isUserVerified=False)
    clerk.press("Use a passkey")
    expect(clerk.page.locator("#errors")).to_be_visible()
    clerk.page.locator("input[name=second]").fill(codes[0])
    clerk.press("Sign in")
    clerk.title_is("Staff area")


def test_a_passkey_is_added_and_removed_and_codes_are_made_anew(clerk: Resident, book: OpenBook):
    codes = sets_up(clerk, book, "manuel-borges")
    signs_in(clerk, email_of(book, "manuel-borges"), codes[0])
    clerk.title_is("Staff area")
    clerk.follow("My access")
    clerk.title_is("My access")
    clerk.all_is_there()
    virtual_authenticator(clerk)
    clerk.press("Add a passkey")
    clerk.reads("This passkey is added.")
    clerk.press("Add a passkey")
    clerk.reads("This device has a passkey of yours already.")
    assert axe_finds(clerk.page) == []
    clerk.press("Remove")
    clerk.reads("You have none yet. With one you need no digits.")
    clerk.press("Make ten new ones")
    clerk.reads("These are new. The ones before are good no longer.")
    new = clerk.page.locator("main ul.prose li").all_inner_texts()
    assert len(new) == 10
    assert not set(codes) & set(new)


def virtual_authenticator(clerk: Resident) -> Callable[..., dict[str, Any]]:
    """As a telephone that its owner unlocks. Called with a command of the WebAuthn domain of Chromium's protocol."""
    protocol = clerk.page.context.new_cdp_session(clerk.page)
    protocol.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    name = protocol.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]
    return lambda command, **said: protocol.send(f"WebAuthn.{command}", {"authenticatorId": name, **said})


def test_whoever_tries_again_and_again_waits(clerk: Resident, book: OpenBook):
    email = "somebody.else@town.example"
    for _ in range(5):
        offers(clerk, email, "wrong")
        clerk.reads("This e-mail and this password do not fit together. Please check both.")
    offers(clerk, email, "wrong")
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


@pytest.mark.parametrize("language", ["pt", "ar"])
def test_by_the_towns_own_provider_and_without_passwords(
    language: str, new_context: Callable[..., BrowserContext], tmp_path: Path
):
    """One that runs for real, and knows somebody who works here and somebody who doesn't."""
    known = [
        User(sub="rosa", claims={"email": "rosa.teixeira@vila-clara.example", "email_verified": True}),
        User(sub="stranger", claims={"email": "stranger@example.org", "email_verified": True}),
    ]
    with run_server_in_thread(user_claims=known, require_nonce=True) as provider:
        wishes = {
            "issuer": f"http://localhost:{provider.server_port}",
            "client_id": "desk",
            "client_secret": "s3cret",
            "name": "IDM",
        }
        wishes = {f"staff_oidc_{name}": value for name, value in wishes.items()}
        with served(tmp_path, staff_passwords="off", **wishes) as site:
            clerk = Resident(new_context().new_page(), site.address, language)
            clerk.open("/desk/")
            clerk.title_is("Sign in for staff")
            clerk.all_is_there()
            expect(clerk.page.locator("input[type=password]")).to_have_count(0)
            assert axe_finds(clerk.page) == []
            for who in ("stranger", "rosa"):
                clerk.page.get_by_role("link", name=clerk.words("Sign in with {name}", name="IDM")).click()
                clerk.page.get_by_role("button", name=who).click()
                if who == "stranger":
                    clerk.reads(
                        "The sign-in service does not name anybody who works here. Please tell whoever looks after this portal."
                    )
            clerk.title_is("Staff area")
            expect(clerk.page.get_by_text("Rosa Teixeira")).to_be_visible()
