"""/metrics: figures for whoever runs the installation, and nothing for anybody else."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from booking.outbox import lease, park, worker_lives
from booking.store import Store, write
from portal import counting, metrics
from portal.doors import doors
from portal.metrics import Measured, listen
from portal.page_state import now
from tests.portal.conftest import Choose
from tests.portal.test_api import AT_ONCE, NEXT, START, VISIT
from tests.serving import free_port, wait_for

TOKEN = "sixteen signs and more"
ROOT = Path(__file__).parents[2]


@contextmanager
def client(address: str) -> Iterator[TestClient]:
    with TestClient(doors, base_url="http://localhost", client=(address, 50_000)) as opened:
        yield opened


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_this_machine_is_answered(town, address: str):
    with client(address) as here:
        answer = here.get("/metrics")
    assert answer.status_code == 200
    assert "atrio_requests" in answer.text


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"])
def test_whoever_came_through_a_proxy_is_not_this_machine(town, header: str):
    with client("127.0.0.1") as here:
        assert here.get("/metrics", headers={header: "203.0.113.7"}).status_code == 404


def test_a_page_that_leads_a_browser_here_by_a_name_of_its_own_finds_nothing(town):
    with client("127.0.0.1") as here:
        assert here.get("/metrics", headers={"Host": "rebound.example"}).status_code == 404


def test_a_stranger_finds_nothing_there(town):
    with client("203.0.113.7") as stranger:
        assert stranger.get("/metrics").status_code == 404
        assert stranger.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


def test_a_stranger_with_the_token_is_answered_and_with_another_is_not(town, choose: Choose):
    choose(metrics_token=TOKEN)
    with client("203.0.113.7") as stranger:
        assert stranger.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200
        assert stranger.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}x"}).status_code == 404
        assert stranger.get("/metrics").status_code == 404


# What is told


def figure(told: str, name: str) -> float:
    """The value in the line that begins so; 0 when there is none."""
    return next((float(line.rpartition(" ")[2]) for line in told.splitlines() if line.startswith(f"{name} ")), 0.0)


@pytest.fixture
def measured(town: Store) -> Iterator[TestClient]:
    """The doors as `serve` opens them, for somebody on this machine."""
    listen(town)
    with TestClient(Measured(doors), base_url="http://localhost", client=("127.0.0.1", 1)) as opened:
        yield opened


@pytest.fixture
def grown(measured: TestClient) -> Callable[[str], float]:
    """By how much a figure has grown since the test began: what a process counts, other tests count too."""
    before = measured.get("/metrics").text

    def since(name: str) -> float:
        return figure(measured.get("/metrics").text, name) - figure(before, name)

    return since


def post(client: TestClient, path: str, **sent: Any) -> dict[str, Any]:
    return client.post(f"/api/v1/{path}", **sent).json()


def test_what_was_promised_moved_cancelled_kept_and_refused_is_counted(measured: TestClient, grown: Callable[[str], float]):
    told = post(measured, "appointments", json=AT_ONCE)
    address, opening = f"appointments/{told['reference']}", {"authorization": f"Bearer {told['key']}"}
    for _ in range(3):  # two counters: one is taken
        post(measured, "holds", json={**VISIT, "start": START})
    post(measured, f"{address}/move", json={"start": NEXT}, headers=opening)
    post(measured, f"{address}/cancel", headers=opening)
    assert {what: grown(f'atrio_appointment_changes_total{{what="{what}"}}') for what in ("booked", "moved", "cancelled")} == {
        "booked": 1,
        "moved": 1,
        "cancelled": 1,
    }
    assert (grown('atrio_appointments{state="booked"}'), grown('atrio_appointments{state="cancelled"}')) == (0, 1)
    assert grown("atrio_holds_total") == 1
    assert grown('atrio_refusals_total{code="slot-taken"}') == 2


def test_a_hold_that_was_asked_for_again_is_counted_once(measured: TestClient, grown: Callable[[str], float]):
    for _ in range(3):
        post(measured, "holds", json={**VISIT, "start": START}, headers={"idempotency-key": "one-and-the-same-wish"})
    assert grown("atrio_holds_total") == 1


def test_letters_and_the_worker_are_told_as_they_are(measured: TestClient, town: Store):
    post(measured, "appointments", json=AT_ONCE)
    write(town, worker_lives, now() - timedelta(seconds=40), "here")
    told = measured.get("/metrics").text
    assert figure(told, 'atrio_letters{channel="email",state="due"}') == 1
    assert figure(told, 'atrio_letters{channel="email",state="later"}') >= 1
    assert 40 <= figure(told, "atrio_worker_last_seen_seconds") < 50
    [letter] = write(town, lease, now() + timedelta(seconds=1), 10)
    write(town, park, now(), letter, "550")
    told = measured.get("/metrics").text
    assert figure(told, 'atrio_letters{channel="email",state="due"}') == 0
    assert figure(told, 'atrio_letters{channel="email",state="parked"}') == 1


def test_requests_are_counted_and_timed_by_their_pattern(measured: TestClient, grown: Callable[[str], float]):
    for reference in ("VC-7APH-WWJR", "VC-0000-0000", "nothing"):
        measured.get(f"/api/v1/appointments/{reference}?key=secret")
    pattern = "/api/v1/appointments/{reference}"
    assert grown(f'atrio_requests_total{{method="GET",route="{pattern}",status="404"}}') == 3
    assert grown(f'atrio_request_seconds_count{{route="{pattern}"}}') == 3


def test_whatever_is_asked_the_labels_are_few_and_name_nobody(measured: TestClient):
    told = post(measured, "appointments", json=AT_ONCE)
    before = len(measured.get("/metrics").text.splitlines())
    odd = [f"/{number}/ana@example.org" for number in range(50)] + [f"/api/v1/{number}" for number in range(50)]
    odd += [f"/pt/services/{number}" for number in range(20)] + [f"/assets/{number}.js" for number in range(20)]
    for number, path in enumerate([*odd, f"/api/v1/appointments/{told['reference']}", f"/pt/x#{told['key']}"]):
        measured.request(f"VERB{number}", path)
        measured.get(path, params={"key": told["key"]})
    text = measured.get("/metrics").text
    assert len(text.splitlines()) - before < 100
    assert not [secret for secret in (told["reference"], told["key"], "ana", "Lopes", "VERB") if secret in text]


def test_pages_are_known_by_their_pattern_and_others_are_one(monkeypatch: pytest.MonkeyPatch):
    built = {"pt", "pt/services", "pt/services/parking-permit", "ar/book"}
    monkeypatch.setattr(metrics, "is_built", built.__contains__)
    routes = {path: metrics.route_of({"path": path}) for path in ("/pt/", "/pt/services/parking-permit/", "/ar/book/", "/xx/")}
    assert list(routes.values()) == ["/{language}", "/{language}/services/{service}", "/{language}/book", "(other)"]


def test_what_breaks_is_counted_and_logged_without_its_address(town: Store, caplog: pytest.LogCaptureFixture):
    async def breaks(_scope, _receive, _send) -> None:
        raise ValueError

    asked = TestClient(Measured(breaks), raise_server_exceptions=False).get("/pt/ana@example.org")
    assert asked.status_code == 500
    [said] = [record.msg for record in caplog.records if record.name == "atrio.web"]
    assert (said["route"], said["status"]) == ("(other)", 500)
    assert "ana" not in str(said)


# Several processes


SEVERAL = """
import sys
from contextlib import nullcontext
from granian.constants import Interfaces
from granian.server import Server
from portal.counting import counted_together

