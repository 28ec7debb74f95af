"""Staff who come in by the town's own provider: who is believed, and what fits only the way on which it was begun."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from booking.catalogue import StaffMember
from booking.people import Resident
from booking.store import Store, read, write
from portal.identity.provider import provider as the_provider
from portal.identity.sessions import SessionRow
from portal.identity.staff_identities import StaffIdentity, forget_identities
from tests.booking.towns import amend, person
from tests.portal.a_provider import CLIENT, Provider
from tests.portal.conftest import Choose
from tests.portal.test_provider import _honest, _with, a_browser, speaking, town  # noqa: F401  the same town and provider

REFUSED = "/en/desk/sign-in/?news=refused"


@pytest.fixture
def provider(speaking: Provider, town: Store, choose: Choose) -> Iterator[Provider]:  # noqa: F811
    """Known to the town twice: for its residents and for its staff."""
    amend(town, person("ana", (), ()), person("rui", (), ()))
    known = {"issuer": speaking.issuer, "client_id": CLIENT, "client_secret": "s3cret"}
    choose(**{f"{whose}oidc_{name}": value for whose in ("", "staff_") for name, value in known.items()})
    the_provider.cache_clear()
    speaking.forge, speaking.token_answer = _honest, {}
    yield speaking
    the_provider.cache_clear()


def sent_off(browser: TestClient, provider: Provider, wants: str = "/desk/me/", way: str = "staff/") -> str:
    answer = browser.get(f"/auth/{way}provider", params={"language": "en", "next": wants})
    return provider.remember(answer.headers["location"])


def comes_back(browser: TestClient, state: str, way: str = "staff/") -> str:
    return browser.get(f"/auth/{way}callback", params={"state": state, "code": "a code"}).headers["location"]


def comes_in(provider: Provider, wants: str = "/desk/me/") -> str:
    browser = a_browser()
    return comes_back(browser, sent_off(browser, provider, wants))


def who_is_in(town: Store) -> list[str | None]:  # noqa: F811
    return [row.staff for row in read(town, lambda session: session.exec(select(SessionRow)).all())]


def test_the_first_time_the_verified_address_says_who_it_is_and_then_the_subject(provider: Provider, town: Store):  # noqa: F811
    assert comes_in(provider) == "/en/desk/me/"
    (identity,) = read(town, lambda session: session.exec(select(StaffIdentity)).all())
    assert (identity.staff, identity.issuer, identity.subject) == ("ana", provider.issuer, "248289761001")
    provider.forge = _with(email="rui@example.org")  # the address means nothing any more
    assert comes_in(provider) == "/en/desk/me/"
    assert who_is_in(town) == ["ana", "ana"]
    assert read(town, lambda session: session.exec(select(Resident)).all()) == []


@pytest.mark.parametrize(
    "claims",
    [
        {"email_verified": False},
        {"email_verified": "true"},
        {"email": "stranger@example.org"},
        {"email": ""},
        {"email": None},
        {"email": "ana@example.org\0"},
        {"sub": ""},
        {"sub": "x" * 300},
    ],
)
def test_whoever_does_not_work_here_or_is_not_surely_known_stays_out(provider: Provider, town: Store, claims: dict[str, Any]):  # noqa: F811
    provider.forge = _with(**claims)
    assert comes_in(provider) == REFUSED
    assert who_is_in(town) == []
    assert read(town, lambda session: session.exec(select(StaffIdentity)).all()) == []


def test_a_second_subject_with_the_same_address_stays_out(provider: Provider, town: Store):  # noqa: F811
    assert comes_in(provider) == "/en/desk/me/"
    provider.forge = _with(sub="another")
    assert comes_in(provider) == REFUSED
    write(town, forget_identities, "ana")
    assert comes_in(provider) == "/en/desk/me/"


def test_whoever_works_here_no_more_stays_out(provider: Provider, town: Store):  # noqa: F811
    assert comes_in(provider) == "/en/desk/me/"
    amend(town, change=lambda session: setattr(session.get(StaffMember, "ana"), "withdrawn_at", datetime.now(UTC)))
    assert comes_in(provider) == REFUSED


def test_what_was_begun_on_one_way_fits_nothing_on_the_other(provider: Provider, town: Store):  # noqa: F811
    browser = a_browser()
    state = sent_off(browser, provider, "/me/", way="")
    assert comes_back(browser, state) == "/pt/desk/sign-in/?news=other-browser"
    browser = a_browser()
    state = sent_off(browser, provider)
    assert comes_back(browser, state, way="") == "/pt/sign-in/?news=other-browser"
    assert who_is_in(town) == []
    browser = a_browser()
    assert comes_back(browser, sent_off(browser, provider)) == "/en/desk/me/"  # control


@pytest.mark.parametrize("wants", ["/me/", "/", "https://evil.example/", "//evil.example", "/desk/../me/"])
def test_staff_are_led_to_pages_of_theirs_only(provider: Provider, wants: str):
    assert comes_in(provider, wants) == "/en/desk/"


@pytest.mark.parametrize(("said", "is_in"), [("urn:two", True), ("urn:card", True), ("substantial", False), ("", False)])
def test_where_the_town_says_so_it_must_be_sure_enough(provider: Provider, choose: Choose, said: str, is_in: bool):
    choose(staff_oidc_acr="urn:two, urn:card")
    the_provider.cache_clear()
    asked = a_browser().get("/auth/staff/provider").headers["location"]
    assert "acr_values=urn%3Atwo" in asked
    provider.forge = _with(acr=said)
    assert comes_in(provider) == ("/en/desk/me/" if is_in else REFUSED)


def test_without_a_provider_for_staff_that_of_residents_is_none(provider: Provider, choose: Choose):
    choose(staff_oidc_issuer="")
    assert a_browser().get("/auth/staff/provider").headers["location"] == "/pt/desk/sign-in/?news=no-provider"
