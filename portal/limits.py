"""How often one network may do a thing, on pages and over REST alike. Counted in this process, or in Redis for all of them; when
Redis is gone, nobody is kept out.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from math import ceil
from typing import ClassVar

from limits import RateLimitItem, RateLimitItemPerDay, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import FixedWindowRateLimiter
from limits.errors import StorageError

from booking.errors import Refusal, TooManyCodes, UnknownReference, UnknownTicket
from booking.references import hash_of
from booking.settings import settings
from portal.logs import log

# A person mistypes a few times. Beyond that somebody is trying keys, and isn't told any more whether one fits.
WRONG_KEYS = RateLimitItemPerMinute(20, 10, namespace="wrong keys")
# Whoever goes on all the same waits until the next day.
WRONG_KEYS_OF_A_DAY = RateLimitItemPerDay(150, namespace="wrong keys of a day")

# Letters with a code, to whomever: a hundred people who book in ten minutes from one address. And to one of them, by one network: so
# that what one contact may be sent in an hour is not used up by somebody else.
CODES = RateLimitItemPerMinute(100, 10, namespace="codes")
CODES_TO_ONE = RateLimitItemPerHour(4, namespace="codes to one")

# Passwords of staff, for whomever: a whole town hall that comes to work at once, over one address.
STAFF_TRIES = RateLimitItemPerMinute(60, 10, namespace="staff tries")

PATIENCE = 0.5  # seconds for Redis to answer
REST = 5.0  # seconds in which Redis isn't asked after it failed


@dataclass(eq=False)
class RateLimited(Refusal):
    """Too often; `seconds` until it may be tried again, `what` is the name of the limit."""

    code: ClassVar[str] = "rate-limited"
    seconds: int
    what: str = ""


def is_limited(network: str) -> bool:
    """Is anything counted for it? Not for "", which stands for whoever is exempt."""
    return bool(network) and settings().limits == "on"


async def spend(limit: RateLimitItem, network: str) -> None:
    """Count one. Raises RateLimited when it is one too many."""
    if is_limited(network):
        await limiter().spend(limit, network)


async def check_unspent(limit: RateLimitItem, network: str) -> None:
    """Count nothing. Raises RateLimited when nothing is left."""
    if is_limited(network):
        await limiter().check(limit, network)


async def spend_code(network: str, now: datetime, contact: str) -> None:
    """Count one letter with a code, to `contact` (details.known_by). Raises RateLimited, or TooManyCodes to this one."""
    if not is_limited(network):
        return
    await spend(CODES, network)
    try:
        await spend(CODES_TO_ONE, f"{network} {hash_of(contact)}")
    except RateLimited as limited:
        raise TooManyCodes(now + timedelta(seconds=limited.seconds)) from None


@asynccontextmanager
async def opening(network: str) -> AsyncIterator[None]:
    """Around whatever opens an appointment with its codes. Raises RateLimited when too many opened none: before it is tried, so that
    nobody is told whether these would fit.
    """
    await check_wrong_keys(network)
    async with counting_wrong_keys(network):
        yield


@asynccontextmanager
async def counting_wrong_keys(network: str) -> AsyncIterator[None]:
    """Codes that open nothing are counted, whether or not there is an appointment or a ticket of that name."""
    try:
        yield
    except (UnknownReference, UnknownTicket):
        await count_wrong_key(network)
        raise


async def check_wrong_keys(network: str) -> None:
    """Raises RateLimited for whoever has shown too many that open nothing."""
    await check_unspent(WRONG_KEYS, network)
    await check_unspent(WRONG_KEYS_OF_A_DAY, network)


async def count_wrong_key(network: str) -> None:
    """Raises RateLimited when it is one too many."""
    await spend(WRONG_KEYS_OF_A_DAY, network)
    await spend(WRONG_KEYS, network)


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
        raise RateLimited(max(1, ceil(reset_at - time.time())), limit.namespace)


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
