"""REST, version 1: what a program can do, and what it is told when it can't."""

import logging
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from httpx2 import Response
from sqlalchemy.exc import OperationalError
from sqlmodel import select
from starlette.testclient import TestClient

import booking.store
from booking.appointments import look_up
from booking.promises import Appointment, Hold
from booking.store import Store, read
from portal.api import offer
from portal.doors import doors
from tests.booking.towns import NINE, NOW, amend, closure, code_in_the_letter, minutes, wall_clock

START, NEXT = "2027-03-02T09:00:00Z", "2027-03-02T09:20:00Z"
VISIT = {"services": ["parking-permit"], "location": "pacos", "mode": "in_person", "people": 1}
ANA = {"name": "Ana Lopes", "email": "ana@example.org", "language": "pt", "needs": []}
AT_ONCE = {**VISIT, "start": START, **ANA}
TUESDAY = {"service": "parking-permit", "location": "pacos", "from": "2027-03-02", "to": "2027-03-02"}

NOT_BOOKABLE = {
    "unknown-service": {"services": ["no-such"]},
    "unknown-location": {"location": "nowhere"},
    "not-offered-there": {"services": ["wedding"]},
    "not-offered-together": {"services": ["wedding", "wedding"]},
    "too-many-people": {"people": 5},
    "past-time": {"start": "2027-02-01T09:00:00Z"},
    "too-short-notice": {"start": "2027-03-01T09:00:00Z"},
    "beyond-horizon": {"start": "2027-09-01T09:00:00Z"},
    "closed-then": {"start": "2027-03-02T09:00:01Z"},
}


def held(api: TestClient, start: str = START) -> str:
    answer = api.post("holds", json={**VISIT, "start": start})
    assert answer.status_code == 201, answer.text
    return answer.json()["hold"]


def booked(api: TestClient, **other: Any) -> dict[str, Any]:
    answer = api.post("appointments", json={**AT_ONCE, **other})
    assert answer.status_code == 201, answer.text
    return answer.json()


def confirm(api: TestClient, promise: dict[str, Any], code: str) -> Response:
    address = f"appointments/{promise['reference']}/confirm"
    return api.post(address, json={"code": code}, headers=bearer(promise["key"]))


def bearer(key: str) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"}


def problem(answer: Response) -> tuple[int, str]:
    """Status and code, of what is a problem document indeed."""
    said = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert said["status"] == answer.status_code
    assert said["type"] == f"urn:atrio:problem:{said['code']}"
    assert said["title"]
    assert said["detail"]
    return answer.status_code, said["code"]


def errors(answer: Response) -> list[tuple[str, str]]:
    assert problem(answer) == (422, "not-valid")
    return [(each["field"], each["code"]) for each in answer.json()["errors"]]


def rows(town: Store, table: type) -> int:
    return len(read(town, lambda session: session.exec(select(table)).all()))


# What there is


def test_services_and_locations_are_told_in_the_language_that_is_asked_for(api: TestClient):
    permit = next(each for each in api.get("services", params={"lang": "en"}).json() if each["slug"] == "parking-permit")
    assert permit == {
        "slug": "parking-permit",
        "name": "parking-permit (en)",
        "summary": "parking-permit (en)",
        "topic": "streets",
        "minutes": 20,
        "modes": ["in_person", "video", "phone"],
        "channels": ["online", "in_person", "phone"],
        "locations": ["pacos", "ribeira"],
    }
    house = {"slug": "pacos", "name": "pacos (pt)", "address": "1 Square (pt)", "timezone": "Europe/Lisbon"}
    assert api.get("locations").json()[0] == house
    assert errors(api.get("services", params={"lang": "tlh"})) == [("lang", "unknown-language")]


def test_slots_are_instants_of_local_days_both_included(api: TestClient):
    answer = api.get("slots", params=TUESDAY | {"to": "2027-03-03"}).json()
    assert (answer["timezone"], answer["minutes"]) == ("Europe/Lisbon", 20)
    assert answer["slots"][0] == {"start": START, "places": 2}
    assert {each["start"][:10] for each in answer["slots"]} == {"2027-03-02", "2027-03-03"}
    together = api.get("slots", params=TUESDAY | {"service": ["parking-permit", "bins"]}).json()
    assert together["minutes"] == 50