def doors(_name):
    from portal.doors import doors
    from portal.metrics import Measured
    return Measured(doors)

with counted_together() if sys.argv[2] == "together" else nullcontext():
    Server("doors", interface=Interfaces.ASGI, port=int(sys.argv[1]), workers=2, log_enabled=False).serve(target_loader=doors)
"""
ASKED = 30


@pytest.mark.parametrize("how", ["together", "each for itself"])
def test_whichever_process_is_asked_tells_what_all_of_them_counted(tmp_path: Path, how: str):
    """Control: when each counts for itself, which one is asked makes a difference."""
    told = of_two_processes(tmp_path, how)
    assert all(count == ASKED for count in told) is (how == "together"), told


def of_two_processes(data: Path, how: str) -> list[float]:
    """How often /healthz was asked for, as it is told again and again."""
    port = free_port()
    others = {name: value for name, value in os.environ.items() if not name.startswith("ATRIO_")}
    settings = {"ATRIO_ENV_FILE": os.devnull, "ATRIO_DATA": str(data)}
    server = subprocess.Popen([sys.executable, "-c", SEVERAL, str(port), how], env=others | settings, cwd=ROOT)
    try:
        wait_for(port, 60)
        for _ in range(ASKED):
            assert httpx.get(f"http://localhost:{port}/healthz", timeout=30).status_code == 200
        asked = [httpx.get(f"http://localhost:{port}/metrics", timeout=30).text for _ in range(12)]
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(20)
    return [figure(text, 'atrio_requests_total{method="GET",route="/healthz",status="200"}') for text in asked]


def test_what_a_killed_house_had_counted_is_cleared_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(counting, "MEMORY", tmp_path)
    gone, alive = tmp_path / f"{counting.NAME}-4999999-x", tmp_path / f"{counting.NAME}-1-x"
    gone.mkdir()
    alive.mkdir()
    with counting.counted_together():
        assert not gone.exists()
        assert counting.first_process() == os.getpid()
        [mine] = set(tmp_path.iterdir()) - {alive}
    assert list(tmp_path.iterdir()) == [alive]
    assert mine != alive


def test_nothing_that_serve_imports_counts_before_it_is_arranged_where():
    asked = "import sys, portal.__main__, portal.web_process; sys.exit('prometheus_client' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asked], cwd=ROOT, check=False).returncode == 0
