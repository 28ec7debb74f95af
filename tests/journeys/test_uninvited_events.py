"""Every handler is open to anybody with a websocket: whatever arrives there is answered, breaks nothing and tells nothing."""

import secrets
from collections.abc import Iterator
from inspect import signature
from itertools import product
from typing import Any

import pytest
import reflex as rx
from playwright.sync_api import Page

import portal.routes  # noqa: F401  brings in every State
from booking.visits import Visit
from portal.commands import LONGEST_MESSAGE
from tests.journeys.caller import Caller, NotAnswered, Refused
from tests.journeys.machinery import signs_of_machinery
from tests.journeys.open_book import OpenBook
from tests.journeys.steps import CHECK, DONE, Resident

VISIT = Visit(("residence-certificate",), "pacos", "in_person")
TROUBLE = "has_trouble_rx_state_"
HALF_A_LETTER = "\ud800"
MARKUP = "<img src=x onerror=alert(1)>"
FIELDS = (
    "way", "people", "other", "time", "name", "email", "phone", "language", "need_interpreter", "interpreter_language",
    "reference", "access_key", "contact", "code", "weekdays", "day_0",
    "hours", "notice", "needed_by", "field", "text", "vars", "value",
    "var_name", "info", "component_stack",
)  # fmt: skip
WRONG_VALUES: tuple[Any, ...] = (
    None, True, 7, -1, 1e308, "", MARKUP, "\x00\u202e", "x" * 3_000, [], [[]], {}, {"a": {"b": [1]}},
    "__class__", "in_person:pacos", "2020-01-07T09:00Z",
)  # fmt: skip
PAYLOADS: tuple[Any, ...] = (
    {},
    {"no_such_argument": 1},
    {"self": 1},
    *({"form": value} for value in WRONG_VALUES),
    *({"form": dict.fromkeys(FIELDS, value)} for value in WRONG_VALUES),
    *({"form": {"__reflex_form_data__": value}} for value in (None, "x", [["way"]], [[1, 2, 3]], [["way", {}]])),
    *({"field": value, "text": value} for value in WRONG_VALUES),
    {"field": "name", "text": {"$ne": ""}},
    {"field": "reference", "text": "VC-2222-2220"},
    *({"reference": value, "access_key": value} for value in WRONG_VALUES),
    *({"var_name": name, "value": value} for name, value in product(("shown", "codes", "__class__", 5), WRONG_VALUES[:5])),
)
NOT_EVENTS: tuple[Any, ...] = (
    [], ["event"], ["event", None], ["event", "text"], ["event", [1, 2]], ["event", {}], ["event", {"name": 5}],
    ["event", {"name": "no.such.handler", "payload": {}}], ["event", {"name": "portal.appointments.draft.confirm"}],
    ["event", {"name": "__import__('os').system('true')"}], ["no_such_thing", {}], ["client_error", None],
    ["client_error", {"message": MARKUP}], ["ping", 1, 2, 3], [None], [{"a": 1}],
)  # fmt: skip
WRONG_PAGES: tuple[Any, ...] = (
    None, "text", [], {}, {"pathname": 5, "asPath": []}, {"pathname": "/../../etc/passwd", "asPath": "/%00"},
    {"pathname": "/en/book/", "asPath": "/en/book/?service=" + MARKUP, "query": {"service": {"a": 1}}},
    {"pathname": "/xx/" + "y" * 10_000, "asPath": "//evil.example/"},
)  # fmt: skip


def states() -> list[type[rx.State]]:
    found = [rx.State]
    for state in found:
        found += state.get_substates()
    return found


def handlers() -> list[str]:
    """The full name of every handler that this application answers to, Reflex's own among them."""
    return [f"{state.get_full_name()}.{handler}" for state in states() for handler in state.event_handlers]


def ours_with_arguments() -> Iterator[tuple[str, list[str]]]:
    """Every handler of this project that takes arguments, and their names."""
    for state in states():
        for name, handler in state.event_handlers.items():
            _self, *arguments = signature(handler.fn).parameters
            if state.__module__.startswith("portal.") and arguments and name != "setvar":
                yield f"{state.get_full_name()}.{name}", arguments


def one(ending: str) -> str:
    (found,) = (each for each in handlers() if each.endswith(ending))
    return found


def test_the_list_of_handlers_is_not_empty() -> None:
    assert one("check_state.confirm")
    assert one("update_vars_internal_state.update_vars_internal")
    assert len(handlers()) > 40
    assert (one("details_state.typed_name"), ["text"]) in ours_with_arguments()


@pytest.fixture
def caller(address: str, book: OpenBook) -> Iterator[Caller]:
    """Somebody who may try anything; afterwards every promise stands as it stood."""
    before = book.all_that_is_promised()
    with Caller(address) as caller:
        yield caller
    assert book.all_that_is_promised() == before


def test_every_handler_answers_whatever_it_is_called_with(caller: Caller) -> None:
    for handler in handlers():
        for payload in PAYLOADS:
            caller.say(handler, payload)
        assert signs_of_machinery(_all_it_says(caller)) == [], handler


