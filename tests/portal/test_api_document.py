"""The OpenAPI document: complete, true, and taken at its word by a machine that tries everything it allows and much it doesn't."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.testclient import TestClient

from portal.api.app import v1
from portal.api.problems import KINDS
from portal.doors import doors
from tests.portal.test_api import ANA, START, VISIT, bearer, booked

HELD = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
COUNTER_VERBS = ("call", "recall", "begin", "no-show", "park", "transfer", "finish", "pause", "close")
# The calls of the public contract that there are by now.
CONTRACT = {
    ("get", "/services"),
    ("get", "/locations"),
    ("get", "/slots"),
    ("post", "/holds"),
    ("post", "/appointments"),
    ("post", "/appointments/{reference}/confirm"),
    ("post", "/appointments/{reference}/code"),
    ("get", "/appointments/{reference}"),
    ("post", "/appointments/{reference}/move"),
    ("post", "/appointments/{reference}/cancel"),
    ("get", "/appointments/{reference}/invite.ics"),
    ("post", "/tickets"),
    ("get", "/tickets/{code}"),
    ("post", "/tickets/{code}/leave"),
    ("post", "/check-ins"),
    ("get", "/locations/{slug}/line"),
    *(("post", f"/counters/{{slug}}/{verb}") for verb in COUNTER_VERBS),
}
DOCUMENT = v1.openapi()
CALLS = {(method, path): call for path, calls in DOCUMENT["paths"].items() for method, call in calls.items()}


def test_every_call_of_the_contract_is_documented_and_no_other():
    assert set(CALLS) == CONTRACT


def test_the_questions_and_answers_of_the_contract_are_named_as_there():
    asked = {each["name"] for each in CALLS["get", "/slots"]["parameters"]}
    assert asked == {"service", "location", "mode", "people", "from", "to"}
    fields = {name: set(schema.get("properties", ())) for name, schema in DOCUMENT["components"]["schemas"].items()}
    assert fields["OfferedService"] == {"slug", "name", "summary", "topic", "minutes", "modes", "channels", "locations"}
    assert fields["OpenLocation"] == {"slug", "name", "address", "timezone"}
    assert fields["Slots"] == {"timezone", "minutes", "slots"}
    assert fields["FreeSlot"] == {"start", "places"}
    assert fields["WantedTime"] == {"services", "location", "mode", "people", "start"}
    assert fields["KeptHold"] == {"hold", "start", "end", "expires_at"}
    promised = {"reference", "key", "state", "start", "end", "location", "services", "mode", "manage_url"}
    assert promised <= fields["BookedAppointment"]
    assert "key" not in fields["ShownAppointment"]
    assert {"code", "number", "state", "position", "wait", "url"} <= fields["DrawnTicket"]
    assert "code" not in fields["ShownTicket"]
    assert fields["Wait"] == {"low", "high", "basis"}


@pytest.mark.parametrize("call", sorted(CALLS))
def test_every_answer_is_described_and_every_problem_has_an_example(call: tuple[str, str]):
    documented = CALLS[call]
    assert documented["summary"]
    assert documented["description"]
    for status, answer in documented["responses"].items():
        assert answer["description"] not in ("", "Successful Response", "Validation Error")
        if int(status) >= 400:
            (media,) = answer["content"].items()
            assert media[0] == "application/problem+json"
            for code, example in media[1]["examples"].items():
                assert KINDS[code].status == example["value"]["status"] == int(status)
    assert {"429", "500", "503"} <= set(documented["responses"])


@pytest.mark.parametrize("path", sorted(path for method, path in CALLS if method == "post"))
def test_every_post_takes_an_idempotency_key(path: str):
    (key,) = [each for each in CALLS["post", path]["parameters"] if each["name"] == "Idempotency-Key"]
    assert (key["in"], key["required"]) == ("header", False)
    assert {"400", "413", "422"} <= set(CALLS["post", path]["responses"])


def test_what_opens_an_appointment_is_a_bearer_key():
    assert DOCUMENT["components"]["securitySchemes"]["AppointmentKey"]["scheme"] == "bearer"
    assert _secured_by("AppointmentKey") == {path for _, path in CONTRACT if "{reference}" in path}


def test_what_draws_is_a_device_and_what_calls_is_staff():
    assert _secured_by("DeviceToken") == {"/tickets", "/check-ins"}
    assert _secured_by("StaffToken") == {path for _, path in CONTRACT if path.startswith("/counters/")}


def _secured_by(scheme: str) -> set[str]:
    return {path for (_, path), call in CALLS.items() if any(scheme in each for each in call.get("security", ()))}


def test_the_document_is_served_and_loads_nothing_from_elsewhere(api: TestClient):
    answer = api.get("openapi.json")
    assert (answer.status_code, answer.json()) == (200, DOCUMENT)
    assert DOCUMENT["servers"] == [{"url": "/api/v1"}]
    assert [api.get(page).status_code for page in ("docs", "redoc")] == [404, 404]


def test_whatever_a_machine_sends_the_answer_is_one_that_is_documented(api: TestClient):
    """Half of what is sent fits the document, half doesn't; half of it is made to speak of this town and of a real appointment."""
    document, promised = schemathesis.openapi.from_asgi("/api/v1/openapi.json", doors), booked(api)
    told = {status for method, path in sorted(CALLS) for status in _tried(document[path][method], promised)}
    assert {200, 201, 400, 404, 409, 422} <= told  # it isn't turned away at the first step every time


def _tried(operation: Any, promised: dict[str, Any]) -> set[int]:
    """The statuses that came back, each of them as documented."""
    fits = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    told = set()

    @given(case=fits | operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
    @settings(
        max_examples=30,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def sent(case: schemathesis.Case) -> None:
        told.add(case.call_and_validate(checks=HELD).status_code)
        _at_home(case, promised)
        told.add(case.call_and_validate(checks=HELD).status_code)

    sent()
    return told


def _at_home(case: schemathesis.Case, promised: dict[str, Any]) -> None:
    """The same request with names that there are in this town; what else was made up stays."""
    if isinstance(case.path_parameters, dict) and "reference" in case.path_parameters:
        case.path_parameters["reference"] = promised["reference"]
        case.headers["Authorization"] = bearer(promised["key"])["authorization"]
    for sent, real in ((case.body, {**VISIT, "start": START, **ANA}), (case.query, {"service": "bins", "location": "pacos"})):
        if isinstance(sent, dict):
            sent.update({name: real[name] for name in sent if name in real and name not in ("people", "mode")})
