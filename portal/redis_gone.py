"""While Redis is gone, pages are off line: they say so themselves, keep what is typed and pressed, and come back with it.

With several web processes the state of every page is in Redis, and without it no wish of a page can be fulfilled. A page that
loses its line knows what to do. So its line is cut then, and taken up again when Redis answers. REST and the book need no Redis.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache

import reflex as rx
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ConstantBackoff, NoBackoff
from redis.exceptions import RedisError, ResponseError
from reflex.istate.manager.redis import enable_keyspace_notifications
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from booking.settings import settings
from portal.logs import keyed

LOOKS_EVERY = 0.5  # seconds
PATIENCE = 1.0  # seconds for an answer
# Reflex's own clients ask again for up to fourteen seconds. A wish that waited so long would meet its page's next ones when Redis is
# back, and they would lock each other out for ten seconds more.
SOON = Retry(ConstantBackoff(0.1), 2)

log = keyed("atrio")


def expect_it(app: rx.App) -> None:
    """From here on `app` knows when Redis goes, if this installation has one."""
    space = app.event_namespace
    if not settings().redis_url or space is None:
        return
    # Reflex has no setting for it; an upgrade that calls them otherwise fails here, at the start.
    for theirs in (app.state_manager.redis, space._token_manager.redis):  # type: ignore[attr-defined]
        theirs.set_retry(SOON)
    app.register_lifespan_task(keep_looking)


async def keep_looking() -> None:
    while True:
        await lines().look()
        await asyncio.sleep(LOOKS_EVERY)


async def _answers(redis: Redis, is_new: bool) -> bool:
    """One that `is_new` has forgotten that Reflex wants to hear of every lock that opens, and processes would wait ten seconds for
    each other. A Redis that can't be told so was told by whoever runs it.
    """
    try:
        await redis.execute_command("PING")
        if is_new:
            with suppress(ResponseError):
                await enable_keyspace_notifications(redis)
    except (RedisError, OSError):
        return False
    return True


class Lines:
    """The websockets that are open, and whether there may be any."""

    def __init__(self, url: str) -> None:
        self.may_be = True
        self._open: set[asyncio.Future[Message]] = set()
        self._redis = Redis.from_url(url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE, retry=Retry(NoBackoff(), 0))

    async def look(self) -> bool:
        self.note(await _answers(self._redis, is_new=not self.may_be))
        return self.may_be

    def note(self, redis_answers: bool) -> None:
        may_have_been, self.may_be = self.may_be, redis_answers
        if may_have_been and not redis_answers:
            log.error("Redis doesn't answer: pages are off line until it does")
            for cut in self._open:
                cut.set_result({"type": "websocket.disconnect", "code": 1001})
            self._open.clear()
        elif redis_answers and not may_have_been:
            log.warning("Redis answers again")

    @contextmanager
    def opened(self, receive: Receive) -> Iterator[Receive]:
        """What one page says, up to the moment when its line is cut: then as if it had gone."""
        cut: asyncio.Future[Message] = asyncio.get_running_loop().create_future()

        async def receive_or_end() -> Message:
            heard = asyncio.ensure_future(receive())
            try:
                await asyncio.wait((heard, cut), return_when=asyncio.FIRST_COMPLETED)
                return heard.result() if heard.done() else cut.result()
            finally:
                heard.cancel()

        self._open.add(cut)
        try:
            yield receive_or_end
        finally:
            self._open.discard(cut)


@cache
def lines() -> Lines:
    """Those of this process."""
    return Lines(settings().redis_url)


class OnLine:
    """ASGI middleware that lets websockets through while there may be any."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket" or not settings().redis_url:
            return await self.app(scope, receive, send)
        # Another process may have noticed just now, and sent its pages here.
        if await lines().look():
            with lines().opened(receive) as receive_or_end:
                return await self.app(scope, receive_or_end, send)
        await receive()
        await send({"type": "websocket.close", "code": 1013})