def test_a_slot_that_was_just_booked_or_closed_is_no_longer_told(api: TestClient, town: Store):
    with time_machine.travel(NOW, tick=False):  # within one and the same second
        assert api.get("slots", params=TUESDAY).json()["slots"][0] == {"start": START, "places": 2}
        booked(api)
        assert api.get("slots", params=TUESDAY).json()["slots"][0] == {"start": START, "places": 1}
        booked(api)
        assert api.get("slots", params=TUESDAY).json()["slots"][0]["start"] == NEXT
        amend(town, closure(wall_clock(0), wall_clock(23)))
        assert api.get("slots", params=TUESDAY).json()["slots"] == []


def test_slots_of_92_days_are_told_at_once_and_no_more(api: TestClient):
    assert api.get("slots", params=TUESDAY | {"to": "2027-06-01"}).status_code == 200
    assert errors(api.get("slots", params=TUESDAY | {"to": "2027-06-02"})) == [("to", "too-long")]
    assert errors(api.get("slots", params=TUESDAY | {"to": "2027-03-01"})) == [("to", "before-from")]


# Booking


def test_three_calls_book_and_the_resident_gets_the_same_link_as_from_the_page(api: TestClient, town: Store):
    start = api.get("slots", params=TUESDAY).json()["slots"][0]["start"]
    kept = api.post("holds", json={**VISIT, "start": start}).json()
    assert (kept["start"], kept["end"], kept["expires_at"]) == (START, NEXT, "2027-03-01T08:10:00Z")
    answer = api.post("appointments", json={"hold": kept["hold"], **ANA})
    promised = answer.json()
    assert answer.status_code == 201
    reference, key = promised["reference"], promised["key"]
    assert promised["manage_url"] == f"http://localhost:8000/pt/appointment/#{reference}.{key}"
    assert (promised["state"], promised["start"], promised["end"]) == ("booked", START, NEXT)
    assert (promised["services"], promised["location"], promised["mode"]) == (["parking-permit"], "pacos", "in_person")
    assert read(town, look_up, reference, key).name == "Ana Lopes"


def test_an_appointment_is_looked_up_moved_and_cancelled_with_its_key(api: TestClient):
    promised = booked(api)
    address, key = f"appointments/{promised['reference']}", promised.pop("key")
    assert api.get(address, headers=bearer(key)).json() == promised
    moved = api.post(f"{address}/move", json={"start": "2027-03-02T12:00:00+01:00"}, headers=bearer(key))
    assert (moved.status_code, moved.json()["start"]) == (200, "2027-03-02T11:00:00Z")
    cancelled = api.post(f"{address}/cancel", json={"reason": "I am ill"}, headers=bearer(key))
    assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
    again = api.post(f"{address}/move", json={"start": NEXT}, headers=bearer(key))
    assert problem(again) == (409, "not-in-force")
    assert api.post(f"{address}/cancel", headers=bearer(key)).json()["state"] == "cancelled"


def test_the_calendar_file_speaks_the_residents_language(api: TestClient):
    promised = booked(api, language="en")
    file = api.get(f"appointments/{promised['reference']}/invite.ics", headers=bearer(promised["key"]))
    assert file.headers["content-type"] == "text/calendar; charset=utf-8"
    assert "SUMMARY:parking-permit (en) - Small Town (en)" in file.text
    assert problem(api.get(f"appointments/{promised['reference']}/invite.ics")) == (404, "not-found")


def test_whoever_is_too_late_for_a_start_is_told_the_nearest_ones(api: TestClient):
    near = ["2027-03-02T09:20:00Z", "2027-03-02T09:40:00Z", "2027-03-02T10:00:00Z"]
    mine, waiting = booked(api, start=NEXT), held(api)
    with time_machine.travel(NOW + minutes(11)):  # what was kept has run out, and others take both places
        booked(api)
        booked(api)
        tries = [
            api.post("holds", json={**VISIT, "start": START}),
            api.post("appointments", json=AT_ONCE),
            api.post("appointments", json={"hold": waiting, **ANA}),
            api.post(f"appointments/{mine['reference']}/move", json={"start": START}, headers=bearer(mine["key"])),
        ]
    for answer in tries:
        assert problem(answer) == (409, "slot-taken")
        assert answer.json()["nearest"] == near


