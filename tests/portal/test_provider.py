"""Signing in by an identity provider: what is believed, and the many things that are not."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from typing import Any

import pytest
from joserfc.jwk import OctKey, RSAKey
from sqlmodel import select
from starlette.testclient import TestClient

import booking.store
import portal.site
from booking.people import ProviderIdentity, Resident
from booking.store import Store, read
from portal.doors import doors
from portal.identity.provider import provider as the_provider
from portal.identity.sessions import SessionRow
from portal.site import drawn_catalogue
from tests.booking.towns import found
from tests.portal.a_provider import CLIENT, Claims, Forge, Provider, running
from tests.portal.conftest import Choose

HERE = "http://localhost:8000"


@pytest.fixture(scope="module")
def speaking() -> Iterator[Provider]:
    with running() as one:
        yield one


@pytest.fixture
def town(store: Store, choose: Choose, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """By the real clock, because a token says when it was made."""
    found(store)
    for module in (booking.store, portal.site):
        monkeypatch.setattr(module, "the_store", lambda: store)
    drawn_catalogue.cache_clear()
    yield store
    drawn_catalogue.cache_clear()


@pytest.fixture
def provider(speaking: Provider, town: Store, choose: Choose) -> Iterator[Provider]:
    """Known to the town."""
    choose(oidc_issuer=speaking.issuer, oidc_client_id=CLIENT, oidc_client_secret="s3cret")
    the_provider.cache_clear()
    speaking.forge, speaking.token_answer = _honest, {}
    yield speaking
    the_provider.cache_clear()


def a_browser() -> TestClient:
    return TestClient(doors, base_url=HERE, follow_redirects=False)


def _honest(claims: Claims, provider: Provider) -> Any:
    return provider.signed(claims)


def sent_off(browser: TestClient, provider: Provider, wants: str = "/me/") -> str:
    """To the provider, which notes what came along; the state to come back with."""
    answer = browser.get("/auth/provider", params={"language": "en", "next": wants})
    assert answer.status_code == 302
    assert answer.headers["location"].startswith(f"{provider.issuer}/authorize?")
    return provider.remember(answer.headers["location"])


def comes_back(browser: TestClient, state: str, **more: str) -> Any:
    return browser.get("/auth/callback", params={"state": state, "code": "a code", **more})


def residents(town: Store) -> list[Resident]:
    return read(town, lambda session: list(session.exec(select(Resident))))


def sessions(town: Store) -> list[SessionRow]:
    return read(town, lambda session: list(session.exec(select(SessionRow))))


def test_whoever_the_provider_names_is_let_in_and_known_again(provider: Provider, town: Store):
    for _again in range(2):
        browser = a_browser()
        answer = comes_back(browser, sent_off(browser, provider, "/me/about-you/"))
        assert (answer.status_code, answer.headers["location"]) == (303, "/en/me/about-you/")
        assert "HttpOnly" in answer.headers["set-cookie"]
    (ana,) = residents(town)
    assert (ana.name, ana.language) == ("Ana Lima", "pt")
    assert {(row.how, row.assurance) for row in sessions(town)} == {("provider", "substantial")}
    (identity,) = read(town, lambda session: list(session.exec(select(ProviderIdentity))))
    assert (identity.issuer, identity.subject) == (provider.issuer, "248289761001")


def test_the_verifier_belongs_to_the_challenge(provider: Provider):
    """RFC 7636: whoever steals the code on its way can't redeem it."""
    browser = a_browser()
    comes_back(browser, sent_off(browser, provider))
    digest = hashlib.sha256(provider.verifiers[-1].encode()).digest()
    assert base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == provider.challenge


def _with(**changed: Any) -> Forge:
    return lambda claims, provider: provider.signed({**claims, **changed})


def _later(**seconds: int) -> Forge:
    return lambda claims, provider: provider.signed({**claims, **{name: claims["iat"] + by for name, by in seconds.items()}})


