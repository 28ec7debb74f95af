"""How many pages one network may have open. Whoever is one too many reads that the connection is lost and that we keep trying; the page
does, and keeps what was typed.
"""

from __future__ import annotations

from collections import Counter

from limits import RateLimitItemPerMinute
from starlette.types import ASGIApp, Receive, Scope, Send

from portal.limits import RateLimited, is_limited, spend
from portal.network import spender

# In one process: a quarter of the two thousand that it carries, about 100 MB. A lobby that isn't exempt, a library, a mobile operator's
# address have a few dozen.
MOST_OPEN = 500
# After a restart all of them come back at once, and may have to try again.
NEW = RateLimitItemPerMinute(2 * MOST_OPEN, namespace="new pages")
TRY_LATER = 1013  # RFC 6455, section 11.7


class OpenPages:
    """ASGI middleware that counts websockets by network, and lets through as many as there may be."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._open: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket" or not is_limited(network := spender(scope)):
            return await self.app(scope, receive, send)
        # Counted before anything is waited for, or a hundred at the same moment would all find room.
        self._open[network] += 1
        try:
            if await self._has_room(network):
                return await self.app(scope, receive, send)
            await receive()
            await send({"type": "websocket.close", "code": TRY_LATER})
        finally:
            self._open[network] -= 1
            if not self._open[network]:
                del self._open[network]

    async def _has_room(self, network: str) -> bool:
        if self._open[network] > MOST_OPEN:
            return False
        try:
            await spend(NEW, network)
        except RateLimited:
            return False
        return True
