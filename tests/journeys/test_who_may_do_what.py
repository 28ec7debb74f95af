"""Everything that a page can ask for, asked by everybody: whoever may not is sent to where they can show who they are, and learns
nothing; nobody is answered about somebody else's things.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import BrowserContext

import portal.routes  # noqa: F401  brings in every State
from booking.visits import Visit
from portal.gate import _known_handlers
from portal.identity.permissions import ANYBODY, RESIDENT, STAFF, sign_in_page
from portal.me.me_state import MeState
from tests.journeys.caller import Caller
from tests.journeys.open_book import OpenBook
from tests.journeys.steps import Resident
from tests.journeys.test_signing_in import cookies
from tests.journeys.test_uninvited_events import one

OPEN, SEE = (f"{MeState.get_full_name()}.{name}" for name in ("open", "see"))
VISIT = Visit(("residence-certificate",), "pacos", "in_person")


@dataclass(frozen=True)
class Somebody:
    """Signed in, with an appointment on their page. `cookie` is what their browser sends."""

    email: str
    cookie: str
    reference: str
    access_key: str


@pytest.fixture(scope="module")
def everybody(chromium, address: str, book: OpenBook) -> Iterator[dict[str, Somebody]]:
    people = {}
    contexts: list[BrowserContext] = []
    for name in ("A", "B"):
        contexts.append(chromium.new_context())
        people[name] = _arrives(Resident(contexts[-1].new_page(), address, "en"), book)
    yield people
    for context in contexts:
        context.close()


def _arrives(resident: Resident, book: OpenBook) -> Somebody:
    email = f"{secrets.token_hex(4)}@example.org"
    booked = book.books_for(VISIT, email)
    resident.sign_in(email)
    resident.press("Yes, they are mine")
    resident.reads("These appointments are now on your page.")
    sent = "; ".join(f"{each['name']}={each['value']}" for each in cookies(resident))
    return Somebody(email, sent, booked.reference, booked.access_key)


def answered(caller: Caller, handler: str, payload: dict) -> str:
    """All that is said to this one call, up to the answer to a harmless one after it."""
    sign = secrets.token_hex(8)
    caller.say(handler, payload)
    return "\n".join(caller.asks(one("find_state.find"), {"form": {"reference": sign, "access_key": ""}}, sign))


def test_whoever_is_not_signed_in_is_sent_to_sign_in_by_everything_that_asks_for_it(address: str):
    with Caller(address) as anybody:
        for handler, roles in _known_handlers().items():
            if roles != ANYBODY:
                assert sign_in_page(roles) in answered(
                    anybody, handler, {"reference": "VC-2222-2222", "number": 1, "form": {}}
                ), handler


def test_whoever_may_is_not_sent_away(address: str, everybody: dict[str, Somebody]):
    """Control: the same calls by somebody who is signed in."""
    with Caller(address, cookie=everybody["A"].cookie) as resident:
        for handler, roles in _known_handlers().items():
            if roles == RESIDENT and not handler.endswith(("end_others",)):
                said = answered(resident, handler, {"reference": "VC-2222-2222", "number": 2**31, "form": {}})
                assert "/sign-in/" not in said, handler


def test_staff_may_what_staff_may_and_residents_may_not(address: str, chromium, everybody: dict[str, Somebody]):
    context = chromium.new_context()
    clerk = Resident(context.new_page(), address, "en")
    clerk.open("/desk/")
    clerk.page.get_by_role("button", name=clerk.words("Sign in as {name}", name="Marta Figueiredo")).click()
    clerk.title_is("Staff area")
    by_staff = "; ".join(f"{each['name']}={each['value']}" for each in cookies(clerk))
    with Caller(address, cookie=by_staff) as staff, Caller(address, cookie=everybody["A"].cookie) as resident:
        for handler, roles in _known_handlers().items():
            if roles == STAFF and not handler.endswith("end_others"):
                assert "/desk/sign-in/" not in answered(staff, handler, {"number": 2**31}), handler
                assert "/desk/sign-in/" in answered(resident, handler, {"number": 2**31}), handler
            if roles == RESIDENT:
                assert "/sign-in/" in answered(staff, handler, {"reference": "VC-2222-2222", "number": 1, "form": {}}), handler
    context.close()


def test_nobody_is_answered_about_the_things_of_another(address: str, everybody: dict[str, Somebody]):
    """B asks for A's things by every name they could have; what comes back is what comes back for things that don't exist."""
    a, b = everybody["A"], everybody["B"]
    swapped = [a.reference, a.access_key, f"{a.reference}.{a.access_key}", a.email, *range(1, 12)]
    with Caller(address, cookie=b.cookie) as caller:
        for handler, roles in _known_handlers().items():
            if roles != RESIDENT:
                continue
            for value in swapped:
                said = answered(caller, handler, {"reference": value, "number": value, "form": {"reference": value}})
                assert a.access_key not in said, handler
                assert a.email not in said, handler
    with Caller(address, cookie=a.cookie) as caller:
        # Control, and nothing of A's was ended or opened meanwhile.
        assert a.access_key in answered(caller, SEE, {"reference": a.reference})


def test_wrong_and_absent_are_answered_alike(address: str, everybody: dict[str, Somebody]):
    with Caller(address, cookie=everybody["B"].cookie) as caller:
        answered(caller, SEE, {"reference": ""})  # the first answer says more: who the page is, in what state
        said = [
            _without_sign(answered(caller, SEE, {"reference": reference}))
            for reference in (everybody["A"].reference, "VC-2222-2222", "")
        ]
    assert said[0] == said[1] == said[2]


def _without_sign(said: str) -> list[str]:
    """Without what the harmless question after it was answered."""
    return [line for line in said.splitlines() if "find_state" not in line]


def test_a_signed_out_cookie_is_worth_nothing_in_an_open_connection(address: str, chromium, book: OpenBook):
    """The websocket keeps the cookie it came with: it is looked up in every event all the same."""
    context = chromium.new_context()
    resident = Resident(context.new_page(), address, "en")
    somebody = _arrives(resident, book)
    with Caller(address, cookie=somebody.cookie) as open_tab:
        assert somebody.access_key in answered(open_tab, SEE, {"reference": somebody.reference})
        resident.press_sign_out()
        said = answered(open_tab, SEE, {"reference": somebody.reference})
    context.close()
    assert somebody.access_key not in said
    assert "/sign-in/" in said


def test_another_site_and_a_stolen_token_open_nothing(address: str, everybody: dict[str, Somebody]):
    """The token that names a tab is no sign-in: without the cookie it shows nothing that the cookie opens."""
    with Caller(address) as thief:
        assert "/sign-in/" in answered(thief, OPEN, {})
    assert json.dumps(everybody["A"].email) not in answered(Caller(address), OPEN, {})
