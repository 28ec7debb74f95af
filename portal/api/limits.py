"""How often one network may ask. Counted in this process, or in Redis for all of them; when Redis is gone, nobody is kept out."""

from __future__ import annotations

import time
from functools import cache
from math import ceil

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import FixedWindowRateLimiter
from limits.errors import StorageError
from starlette.types import ASGIApp, Receive, Scope, Send

from booking.settings import settings
from portal.api.network import network_of
from portal.api.problems import rate_limited
from portal.logs import log

READS = RateLimitItemPerMinute(600, namespace="reads")
WRITES = RateLimitItemPerMinute(60, namespace="writes")
# A person mistypes a few times. Beyond that somebody is trying keys, and isn't told any more whether one fits.
WRONG_KEYS = RateLimitItemPerMinute(20, 10, namespace="wrong keys")

READING = ("GET", "HEAD", "OPTIONS")
PATIENCE = 0.5  # seconds for Redis to answer
REST = 5.0  # seconds in which Redis isn't asked after it failed


class RateLimited(Exception):
    """Too often; `seconds` until it may be tried again."""

    def __init__(self, seconds: int):
        super().__init__(seconds)
        self.seconds = seconds


class RateLimits:
    """ASGI middleware: every request counts, whatever comes of it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            try:
                await spend(READS if scope["method"] in READING else WRITES, network_of(scope))
            except RateLimited as limited:
                return await rate_limited(limited.seconds)(scope, receive, send)
        await self.app(scope, receive, send)


async def spend(limit: RateLimitItem, network: str) -> None:
    """Count one. Raises RateLimited when it is one too many."""
    if settings().limits == "on":
        await limiter().spend(limit, network)


async def check_unspent(limit: RateLimitItem, network: str) -> None:
    """Count nothing. Raises RateLimited when nothing is left."""
    if settings().limits == "on":
        await limiter().check(limit, network)


@cache
def limiter() -> Limiter:
    return Limiter(settings().redis_url)


class Limiter:
    """Counts in fixed windows: one number per network and limit."""

    def __init__(self, redis_url: str) -> None:
        self._windows = FixedWindowRateLimiter(_in_redis(redis_url) if redis_url else MemoryStorage())
        self._asked_again_at = 0.0

    async def spend(self, limit: RateLimitItem, network: str) -> None:
        await self._ask(limit, network, self._windows.hit)

    async def check(self, limit: RateLimitItem, network: str) -> None:
        await self._ask(limit, network, self._windows.test)

    async def _ask(self, limit: RateLimitItem, network: str, question) -> None:
        if time.monotonic() < self._asked_again_at:
            return
        try:
            if await question(limit, network):
                return
            reset_at = (await self._windows.get_window_stats(limit, network)).reset_time
        except StorageError as error:
            self._asked_again_at = time.monotonic() + REST
            log.error("Redis doesn't answer, so nobody is rate-limited: %s", type(error.storage_error).__name__)
            return
        raise RateLimited(max(1, ceil(reset_at - time.time())))


def _in_redis(url: str) -> RedisStorage:
    scheme, _, rest = url.partition("://")
    return RedisStorage(
        f"async+redis+unix://{rest}" if scheme == "unix" else f"async+{url}",
        wrap_exceptions=True,
        implementation="redispy",
        key_prefix="atrio-limits",
        socket_timeout=PATIENCE,
        socket_connect_timeout=PATIENCE,
    )
