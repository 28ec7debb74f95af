"""Somebody who talks to the server without any page of ours: raw events, in Socket.IO's words, over a websocket.

Engine.IO 4: "0" open, "2" ping, "3" pong, "4" message. Socket.IO 5, inside a message: "0" connect, "2" event.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Any

from simple_websocket import Client, ConnectionClosed, ConnectionError

PATIENCE = 10  # seconds
_SPACE = "/_event"


Refused = ConnectionError


class NotAnswered(Exception):
    """The server said nothing any more, or hung up."""


class Caller:
    """One connection with a token of its own, as every tab has one. Raises Refused when the server doesn't want it.

    `cookie`: what a browser would send along, "name=value".

    `network`: an address from which a proxy says that it comes; the server must trust whoever connects from here.
    """

    def __init__(
        self, address: str, *, origin: str | None = None, network: str = "", cookie: str = "", patience: int = PATIENCE
    ):
        host = address.removeprefix("http://")
        token = secrets.token_urlsafe()
        query = f"EIO=4&transport=websocket&token={token}"
        self._patience = patience
        headers = {"Origin": origin or address} | ({"X-Forwarded-For": network} if network else {})
        headers |= {"Cookie": cookie} if cookie else {}
        self._line = Client.connect(f"ws://{host}{_SPACE}/?{query}", headers=headers)
        # At once, without waiting for the "0": this client doesn't notice a message that came along with the handshake.
        self._line.send(f"40{_SPACE},{{}}")
        self._until(lambda packet: packet.startswith(f"40{_SPACE}"))

    def __enter__(self) -> Caller:
        return self

    def __exit__(self, _kind: type | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        with suppress(ConnectionClosed):
            self._line.close()

    def say(self, event: str, payload: Any, *, path: str = "/en/") -> None:
        """One event, as our pages send them, but with any payload. `path` is the page it claims to come from."""
        self.say_raw(["event", {"name": event, "payload": payload, "router_data": {"pathname": path, "asPath": path}}])

    def say_raw(self, packet: Any) -> None:
        try:
            self._line.send(f"42{_SPACE},{json.dumps(packet)}")
        except (ConnectionClosed, OSError) as closed:  # OSError: hung up, and the socket's own thread has just noticed
            raise NotAnswered("The server has hung up") from closed

    def asks(self, event: str, payload: Any, answer: str) -> list[str]:
        """All that the server says up to its `answer` to this event. Events of one caller are answered in their order."""
        self.say(event, payload)
        return self._until(lambda packet: answer in packet)

    def _until(self, is_it: Callable[[str], bool]) -> list[str]:
        heard = []
        while True:
            heard.append(self._next())
            if is_it(heard[-1]):
                return heard

    def _next(self) -> str:
        while True:
            try:
                packet = self._line.receive(self._patience)
            except ConnectionClosed as closed:
                raise NotAnswered("The server hung up") from closed
            if packet is None:
                raise NotAnswered(f"The server said nothing for {self._patience} seconds")
            if packet != "2":
                return str(packet)
            self._line.send("3")
