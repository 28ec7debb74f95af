"""Several processes serve one town (docs/scale-out.md), behind the proxies of deploy/, on PostgreSQL and Redis, all of them real.

What one of them promises all of them keep; each may be killed, and so may Redis and PostgreSQL, and the resident goes on.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from booking.references import new_reference
from booking.settings import Settings
from portal.commands import serving_environment
from tests.databases import POSTGRESQL, migrated_database, postgres
from tests.journeys.open_book import OpenBook
from tests.journeys.steps import CHECK, CODE, DETAILS, DONE, TITLES, Resident, code_in
from tests.journeys.test_letters import letters_to
from tests.neighbours import proxies, why_not
from tests.serving import House, until
from tests.several import PAGES, PROXY, Several, several

SAVED_WITHIN = 1_000  # milliseconds after the last key
BACK_WITHIN = 5  # seconds
WRONG_KEYS = 20  # that one network may try
NOT_THE_KEY = {"authorization": "Bearer 0000-0000-0000-0000"}
SERVICE = "residence-certificate"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Several]:
    if missing := why_not() or postgres().why_not:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(missing)
    folder = tmp_path_factory.mktemp("several")
    with migrated_database(POSTGRESQL, folder) as url, several(folder, url, limits="on") as town:
        yield town


@pytest.fixture
def front(request: pytest.FixtureRequest, town: Several) -> Iterator[Several]:
    """The town with both processes well and a proxy in front: nginx, unless the test asks for others."""
    town.all_serve()
    with town.behind(getattr(request, "param", "nginx")):
        yield town


@pytest.fixture
def tab(new_context: Callable[..., BrowserContext]) -> Page:
    """The proxy's certificate is its own."""
    return new_context(ignore_https_errors=True).new_page()


@pytest.fixture
def resident(tab: Page, front: Several) -> Resident:
    """Nobody has more than a few appointments, so each has an address of their own."""
    address = f"{secrets.token_hex(4)}@example.org"
    return Resident(
        tab, front.address, "en", email=address, reads_code=lambda them: code_in(letters_to(front.folder, them.email)[-1])
    )


@pytest.fixture
def ledger(town: Several) -> Iterator[OpenBook]:
    with OpenBook.of(town.folder, town.wishes["database_url"]) as opened:
        yield opened


@pytest.mark.parametrize("front", proxies() or ["nginx"], indirect=True)
def test_a_journey_through_the_proxy_is_shared_by_both_processes(front: Several, resident: Resident, ledger: OpenBook) -> None:
    before = [_requests(house) for house in front.houses]
    reference, _access_key = resident.book()
    assert ledger.the_appointment_of(resident.name).reference == reference
    assert all(_requests(house) > count for house, count in zip(front.houses, before, strict=True))


def test_a_process_killed_in_mid_journey_takes_no_answer_with_it(front: Several, resident: Resident, ledger: OpenBook) -> None:
    lines = _lines_of(resident.page)

    def kill_it(step: str) -> None:
        if step == DETAILS:
            resident.field("Name").fill(resident.name)
            resident.field("An interpreter").check()
            resident.page.wait_for_timeout(SAVED_WITHIN)
        if step in (DETAILS, CHECK):
            opened = len(lines)
            front.holder().kill()
            _until(resident.page, lambda: len(lines) > opened, "the page has a new line")
            front.all_serve()
        if step == DETAILS:
            resident.stands_at(DETAILS)
            expect(resident.field("Name")).to_have_value(resident.name)
            expect(resident.field("An interpreter")).to_be_checked()

    reference, _access_key = resident.book(pause=kill_it)
    promised = ledger.the_appointment_of(resident.name)
    assert (promised.reference, promised.needs) == (reference, ("interpreter",))


def test_what_was_pressed_the_moment_a_process_is_killed_is_done_once(
    front: Several, resident: Resident, ledger: OpenBook
) -> None:
    resident.get_to(DETAILS)
    holder = front.holder()
    resident.say_who()
    holder.kill()
    _press_again_unless_at(CHECK, resident, "Continue")
    front.all_serve()
    holder = front.holder()
    resident.press("Book this time")
    holder.kill()
    _press_again_unless_at(CODE, resident, "Book this time")
    front.all_serve()
    holder = front.holder()
    resident.type_code()
    holder.kill()
    _press_again_unless_at(DONE, resident, "Confirm the appointment")
    assert ledger.the_appointment_of(resident.name).reference == resident.codes()[0]


def test_restarted_one_after_the_other_nobody_notices(front: Several, resident: Resident, ledger: OpenBook) -> None:
    lines = _lines_of(resident.page)
    resident.get_to(DETAILS)
    resident.say_who()
    resident.stands_at(CHECK)
    opened = len(lines)
    for house in front.houses:
        house.__exit__()
        house.__enter__()
    _until(resident.page, lambda: len(lines) > opened, "the page has a new line")
    resident.confirm()
    resident.stands_at(DONE)
    assert ledger.the_appointment_of(resident.name).reference == resident.codes()[0]


