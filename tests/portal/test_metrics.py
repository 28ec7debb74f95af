"""/metrics: figures for whoever runs the installation, and nothing for anybody else."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from starlette.testclient import TestClient

from portal.doors import doors
from tests.portal.conftest import Choose

TOKEN = "sixteen signs and more"


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
