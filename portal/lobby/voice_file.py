"""The sound of what was said in the hall or at a kiosk. Only what was said before can be fetched: nobody can make this machine talk."""

from __future__ import annotations

import asyncio

from limits import RateLimitItemPerMinute
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from kiosk.voice import kept
from portal.limits import RateLimited, spend
from portal.network import spender

LISTENING = RateLimitItemPerMinute(600, namespace="listening")
# Its name is a digest of what is said, so it can't change.
FOR_EVER = {"cache-control": "public, max-age=31536000, immutable"}


async def voice_files(scope: Scope, receive: Receive, send: Send) -> None:
    """ASGI application for all under `/voice`. GET of a file's name; whatever else is asked for isn't there."""
    answer = await _answer(Request(scope))
    await answer(scope, receive, send)


async def _answer(request: Request) -> Response:
    try:
        await spend(LISTENING, spender(request.scope))
    except RateLimited as limited:
        return PlainTextResponse("Too many requests", 429, headers={"retry-after": str(limited.seconds)})
    if request.method not in ("GET", "HEAD"):
        return PlainTextResponse("Method not allowed", 405, headers={"allow": "GET, HEAD"})
    root, path = request.scope.get("root_path", ""), request.scope["path"]
    file = await asyncio.to_thread(kept, path.removeprefix(f"{root}/"))
    if file is None:
        return PlainTextResponse("Not Found", 404)
    return FileResponse(file, media_type="audio/wav", headers=FOR_EVER)
