"""Pages are off line while Redis is gone, and only then. The whole of it, in a browser: tests/journeys/test_scale_out.py."""

import asyncio
from collections.abc import Callable

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError
from starlette.types import Message, Receive, Scope, Send

from portal import redis_gone
from portal.redis_gone import Lines, OnLine
from portal.trouble import TroubleState, caught
from tests.portal.conftest import Choose

WEBSOCKET: Scope = {"type": "websocket", "path": "/_event/"}


@pytest.fixture
def its_lines(choose: Choose, monkeypatch: pytest.MonkeyPatch) -> Lines:
    choose(redis_url="redis://127.0.0.1:1/0")
    made = Lines("redis://127.0.0.1:1/0")
    monkeypatch.setattr(redis_gone, "lines", lambda: made)
    return made


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], None]:
    """From then on Redis answers, or doesn't."""

    def from_now_on(does: bool) -> None:
        async def answer(_redis: object, is_new: bool) -> bool:
            return does

        monkeypatch.setattr(redis_gone, "_answers", answer)

    return from_now_on


async def listens(_scope: Scope, receive: Receive, send: Send) -> None:
    """A page that says nothing, and the server that listens to it until the line breaks."""
    await send({"type": "websocket.accept"})
    while (await receive())["type"] != "websocket.disconnect":
        pass


async def talking(heard: list[Message]) -> None:
    """A page connects and then says nothing."""
    said = iter([{"type": "websocket.connect"}])

    async def receive() -> Message:
        return next(said, None) or await asyncio.get_running_loop().create_future()

    async def send(message: Message) -> None:
        heard.append(message)

    await OnLine(listens)(WEBSOCKET, receive, send)


def test_an_open_line_is_cut_when_redis_goes(its_lines: Lines, answers: Callable[[bool], None]):
    async def story() -> None:
        answers(True)
        talk = asyncio.ensure_future(talking([]))
        await its_lines.look()
        assert (await asyncio.wait((talk,), timeout=0.05))[1]  # still listening
        answers(False)
        await its_lines.look()
        await asyncio.wait_for(talk, 1)
        assert its_lines._open == set()

    asyncio.run(story())


@pytest.mark.parametrize(("does", "said"), [(False, "websocket.close"), (True, "websocket.accept")])
def test_a_new_line_is_refused_until_it_is_back(its_lines: Lines, answers: Callable[[bool], None], does: bool, said: str):
    async def story() -> list[Message]:
        heard: list[Message] = []
        its_lines.note(False)
        answers(does)
        talk = asyncio.ensure_future(talking(heard))
        await asyncio.wait((talk,), timeout=0.05)
        talk.cancel()
        return heard

    assert [each["type"] for each in asyncio.run(story())] == [said]


def test_nobody_where_it_should_be_is_no_answer(its_lines: Lines):
    assert asyncio.run(its_lines.look()) is False


def test_to_say_that_redis_is_gone_nothing_is_asked_that_needs_it():
    assert caught(RedisConnectionError("gone")) is None
    assert TroubleState.show().handler == caught(ValueError("broken")).handler  # type: ignore[union-attr]
