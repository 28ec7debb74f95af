"""The line between a page and the server: it can be lost and come back, it can stutter, and it can swallow what is said."""

from __future__ import annotations

from playwright.sync_api import Page

# Every socket of the page is one of ours: cut, the open ones break and new ones find nobody (port 9 discards);
# stuttering, whatever event is sent is sent twice; swallowing, it isn't sent at all, and the page doesn't know.
# "42/_event," is Socket.IO's mark of an event to Reflex.
_WIRES = """(() => {
  const open = new Set();
  const line = window.line = { isCut: false, isStuttering: false, isSwallowing: false, saidTwice: 0, swallowed: 0, cut, mend };
  function mend() { line.isCut = false; }
  function cut() {
    line.isCut = true;
    for (const socket of open) socket.close();
  }
  window.WebSocket = class extends WebSocket {
    constructor(address, protocols) {
      super(line.isCut ? `ws://${location.hostname}:9/` : address, protocols);
      open.add(this);
      this.addEventListener('close', () => open.delete(this));
    }
    send(message) {
      const isEvent = String(message).startsWith('42/_event,');
      if (line.isSwallowing && isEvent) { line.swallowed += 1; return; }
      super.send(message);
      if (!line.isStuttering || !isEvent) return;
      line.saidTwice += 1;
      super.send(message);
    }
  };
})()"""


class Line:
    """Laid before the page opens. `stutters`: whatever the page asks for arrives twice, as it may after a reconnection."""

    def __init__(self, page: Page, *, stutters: bool = False):
        self._page = page
        page.add_init_script(f"{_WIRES}; line.isStuttering = {'true' if stutters else 'false'};")

    def cut(self) -> None:
        self._page.evaluate("line.cut()")

    def mend(self) -> None:
        self._page.evaluate("line.mend()")

    def swallow(self, events: int) -> None:
        """Until so many have gone astray."""
        self._page.evaluate("line.isSwallowing = true")
        while self._page.evaluate("line.swallowed") < events:
            self._page.wait_for_timeout(100)
        self._page.evaluate("line.isSwallowing = false")

    @property
    def said_twice(self) -> int:
        """How many events of this page were sent again."""
        return self._page.evaluate("line.saidTwice")
