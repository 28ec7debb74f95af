"""How often one network may ask, and how it is known where a request comes from."""

import asyncio
import logging

import pytest
from limits import RateLimitItemPerMinute
from starlette.testclient import TestClient

from booking.errors import UnknownReference
from booking.settings import settings
from portal import limits as common
from portal.api import codes, limits
from portal.checkup import _proxies_trouble
from portal.doors import doors
from portal.limits import Limiter, RateLimited
from portal.network import network_of, spender
from tests.portal.conftest import Choose
from tests.portal.test_api import NEXT, bearer, booked, problem

FEW = RateLimitItemPerMinute(3, namespace="few")


def asking(address: str) -> TestClient:
    return TestClient(doors, base_url="http://testserver/api/v1", client=(address, 1))


def scope(peer: str | None, *forwarded: str) -> dict:
    headers = [(b"x-forwarded-for", each.encode("latin-1")) for each in forwarded]
    return {"client": (peer, 1) if peer else None, "headers": headers}


@pytest.mark.parametrize(("limit", "method"), [("READS", "GET"), ("WRITES", "POST")])
def test_whoever_asks_too_often_is_told_when_to_come_back(
    api: TestClient, choose: Choose, monkeypatch: pytest.MonkeyPatch, limit: str, method: str
):
    choose(limits="on")
    monkeypatch.setattr(limits, limit, FEW)
    said = [api.request(method, "nothing") for _ in range(4)]
    assert [each.status_code for each in said] == [404, 404, 404, 429]
    assert problem(said[3]) == (429, "rate-limited")
    assert 1 <= int(said[3].headers["retry-after"]) <= 60
    assert api.request("POST" if method == "GET" else "GET", "nothing").status_code == 404
    assert asking("203.0.113.8").request(method, "nothing").status_code == 404


def test_limits_are_generous_to_readers_tighter_to_writers_and_tight_to_whoever_tries_keys():
    assert (limits.READS.amount, limits.READS.get_expiry()) == (600, 60)
    assert (limits.WRITES.amount, limits.WRITES.get_expiry()) == (60, 60)
    assert (common.WRONG_KEYS.amount, common.WRONG_KEYS.get_expiry()) == (20, 600)


def test_whoever_tries_keys_is_soon_not_told_any_more_whether_one_fits(api: TestClient, choose: Choose):
    choose(limits="on")
    promised = booked(api)
    address, right = f"appointments/{promised['reference']}", bearer(promised["key"])
    for _ in range(25):
        assert api.get(address, headers=right).status_code == 200  # a right key is never counted
    said = [api.get(address, headers=bearer("0000-0000-0000-0000")).status_code for _ in range(22)]
    assert said == [404] * 20 + [429] * 2
    assert problem(api.get(address, headers=right)) == (429, "rate-limited")
    assert problem(api.post(f"{address}/move", json={"start": NEXT}, headers=right)) == (429, "rate-limited")
    assert asking("203.0.113.8").get(address, headers=right).status_code == 200


def test_whoever_goes_on_trying_all_day_waits_until_the_next(api: TestClient, choose: Choose, monkeypatch: pytest.MonkeyPatch):
    """Ten minutes later the short limit is over; the long one counts on."""
    choose(limits="on")
    promised = booked(api)
    monkeypatch.setattr(common, "WRONG_KEYS", RateLimitItemPerMinute(1_000, namespace="wrong keys"))
    said = [api.get(f"appointments/{promised['reference']}", headers=bearer("0000-0000-0000-0000")) for _ in range(151)]
    assert [each.status_code for each in said] == [404] * 150 + [429]
    assert int(said[-1].headers["retry-after"]) > 3_600


def test_wrong_keys_sent_all_at_once_are_counted_too(choose: Choose, monkeypatch: pytest.MonkeyPatch):
    choose(limits="on")
    monkeypatch.setattr(common, "WRONG_KEYS", FEW)

    async def wrong() -> None:
        raise UnknownReference

    async def attempts() -> list[object]:
        mine = codes.Codes("VC-2222-2222", "", "203.0.113.7")
        return await asyncio.gather(*(mine.open(wrong()) for _ in range(5)), return_exceptions=True)

    assert [type(each) for each in asyncio.run(attempts())] == [UnknownReference] * 3 + [RateLimited] * 2