def test_every_handler_answers_somebody_who_is_in_the_middle_of_a_booking(caller: Caller, book: OpenBook) -> None:
    _get_to_the_details(caller, book)
    for handler in handlers():
        if handler.endswith("give_up"):
            continue
        for payload in PAYLOADS:
            caller.say(handler, payload, path="/en/book/details/")
        assert signs_of_machinery(_all_it_says(caller)) == [], handler
    caller.say(one("check_state.give_up"), {})
    _all_it_says(caller)


@pytest.mark.parametrize("var", ["booking_state.draft_key", "opened_state.codes", "find_state.shown", "check_state.name"])
def test_every_handler_bears_whatever_a_browser_says_it_has_stored(caller: Caller, var: str) -> None:
    state, _dot, name = var.partition(".")
    (full_name,) = {each.rpartition(".")[0] for each in handlers() if each.rpartition(".")[0].endswith(state)}
    for value in WRONG_VALUES:
        caller.say(one("update_vars_internal"), {"vars": {f"{full_name}.{name}_rx_state_": value}})
        for handler in handlers():
            caller.say(handler, {}, path="/en/book/?service=marriage")
        assert signs_of_machinery(_all_it_says(caller)) == [], value


def test_our_handlers_take_wrong_types_for_a_wrong_answer_and_not_for_trouble_of_ours(caller: Caller) -> None:
    for handler, arguments in ours_with_arguments():
        for value in WRONG_VALUES:
            caller.say(handler, dict.fromkeys(arguments, value))
        assert f'"{TROUBLE}":true' not in _all_it_says(caller), handler


def test_half_a_letter_does_not_cost_anybody_the_connection(caller: Caller) -> None:
    """Half of a surrogate pair can't be written as UTF-8, but JSON can carry it."""
    for handler, arguments in ours_with_arguments():
        for value in (HALF_A_LETTER, dict.fromkeys(FIELDS, HALF_A_LETTER)):
            caller.say(handler, dict.fromkeys(arguments, value))
        assert f'"{TROUBLE}":true' not in _all_it_says(caller), handler


def test_what_is_no_event_at_all_is_let_pass(caller: Caller) -> None:
    for packet in NOT_EVENTS:
        caller.say_raw(packet)
        assert signs_of_machinery(_all_it_says(caller)) == [], packet


def test_a_page_that_does_not_exist_may_call_and_is_answered(caller: Caller) -> None:
    for handler, page in product(handlers(), WRONG_PAGES):
        caller.say_raw(["event", {"name": handler, "payload": {}, "router_data": page}])
    assert signs_of_machinery(_all_it_says(caller)) == []


def test_others_finish_their_booking_while_somebody_floods_the_server(page: Page, address: str, book: OpenBook) -> None:
    resident = Resident(page, address, "en")
    resident.get_to(CHECK)
    with Caller(address) as flood:
        for handler, payload in product(handlers(), PAYLOADS[:12]):
            flood.say(handler, payload)
        resident.confirm()
        resident.stands_at(DONE)
        _all_it_says(flood)
    assert book.the_appointment_of(resident.name).reference == resident.codes()[0]


def test_a_message_longer_than_any_form_ends_the_call(address: str) -> None:
    with Caller(address) as caller:
        caller.say(one("find_state.find"), {"form": {"reference": "9" * (LONGEST_MESSAGE // 2), "access_key": ""}})
        _all_it_says(caller)  # half of it is read
        caller.say(one("find_state.find"), {"form": {"reference": "9" * LONGEST_MESSAGE, "access_key": ""}})
        with pytest.raises(NotAnswered):
            _all_it_says(caller)


def test_another_site_may_not_call(address: str) -> None:
    with pytest.raises(Refused):
        Caller(address, origin="https://elsewhere.example")


def test_a_trace_in_an_answer_would_be_noticed() -> None:
    assert signs_of_machinery('Traceback (most recent call last): File "/srv/portal/app.py"')
    assert signs_of_machinery("sqlalchemy.exc.OperationalError")
    assert signs_of_machinery("At most {n} people")
    assert signs_of_machinery("In NaN minutes")
    assert signs_of_machinery("secret=HX2NaN") == []
    assert signs_of_machinery("Error: please type the name we should call you by.") == []


def _all_it_says(caller: Caller) -> str:
    """Ask something harmless, and listen until that is answered."""
    sign = secrets.token_hex(8)
    question = {"form": {"reference": sign, "access_key": ""}}
    return "\n".join(caller.asks(one("find_state.find"), question, sign))


def _get_to_the_details(caller: Caller, book: OpenBook) -> None:
    start = book.a_free_start(VISIT)
    caller.say(one("way_state.open"), {}, path="/en/book/?service=residence-certificate")
    caller.say(one("way_state.choose"), {"form": {"way": "in_person:pacos", "people": "1"}}, path="/en/book/")
    caller.asks(one("time_state.choose"), {"form": {"time": f"{start:%Y-%m-%dT%H:%MZ}"}}, "/en/book/details/")
