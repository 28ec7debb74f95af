"""The line between a page and the server: it can be lost and come back, and it can stutter."""

from __future__ import annotations

import re

from playwright.sync_api import Page, WebSocketRoute

_SOCKET = re.compile(r"/_event/?\?")
# Socket.IO's mark of an event in Reflex's namespace.
_EVENT = "42/_event,"


class Line:
    """Put on a page before it opens. `is_stuttering`: whatever the page asks for arrives twice, as after a reconnection."""

    def __init__(self, page: Page):
        self.is_cut = False
        self.is_stuttering = False
        self.said_twice = 0
        self._open: list[WebSocketRoute] = []
        page.route_web_socket(_SOCKET, self._picked_up)

    def cut(self) -> None:
        self.is_cut = True
        for socket in self._open:
            socket.close()
        self._open.clear()

    def mend(self) -> None:
        self.is_cut = False

    def _picked_up(self, page_side: WebSocketRoute) -> None:
        if self.is_cut:
            page_side.close()
            return
        self._open.append(page_side)
        server_side = page_side.connect_to_server()

        def pass_on(message: str | bytes) -> None:
            server_side.send(message)
            if self.is_stuttering and isinstance(message, str) and message.startswith(_EVENT):
                self.said_twice += 1
                server_side.send(message)

        page_side.on_message(pass_on)
