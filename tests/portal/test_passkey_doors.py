"""Where a browser asks for its challenge and answers it: our own pages only, and nothing that wasn't asked."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import Session
from starlette.testclient import TestClient

from booking.catalogue import StaffMember, catalogue_changed
from booking.settings import settings
from booking.store import Store, read, write
from portal.doors import doors
from portal.identity.desk_entering import first_step, to_compare
from portal.identity.passkeys import passkeys_of
from portal.identity.passwords import compared, hasher
from portal.identity.sessions import Person, begin, who_is
from portal.identity.staff_access import choose_password, invite, set_up
from portal.page_state import now
from tests.portal.an_authenticator import Device
from tests.portal.conftest import CLIENT

ROSA = "rosa@town.example"
PASSWORD = "a long and quiet afternoon"
KEY = "a tab"
Post = Callable[..., Any]


@pytest.fixture
def post(town: Store) -> Post:
    def joins(session: Session) -> None:
        rosa = {"slug": "rosa", "position": 1, "name": "Rosa", "email": ROSA, "counters": (), "skills": ()}
        session.add(StaffMember(**rosa, roles=("clerk",)))
        catalogue_changed(session)

    write(town, joins)
    client = TestClient(doors, base_url=settings().address, client=CLIENT)

    def sent(way: str, origin: str = settings().address, cookie: str = "", **said: Any) -> Any:
        headers = {"origin": origin} | ({"cookie": f"atrio={cookie}"} if cookie else {})
        client.cookies.clear()
        return client.post(f"/auth/passkey/{way}", json=said, headers=headers)

    return sent


def has_passkey(town: Store, post: Post) -> Device:
    device, token = Device(settings().address), write(town, invite, now(), ROSA)
    write(town, choose_password, now(), token, hasher().hash(PASSWORD))
    options = post("set-up/ask", key=token).json()
    assert post("set-up", key=token, credential=device.makes(options)).json() == {"outcome": "ok"}
    write(town, set_up, now(), token)
    return device


def types_password(town: Store) -> None:
    known = str(read(town, to_compare, now(), ROSA))
    write(town, first_step, now(), KEY, ROSA, compared(PASSWORD, known))


def test_from_the_invitation_to_a_session(town: Store, post: Post):
    device = has_passkey(town, post)
    types_password(town)
    answer = post("sign-in", key=KEY, credential=device.shows(post("sign-in/ask", key=KEY).json()))
    assert answer.json() == {"outcome": "ok"}
    assert "HttpOnly" in answer.headers["set-cookie"]
    who = read(town, who_is, now(), answer.cookies["atrio"])
    assert who
    assert (who.staff, who.how) == ("rosa", "passkey")


def test_a_wrong_one_gets_no_cookie(town: Store, post: Post):
    has_passkey(town, post)
    types_password(town)
    answer = post("sign-in", key=KEY, credential=Device(settings().address).shows(post("sign-in/ask", key=KEY).json()))
    assert answer.json() == {"outcome": "wrong"}
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("way", ["sign-in", "set-up", "add"])
def test_nothing_is_asked_of_whoever_did_not_begin(post: Post, way: str):
    for said in ({}, {"key": "made up"}, {"key": 7}, {"key": "x" * 300, "credential": []}):
        for ask in ("/ask", ""):
            answer = post(f"{way}{ask}", **said)
            assert (answer.status_code, answer.json()) == (410, {"outcome": "over"})


@pytest.mark.parametrize("origin", ["https://evil.example", "null", ""])
def test_other_sites_are_not_answered(town: Store, post: Post, origin: str):
    token = write(town, invite, now(), ROSA)
    assert post("set-up/ask", origin=origin, key=token).status_code == 403
    assert post("set-up/ask", key=token).status_code == 200


def test_another_one_is_added_by_whoever_is_signed_in_as_staff(town: Store, post: Post):
    has_passkey(town, post)
    device = Device(settings().address)
    cookie = write(town, begin, now(), Person("password", staff="rosa"))
    options = post("add/ask", cookie=cookie).json()
    other = write(town, begin, now(), Person("password", staff="rosa"))
    assert post("add", cookie=other, credential=device.makes(options)).json() == {"outcome": "wrong"}
    assert post("add", cookie=cookie, credential=device.makes(options)).json() == {"outcome": "ok"}
    assert post("add", cookie=cookie, credential=device.makes(options)).json() == {"outcome": "wrong"}
    assert len(read(town, passkeys_of, "rosa")) == 2


def test_what_is_too_long_or_no_json_is_nothing(town: Store, post: Post):
    token = write(town, invite, now(), ROSA)
    assert post("set-up/ask", key=token, more="x" * 30_000).status_code == 410
    client = TestClient(doors, base_url=settings().address, client=CLIENT)
    for body in (b"", b"[]", b"\xff", b"[" * 100_000):
        answer = client.post("/auth/passkey/set-up/ask", content=body, headers={"origin": settings().address})
        assert answer.status_code == 410


def test_one_network_may_not_try_for_ever(town: Store, post: Post, choose: Callable[..., None]):
    choose(limits="on")
    outcomes = [post("sign-in", key="made up").json()["outcome"] for _ in range(61)]
    assert outcomes == ["over"] * 60 + ["limited"]
