"""The lobby over REST: devices draw and check in, staff call, whoever has the code follows."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from httpx2 import Response
from sqlalchemy import event
from starlette.testclient import TestClient

from booking.appointments import book_at_once
from booking.catalogue import StaffMember
from booking.counters import open_counter
from booking.store import Store, transaction, write
from booking.tickets import FINISHED, Ticket
from kiosk.device import new_device, withdraw_device
from portal.identity.api_tokens import new_token
from tests.booking.towns import ANA, NINE, NOW, PERMIT, amend, key, minutes
from tests.portal.test_api import bearer, errors, problem

TEN = NINE + minutes(60)
WISH = {"location": "pacos", "service": "parking-permit", "language": "pt"}
ONE, TWO = "pacos-1", "pacos-2"


@pytest.fixture
def at_ten(api: TestClient, town: Store) -> Iterator[TestClient]:
    """Tuesday, the house is open, and there are people to work in it."""
    skills = ("streets", "waste", "family")
    amend(
        town,
        *(
            StaffMember(
                slug=slug, position=0, name=slug, email=f"{slug}@example.org", counters=counters, skills=skills, roles=roles
            )
            for slug, counters, roles in (
                ("ana", (ONE,), ("clerk",)),
                ("rui", (TWO,), ("front_desk",)),
                ("eva", ("ribeira-1",), ("clerk",)),
                ("tech", (ONE,), ("technician",)),
            )
        ),
    )
    with time_machine.travel(TEN, tick=False):
        yield api


@pytest.fixture
def device(at_ten: TestClient, town: Store) -> dict[str, str]:
    return bearer(write(town, new_device, TEN, "pacos"))


@pytest.fixture
def staff(at_ten: TestClient, town: Store) -> Callable[[str], dict[str, str]]:
    return lambda slug: bearer(write(town, new_token, TEN, slug))


def drawn(api: TestClient, device: dict[str, str], **other: Any) -> dict[str, Any]:
    answer = api.post("tickets", json={**WISH, **other}, headers=device)
    assert answer.status_code == 201, answer.text
    return answer.json()


def calls(api: TestClient, who: dict[str, str], counter: str = ONE, verb: str = "call", **said: Any) -> Response:
    return api.post(f"counters/{counter}/{verb}", headers=who, **({"json": said} if said else {}))


def test_a_ticket_is_drawn_followed_called_and_finished(at_ten, device, staff):
    mine = drawn(at_ten, device)
    assert (mine["number"], mine["state"], mine["position"]) == ("A 001", "waiting", 1)
    assert mine["wait"] == {"low": None, "high": None, "basis": "unknown"}
    assert mine["url"].endswith(f"/pt/ticket/#{mine['code']}")
    clerk = staff("ana")
    assert calls(at_ten, clerk).json()["number"] == "A 001"
    followed = at_ten.get(f"tickets/{mine['code']}").json()
    assert (followed["state"], followed["counter"], followed["position"]) == ("called", 1, None)
    assert calls(at_ten, clerk, verb="begin").json()["state"] == "serving"
    assert calls(at_ten, clerk, verb="finish", outcome="handled").json()["state"] == "finished"
    assert calls(at_ten, clerk).status_code == 204


def test_the_same_key_is_the_same_ticket(at_ten, device):
    headers = {**device, "Idempotency-Key": "5f0c7a52-6f0e-4a39-9d1b-0e9a3a8f7c11"}
    first, again = (at_ten.post("tickets", json=WISH, headers=headers).json() for _ in range(2))
    assert first == again
    assert problem(at_ten.post("tickets", json={**WISH, "language": "en"}, headers=headers)) == (422, "key-reused")


def test_only_a_device_of_that_location_draws(at_ten, device, staff, town):
    elsewhere = bearer(write(town, new_device, TEN, "ribeira"))
    for headers in ({}, bearer("x"), bearer(""), staff("ana")):
        assert problem(at_ten.post("tickets", json=WISH, headers=headers)) == (401, "unauthorized")
        assert problem(at_ten.post("check-ins", json={"reference": "x"}, headers=headers)) == (401, "unauthorized")
    assert problem(at_ten.post("tickets", json=WISH, headers=elsewhere)) == (422, "not-bookable")
    assert write(town, withdraw_device, TEN, 1)
    assert problem(at_ten.post("tickets", json=WISH, headers=device)) == (401, "unauthorized")


def test_only_who_serves_in_that_house_calls_to_its_counters(at_ten, device, staff):
    drawn(at_ten, device)
    for headers in ({}, bearer("x"), device):
        assert problem(calls(at_ten, headers)) == (401, "unauthorized")
    for slug in ("eva", "tech"):
        assert problem(calls(at_ten, staff(slug))) == (404, "not-found")
    assert problem(calls(at_ten, staff("ana"), "no-such")) == (404, "not-found")
    assert calls(at_ten, staff("rui"), TWO).status_code == 200  # control


def test_a_counter_with_somebody_calls_nobody_else(at_ten, device, staff):
    drawn(at_ten, device)
    drawn(at_ten, device)
    clerk = staff("ana")
    calls(at_ten, clerk)
    refused = calls(at_ten, clerk)
    assert problem(refused) == (409, "counter-busy")
    assert "A 001" in refused.json()["detail"]
    assert calls(at_ten, clerk, verb="recall").json()["calls"] == 2
    assert problem(calls(at_ten, clerk, verb="close")) == (409, "counter-busy")
    assert calls(at_ten, clerk, verb="no-show").json()["state"] == "not-there"
    assert problem(calls(at_ten, clerk, verb="recall")) == (409, "not-now")
    assert calls(at_ten, clerk).json()["number"] == "A 002"
    assert calls(at_ten, clerk, verb="park", note="fetches a photo").json()["state"] == "parked"
    assert calls(at_ten, clerk, verb="pause").status_code == 204
    assert calls(at_ten, clerk, verb="close").status_code == 204
    assert problem(calls(at_ten, clerk, verb="pause")) == (409, "counter-shut")


def test_passing_on_to_a_counter_and_to_a_service(at_ten, device, staff):
    drawn(at_ten, device)
    ana, rui = staff("ana"), staff("rui")
    assert calls(at_ten, rui, TWO).json()["number"] == "A 001"
    calls(at_ten, ana)
    assert calls(at_ten, rui, TWO, "transfer", to=ONE).json()["state"] == "offered"
    drawn(at_ten, device)
    calls(at_ten, rui, TWO)
    assert calls(at_ten, rui, TWO, "transfer", to="bins").json() | {"ticket": 0} == {
        "ticket": 0,
        "number": "A 002",
        "state": "waiting",
        "service": "bins",
        "language": "pt",
        "priority": False,
        "needs": [],
        "calls": 1,
        "counter": "",
    }
    calls(at_ten, rui, TWO)
    assert problem(calls(at_ten, rui, TWO, "transfer", to="tea")) == (422, "not-bookable")
    assert errors(calls(at_ten, rui, TWO, "finish", outcome="thrown out")) == [("outcome", "missing")]


def test_an_appointment_checks_in(at_ten, device, town):
    promised = write(town, book_at_once, NOW, PERMIT, TEN, ANA, once=key("book"), channel="in_person")
    arrives = {"reference": promised.reference.lower()}
    came = at_ten.post("check-ins", json=arrives, headers=device)
    assert came.status_code == 201
    assert came.json()["number"] == "M 001"
    assert problem(at_ten.post("check-ins", json=arrives, headers=device)) == (409, "already-in")
    assert problem(at_ten.post("check-ins", json={"reference": "VC-2222-2222"}, headers=device)) == (404, "not-found")
    elsewhere = bearer(write(town, new_device, TEN, "ribeira"))
    later = write(town, book_at_once, NOW, PERMIT, TEN + minutes(80), ANA, once=key("b"), channel="in_person")
    assert problem(at_ten.post("check-ins", json={"reference": later.reference}, headers=elsewhere)) == (409, "other-house")
    assert problem(at_ten.post("check-ins", json={"reference": later.reference}, headers=device)) == (409, "too-early")


def test_a_wrong_code_and_none_are_answered_alike(at_ten, device):
    code = drawn(at_ten, device)["code"]
    said = [at_ten.get(f"tickets/{wrong}") for wrong in (code[:-1], "0000-0000-0000-0000", "x")]
    assert {each.text for each in said} == {said[0].text}
    assert problem(said[0]) == (404, "not-found")


def test_whoever_has_the_code_leaves(at_ten, device, staff):
    code = drawn(at_ten, device)["code"]
    for _ in range(2):
        assert at_ten.post(f"tickets/{code}/leave").json()["state"] == "left"
    assert calls(at_ten, staff("ana")).status_code == 204


def test_the_line_is_for_everybody_and_names_nobody(at_ten, device, staff, town):
    write(town, book_at_once, NOW, PERMIT, TEN, ANA, once=key("book"), channel="in_person")
    for each in range(3):
        drawn(at_ten, device, service="bins" if each == 2 else "parking-permit")
    before = at_ten.get("locations/pacos/line").json()
    calls(at_ten, staff("ana"))
    line = at_ten.get("locations/pacos/line")
    assert line.json()["called"] == [{"number": "A 001", "counter": 1}]
    assert {each["service"]: each["waiting"] for each in line.json()["lines"]} == {"parking-permit": 1, "bins": 1}
    assert line.json()["version"] > before["version"]
    assert "Ana" not in line.text
    assert problem(at_ten.get("locations/moon/line"))[0] in (404, 422)


def test_the_line_tells_a_newcomer_of_everybody_whom_the_same_counters_serve(at_ten, device, staff, town):
    """Four wait for bins, one for a permit, at one counter that does both: whoever comes for a permit has five before them."""
    with transaction(town) as session:
        for number in range(20):
            session.add(_was_called(number))
    drawn(at_ten, device)
    for _ in range(4):
        drawn(at_ten, device, service="bins")

    def line() -> dict[str, tuple[int, int | None]]:
        lines = at_ten.get("locations/pacos/line").json()["lines"]
        return {each["service"]: (each["waiting"], each["wait"]["low"]) for each in lines}

    # Nobody is at a counter: nothing is known.
    assert line() == {"parking-permit": (1, None), "bins": (4, None)}
    write(town, open_counter, TEN, ONE, "ana")
    assert line() == {"parking-permit": (1, 60), "bins": (4, 60)}


def test_the_line_is_read_at_once_however_many_wait(at_ten, device, town):
    """Not a query for each of them."""
    write(town, open_counter, TEN, ONE, "ana")

    def queries() -> int:
        asked: list[str] = []

        def listens(_connection, _cursor, statement, *_rest):
            asked.append(statement)

        event.listen(town.engine, "before_cursor_execute", listens)
        try:
            assert at_ten.get("locations/pacos/line").status_code == 200
        finally:
            event.remove(town.engine, "before_cursor_execute", listens)
        return len(asked)

    drawn(at_ten, device)
    queries()  # what the process remembers is read
    few = queries()
    for _ in range(6):
        drawn(at_ten, device)
    # Some are asked now and then, whoever waits.
    assert queries() < few + 3


def _was_called(number: int) -> Ticket:
    """Nobody was before them, and they waited ten minutes."""
    came = TEN - minutes(24 * 60)
    return Ticket(
        location="pacos",
        day=came.date(),
        series="A",
        number=number,
        key_salt="",
        key_hash=str(number),
        service="parking-permit",
        language="pt",
        channel="kiosk",
        state=FINISHED,
        drawn_at=came,
        since=came,
        first_called_at=came + minutes(10),
    )


def test_a_closed_house_says_when_it_opens(at_ten, device):
    with time_machine.travel(NINE - minutes(30), tick=False):
        refused = at_ten.post("tickets", json=WISH, headers=device)
    assert problem(refused) == (409, "hall-shut")
    assert "2027-03-02T09:00:00Z" in refused.json()["detail"]


def test_a_program_that_finishes_with_whoever_was_called_says_that_they_came(at_ten, device, staff):
    code = drawn(at_ten, device)["code"]
    clerk = staff("ana")
    calls(at_ten, clerk)
    assert calls(at_ten, clerk, verb="finish", outcome="handled").json()["state"] == "finished"
    assert at_ten.get(f"tickets/{code}").json()["state"] == "finished"


@pytest.mark.parametrize("verb", ["pause", "close"])
def test_a_break_or_an_end_that_is_asked_again_changes_nothing_of_what_came_since(at_ten, device, staff, verb):
    drawn(at_ten, device)
    clerk = staff("ana")
    once = {**clerk, "Idempotency-Key": "5f0c7a52-6f0e-4a39-9d1b-0e9a3a8f7c11"}
    calls(at_ten, clerk)
    calls(at_ten, clerk, verb="no-show")
    assert calls(at_ten, once, verb=verb).status_code == 204
    assert calls(at_ten, clerk).status_code == 204  # nobody waits, and the counter is open again
    assert calls(at_ten, once, verb=verb).status_code == 204
    drawn(at_ten, device)
    # Passed on to it by a colleague: only to a counter that is open.
    assert calls(at_ten, staff("rui"), TWO).status_code == 200
    assert calls(at_ten, staff("rui"), TWO, "transfer", to=ONE).json()["state"] == "offered"


def test_one_member_is_at_one_counter_with_one_person(at_ten, device, staff):
    drawn(at_ten, device)
    drawn(at_ten, device)
    clerk = staff("ana")
    assert calls(at_ten, clerk).json()["number"] == "A 001"
    refused = calls(at_ten, clerk, TWO)
    assert problem(refused) == (409, "counter-busy")
    assert "A 001" in refused.json()["detail"]
