"""Limits for each network, on a site where they count: a page says that it has to wait, keeps what was typed, and goes on."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

import portal.routes  # noqa: F401  brings in every State
from booking.references import new_reference
from portal.appointments.booking_state import BookingState
from portal.appointments.opened_state import OpenedState
from portal.held_times import MOST_AT_ONCE
from portal.open_pages import MOST_OPEN
from portal.rush import EVENTS, OF_ONE_PAGE
from tests.journeys.caller import Caller, Refused
from tests.journeys.steps import CHECK, DETAILS, TIME, Resident, code_in
from tests.journeys.test_letters import letters_of
from tests.journeys.test_uninvited_events import one
from tests.serving import Site, served, until

WRONG_KEYS = 20  # that one network may try
DRAFTS = 60  # that one network may begin in a minute
NOT_THE_KEY = "0000-0000-0000-0000"
SERVICE = "residence-certificate"
TOO_MANY_CODES = "Too many codes that open no appointment"
MANY_BOOK = "Very many people are booking over your internet connection just now."
ANY_ANSWER = "42/_event"
RUSH = "There is a rush just now"
WAITS = 4 * EVENTS.get_expiry() * 1_000  # milliseconds at most
_numbers = count(1)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Whoever comes from here is believed about the network that they come from. Without a word the network is this machine."""
    folder = tmp_path_factory.mktemp("limited")
    with served(folder, limits="on", trusted_proxies="127.0.0.1", exempt_networks="192.0.2.0/24") as site:
        yield site


@pytest.fixture
def network() -> str:
    """Nobody else's, so that nothing is counted yet."""
    return network_of_its_own()


def network_of_its_own() -> str:
    return f"198.51.100.{next(_numbers)}"


@pytest.fixture
def caller(town: Site, network: str) -> Iterator[Caller]:
    with Caller(town.address, network=network) as caller:
        yield caller


# Codes that open nothing

UPDATE = "update_vars_internal_state.update_vars_internal"


def with_codes(caller: Caller, codes: str) -> None:
    """The browser says that it has stored these."""
    caller.say(one(UPDATE), {"vars": {f"{OpenedState.get_full_name()}.codes_rx_state_": codes}})


def by_form(caller: Caller, reference: str) -> None:
    caller.say(one("find_state.find"), {"form": {"reference": reference, "access_key": NOT_THE_KEY}})


def by_link(page: str, handler: str) -> Callable[[Caller, str], None]:
    def follow(caller: Caller, reference: str) -> None:
        place = f"/en{page}#{reference}.{NOT_THE_KEY}"
        caller.say(one(handler), {}, path=place)

    return follow


def by_handler(handler: str, payload: dict[str, Any]) -> Callable[[Caller, str], None]:
    """What a program does that knows our pages: it never asks to be shown the appointment first."""

    def call(caller: Caller, reference: str) -> None:
        with_codes(caller, f"{reference}.{NOT_THE_KEY}")
        caller.say(one(handler), payload)

    return call


DOORS = {
    "find": by_form,
    "opened": by_handler("find_state.open", {}),
    "move": by_handler("move_state.choose", {"form": {"time": "2030-01-07T09:00Z"}}),
    "moved": by_handler("move_state.open", {}),
    "cancel": by_handler("cancel_state.cancel", {}),
    "cancelled": by_handler("cancel_state.open", {}),
    "earlier": by_handler("earlier_state.open", {}),
    "ask": by_handler("earlier_state.ask", {"form": {"day_1": "on"}}),
    "take": by_handler("earlier_state.take", {}),
    "stop": by_handler("earlier_state.stop", {}),
    "decline": by_handler("earlier_state.decline", {}),
    "code": by_handler("code_state.confirm", {"form": {"code": "123456"}}),
    "another code": by_handler("code_state.send_again", {}),
    "another contact": by_handler("code_state.other_contact", {}),
    "given up": by_handler("code_state.give_up", {}),
    "code opened": by_handler("code_state.open", {}),
    "video": by_link("/video/", "video_state.open"),
}


