"""How often one network may ask over REST."""

from __future__ import annotations

from limits import RateLimitItemPerMinute
from starlette.types import ASGIApp, Receive, Scope, Send

from portal.api.problems import rate_limited
from portal.limits import RateLimited, spend
from portal.network import spender

READS = RateLimitItemPerMinute(600, namespace="reads")
WRITES = RateLimitItemPerMinute(60, namespace="writes")

READING = ("GET", "HEAD", "OPTIONS")


class RateLimits:
    """ASGI middleware: every request counts, whatever comes of it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            try:
                await spend(READS if scope["method"] in READING else WRITES, spender(scope))
            except RateLimited as limited:
                return await rate_limited(limited.seconds)(scope, receive, send)
        await self.app(scope, receive, send)