def test_the_time_one_would_give_back_is_among_the_nearest(api: TestClient):
    mine = booked(api)
    booked(api)
    booked(api, start=NEXT)
    booked(api, start=NEXT)
    answer = api.post(f"appointments/{mine['reference']}/move", json={"start": NEXT}, headers=bearer(mine["key"]))
    assert START in answer.json()["nearest"]


def test_what_can_not_be_booked_is_refused_with_its_reason(api: TestClient):
    for reason, other in NOT_BOOKABLE.items():
        for answer in (
            api.post("holds", json={**VISIT, "start": START, **other}),
            api.post("appointments", json={**AT_ONCE, **other}),
        ):
            assert problem(answer) == (422, "not-bookable")
            assert answer.json()["reason"] == reason


def test_a_hold_that_never_was_and_a_change_that_comes_too_late_are_refused(api: TestClient):
    assert problem(api.post("appointments", json={"hold": "0JXM-6PZ3-K8QR-VE4T", **ANA})) == (409, "hold-expired")
    promised = booked(api)
    address = f"appointments/{promised['reference']}"
    with time_machine.travel(NINE - minutes(59)):
        assert problem(api.post(f"{address}/move", json={"start": NEXT}, headers=bearer(promised["key"]))) == (409, "too-late")
        late = api.post(f"{address}/cancel", json={}, headers=bearer(promised["key"]))
        assert problem(late) == (409, "too-late")
        assert "2027-03-02T08:00:00Z" in late.json()["detail"]


def test_one_person_can_not_have_any_number_of_appointments(api: TestClient, town: Store):
    town.caps = True
    for hour in (9, 10, 11):
        promise = booked(api, start=f"2027-03-02T{hour:02}:00:00Z")
        confirm(api, promise, code_in_the_letter(town, promise["reference"]))
    one_more = booked(api, start="2027-03-02T12:00:00Z")
    said = confirm(api, one_more, code_in_the_letter(town, one_more["reference"]))
    assert problem(said) == (429, "too-many-bookings")
    other = booked(api, start="2027-03-02T12:00:00Z", email="somebody.else@example.org")
    assert confirm(api, other, code_in_the_letter(town, other["reference"])).status_code == 200


def test_it_counts_once_the_code_is_typed(api: TestClient, town: Store):
    town.caps = True
    promise = booked(api)
    assert (promise["state"], promise["confirm_by"]) == ("unconfirmed", "2027-03-01T08:15:00Z")
    code = code_in_the_letter(town, promise["reference"])
    wrong = confirm(api, promise, f"{(int(code) + 1) % 10**6:06}")
    assert (*problem(wrong), wrong.json()["tries_left"]) == (422, "wrong-code", 4)
    for _ in range(2):  # the second time it changes nothing
        answer = confirm(api, promise, code)
        assert (answer.status_code, answer.json()["state"], answer.json()["confirm_by"]) == (200, "booked", None)


def test_without_the_key_a_code_confirms_nothing(api: TestClient, town: Store):
    town.caps = True
    promise = booked(api)
    stranger = {**promise, "key": "AAAA-AAAA-AAAA-AAAA"}
    assert problem(confirm(api, stranger, code_in_the_letter(town, promise["reference"]))) == (404, "not-found")
    assert problem(api.post(f"appointments/{promise['reference']}/code", headers=bearer(stranger["key"]))) == (404, "not-found")


def test_another_code_is_sent_twice_and_then_no_more(api: TestClient, town: Store):
    town.caps = True
    promise = booked(api)
    address, key = f"appointments/{promise['reference']}/code", bearer(promise["key"])
    for minute in (1, 2):
        with time_machine.travel(NOW + minutes(minute)):
            assert api.post(address, headers=key).status_code == 200
    with time_machine.travel(NOW + minutes(3)):
        assert problem(api.post(address, headers=key)) == (429, "too-many-codes")
    assert confirm(api, promise, code_in_the_letter(town, promise["reference"])).status_code == 200
    assert api.post(address, headers=key).json()["state"] == "booked"