@pytest.mark.parametrize("door", DOORS)
def test_wrong_codes_are_counted_at_every_door_and_rest_knows_it(town: Site, caller: Caller, network: str, door: str) -> None:
    for _ in range(WRONG_KEYS):
        DOORS[door](caller, new_reference("VC"))
    assert TOO_MANY_CODES in find(caller)
    assert wrong_key_over_rest(town, network) == 429
    assert wrong_key_over_rest(town, "198.51.100.250") == 404


@pytest.mark.parametrize("door", ["cancel", "move", "ask"])
def test_when_too_many_were_tried_right_codes_do_nothing_either(town: Site, caller: Caller, door: str) -> None:
    handler, payload = {
        "cancel": ("cancel_state.cancel", {}),
        "move": ("move_state.choose", {"form": {"time": slots(town)[-1]["start"]}}),
        "ask": ("earlier_state.ask", {"form": {"day_1": "on", "hours": "any", "notice": "180", "needed_by": "no"}}),
    }[door]
    reference, key, start = book(town)
    for _ in range(WRONG_KEYS):
        by_form(caller, new_reference("VC"))
    with_codes(caller, f"{reference}.{key}")
    caller.say(one(handler), payload)
    assert TOO_MANY_CODES in find(caller)
    assert as_it_stands(town, reference, key) == ("booked", start)
    assert is_asked_for_earlier(town, reference, key) is False
    with Caller(town.address, network=network_of_its_own()) as another:
        with_codes(another, f"{reference}.{key}")
        another.say(one(handler), payload)
        all_it_says(another)
    has_changed = as_it_stands(town, reference, key) != ("booked", start)
    assert has_changed or is_asked_for_earlier(town, reference, key)


def test_a_person_who_mistypes_is_told_so_and_not_stopped(caller: Caller) -> None:
    for _ in range(5):
        assert "We cannot find an appointment with these two codes." in find(caller)
    slip = new_reference("VC")[:-1] + "?"
    for _ in range(2 * WRONG_KEYS):  # a typing slip in the booking code opens nothing and tells nothing
        by_form(caller, slip)
    assert "We cannot find an appointment with these two codes." in find(caller)


def test_in_an_exempt_network_nobody_is_stopped(town: Site) -> None:
    with Caller(town.address, network="192.0.2.7") as caller:
        for _ in range(2 * WRONG_KEYS):
            by_form(caller, new_reference("VC"))
        assert "We cannot find an appointment with these two codes." in find(caller)


def test_the_page_says_how_long_to_wait_and_keeps_what_is_typed(town: Site, page: Page) -> None:
    """This machine's own budget: the browser comes without a proxy."""
    with Caller(town.address) as caller:
        for _ in range(WRONG_KEYS):
            by_form(caller, new_reference("VC"))
        find(caller)
    resident, typed = Resident(page, town.address), new_reference("VC")
    resident.open("/appointment/")
    resident.field("Booking code").fill(typed)
    resident.field("Access code").fill(NOT_THE_KEY)
    resident.press("Find it")
    expect(page.get_by_text("Tente outra vez daqui a").first).to_be_visible()
    expect(resident.field("Booking code")).to_have_value(typed)
    expect(resident.field("Access code")).to_have_value(NOT_THE_KEY)


def find(caller: Caller) -> str:
    """What the page with the two boxes says to codes that open nothing."""
    by_form(caller, new_reference("VC"))
    return all_it_says(caller)


def all_it_says(caller: Caller) -> str:
    """Up to the answer to something harmless."""
    question = something_new()
    return "\n".join(caller.asks(one("find_state.find"), question, question["form"]["reference"]))


def something_new() -> dict[str, Any]:
    """A form to find an appointment with, which is answered although nothing is looked up: no key is given."""
    return {"form": {"reference": secrets.token_hex(8), "access_key": ""}}


def book(town: Site) -> tuple[str, str, str]:
    """Somebody far away has an appointment: its two codes and its start."""
    who = {"name": "Ana Lopes", "email": f"{secrets.token_hex(4)}@example.org", "language": "en", "needs": []}
    with program_of(town, network_of_its_own()) as program:
        booked = program.post("/appointments", json=visit(slots(town)[5]["start"]) | who).json()
        confirm(program, booked, code_in(letters_of(town, who["email"])[-1]))
    return booked["reference"], booked["key"], booked["start"]


