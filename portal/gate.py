"""What a page may say: every message over the websocket is looked at before Reflex keeps any of it.

Reflex stores what arrives for an hour and logs what it can't use. Here a message keeps only what our pages send: the name of a
handler there is, its payload, where the page stands; and of what a browser has stored, short texts. All else is let drop. Whoever may
not call a handler (portal/identity/permissions.py) is sent to where they can show who they are.

A handler finds in `router.session.client_ip` whose budget it comes out of, which is what the limits need to know of an address.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Annotated, Any

import reflex as rx
from pydantic import BaseModel, BeforeValidator, Field, ValidationError
from reflex.app import EventNamespace
from reflex.constants import CompileVars, RouteVar, SocketEvent
from reflex.event import fix_events
from reflex.state import BaseState, StateUpdate
from socketio import packet

from locales.catalogue import language_of
from portal.identity.permissions import Roles, may, role_table, sign_in_page
from portal.network import spender
from portal.rush import in_turn, is_rush, told

LONGEST_ADDRESS = 2_000
LONGEST_STORED = 300
MOST_STORED = 20
_MADE_BY_REFLEX = ("setvar",)


def _short_texts(values: Any) -> dict[str, str]:
    """What a browser may have stored, or an address ask for: a few short texts by name."""
    if not isinstance(values, dict):
        return {}
    pairs = ((name, value) for name, value in values.items() if _is_short(name) and _is_short(value))
    return dict(pair for pair, _ in zip(pairs, range(MOST_STORED), strict=False))


def _address(value: Any) -> str:
    return value[:LONGEST_ADDRESS] if isinstance(value, str) else "/"


class _Place(BaseModel):
    """Where the page stands."""

    pathname: Annotated[str, BeforeValidator(_address)] = "/"
    asPath: Annotated[str, BeforeValidator(_address)] = "/"  # noqa: N815
    query: Annotated[dict[str, str], BeforeValidator(_short_texts)] = Field(default_factory=dict)


class _Event(BaseModel):
    name: str
    payload: dict[str, Any] = Field(default_factory=dict)
    router_data: _Place = Field(default_factory=_Place)


def watch(app: rx.App) -> None:
    """From here on `app` hears only what `sound` lets through, in its turn, and takes no binary messages, which no page of ours sends."""
    space, server = app.event_namespace, app.sio
    if space is None or server is None:
        raise RuntimeError("Reflex changed: there is no websocket to watch")
    _known_handlers()
    _Gate(space)
    server.packet_class = TextPacket


class _Gate:
    """In place of three methods of Reflex's namespace. It has no setting for it; an upgrade that calls them otherwise fails here, at
    the start.
    """

    def __init__(self, space: EventNamespace) -> None:
        self._space = space
        self._hear, self._connect, self._facts = space.on_event, space.on_connect, space._build_static_router_data
        self._first: dict[str, asyncio.Task] = {}
        space.on_event, space.on_connect, space._build_static_router_data = self.on_event, self.on_connect, self.facts

    async def on_event(self, sid: str, data: Any = None) -> None:
        await self._after_the_first(sid)
        facts = self._space._static_router_data.get(sid)
        if facts and (event := sound(data)):
            await in_turn(sid, facts[RouteVar.CLIENT_IP], partial(self._tell, sid, event))
            roles = _known_handlers()[event["name"]]
            if not await may(roles, facts.get(RouteVar.HEADERS, {}).get("cookie", "")):
                await self._turn_away(sid, event, sign_in_page(roles))
            elif sid in self._space.sid_to_token:
                await self._hear(sid, event)

    async def on_connect(self, sid: str, environ: dict, auth: Any = None) -> None:
        """The first event comes along with the connection. When it has to wait, the page is connected all the same, to be told."""
        said = {name: _boot(value) for name, value in auth.items()} if isinstance(auth, dict) else {}
        is_late = await is_rush(spender(environ["asgi.scope"]))
        event = said.pop(CompileVars.CONNECT_AUTH_EVENT, None) if is_late else None
        await self._connect(sid, environ, said or None)
        if event:
            self._first[sid] = asyncio.create_task(self.on_event(sid, event))
            self._first[sid].add_done_callback(lambda _done: self._first.pop(sid, None))

    def facts(self, sid: str, environ: dict) -> dict[str, Any]:
        """What Reflex wants to know of a connection, with whose budget it spends in place of an address."""
        return {**self._facts(sid, environ), RouteVar.CLIENT_IP: spender(environ["asgi.scope"])}

    async def _after_the_first(self, sid: str) -> None:
        first = self._first.get(sid)
        if first and first is not asyncio.current_task():
            await asyncio.wait((first,))

    async def _turn_away(self, sid: str, event: dict[str, Any], page: str) -> None:
        to = rx.redirect(f"/{language_of(event['router_data']['pathname'])}{page}", replace=True)
        events = fix_events([to], self._space.sid_to_token.get(sid, ""))
        await self._space.emit(str(SocketEvent.EVENT), StateUpdate(events=events), to=sid)

    async def _tell(self, sid: str, event: dict[str, Any], seconds: int) -> None:
        delta = told(seconds, language_of(event["router_data"]["pathname"]))
        await self._space.emit(str(SocketEvent.EVENT), StateUpdate(delta=delta), to=sid)


def sound(data: Any) -> dict[str, Any] | None:
    """The event as our pages would send it, or None for one they never send."""
    try:
        event = _Event.model_validate(data)
    except ValidationError:
        return None
    if event.name not in _known_handlers():
        return None
    if "vars" in event.payload:
        event.payload["vars"] = _short_texts(event.payload["vars"])
    return event.model_dump()


class TextPacket(packet.Packet):
    """A message of Socket.IO. One that announces binary parts is taken for a goodbye: its parts would be kept without limit."""

    def decode(self, encoded_packet: str) -> int:
        parts = super().decode(encoded_packet)
        if self.packet_type not in (packet.BINARY_EVENT, packet.BINARY_ACK):
            return parts
        self.packet_type = packet.DISCONNECT
        return 0


def _boot(value: Any) -> Any:
    """The first event comes along with the connection, beside a short text that names the build."""
    return value if _is_short(value) else sound(value)


def _is_short(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST_STORED


@functools.cache
def _known_handlers() -> Mapping[str, Roles]:
    """Each handler by the name that events call it, and who may. Raises KeyError for one of which nobody has said so."""
    table = role_table()
    return {
        f"{state.get_full_name()}.{name}": table[f"{state.__name__}.{name}"]
        for state in _states(rx.State)
        for name in state.event_handlers
        if name not in _MADE_BY_REFLEX
    }


def _states(root: type[BaseState]) -> Iterator[type[BaseState]]:
    yield root
    for state in root.get_substates():
        yield from _states(state)
