"""How much one network may do on pages, and at once: what comes too early waits, what is too much is refused with a sentence."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine
from httpx2 import Response
from limits import RateLimitItemPerMinute, RateLimitItemPerSecond
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from booking.holds import LASTS
from booking.settings import settings
from booking.store import Store, in_transaction, write
from locales.catalogue import use_language
from portal import held_times, limits, open_pages, rush
from portal.appointments import draft, way_state
from portal.appointments.refusals import why
from portal.doors import doors
from portal.held_times import InRedis, keep, memory
from portal.limits import RateLimited
from portal.open_pages import OpenPages
from portal.rush import RushState, in_turn, is_rush, told
from tests.booking.towns import NINE, NOW, code_in_the_letter, minutes
from tests.neighbours import Redis, program
from tests.portal.conftest import CLIENT, Choose
from tests.portal.test_api import ANA, VISIT, bearer, booked, confirm, held, problem

HERE, ELSEWHERE = CLIENT[0], "203.0.113.8"
FEW = 3


def asking(address: str) -> TestClient:
    return TestClient(doors, base_url="http://testserver/api/v1", client=(address, 1))


def start(nth: int) -> str:
    return f"{NINE + minutes(20 * (nth // 2)):%Y-%m-%dT%H:%M:%SZ}"  # two counters


# A rush


@pytest.fixture
def clock(choose: Choose, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """Nobody really waits: the time of day goes on instead. What is yielded are the seconds that were waited."""
    choose(limits="on")
    rush.of_one_page.cache_clear()
    monkeypatch.setattr(rush, "EVENTS", RateLimitItemPerSecond(5, 10, namespace="events"))
    monkeypatch.setattr(rush, "OF_ONE_PAGE", RateLimitItemPerSecond(3, 10, namespace="events of one page"))
    waited: list[float] = []
    with time_machine.travel(NOW, tick=False) as traveller:

        async def sleep(seconds: float) -> None:
            waited.append(seconds)
            traveller.shift(seconds)

        monkeypatch.setattr(rush.asyncio, "sleep", sleep)
        yield waited
    rush.of_one_page.cache_clear()


def one_after_the_other(*pages: tuple[str, str]) -> list[int]:
    """What is told to these pages (name and network), whose events come at the same instant."""
    said: list[int] = []

    async def tell(seconds: int) -> None:
        said.append(seconds)

    async def story() -> None:
        for page, network in pages:
            await in_turn(page, network, tell)

    asyncio.run(story())
    return said


def test_a_page_that_asks_too_fast_is_told_waits_and_goes_on(clock: list[float]):
    assert one_after_the_other(*[("a", HERE)] * 3) == []
    assert one_after_the_other(("a", HERE)) == [10, 0]
    assert clock == [10]


def test_pages_of_one_network_are_counted_together_and_others_go_on(clock: list[float]):
    assert one_after_the_other(*[(f"{n}", HERE) for n in range(5)]) == []
    assert asyncio.run(is_rush(HERE))
    assert not asyncio.run(is_rush(ELSEWHERE))
    assert one_after_the_other(*[(f"{n}", ELSEWHERE) for n in range(5)]) == []
    assert one_after_the_other(("6", HERE)) == [10, 0]


def test_an_exempt_network_is_not_counted_but_each_page_is(clock: list[float]):
    assert one_after_the_other(*[(f"{n}", "") for n in range(20)]) == []
    assert one_after_the_other(*[("a", "")] * 4) == [10, 0]


def test_a_rush_is_nothing_when_limits_are_lifted(clock: list[float], choose: Choose):
    choose(limits="off")
    assert one_after_the_other(*[("a", HERE)] * 50) == []


def test_the_sentence_of_a_rush_says_how_long_and_is_taken_back():
    assert list(told(7, "en")) == [RushState.get_full_name()]
    for language in ("pt", "en", "es", "ar"):
        ((_name, sentence),) = told(7, language)[RushState.get_full_name()].items()
        assert "7" in sentence
        assert "{" not in sentence
    assert list(told(0, "pt")[RushState.get_full_name()].values()) == [""]


def test_the_limits_are_far_above_what_a_person_does_and_far_below_what_a_process_bears():
    assert (rush.EVENTS.amount, rush.EVENTS.get_expiry()) == (1_000, 10)
    assert (rush.OF_ONE_PAGE.amount, rush.OF_ONE_PAGE.get_expiry()) == (100, 10)
    assert (open_pages.MOST_OPEN, open_pages.NEW.amount, open_pages.NEW.get_expiry()) == (500, 1_000, 60)
    assert (way_state.DRAFTS.amount, way_state.DRAFTS.get_expiry()) == (60, 60)
    assert (held_times.HOLDS.amount, held_times.HOLDS.get_expiry(), held_times.MOST_AT_ONCE) == (60, 60, 30)


# Open pages


class Pages:
    """Websockets that stay open until they are closed."""

    def __init__(self) -> None:
        self._site = OpenPages(self._listens)
        self._talks: list[asyncio.Task] = []

    async def open(self, address: str, kind: str = "websocket") -> str:
        """What the site says first."""
        heard: asyncio.Queue[Message] = asyncio.Queue()
        scope: Scope = {"type": kind, "path": "/_event/", "client": (address, 1), "headers": []}

        async def receive() -> Message:
            return {"type": "websocket.connect"}

        self._talks.append(asyncio.ensure_future(self._site(scope, receive, heard.put)))
        return (await heard.get())["type"]

    async def close_all(self) -> None:
        for talk in self._talks:
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)
        self._talks.clear()
        assert not self._site._open

    async def _listens(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "websocket.accept"})
        await asyncio.get_running_loop().create_future()


def opened(story: Callable[[Pages], Awaitable[list[str]]]) -> list[str]:
    """What is said to each page of the story, without "websocket."."""

    async def told_to_them() -> list[str]:
        pages = Pages()
        said = await story(pages)
        await pages.close_all()
        return [each.removeprefix("websocket.") for each in said]

    return asyncio.run(told_to_them())


def test_one_network_has_only_so_many_pages_open(choose: Choose, monkeypatch: pytest.MonkeyPatch):
    choose(limits="on", exempt_networks="192.0.2.10")
    monkeypatch.setattr(open_pages, "MOST_OPEN", 2)

    async def story(pages: Pages) -> list[str]:
        said = [await pages.open(each) for each in (HERE, HERE, HERE, ELSEWHERE, *["192.0.2.10"] * 3)]
        await pages.close_all()
        return [*said, await pages.open(HERE)]

    assert opened(story) == ["accept", "accept", "close", "accept", "accept", "accept", "accept", "accept"]


def test_pages_opened_at_the_same_moment_are_counted_one_by_one(choose: Choose, monkeypatch: pytest.MonkeyPatch):
    choose(limits="on")
    monkeypatch.setattr(open_pages, "MOST_OPEN", 2)

    async def slow(*_: object) -> None:
        await asyncio.sleep(0.01)

    monkeypatch.setattr(open_pages, "spend", slow)

    async def story(pages: Pages) -> list[str]:
        return sorted(await asyncio.gather(*(pages.open(HERE) for _ in range(5))))

    assert opened(story) == ["accept", "accept", "close", "close", "close"]


def test_one_network_opens_only_so_many_pages_in_a_minute(choose: Choose, monkeypatch: pytest.MonkeyPatch):
    choose(limits="on")
    monkeypatch.setattr(open_pages, "NEW", RateLimitItemPerMinute(2, namespace="new pages"))

    async def story(pages: Pages) -> list[str]:
        said = []
        for _ in range(3):
            said.append(await pages.open(HERE))
            await pages.close_all()
        return [*said, await pages.open(ELSEWHERE)]

    assert opened(story) == ["accept", "accept", "close", "accept"]


def test_any_number_of_pages_is_open_when_limits_are_lifted(choose: Choose, monkeypatch: pytest.MonkeyPatch):
    choose(limits="off")
    monkeypatch.setattr(open_pages, "MOST_OPEN", 0)

    async def story(pages: Pages) -> list[str]:
        return [await pages.open(HERE) for _ in range(3)]

    assert opened(story) == ["accept"] * 3


# Times that are kept


@pytest.fixture
def few(choose: Choose, monkeypatch: pytest.MonkeyPatch) -> None:
    choose(limits="on")
    monkeypatch.setattr(held_times, "MOST_AT_ONCE", FEW)


def test_one_network_keeps_only_so_many_times_at_once(api: TestClient, few: None):
    for nth in range(FEW):
        held(api, start(nth))
    refused = api.post("holds", json={**VISIT, "start": start(FEW)})
    assert problem(refused) == (429, "rate-limited")
    assert 1 <= int(refused.headers["retry-after"]) <= LASTS.total_seconds()
    held(asking(ELSEWHERE), start(FEW))


def test_a_time_that_is_booked_or_runs_out_makes_room(api: TestClient, few: None):
    tokens = [held(api, start(nth)) for nth in range(FEW)]
    booked = api.post("appointments", json={"hold": tokens[0], **ANA})
    assert booked.status_code == 201
    held(api, start(FEW))
    assert api.post("holds", json={**VISIT, "start": start(FEW + 1)}).status_code == 429
    with time_machine.travel(NOW + LASTS + timedelta(seconds=5)):
        for nth in range(FEW):
            held(api, start(FEW + 1 + nth))
        assert api.post("holds", json={**VISIT, "start": start(3 * FEW)}).status_code == 429


@pytest.mark.parametrize("is_held", [False, True])
def test_a_time_that_waits_to_be_confirmed_is_kept_too(api: TestClient, town: Store, few: None, is_held: bool):
    town.caps = True

    def book_one(nth: int) -> Response:
        who = {"name": "Ana Lopes", "email": f"a{nth}@example.org"}
        wanted = {"hold": held(api, start(nth))} if is_held else {**VISIT, "start": start(nth)}
        return api.post("appointments", json=wanted | who)

    promises = [book_one(nth).json() for nth in range(FEW)]
    assert {promise["state"] for promise in promises} == {"unconfirmed"}
    refused = api.post("appointments", json={**VISIT, "start": start(FEW), "name": "Ana Lopes", "email": "b@example.org"})
    assert (refused.status_code, refused.json()["code"]) == (429, "rate-limited")
    confirm(api, promises[0], code_in_the_letter(town, promises[0]["reference"]))
    assert book_one(FEW).status_code == 201


def test_what_is_only_answered_again_is_refused_to_nobody(api: TestClient, few: None):
    again = {"json": {**VISIT, "start": start(0)}, "headers": {"idempotency-key": "5f0c7a52-6f0e-4a39-9d1b-0e9a3a8f7c11"}}
    first = api.post("holds", **again)
    for nth in range(1, FEW):
        held(api, start(nth))
    assert api.post("holds", json={**VISIT, "start": start(FEW)}).status_code == 429
    assert api.post("holds", **again).json() == first.json()


def book_for(api: TestClient, email: str, nth: int) -> Response:
    return api.post("appointments", json={**VISIT, "start": start(nth), "name": "Ana Lopes", "email": email})


def test_one_network_has_only_so_many_codes_written(
    api: TestClient, town: Store, choose: Choose, monkeypatch: pytest.MonkeyPatch
):
    choose(limits="on")
    town.caps = True
    monkeypatch.setattr(limits, "CODES", RateLimitItemPerMinute(2, namespace="codes"))
    promise = book_for(api, "a@example.org", 0).json()
    assert book_for(api, "b@example.org", 1).status_code == 201
    refused = [
        book_for(api, "c@example.org", 2),
        api.post(f"appointments/{promise['reference']}/code", headers=bearer(promise["key"])),
    ]
    assert [(each.status_code, each.json()["code"]) for each in refused] == [(429, "rate-limited")] * 2


def test_one_network_does_not_use_up_what_a_contact_may_be_sent(api: TestClient, town: Store, choose: Choose):
    choose(limits="on")
    town.caps = True
    said = [
        book_for(api, each, nth) for nth, each in enumerate(["ana@example.org", "Ana@example.org", "ana+1@example.org"] * 2)
    ]
    assert [each.status_code for each in said] == [201] * 4 + [429] * 2
    assert said[-1].json()["code"] == "too-many-codes"
    elsewhere = TestClient(doors, base_url="http://testserver/api/v1", client=(ELSEWHERE, 1))
    assert book_for(elsewhere, "ana@example.org", 7).status_code == 201


def test_an_exempt_network_keeps_as_many_times_as_there_are_people_in_the_lobby(api: TestClient, few: None, choose: Choose):
    choose(exempt_networks=HERE)
    for nth in range(2 * FEW):
        held(api, start(nth))


def test_keeping_and_letting_go_again_and_again_is_counted_too(
    api: TestClient, choose: Choose, monkeypatch: pytest.MonkeyPatch
):
    choose(limits="on")
    monkeypatch.setattr(held_times, "HOLDS", RateLimitItemPerMinute(2, namespace="holds"))
    said = [api.post("holds", json={**VISIT, "start": "2027-02-01T09:00:00Z"}).status_code for _ in range(3)]
    assert said == [422, 422, 429]


def begun(town: Store, key: str) -> None:
    write(town, draft.begin, NOW, key, ("parking-permit",), "pt")
    write(town, draft.choose_way, NOW, key, "pacos", "in_person", 1)


def chosen(key: str, nth: int, mine: str = "") -> str:
    """The token of the time that the page keeps."""
    work = partial(in_transaction, draft.choose_time, NOW, key, NINE + minutes(20 * nth))
    return asyncio.run(keep(HERE, work, mine)).token


def test_pages_and_rest_keep_times_from_one_budget(api: TestClient, town: Store, few: None):
    for nth in range(FEW - 1):
        held(api, start(nth))
    begun(town, "tab")
    begun(town, "another tab")
    mine = chosen("tab", 5)
    with pytest.raises(RateLimited) as refusal:
        chosen("another tab", 6)
    assert refusal.value.what == held_times.AT_ONCE
    assert api.post("holds", json={**VISIT, "start": start(20)}).status_code == 429
    # Whoever has one may change their mind, and keep it longer.
    another = chosen("tab", 7, mine)
    assert asyncio.run(keep(HERE, partial(in_transaction, draft.keep_longer, NOW, "tab"), another)).token == another
    assert api.post("holds", json={**VISIT, "start": start(20)}).status_code == 429


def test_a_time_that_ran_out_is_taken_up_again_only_while_there_is_room(api: TestClient, town: Store, few: None):
    begun(town, "tab")
    mine = chosen("tab", 5)
    later = NOW + LASTS + timedelta(seconds=5)
    with time_machine.travel(later):
        for nth in range(FEW):
            held(api, start(nth))
        with pytest.raises(RateLimited):
            asyncio.run(keep(HERE, partial(in_transaction, draft.keep_longer, later, "tab"), mine))


def test_a_crowd_that_asks_at_the_same_moment_is_counted_one_by_one(town: Store, few: None):
    async def all_at_once() -> list[object]:
        works = [partial(in_transaction, draft.choose_time, NOW, f"{nth}", NINE + minutes(20 * nth)) for nth in range(2 * FEW)]
        return await asyncio.gather(*(keep(HERE, work) for work in works), return_exceptions=True)

    for nth in range(2 * FEW):
        begun(town, f"{nth}")
    assert sum(isinstance(each, RateLimited) for each in asyncio.run(all_at_once())) == FEW


def test_what_is_kept_is_known_to_all_processes_and_when_redis_is_gone_nobody_is_kept_out(choose: Choose, tmp_path: Path):
    if not program("redis-server"):
        pytest.skip("There is no redis-server here.")
    redis = Redis(tmp_path)
    redis.start()

    async def story() -> None:
        one, other = InRedis(redis.url), InRedis(redis.url)
        await one.note(HERE, "a", [])
        await other.note(HERE, "b", [])
        assert await one.of(HERE) == await other.of(HERE) == {"a", "b"}
        assert await one.of(ELSEWHERE) == frozenset()
        await one.note(HERE, "c", ["a"])
        assert await other.of(HERE) == {"b", "c"}
        redis.kill()
        assert await other.of(HERE) == frozenset()
        await one.note(HERE, "d", [])

    try:
        asyncio.run(story())
    finally:
        redis.kill()


def test_what_one_process_remembers_is_forgotten_in_time(choose: Choose, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(held_times, "FORGOTTEN_AFTER", timedelta(milliseconds=60))

    async def story() -> None:
        here = memory()
        await here.note(HERE, "a", [])
        await asyncio.sleep(0.04)
        await here.note(HERE, "a", [])  # prolonged, it is remembered from then on
        await asyncio.sleep(0.04)
        assert await here.of(HERE) == {"a"}
        await asyncio.sleep(0.1)
        assert await here.of(HERE) == frozenset()
        assert vars(here) == {"_timers": {}}

    asyncio.run(story())


# Wrong codes


def calendar(address: str, reference: str, key: str) -> int:
    """Whether the calendar file is given (200), or the page that asks for the codes (303)."""
    site = TestClient(doors, base_url="http://testserver", client=(address, 1), follow_redirects=False)
    return site.post("/en/appointment/invite.ics", data={"reference": reference, "access_key": key}).status_code


def test_keys_tried_for_a_calendar_file_and_over_rest_are_one_budget(
    api: TestClient, choose: Choose, monkeypatch: pytest.MonkeyPatch
):
    choose(limits="on")
    monkeypatch.setattr(limits, "WRONG_KEYS", RateLimitItemPerMinute(FEW, 10, namespace="wrong keys"))
    promised = booked(api)
    reference, key = promised["reference"], promised["key"]
    for _ in range(5):
        assert calendar(HERE, reference, key) == 200
    assert [calendar(HERE, reference, "0000-0000-0000-0000") for _ in range(FEW)] == [303] * FEW
    assert calendar(HERE, reference, key) == 303
    assert problem(api.get(f"appointments/{reference}", headers=bearer(key))) == (429, "rate-limited")
    assert calendar(ELSEWHERE, reference, key) == 200
    choose(exempt_networks=HERE)
    assert settings().exempt
    assert calendar(HERE, reference, key) == 200


@pytest.mark.parametrize("what", ["wrong keys", "drafts", "held at once"])
def test_a_limit_says_in_minutes_when_to_go_on(what: str):
    with use_language("en"):
        assert "in 1 minute," in why(RateLimited(1, what), ZoneInfo("UTC"))
        assert "in 10 minutes," in why(RateLimited(541, what), ZoneInfo("UTC"))