def confirm(program: httpx.Client, booked: dict[str, Any], code: str) -> None:
    key = {"authorization": f"Bearer {booked['key']}"}
    assert program.post(f"/appointments/{booked['reference']}/confirm", json={"code": code}, headers=key).status_code == 200


def as_it_stands(town: Site, reference: str, key: str) -> tuple[str, str]:
    with program_of(town, network_of_its_own()) as program:
        said = program.get(f"/appointments/{reference}", headers={"authorization": f"Bearer {key}"}).json()
    return said["state"], said["start"]


def is_asked_for_earlier(town: Site, reference: str, key: str) -> bool:
    with Caller(town.address, network=network_of_its_own()) as caller:
        with_codes(caller, f"{reference}.{key}")
        caller.say(one("find_state.open"), {})
        return '"is_waiting":true,"kept_until"' in all_it_says(caller)


def program_of(town: Site, network: str = "") -> httpx.Client:
    """Speaks REST; without a name its network is this machine."""
    return httpx.Client(base_url=f"{town.address}/api/v1", headers={"x-forwarded-for": network} if network else {})


def slots(town: Site) -> list[dict[str, Any]]:
    first = datetime.now(UTC).date() + timedelta(days=14)
    days = {"from": first.isoformat(), "to": (first + timedelta(days=20)).isoformat()}
    with program_of(town, network_of_its_own()) as program:
        return program.get("/slots", params={"service": SERVICE, "location": "pacos", **days}).json()["slots"]


def visit(start: str) -> dict[str, Any]:
    return {"services": [SERVICE], "location": "pacos", "mode": "in_person", "people": 1, "start": start}


def wrong_key_over_rest(town: Site, network: str) -> int:
    headers = {"authorization": f"Bearer {NOT_THE_KEY}", "x-forwarded-for": network}
    return httpx.get(f"{town.address}/api/v1/appointments/{new_reference('VC')}", headers=headers).status_code


# Bookings begun


def test_one_network_begins_only_so_many_bookings(town: Site, network: str) -> None:
    """Each under a key of its own, which the browser is free to name."""
    assert [begin_many(town, network, 30) for _ in range(3)] == [30, 30, 0]
    assert begin_many(town, "198.51.100.251", 1) == 1


def begin_many(town: Site, network: str, attempts: int) -> int:
    """How many of them a new page of this network could begin."""
    begun = 0
    key_of_draft = f"{BookingState.get_full_name()}.draft_key_rx_state_"
    with Caller(town.address, network=network) as caller:
        for _ in range(attempts):
            caller.say(one(UPDATE), {"vars": {key_of_draft: secrets.token_urlsafe(24)}})
            caller.say(one("way_state.open"), {}, path=f"/en/book/?service={SERVICE}")
            begun += MANY_BOOK not in all_it_says(caller)
    return begun


# A rush