def test_after_five_wrong_codes_none_is_good(api: TestClient, town: Store):
    town.caps = True
    promise = booked(api)
    code = code_in_the_letter(town, promise["reference"])
    for _ in range(5):
        confirm(api, promise, f"{(int(code) + 1) % 10**6:06}")
    assert problem(confirm(api, promise, code)) == (409, "code-over")


def test_a_time_lost_before_it_was_confirmed_is_answered_with_the_nearest(api: TestClient, town: Store):
    town.caps = True
    promise = booked(api)
    with time_machine.travel(NOW + minutes(20)):
        for number in range(2):
            other = booked(api, email=f"other{number}@example.org")
            confirm(api, other, code_in_the_letter(town, other["reference"]))
        late = confirm(api, promise, code_in_the_letter(town, promise["reference"]))
    assert problem(late) == (409, "slot-taken")
    assert late.json()["nearest"][0] == NEXT


def test_a_number_that_receives_no_text_is_refused_by_name(api: TestClient, town: Store):
    town.caps = True
    answer = api.post("appointments", json={**AT_ONCE, "email": None, "phone": "212 345 678"})
    assert errors(answer) == [("contact", "cannot-be-asked")]


def test_everything_wrong_with_a_person_is_told_by_field(api: TestClient):
    asked = {"email": "ana", "phone": "12", "language": "tlh", "needs": ["interpreter"]}
    assert errors(api.post("appointments", json={**AT_ONCE, **asked})) == [
        ("email", "not-an-email"),
        ("phone", "not-a-phone"),
        ("language", "unknown-language"),
        ("interpreter_language", "missing"),
    ]
    assert errors(api.post("appointments", json={**AT_ONCE, "mode": "phone"})) == [("phone", "missing")]
    assert errors(api.post("appointments", json={**AT_ONCE, "adress": "x"})) == [("adress", "unknown-field")]
    assert booked(api, needs=["interpreter"], interpreter_language="Tamil", phone=None)["interpreter_language"] == "Tamil"


# Once


@pytest.mark.parametrize("call", ["hold", "at once", "kept", "move", "cancel"])
def test_what_is_sent_three_times_is_done_once_and_answered_the_same(api: TestClient, town: Store, call: str):
    promised = booked(api, start="2027-03-02T10:00:00Z")
    address = f"appointments/{promised['reference']}"
    path, body = {
        "hold": ("holds", {**VISIT, "start": START}),
        "at once": ("appointments", AT_ONCE),
        "kept": ("appointments", {"hold": held(api), **ANA}),
        "move": (f"{address}/move", {"start": START}),
        "cancel": (f"{address}/cancel", {"reason": "ill"}),
    }[call]
    before = rows(town, Appointment), rows(town, Hold)
    headers = {**bearer(promised["key"]), "idempotency-key": str(uuid4())}
    said = [api.post(path, json=body, headers=headers) for _ in range(3)]
    assert said[0].status_code == (201 if path in ("holds", "appointments") else 200)
    assert len({(each.status_code, each.text) for each in said}) == 1
    after = rows(town, Appointment), rows(town, Hold)
    # A place that was given back may itself be kept for a while, once.
    most = {"hold": (0, 1), "at once": (1, 0), "kept": (1, 0)}.get(call, (0, 1))
    assert (after[0] - before[0], max(after[1] - before[1], most[1])) == most
    other = {"kept": {"name": "Rui"}, "cancel": {"reason": "well"}}.get(call, {"start": NEXT})
    assert problem(api.post(path, json={**body, **other}, headers=headers)) == (422, "key-reused")


def test_one_key_does_not_book_both_a_kept_time_and_another(api: TestClient, town: Store):
    headers = {"idempotency-key": str(uuid4())}
    assert api.post("appointments", json={"hold": held(api), **ANA}, headers=headers).status_code == 201
    assert problem(api.post("appointments", json={**AT_ONCE, "start": NEXT}, headers=headers)) == (422, "key-reused")
    assert rows(town, Appointment) == 1