def _without(*names: str) -> Forge:
    return lambda claims, provider: provider.signed({name: value for name, value in claims.items() if name not in names})


def _unsigned(claims: Claims, _provider: Provider) -> str:
    part = lambda thing: base64.urlsafe_b64encode(json.dumps(thing).encode()).rstrip(b"=").decode()  # noqa: E731
    return f"{part({'alg': 'none'})}.{part(claims)}."


def _changed_after(claims: Claims, provider: Provider) -> str:
    head, _body, signature = provider.signed(claims).split(".")
    body = base64.urlsafe_b64encode(json.dumps({**claims, "sub": "somebody else"}).encode()).rstrip(b"=").decode()
    return f"{head}.{body}.{signature}"


def _by_another(claims: Claims, provider: Provider) -> str:
    return provider.signed(claims, key=RSAKey.generate_key(2048, parameters={"kid": "one"}))


def _by_an_unknown_key(claims: Claims, provider: Provider) -> str:
    return provider.signed(claims, key=RSAKey.generate_key(2048, parameters={"kid": "two"}), kid="two")


def _with_the_public_key_as_secret(claims: Claims, provider: Provider) -> str:
    return provider.signed(claims, key=OctKey.import_key(provider.key.as_pem(private=False)), alg="HS256")


FORGED: dict[str, Forge] = {
    "no token at all": lambda claims, provider: None,
    "an empty token": lambda claims, provider: "",
    "a number": lambda claims, provider: 7,
    "a list": lambda claims, provider: ["a.b.c"],
    "not a token": lambda claims, provider: "hello",
    "three dots": lambda claims, provider: "...",
    "cut in half": lambda claims, provider: provider.signed(claims)[:200],
    "without its signature": lambda claims, provider: provider.signed(claims).rpartition(".")[0] + ".",
    "unsigned": _unsigned,
    "changed afterwards": _changed_after,
    "signed by another": _by_another,
    "signed by a key nobody knows": _by_an_unknown_key,
    "the public key as a shared secret": _with_the_public_key_as_secret,
    "another algorithm than announced": lambda claims, provider: provider.signed(claims, alg="RS512"),
    "another issuer": _with(iss="https://evil.example"),
    "no issuer": _without("iss"),
    "for another client": _with(aud="somebody-else"),
    "for many, spoken for by another": _with(aud=[CLIENT, "other"], azp="other"),
    "for nobody": _without("aud"),
    "no nonce": _without("nonce"),
    "the nonce of another sign-in": _with(nonce="another"),
    "no time": _without("iat"),
    "no end": _without("exp"),
    "ended ten minutes ago": _later(iat=-1200, exp=-600),
    "made in ten minutes": _later(iat=600, exp=900),
    "good in ten minutes": _later(nbf=600),
    "an end that is no number": _with(exp="tomorrow"),
    "no subject": _without("sub"),
    "an empty subject": _with(sub=""),
    "a subject of another type": _with(sub={"$ne": ""}),
    "a subject too long to keep": _with(sub="x" * 5_000),
    "a subject with what no database keeps": _with(sub="a\0b"),
    "claims that are a list": lambda claims, provider: provider.signed([claims]),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("what", FORGED)
def test_a_token_that_is_not_right_in_every_way_lets_nobody_in(provider: Provider, town: Store, what: str):
    assert len(FORGED) >= 30
    browser = a_browser()
    state = sent_off(browser, provider)
    provider.forge = FORGED[what]
    try:
        answer = comes_back(browser, state)
    except TypeError:
        # The forger itself could not sign this.
        pytest.fail("this forgery was never sent")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/en/sign-in/?news=")
    assert residents(town) == []
    assert sessions(town) == []
    assert "atrio=" not in answer.headers.get("set-cookie", "")
    # Control: the same browser, with an honest token.
    provider.forge = _honest
    assert comes_back(browser, sent_off(browser, provider)).headers["location"] == "/en/me/"


def test_clocks_ten_minutes_apart_are_named_as_such(provider: Provider):
    for forge in (_later(iat=600, exp=900), _later(iat=-1200, exp=-600)):
        browser = a_browser()
        state = sent_off(browser, provider)
        provider.forge = forge
        assert comes_back(browser, state).headers["location"] == "/en/sign-in/?news=clock"
    browser = a_browser()
    state = sent_off(browser, provider)
    provider.forge = _later(iat=90)
    assert comes_back(browser, state).headers["location"] == "/en/me/"


def test_an_answer_given_to_another_browser_or_given_twice_lets_nobody_in(provider: Provider, town: Store):
    theirs, mine = a_browser(), a_browser()
    state = sent_off(theirs, provider)
    assert comes_back(mine, state).headers["location"].endswith("news=other-browser")
    sent_off(mine, provider)
    assert comes_back(mine, state).headers["location"].endswith("news=other-browser")
    assert sessions(town) == []
    state = sent_off(theirs, provider)
    assert comes_back(theirs, state).headers["location"] == "/en/me/"
    assert comes_back(theirs, state).headers["location"].endswith("news=other-browser")
    assert len(sessions(town)) == 1


def test_a_token_replayed_in_another_sign_in_lets_nobody_in(provider: Provider, town: Store):
    browser = a_browser()
    state = sent_off(browser, provider)
    old = provider.signed(provider.claims())
    assert comes_back(browser, state).headers["location"] == "/en/me/"
    other = a_browser()
    state = sent_off(other, provider)
    provider.forge = lambda claims, speaking: old
    assert comes_back(other, state).headers["location"].endswith("news=refused")
    assert len(sessions(town)) == 1


def test_whoever_changed_their_mind_is_told_so(provider: Provider):
    browser = a_browser()
    state = sent_off(browser, provider)
    answer = browser.get("/auth/callback", params={"state": state, "error": "access_denied"})
    assert answer.headers["location"] == "/en/sign-in/?news=declined"


def test_a_tampered_cookie_fits_nothing(provider: Provider, town: Store):
    browser = a_browser()
    state = sent_off(browser, provider)
    kept = browser.cookies["atrio-provider"]
    browser.cookies.clear()
    browser.cookies.set("atrio-provider", ("A" if kept[0] != "A" else "B") + kept[1:], domain="localhost.local", path="/auth")
    assert comes_back(browser, state).headers["location"].endswith("news=other-browser")
    assert sessions(town) == []


@pytest.mark.parametrize("wants", ["https://evil.example/", "//evil.example", "/\\evil", "javascript:alert(1)", "x" * 3_000])
def test_nobody_is_led_to_another_site(provider: Provider, wants: str):
    browser = a_browser()
    assert comes_back(browser, sent_off(browser, provider, wants)).headers["location"] == "/en/me/"


def test_without_an_answer_the_other_way_in_is_offered(provider: Provider, choose: Choose):
    choose(oidc_issuer="http://localhost:9")
    the_provider.cache_clear()
    answer = a_browser().get("/auth/provider", params={"language": "en", "next": "/me/"})
    assert answer.headers["location"] == "/en/sign-in/?news=unreachable"


def test_without_a_provider_there_is_nothing_to_sign_in_with(town: Store):
    for address in ("/auth/provider", "/auth/callback?code=x&state=y"):
        assert a_browser().get(address).headers["location"] == "/pt/sign-in/?news=no-provider"


def test_nothing_personal_is_in_the_log(provider: Provider, caplog: pytest.LogCaptureFixture):
    browser = a_browser()
    state = sent_off(browser, provider)
    provider.forge = _with(iss="https://evil.example")
    comes_back(browser, state)
    assert not any(secret in caplog.text for secret in ("ana@", "Ana", "248289761001", state, "a code"))