@pytest.fixture
def flood(town: Site) -> Iterator[Callable[[], None]]:
    """Called: others on this machine ask for three times what one network may at once, and it has begun to be too much."""
    with ExitStack() as opened:
        pages = range(3 * EVENTS.amount // OF_ONE_PAGE.amount)
        *callers, last = [opened.enter_context(Caller(town.address)) for _ in (*pages, "one more")]

        look = one("hall_state.look")

        def pour() -> None:
            for caller in callers:
                for _ in range(OF_ONE_PAGE.amount):
                    caller.say(look, {})
            until(lambda: RUSH in last.asks(one("find_state.find"), something_new(), ANY_ANSWER)[-1], "it is too much")

        yield pour


def test_in_a_rush_a_page_says_so_keeps_what_is_typed_and_goes_on_by_itself(
    town: Site, page: Page, flood: Callable[[], None]
) -> None:
    resident = Resident(page, town.address, "en")
    resident.get_to(DETAILS)
    flood()
    resident.say_who()
    expect(page.get_by_text(RUSH)).to_be_visible()
    expect(resident.field("Name")).to_have_value(resident.name)
    expect(page.locator("h1")).to_have_text("Is this right?", timeout=WAITS)  # nobody pressed again
    resident.stands_at(CHECK)
    expect(page.get_by_text(RUSH)).to_have_count(0)


def test_who_opens_a_page_in_a_rush_is_told_so_and_then_it_is_there(town: Site, page: Page, flood: Callable[[], None]) -> None:
    resident = Resident(page, town.address, "pt")
    flood()
    resident.open(f"/book/?service={SERVICE}")
    expect(page.get_by_text("Neste momento há muita procura")).to_be_visible()
    expect(page.get_by_role("button", name=resident.words("Continue"))).to_be_visible(timeout=WAITS)
    expect(page.get_by_text("Neste momento há muita procura")).to_have_count(0)


def test_in_a_rush_other_networks_notice_nothing(town: Site, network: str, flood: Callable[[], None]) -> None:
    flood()
    with Caller(town.address, network=network) as caller:
        assert RUSH not in find(caller)


def test_one_page_cannot_flood_and_others_of_its_network_notice_nothing(town: Site, network: str) -> None:
    patience = 2 * OF_ONE_PAGE.get_expiry()
    with Caller(town.address, network=network, patience=patience) as floods, Caller(town.address, network=network) as another:
        for _ in range(OF_ONE_PAGE.amount + 5):
            floods.say(one("hall_state.look"), {})
        assert RUSH in find(floods)
        assert RUSH not in find(another)


def test_one_network_opens_only_so_many_pages(town: Site, network: str) -> None:
    with ExitStack() as opened:
        for _ in range(MOST_OPEN):
            opened.enter_context(Caller(town.address, network=network))
        with pytest.raises(Refused):
            Caller(town.address, network=network)
        opened.enter_context(Caller(town.address, network="198.51.100.252"))


def test_a_page_that_is_one_too_many_says_that_it_keeps_trying_and_comes_in_when_there_is_room(
    town: Site, context: BrowserContext
) -> None:
    with ExitStack() as opened:
        with suppress(Refused):
            for _ in range(MOST_OPEN):
                opened.enter_context(Caller(town.address))
        page = context.new_page()
        resident = Resident(page, town.address, "en")
        resident.open(f"/book/?service={SERVICE}")
        expect(page.locator(".offline")).to_contain_text("We keep trying.")
    expect(page.get_by_role("button", name=resident.words("Continue"))).to_be_visible(timeout=WAITS)
    expect(page.locator(".offline")).to_be_empty()


# Times kept: last, because from then on this machine keeps as many as it may


def test_when_too_many_times_are_kept_the_page_says_so_and_later_goes_on(town: Site, page: Page) -> None:
    """A program keeps all that this machine may, and never books; then it books one."""
    with program_of(town) as program:
        starts = [each["start"] for each in slots(town)][: MOST_AT_ONCE + 1]
        answers = [keep(program, start) for start in starts]
        kept = [each for each in answers if each.status_code == 201]
        assert len(kept) >= MOST_AT_ONCE - 5  # others on this machine keep a few
        assert answers[-1].status_code == 429
        resident = Resident(page, town.address, "en")
        resident.get_to(TIME)
        resident.choose_a_time()
        expect(page.get_by_text(MANY_BOOK).first).to_be_visible()
        who = {"name": "Ana Lopes", "email": f"{secrets.token_hex(4)}@example.org", "language": "en", "needs": []}
        booked = program.post("/appointments", json={"hold": kept[0].json()["hold"]} | who)
        assert booked.json()["state"] == "unconfirmed"  # still kept for nobody in particular
        with program_of(town, network_of_its_own()) as elsewhere:
            confirm(elsewhere, booked.json(), code_in(letters_of(town, who["email"])[-1]))
        resident.press("Continue")  # what was chosen is still chosen
        resident.stands_at(DETAILS)


def keep(program: httpx.Client, start: str) -> httpx.Response:
    return program.post("/holds", json=visit(start))
