"""The files that somebody takes along, and that nothing of them is left beside the book."""

from collections.abc import Iterator

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

import portal.routes  # noqa: F401  brings in every table
from booking.details import Contact
from booking.people import Resident
from booking.residents import resident_with
from booking.store import Store, read, write
from portal.doors import doors
from portal.identity import cookies
from portal.identity.sessions import Person, SessionRow, begin, who_is
from portal.me.erasing import erase, forget_beside
from tests.booking.towns import NOW
from tests.portal.conftest import CLIENT

FILES = ("record.json", "record.pdf")
# What names a resident beside the book, and goes with them.
BESIDE = {"session", "assisted", "door_grant", "draft"}


@pytest.fixture
def browser(town: Store) -> Iterator[TestClient]:
    with TestClient(doors, base_url="http://testserver", client=CLIENT, follow_redirects=False) as browser:
        yield browser


def signed_in(town: Store, browser: TestClient, email: str) -> int:
    resident = write(town, resident_with, NOW, Contact(email=email), "pt").id or 0
    browser.cookies.set(cookies.name(), write(town, begin, NOW, Person("code", resident)))
    return resident


@pytest.mark.parametrize("file", FILES)
def test_whoever_is_not_signed_in_is_led_to_where_they_can(browser: TestClient, file: str):
    answer = browser.get(f"/pt/me/{file}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/pt/sign-in/?next=/me/data/")


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("language", ["pt", "ar", "xx"])
def test_it_is_theirs_and_kept_nowhere(town: Store, browser: TestClient, file: str, language: str):
    signed_in(town, browser, "ana@example.org")
    answer = browser.get(f"/{language}/me/{file}")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-disposition"] == f'attachment; filename="atrio-{file}"'


def test_each_gets_their_own(town: Store, browser: TestClient):
    signed_in(town, browser, "ana@example.org")
    ana = browser.get("/en/me/record.json").json()
    browser.cookies.clear()
    signed_in(town, browser, "rui@example.org")
    rui = browser.get("/en/me/record.json").json()
    assert [ana["contacts"][0]["email"], rui["contacts"][0]["email"]] == ["ana@example.org", "rui@example.org"]


def test_every_table_that_names_a_resident_beside_the_book_is_emptied(town: Store, browser: TestClient):
    naming = {table.name for table in Resident.metadata.sorted_tables if _names_resident(table)}
    below = {"resident", "resident_contact", "provider_identity", "mandate", "appointment", "merge"}
    assert naming - below == BESIDE
    ana = signed_in(town, browser, "ana@example.org")
    token = write(town, begin, NOW, Person("code", ana))
    write(town, erase, NOW, ana)
    assert read(town, who_is, NOW, token) is None
    assert read(town, lambda session: session.exec(select(SessionRow)).all()) == []
    write(town, forget_beside, [ana])  # again changes nothing
    assert browser.get("/en/me/record.json").status_code == 303


def _names_resident(table) -> bool:
    return any(key.column.table.name == "resident" for key in table.foreign_keys)
