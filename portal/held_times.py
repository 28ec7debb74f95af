"""How many times one network keeps for people who haven't booked yet, on pages and over REST together.

A time that is kept is lost to all others, and keeping it costs nothing. So a network may keep only so many at once. Which ones
it keeps is remembered here, or in Redis for all processes, as hashes; whether each is still kept the book knows.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from functools import cache
from math import ceil
from typing import Any, TypeVar, cast
from weakref import WeakValueDictionary

from limits import RateLimitItemPerMinute
from redis.asyncio import Redis
from redis.exceptions import RedisError

from booking.deeds import is_done
from booking.holds import LASTS, MOST_EXTENSIONS, still_kept
from booking.one_time_codes import MOST_FOR_ONE
from booking.references import hash_of
from booking.settings import settings
from booking.store import in_reading
from booking.unconfirmed import KEPT
from portal.limits import PATIENCE, RateLimited, is_limited, spend
from portal.page_state import now

T = TypeVar("T")

# Whoever fills in the form keeps a time for about three minutes, so thirty at once are six hundred bookings an hour from one
# address: a library's or a mobile operator's on the day when passports are given out. For a bot they are one morning at ten counters.
MOST_AT_ONCE = 30
AT_ONCE = "held at once"
# Twice as many people as may keep one begin in the same minute, or each changes their mind once.
HOLDS = RateLimitItemPerMinute(60, namespace="holds")
# Nothing is kept for longer, however often it is prolonged and more codes are asked for.
FORGOTTEN_AFTER = (LASTS + KEPT * MOST_FOR_ONE) * (MOST_EXTENSIONS + 1)


def _held_by(held: Any) -> str:
    return hash_of(held.token)


async def keep(
    network: str,
    work: Callable[[], Awaitable[T]],
    mine: str = "",
    kept_by: Callable[[T], str] = _held_by,
    once: tuple[str, str] | None = None,
) -> T:
    """What `work` answers, which keeps a time. `mine` is the token of the one that it prolongs, or that it takes the place of;
    `kept_by` finds in the answer the hash of the token by which it is kept, "" when it is booked. `once` is the verb and its
    idempotency key: what is only answered again is refused to nobody.

    Raises RateLimited when the network keeps too many, and what `work` raises.
    """
    if not is_limited(network) or (once and await in_reading(is_done, *once)):
        return await work()
    async with _in_turn(network):
        remembered = await memory().of(network)
        kept = await in_reading(still_kept, now(), remembered) if remembered else {}
        own = hash_of(mine) if mine else ""
        if own not in kept:
            await spend(HOLDS, network)
            if len(kept) >= MOST_AT_ONCE:
                raise RateLimited(max(1, ceil((min(kept.values()) - now()).total_seconds())), AT_ONCE)
        answer = await work()
        await memory().note(network, kept_by(answer), remembered - kept.keys() | {own})
        return answer


class InProcess:
    """What is remembered while there is one web process."""

    def __init__(self) -> None:
        self._timers: dict[str, dict[str, asyncio.TimerHandle]] = {}

    async def of(self, network: str) -> frozenset[str]:
        return frozenset(self._timers.get(network, ()))

    async def note(self, network: str, kept: str, not_any_more: Iterable[str]) -> None:
        for each in {kept, *not_any_more}:
            self._forget(network, each)
        if kept:
            forget = asyncio.get_running_loop().call_later(FORGOTTEN_AFTER.total_seconds(), self._forget, network, kept)
            self._timers.setdefault(network, {})[kept] = forget

    def _forget(self, network: str, kept: str) -> None:
        timers = self._timers.get(network, {})
        if timer := timers.pop(kept, None):
            timer.cancel()
        if not timers:
            self._timers.pop(network, None)


class InRedis:
    """What all processes remember together. While Redis is gone nobody keeps anything, as far as they know."""

    def __init__(self, url: str) -> None:
        self._redis = Redis.from_url(url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE, decode_responses=True)

    async def of(self, network: str) -> frozenset[str]:
        with suppress(RedisError):
            return frozenset(await cast(Awaitable[set[str]], self._redis.smembers(_name(network))))
        return frozenset()

    async def note(self, network: str, kept: str, not_any_more: Iterable[str]) -> None:
        with suppress(RedisError):
            async with self._redis.pipeline() as together:
                together.srem(_name(network), "", *not_any_more)
                if kept:
                    together.sadd(_name(network), kept)
                together.expire(_name(network), FORGOTTEN_AFTER)
                await together.execute()


def _name(network: str) -> str:
    return f"atrio-held:{network}"


@cache
def memory() -> InProcess | InRedis:
    return InRedis(settings().redis_url) if settings().redis_url else InProcess()


_turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()


def _in_turn(network: str) -> asyncio.Lock:
    """One after the other, or a hundred who ask at the same moment would all be told that there is room."""
    return _turns.setdefault(network, asyncio.Lock())