def test_without_a_key_every_request_is_an_intention_of_its_own(api: TestClient):
    assert booked(api)["reference"] != booked(api)["reference"]


def test_whoever_guesses_a_simple_key_elsewhere_is_not_given_somebody_elses_hold(api: TestClient):
    elsewhere = TestClient(doors, base_url="http://testserver/api/v1", client=("198.51.100.9", 1))
    wish, simple, long = {**VISIT, "start": START}, {"idempotency-key": "1"}, {"idempotency-key": str(uuid4())}
    mine = api.post("holds", json=wish, headers=simple).json()["hold"]
    assert api.post("holds", json=wish, headers=simple).json()["hold"] == mine
    assert elsewhere.post("holds", json=wish, headers=simple).json()["hold"] != mine
    kept = api.post("holds", json={**wish, "start": NEXT}, headers=long).json()["hold"]
    assert elsewhere.post("holds", json={**wish, "start": NEXT}, headers=long).json()["hold"] == kept


@pytest.mark.parametrize("key", ["", "x" * 201, "a b", "caf\xe9"])
def test_what_is_no_key_is_refused(api: TestClient, key: str):
    answer = api.post("holds", json={**VISIT, "start": START}, headers={"idempotency-key": key.encode("latin-1")})
    assert errors(answer)[0][0] == "Idempotency-Key"


# Who may see what


def test_wrong_keys_and_absent_appointments_are_answered_alike(api: TestClient):
    mine, other = booked(api), booked(api)
    absent = "VC-2222-2222"
    tries = [
        (mine["reference"], {}),
        (mine["reference"], bearer(other["key"])),
        (mine["reference"], bearer("x" * 5000)),
        (mine["reference"], bearer(f'{mine["key"]}"')),  # it would stand in the link and in the calendar file
        (mine["reference"], {"authorization": f"Basic {mine['key']}"}),
        (absent, bearer(mine["key"])),
        ("mistyped", bearer(mine["key"])),
        ("%00", bearer(mine["key"])),
    ]
    said = [
        call(f"appointments/{reference}{step}", headers=headers, **body)
        for reference, headers in tries
        for call, step, body in (
            (api.get, "", {}),
            (api.get, "/invite.ics", {}),
            (api.post, "/move", {"json": {"start": NEXT}}),
            (api.post, "/cancel", {"json": {}}),
        )
    ]
    assert {problem(each) for each in said} == {(404, "not-found")}
    assert len({(each.text, str(sorted(each.headers.items()))) for each in said}) == 1
    assert api.get(f"appointments/{mine['reference']}", headers=bearer(mine["key"].lower())).status_code == 200


def test_pages_of_other_sites_are_allowed_nothing(api: TestClient):
    asked = {"origin": "https://evil.example", "access-control-request-method": "POST"}
    said = [api.get("services", headers=asked), api.options("appointments", headers=asked), api.post("holds", headers=asked)]
    assert not [name for each in said for name in each.headers if name.startswith("access-control")]


