"""What a page may say is let through as it is; what no page says is not kept, not even in part."""

import pytest

import portal.routes  # noqa: F401  brings in every State
from portal.appointments.booking_state import BookingState
from portal.gate import LONGEST_ADDRESS, LONGEST_STORED, MOST_STORED, TextPacket, sound

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
