"""One client's line to a server: HTTP/1.1 with as little work as possible, because it shares the machine with what it measures."""

from __future__ import annotations

import asyncio
import json
from types import TracebackType
from typing import Any, NamedTuple
from urllib.parse import urlencode

NOTHING = 204
JSON, FORM = "application/json", "application/x-www-form-urlencoded"


class LineLost(Exception):
    """The server is gone, or hung up before it had answered."""


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Line:
    """A connection that is opened when it is first needed, kept, and opened anew after it was lost."""

    def __init__(self, port: int, headers: dict[str, str] | None = None):
        self._port = port
        self._always = "".join(f"{name}: {value}\r\n" for name, value in (headers or {}).items())
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def __aenter__(self) -> Line:
        return self

    async def __aexit__(self, _kind: type[BaseException] | None, _error: BaseException | None, _: TracebackType | None) -> None:
        self.hang_up()

    async def get(self, path: str) -> Answer:
        return await self._ask(self._request("GET", path, b"", ""))

    async def post(self, path: str, body: dict[str, Any], key: str = "", bearer: str = "") -> Answer:
        return await self._ask(self._request("POST", path, json.dumps(body).encode(), _headers(JSON, key, bearer)))

    async def post_form(self, path: str, fields: dict[str, str]) -> Answer:
        return await self._ask(self._request("POST", path, urlencode(fields).encode(), _headers(FORM, "", "")))

    async def post_and_hang_up(self, path: str, body: dict[str, Any], key: str, bearer: str = "") -> None:
        """Send it, and never hear the answer."""
        try:
            _, writer = await self._opened()
            writer.write(self._request("POST", path, json.dumps(body).encode(), _headers(JSON, key, bearer)))
            await writer.drain()
        except OSError as error:
            raise LineLost from error
        finally:
            self.hang_up()

    async def open(self) -> None:
        await self._opened()

    def hang_up(self) -> None:
        if self._streams:
            self._streams[1].close()
            self._streams = None

    def _request(self, method: str, path: str, body: bytes, headers: str) -> bytes:
        head = f"{method} {path} HTTP/1.1\r\nHost: localhost:{self._port}\r\n{self._always}{headers}"
        return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body

    async def _ask(self, request: bytes) -> Answer:
        try:
            reader, writer = await self._opened()
            writer.write(request)
            answer = await _read(reader)
        except (OSError, asyncio.IncompleteReadError) as error:
            self.hang_up()
            raise LineLost from error
        if answer.headers.get("connection") == "close":
            self.hang_up()
        return answer

    async def _opened(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        self._streams = self._streams or await asyncio.open_connection("127.0.0.1", self._port, limit=2**20)
        return self._streams


def _headers(kind: str, key: str, bearer: str) -> str:
    once = f"Idempotency-Key: {key}\r\n" if key else ""
    who = f"Authorization: Bearer {bearer}\r\n" if bearer else ""
    return f"Content-Type: {kind}\r\n{once}{who}"


async def _read(reader: asyncio.StreamReader) -> Answer:
    status, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").rstrip().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    number = int(status.split()[1])
    if number == NOTHING:
        return Answer(number, headers, b"")
    body = await reader.readexactly(int(headers["content-length"])) if "content-length" in headers else await _chunks(reader)
    return Answer(number, headers, body)


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while size := int(await reader.readuntil(b"\r\n"), 16):
        body += (await reader.readexactly(size + 2))[:-2]
    await reader.readexactly(2)
    return body