def test_what_somebody_sent_stands_in_no_log(
    api: TestClient, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    caplog.set_level(logging.DEBUG)
    promised = booked(api)
    address = f"appointments/{promised['reference']}"
    api.get(address, headers=bearer(promised["key"]))
    api.post(f"{address}/move", json={"start": NEXT}, headers=bearer(promised["key"]))
    api.post("appointments", json={**AT_ONCE, "email": "not an address of Ana Lopes"})
    api.post("appointments", json={**AT_ONCE, "adress": "where Ana lives"})
    ours = [each.getMessage() for each in caplog.records if not each.name.startswith(("httpx", "httpcore"))]
    assert not [line for line in ours if "Ana" in line or "ana@" in line or promised["key"] in line]


# What goes wrong


def test_other_addresses_are_problems_too(api: TestClient):
    outside = [f"http://testserver/api{path}" for path in ("/", "/v1", "/v2/services", "/a%0Ab")]
    for path in ("nothing", "services/", "appointments/a%0Ab/move", *outside):
        assert problem(api.post(path, json={"start": START}, follow_redirects=False)) == (404, "not-found")


def test_other_methods_are_problems_that_name_the_right_ones(api: TestClient):
    for method, path in (("DELETE", "services"), ("GET", "holds"), ("PUT", "appointments/VC-2222-2222")):
        answer = api.request(method, path)
        assert problem(answer) == (405, "method-not-allowed")
        assert answer.headers["allow"] in ("GET", "POST")


ODD_BODIES = [
    (b"", 422),
    (b"{", 400),
    (b"\xff\xfe", 400),
    (b"null", 422),
    (b"[]", 422),
    (b"1" * 5000, 400),
    (b"[" * 60_000, 400),
    (b"x" * 70_000, 413),
    (b'{"hold": 1}', 422),
    (b'{"hold": "\\u0000", "name": "\\u0000", "email": "a@b.c"}', 422),
    (b'{"hold": "\\ud800", "name": "\\ud800"}', 422),
    (
        b'{"services": ["\\u0000"], "location": "\\u0000", "start": "2027-03-02T09:00:00Z", "name": "A", "phone": "912345678"}',
        422,
    ),
    (b'{"services": {}, "location": [], "people": 99999999999999999999, "mode": 1, "start": 1e400}', 422),
]
ODD_INSTANTS = [
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-12:00",
    "9999-12-31T23:59:00Z",
    "2027-02-30T09:00:00Z",
    "2027-03-02T25:00:00Z",
    "2027-03-02T09:00:60Z",
    "2027-03-02T09:00:00",
    "2027-03-02",
    "20270302T090000Z",
    "2027-W09-2T09:00:00Z",
    "1800000000",
    "２０２７-03-02T09:00:00Z",
    "",
    1800000000,
    None,
]


def test_no_body_however_odd_breaks_it(api: TestClient):
    for body, status in ODD_BODIES:
        for path in ("appointments", "holds"):
            answer = api.post(path, content=body, headers={"content-type": "application/json"})
            assert problem(answer)[0] == status, body[:60]


def test_a_body_that_does_not_say_it_is_json_is_not_read(api: TestClient):
    for kind in ("text/plain", "application/x-www-form-urlencoded"):
        assert problem(api.post("holds", content=b"{}", headers={"content-type": kind})) == (400, "malformed")


def test_no_instant_however_absurd_breaks_it(api: TestClient):
    for start in ODD_INSTANTS:
        ((field, _code),) = errors(api.post("holds", json={**VISIT, "start": start}))
        assert field == "start", start


def test_no_question_however_absurd_breaks_it(api: TestClient):
    for other in ({"from": "0001-01-01"}, {"to": "9999-12-31"}, {"from": "1"}, {"people": "9" * 400}, {"people": "0"}):
        assert problem(api.get("slots", params=TUESDAY | other)) == (422, "not-valid")


def test_days_long_gone_and_far_ahead_have_no_slots(api: TestClient):
    for day in ("0001-01-01", "1969-12-31", "9999-12-31"):
        assert api.get("slots", params=TUESDAY | {"from": day, "to": day}).json()["slots"] == []


def test_while_the_database_is_gone_it_says_when_to_try_again(
    api: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    def gone(*_: object, **__: object) -> None:
        raise OperationalError("SELECT name", {}, ConnectionError("no answer\nDETAIL: (name)=(Ana Lopes)"))

    monkeypatch.setattr(booking.store, "_session", gone)
    for answer in (api.get("services"), api.get("slots", params=TUESDAY), api.post("holds", json={**VISIT, "start": START})):
        assert problem(answer) == (503, "unavailable")
        assert int(answer.headers["retry-after"]) > 0
    assert "The database could not be used" in caplog.text
    assert "Ana" not in caplog.text


def test_when_it_breaks_it_shows_no_trace(api: TestClient, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(offer, "_spoken", lambda *_: 1 / 0)
    answer = api.get("services")
    assert problem(answer) == (500, "broken")
    assert "division" not in answer.text
