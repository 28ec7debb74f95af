"""A cheap phone on a slow network, as Chromium emulates it, and what its owner sees when."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, CDPSession, Error, Page

from tests.serving import PHONE

LATENCY = 150  # milliseconds, there and back
DOWN, UP = 1_600_000 / 8, 750_000 / 8  # bytes a second
SLOW_4G = {"offline": False, "latency": LATENCY, "downloadThroughput": DOWN, "uploadThroughput": UP}
CPU_TIMES_SLOWER = 4
PATIENCE = 60_000  # milliseconds
QUIET = 1_000  # nothing arrives for so long: the page has all it wants

# Usable: the last link of the page has its handlers, React hands them out in the order of the document; and what
# the server adds to the page has come, when the page waits for something.
_WATCH_LOADING = """
(() => {
  const seen = (window.benchSeen = { largest: 0, shift: 0, usable: 0 });
  const watch = (type, note) => new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type, buffered: true });
  watch("largest-contentful-paint", (entry) => { seen.largest = entry.startTime; });
  watch("layout-shift", (entry) => { if (!entry.hadRecentInput) seen.shift += entry.value; });
  const awaits = %s;
  (function look() {
    const last = document.querySelector("footer") && document.links[document.links.length - 1];
    const handled = last && Object.keys(last).some((key) => key.startsWith("__reactProps"));
    if (handled && (!awaits || document.querySelector(awaits))) seen.usable = performance.now();
    else setTimeout(look, 10);
  })();
})();
"""

# The answer to a tap, counted from the finger touching the glass: the first frame painted after something in the body
# changed or after what is pressed looked another way, or the first text of the next page. `benchTapped` is kept across pages.
_WATCH_TAPS = """
(() => {
  let tapped = +(sessionStorage.benchTapped ?? 0);
  const answered = (at) => {
    if (!tapped) return;
    sessionStorage.benchAnswered = at - tapped;
    tapped = 0;
    sessionStorage.removeItem("benchTapped");
  };
  const painted = new MessageChannel();
  painted.port1.onmessage = () => answered(performance.timeOrigin + performance.now());
  const afterFrame = () => requestAnimationFrame(() => painted.port2.postMessage(0));
  const looks = (element) => {
    let seen = "";
    for (let each = element, up = 0; each && up < 4; each = each.parentElement, up++) {
      const { color, backgroundColor, boxShadow, outline, textDecoration, opacity } = getComputedStyle(each);
      seen += [color, backgroundColor, boxShadow, outline, textDecoration, opacity];
    }
    return seen;
  };
  window.benchAim = (element) => {
    const before = looks(element);
    addEventListener("pointerdown", (event) => {
      sessionStorage.benchTapped = tapped = performance.timeOrigin + event.timeStamp;
      requestAnimationFrame(function frame() {
        if (looks(element) !== before) painted.port2.postMessage(0);
        else if (tapped) requestAnimationFrame(frame);
      });
    }, { capture: true, once: true });
  };
  new MutationObserver((changes) => {
    const isSeen = ({ target }) => target === document.documentElement || document.body?.contains(target);
    if (tapped && changes.some(isSeen)) afterFrame();
  }).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  new PerformanceObserver((list) => list.getEntries().forEach(({ name, startTime }) => {
    if (name === "first-contentful-paint") answered(performance.timeOrigin + startTime);
  })).observe({ type: "paint", buffered: true });
})();
"""


@dataclass(frozen=True)
class Load:
    """One page opened for the first time on this phone: milliseconds, bytes over the air, cumulative layout shift."""

    first_text: float
    largest_paint: float
    usable: float
    weight: float
    shift: float


class Phone:
    """Somebody's phone, slow, that has never been to this site.

    `awaits` is a selector of what the server adds to the page once it is asked. Chromium delays the opening of the socket
    but not its messages, so for such a page the way there and back is added.
    """

    def __init__(self, browser: Browser, *, awaits: str = "") -> None:
        self._socket_delay = LATENCY if awaits else 0
        self._context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True, device_scale_factor=2)
        self._context.set_default_timeout(PATIENCE)
        self._context.add_init_script(_WATCH_LOADING % json.dumps(awaits))
        self.page = self._context.new_page()
        self.air = _Air(slowed(self.page))
        self._watches_taps = False

    def open(self, address: str) -> Load:
        """The page, loaded until it is usable and nothing more arrives."""
        self.page.goto(address, wait_until="load")
        self._until("benchSeen.usable")
        self.rest()
        seen = self.page.evaluate(
            "() => ({...benchSeen, first: performance.getEntriesByName('first-contentful-paint')[0].startTime})"
        )
        usable = seen["usable"] + self._socket_delay
        return Load(seen["first"], max(seen["largest"], seen["first"]), usable, self.air.received, seen["shift"])

    def tap(self, selector: str) -> float:
        """Milliseconds from the finger touching the glass to the first thing that changes."""
        self._watch_taps()
        pressed = self.page.locator(selector).first
        pressed.scroll_into_view_if_needed()
        pressed.evaluate("(element) => { delete sessionStorage.benchAnswered; benchAim(element) }")
        pressed.tap(no_wait_after=True)
        return self._until("+(sessionStorage.benchAnswered ?? 0)")

    def _watch_taps(self) -> None:
        """From here on, and on every page opened from here: a load is measured without it, for it isn't free."""
        if not self._watches_taps:
            self._context.add_init_script(_WATCH_TAPS)
            self.page.evaluate(_WATCH_TAPS)
            self._watches_taps = True

    def rest(self) -> None:
        """Wait until nothing has arrived for a while."""
        for _ in range(PATIENCE // QUIET):
            before = self.air.received
            self.page.wait_for_timeout(QUIET)
            if self.air.received == before and not self.air.underway:
                return

    def _until(self, expression: str) -> float:
        for _ in range(PATIENCE // 50):
            try:
                if value := self.page.evaluate(f"() => {expression}"):
                    return value
            except Error:
                pass  # between two pages
            self.page.wait_for_timeout(50)
        raise TimeoutError(f"{self.page.url}: {expression} never came about in {PATIENCE / 1000:.0f} s")

    def close(self) -> None:
        self._context.close()


class _Air:
    """Everything that arrives: answers with their headers, compressed as they are; messages of the socket, as they read."""

    def __init__(self, session: CDPSession) -> None:
        self.received = 0.0
        self.underway: set[str] = set()
        session.on("Network.requestWillBeSent", lambda event: self.underway.add(event["requestId"]))
        session.on("Network.loadingFinished", self._arrived)
        session.on("Network.loadingFailed", lambda event: self.underway.discard(event["requestId"]))
        session.on("Network.webSocketFrameReceived", self._said)

    def _arrived(self, event: dict[str, Any]) -> None:
        self.underway.discard(event["requestId"])
        self.received += event["encodedDataLength"]

    def _said(self, event: dict[str, Any]) -> None:
        self.received += len(event["response"]["payloadData"].encode())


def slowed(page: Page) -> CDPSession:
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", SLOW_4G)
    session.send("Emulation.setCPUThrottlingRate", {"rate": CPU_TIMES_SLOWER})
    return session


@contextmanager
def new_phone(browser: Browser, *, awaits: str = "") -> Iterator[Phone]:
    phone = Phone(browser, awaits=awaits)
    try:
        yield phone
    finally:
        phone.close()
