"""What a page may say is let through as it is; what no page says is not kept, not even in part."""

import asyncio

import pytest
from limits import RateLimitItemPerSecond
from reflex.state import StateUpdate

import portal.routes  # noqa: F401  brings in every State
from portal import rush
from portal.appointments.booking_state import BookingState
from portal.gate import LONGEST_ADDRESS, LONGEST_STORED, MOST_STORED, TextPacket, _Gate, sound
from tests.portal.conftest import Choose

ROOT = "reflex___state____state"
MORE_TIME = f"{BookingState.get_full_name()}.more_time"
UPDATE = f"{ROOT}.reflex___state____update_vars_internal_state.update_vars_internal"
KEY = f"{BookingState.get_full_name()}.draft_key_rx_state_"
HERE = {"pathname": "/pt/book/", "asPath": "/pt/book/?service=marriage#x", "query": {"service": "marriage"}}


def said(name: object = MORE_TIME, payload: object = None, place: object = None) -> dict:
    return {"name": name, "payload": payload or {}, "router_data": HERE if place is None else place}


def test_what_a_page_says_comes_through_as_it_was_said():
    event = said(payload={"form": {"name": "Amina", "needs": ["interpreter"], "people": 2}})
    assert sound(event) == event
    assert sound(said(f"{ROOT}.hydrate")) == said(f"{ROOT}.hydrate")


@pytest.mark.parametrize(
    "event",
    [
        None,
        "text",
        [],
        {},
        said(7),
        said("nobody.knows_this"),
        said(f"{BookingState.get_full_name()}.setvar", {"var_name": "draft_key", "value": "x"}),
        {"name": MORE_TIME, "payload": ["no", "names"]},
        {"name": MORE_TIME, "payload": {}, "router_data": "nowhere"},
    ],
)
def test_what_no_page_says_is_let_drop(event: object):
    assert sound(event) is None


@pytest.mark.parametrize("value", [None, True, 7, 1.5, [[]] * 3, {"a": 1}, "x" * (LONGEST_STORED + 1)])
def test_of_what_a_browser_stores_only_short_texts_are_kept(value: object):
    assert sound(said(UPDATE, {"vars": {KEY: value}})) == said(UPDATE, {"vars": {}})
    assert sound(said(UPDATE, {"vars": {KEY: "abc"}})) == said(UPDATE, {"vars": {KEY: "abc"}})


def test_of_what_a_browser_stores_only_a_few_are_kept():
    many = {f"{KEY}{number}": "x" for number in range(MOST_STORED + 5)}
    kept = sound(said(UPDATE, {"vars": many}))
    assert kept is not None
    assert len(kept["payload"]["vars"]) == MOST_STORED


def test_of_where_a_page_stands_only_its_address_is_kept():
    long = "/" + "y" * LONGEST_ADDRESS
    place = {**HERE, "headers": {"cookie": "x"}, "more": [[]] * 9, "asPath": long, "pathname": 5, "query": {"a": [1], "b": "c"}}
    assert sound(said(place=place)) == said(place={"pathname": "/", "asPath": long[:LONGEST_ADDRESS], "query": {"b": "c"}})


def test_a_message_that_announces_binary_parts_says_goodbye():
    text = TextPacket(encoded_packet='2/_event,["event",{"name":"x"}]')
    assert (text.packet_type, text.namespace, text.data) == (2, "/_event", ["event", {"name": "x"}])
    binary = TextPacket(encoded_packet='5999-/_event,["event",{"_placeholder":true,"num":0}]')
    assert (binary.packet_type, binary.namespace) == (1, "/_event")


class Space:
    """As much of Reflex's namespace as the gate takes the place of."""

    def __init__(self) -> None:
        self.sid_to_token: dict[str, str] = {}
        self._static_router_data: dict[str, dict] = {}
        self.heard: list[tuple[str, str]] = []

    async def on_connect(self, sid: str, environ: dict, auth: dict | None = None) -> None:
        self.sid_to_token[sid] = "token"
        self._static_router_data[sid] = self._build_static_router_data(sid, environ)
        if auth and (first := auth.get("event")):
            await self.on_event(sid, first)

    async def on_event(self, sid: str, event: dict) -> None:
        self.heard.append((sid, event["router_data"]["pathname"]))

    def _build_static_router_data(self, sid: str, environ: dict) -> dict:
        return {"ip": environ["asgi.scope"]["client"][0], "sid": sid}

    async def emit(self, _name: str, update: StateUpdate, to: str) -> None:
        ((sentence,),) = (each.values() for each in update.delta.values())
        self.heard.append((to, "told to wait" if sentence else "told to go on"))


def test_a_page_opened_in_a_rush_is_connected_told_and_then_heard_in_its_order(choose: Choose, monkeypatch: pytest.MonkeyPatch):
    choose(limits="on")
    monkeypatch.setattr(rush, "EVENTS", RateLimitItemPerSecond(2, namespace="events"))
    environ = {"asgi.scope": {"client": ("203.0.113.7", 1), "headers": []}}

    async def story() -> list[tuple[str, str]]:
        space = Space()
        gate = _Gate(space)
        for sid in ("a", "b", "c"):
            await gate.on_connect(sid, environ, {"event": said(place={"pathname": "/pt/1"})})
            space.heard.append((sid, "is in"))
        await gate.on_event("c", said(place={"pathname": "/pt/2"}))
        return space.heard

    heard = asyncio.run(story())
    assert heard[:4] == [("a", "/pt/1"), ("a", "is in"), ("b", "/pt/1"), ("b", "is in")]
    assert heard[4:] == [("c", "is in"), ("c", "told to wait"), ("c", "told to go on"), ("c", "/pt/1"), ("c", "/pt/2")]


def test_a_handler_knows_whose_budget_it_spends(choose: Choose):
    choose(trusted_proxies="10.0.0.1", exempt_networks="192.0.2.7")
    gate = _Gate(Space())
    for forwarded, network in ((b"198.51.100.4", "198.51.100.4"), (b"192.0.2.7", "")):
        environ = {"asgi.scope": {"client": ("10.0.0.1", 1), "headers": [(b"x-forwarded-for", forwarded)]}}
        assert gate.facts("a", environ) == {"ip": network, "sid": "a"}