def test_two_web_processes_on_one_port_do_as_well(
    town: Several, new_context: Callable[..., BrowserContext], ledger: OpenBook
) -> None:
    """ATRIO_WORKERS=2: one falls, the other goes on, and a new one takes its place."""
    with House(town.folder, PAGES, **town.wishes | {"public_url": "", "workers": "2"}) as house:
        page = new_context().new_page()
        resident = Resident(page, house.address, "en", email="two@example.org")
        resident.reads_code = lambda them: code_in(letters_to(town.folder, them.email)[-1])
        lines, killed = _lines_of(page), []

        def kill_one(step: str) -> None:
            if step in (DETAILS, CHECK):
                killed.append(_kill_one_of_two(house, killed))
                page.wait_for_timeout(SAVED_WITHIN)

        reference, _access_key = resident.book(pause=kill_one)
        assert ledger.the_appointment_of(resident.name).reference == reference
        assert len(killed) == 2
        assert len(lines) >= 2


def test_what_another_process_says_reaches_the_page(front: Several, resident: Resident) -> None:
    resident.begin()
    trouble = "Something went wrong on our side. Nothing was booked or changed. Your answers are still here: please try again."
    expect(resident.page.get_by_text(resident.words(trouble))).to_have_count(0)
    _say_from_a_third_process(front, resident.page.evaluate("sessionStorage.token"))
    resident.reads(trouble)


def test_a_time_kept_by_one_process_is_taken_for_the_other_at_once(town: Several) -> None:
    town.all_serve()
    a, b = town.past_the_proxy("127.0.0.11")
    for one, other in ((a, b), (b, a), (a, b), (b, a)):
        before = _slots(one)
        assert _slots(other) == before
        start, places = next(iter(before.items()))
        for _ in range(places):
            assert one.post("/holds", json=_wish(start)).status_code == 201
            assert _slots(other) == _slots(one)
        assert _slots(other).get(start, 0) < places
        if start not in _slots(other):
            assert other.post("/holds", json=_wish(start)).json()["code"] == "slot-taken"