def test_limits_can_be_lifted_for_a_load_test(api: TestClient, choose: Choose, monkeypatch: pytest.MonkeyPatch):
    choose(limits="off")
    monkeypatch.setattr(limits, "READS", FEW)
    assert {api.get("nothing").status_code for _ in range(5)} == {404}


def test_when_redis_is_gone_nobody_is_kept_out_and_the_log_says_so_once(choose: Choose, caplog: pytest.LogCaptureFixture):
    choose(limits="on")

    async def ask() -> None:
        limiter = Limiter("redis://127.0.0.1:1/0")
        for _ in range(5):
            await limiter.spend(FEW, "203.0.113.7")

    with caplog.at_level(logging.ERROR):
        asyncio.run(ask())
    assert [each.getMessage() for each in caplog.records] == [
        "Redis doesn't answer, so nobody is rate-limited: ConnectionError"
    ]


@pytest.mark.parametrize(
    ("peer", "forwarded", "network"),
    [
        ("203.0.113.7", [], "203.0.113.7"),
        ("203.0.113.7", ["198.51.100.1"], "203.0.113.7"),  # not from a proxy of ours: hearsay
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["6.6.6.6, 198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["6.6.6.6", "198.51.100.1, 10.0.0.2"], "198.51.100.1"),
        ("10.0.0.1", ["198.51.100.1:4711"], "198.51.100.1"),
        ("10.0.0.1", ["10.0.0.9"], "10.0.0.9"),
        ("10.0.0.1", ["6.6.6.6, nonsense"], "10.0.0.1"),
        ("10.0.0.1", ["\xff, ,"], "10.0.0.1"),
        ("::ffff:10.0.0.1", ["::ffff:198.51.100.1"], "198.51.100.1"),
        ("::1", ["[2001:db8:1:2:3:4:5:6]:99"], "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", [], "2001:db8:1:2::/64"),
        ("fe80::1%eth0", [], "fe80::/64"),
        ("testclient", [], "nowhere"),
        (None, ["198.51.100.1"], "nowhere"),
    ],
)
def test_only_a_trusted_proxy_is_believed_and_only_its_last_stranger(
    choose: Choose, peer: str | None, forwarded: list[str], network: str
):
    choose(trusted_proxies="10.0.0.0/8, ::1")
    assert network_of(scope(peer, *forwarded)) == network


def test_without_trusted_proxies_nobody_is_believed(choose: Choose):
    assert network_of(scope("127.0.0.1", "198.51.100.1")) == "127.0.0.1"


@pytest.mark.parametrize(
    ("peer", "forwarded", "is_exempt"),
    [
        ("192.0.2.10", [], True),
        ("192.0.2.11", [], False),
        ("10.0.0.1", ["192.0.2.10"], True),  # the proxy says so
        ("203.0.113.7", ["192.0.2.10"], False),  # anybody could say so
        ("2001:db8:7:8::1", [], True),
        ("2001:db8:8::1", [], False),
        ("::ffff:192.0.2.10", [], True),
        ("testclient", [], False),
        (None, [], False),
    ],
)
def test_only_the_town_s_own_lines_are_exempt(choose: Choose, peer: str | None, forwarded: list[str], is_exempt: bool):
    choose(trusted_proxies="10.0.0.0/8", exempt_networks="192.0.2.10, 2001:db8:7::/48")
    come = scope(peer, *forwarded)
    assert spender(come) == ("" if is_exempt else network_of(come))


def test_whoever_comes_from_an_exempt_network_is_never_too_often(
    api: TestClient, choose: Choose, monkeypatch: pytest.MonkeyPatch
):
    choose(limits="on", exempt_networks="203.0.113.7")
    monkeypatch.setattr(limits, "READS", FEW)
    assert {api.get("nothing").status_code for _ in range(5)} == {404}
    assert [asking("203.0.113.8").get("nothing").status_code for _ in range(4)] == [404, 404, 404, 429]


def test_a_site_behind_a_proxy_that_nobody_named_is_told_by_the_check(choose: Choose):
    choose(demo="0", limits="on", public_url="https://portal.example.org")
    assert "ATRIO_TRUSTED_PROXIES" in _proxies_trouble(settings())
    choose(trusted_proxies="127.0.0.1")
    assert _proxies_trouble(settings()) == ""
