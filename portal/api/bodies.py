"""How much may be sent: a body is read no further than its limit, whatever length it announced."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST = 64_000  # bytes; a booking with everything in it has about a thousand


class SmallBodies:
    """ASGI middleware. Raises HTTPException 413 to whoever reads on."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        length = 0

        async def receive_so_much() -> Message:
            nonlocal length
            message = await receive()
            length += len(message.get("body", b""))
            if length > LARGEST:
                raise HTTPException(413)
            return message

        await self.app(scope, receive_so_much, send)