def test_rate_limits_are_counted_together(town: Several) -> None:
    town.all_serve()
    a, b = town.past_the_proxy("127.0.0.21")
    assert [_wrong_key(each) for _ in range(WRONG_KEYS // 2) for each in (a, b)] == [404] * WRONG_KEYS
    assert [_wrong_key(each) for each in (a, b)] == [429, 429]
    assert [_wrong_key(each) for each in town.past_the_proxy("127.0.0.22")] == [404, 404]


@pytest.mark.parametrize("front", proxies() or ["nginx"], indirect=True)
def test_only_the_proxy_is_believed_about_who_asks(front: Several) -> None:
    visitor, another = f"127.0.1.{secrets.randbelow(100) + 1}", f"127.0.2.{secrets.randbelow(100) + 1}"
    asking = front.through_the_proxy(visitor)
    for _ in range(WRONG_KEYS):
        assert _wrong_key(asking) == 404
    assert _wrong_key(asking) == 429
    assert _wrong_key(asking, "198.51.100.1") == 429  # what they write themselves changes nothing
    assert _wrong_key(front.through_the_proxy(another)) == 404
    # Past the proxy: a stranger who names another is not believed, the proxy would be.
    assert [_wrong_key(each, visitor) for each in front.past_the_proxy(another)] == [404, 404]
    assert [_wrong_key(each, visitor) for each in front.past_the_proxy(PROXY)] == [429, 429]


def test_while_redis_is_gone_pages_wait_for_it_and_programs_book(front: Several, resident: Resident, ledger: OpenBook) -> None:
    resident.get_to(DETAILS)
    resident.field("Name").fill(resident.name)
    offline = resident.page.locator(".offline")
    front.redis.kill()
    expect(offline).to_contain_text(resident.words("The connection is lost."), timeout=3_000)
    for process in front.past_the_proxy("127.0.0.31"):
        assert _book(process).status_code == 201
    resident.say_who()
    front.redis.start()
    back_at = time.monotonic()
    resident.stands_at(CHECK)
    assert time.monotonic() - back_at < BACK_WITHIN
    expect(offline).to_be_empty()
    resident.confirm()
    resident.stands_at(DONE)
    assert ledger.the_appointment_of(resident.name).reference == resident.codes()[0]


def test_while_postgresql_is_gone_everybody_is_told_and_then_goes_on(
    front: Several, resident: Resident, ledger: OpenBook
) -> None:
    resident.get_to(DETAILS)
    processes = front.past_the_proxy("127.0.0.41")
    with postgres().away(front.wishes["database_url"]):
        for process in processes:
            refused = _book(process)
            assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
            assert refused.headers["retry-after"]
            assert httpx.get(process.base_url.join("/readyz")).status_code == 503
            assert httpx.get(process.base_url.join("/healthz")).status_code == 200
        resident.say_who()
        resident.reads(
            "Something went wrong on our side. Nothing was booked or changed. Your answers are still here: please try again."
        )
    for process in processes:
        until(lambda process=process: _book(process).status_code == 201, "a program can book", BACK_WITHIN)
        assert httpx.get(process.base_url.join("/readyz")).status_code == 200
    resident.press("Continue")
    resident.stands_at(CHECK)
    resident.confirm()
    resident.stands_at(DONE)
    assert ledger.the_appointment_of(resident.name).reference == resident.codes()[0]


# What a program asks


def _wish(start: str) -> dict[str, Any]:
    return {"services": [SERVICE], "location": "pacos", "mode": "in_person", "people": 1, "start": start}


def _look(process: httpx.Client) -> httpx.Response:
    """At three days, a week from now."""
    first = datetime.now(UTC).date() + timedelta(days=7)
    days = {"from": first.isoformat(), "to": (first + timedelta(days=2)).isoformat()}
    return process.get("/slots", params={"service": SERVICE, "location": "pacos", **days})


def _slots(process: httpx.Client) -> dict[str, int]:
    """Places by start."""
    return {each["start"]: each["places"] for each in _look(process).json()["slots"]}


def _book(process: httpx.Client) -> httpx.Response:
    """Somebody books the last time of those; the answer, whatever it is."""
    found = _look(process)
    if not found.is_success:
        return found
    who = {"name": "Ana Lopes", "email": f"{secrets.token_hex(4)}@example.org", "language": "en", "needs": []}
    return process.post("/appointments", json=_wish(found.json()["slots"][-1]["start"]) | who)


def _wrong_key(asking: httpx.Client, claims: str = "") -> int:
    """Somebody tries a key; `claims` is what they write into X-Forwarded-For themselves."""
    headers = NOT_THE_KEY | ({"x-forwarded-for": claims} if claims else {})
    return asking.get(f"/appointments/{new_reference('VC')}", headers=headers).status_code


def _requests(house: House) -> float:
    """How many this process and those beside it have answered; by a name of this machine, or nobody is told."""
    counted = httpx.get(f"{house.address}/metrics").text.splitlines()
    return sum(float(line.rpartition(" ")[2]) for line in counted if line.startswith("atrio_requests_total{"))


# What happens to a page


def _lines_of(page: Page) -> list[str]:
    """Every websocket that it opens from now on."""
    lines: list[str] = []
    page.on("websocket", lambda line: lines.append(line.url))
    return lines


def _until(page: Page, is_so: Callable[[], object], what: str) -> None:
    """As `until`; meanwhile Playwright is told what happens."""
    deadline = time.monotonic() + 15
    while not is_so():
        assert time.monotonic() < deadline, f"Not within 15 seconds: {what}"
        page.wait_for_timeout(50)


def _press_again_unless_at(step: str, resident: Resident, button: str) -> None:
    """What was on its way to a process that is killed may be lost; nothing that was typed is."""
    try:
        expect(resident.page.get_by_role("heading", level=1)).to_have_text(resident.words(TITLES[step]), timeout=3_000)
    except AssertionError:
        resident.press(button)
    resident.stands_at(step)


def _kill_one_of_two(house: House, killed: list[str]) -> str:
    """The one that was there first; when both are."""
    until(lambda: len(_web_processes(house)) == 2, "both web processes live")
    youngest_last = sorted(_web_processes(house), key=int)
    first = next(name for name in youngest_last if name not in killed)
    os.kill(int(first), 9)
    return first


def _web_processes(house: House) -> list[str]:
    """By number: neither the one that started them nor the demo's identity provider, which it starts too."""
    serves = [each.name for each in house.processes if b"\0serve\0" in _command(each)]
    return [name for name in serves if int(name) != house.leader]


def _command(process: Path) -> bytes:
    try:
        return (process / "cmdline").read_bytes()
    except OSError:
        return b""  # it has just ended


SAY = """
import asyncio, sys
from reflex.istate.manager.token import BaseStateToken
from portal.app import app
from portal.trouble import TroubleState

async def say():
    async with app.modify_state(BaseStateToken(ident=sys.argv[1], cls=TroubleState)) as state:
        (await state.get_state(TroubleState)).has_trouble = True

app()
asyncio.run(say())
"""


def _say_from_a_third_process(town: Several, token: str) -> None:
    chosen = Settings(_env_file=None, redis_url=town.redis.url)  # type: ignore[call-arg]
    environment = town.houses[0].environment | serving_environment(chosen)
    subprocess.run([sys.executable, "-c", SAY, token], env=environment, check=True, timeout=30)
