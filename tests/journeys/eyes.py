"""What the tests look for on a page as it stands: axe's findings, sideways scrolling, targets that fingers miss, complaints."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

NARROW, ZOOMED = {"width": 320, "height": 640}, {"width": 320, "height": 256}  # 1280 px at 400 % is 320 px

# How far from its middle a target can be pressed: in each direction until something else would get the press.
_TARGETS = """() => {
  const pressed = (target, x, y) => {
    const hit = document.elementFromPoint(x, y);
    return hit && (target.contains(hit) || hit.closest('label')?.control === target);
  };
  const reach = (target, x, y, dx, dy) => {
    let steps = 0;
    while (steps < 48 && pressed(target, x + dx * (steps + 1), y + dy * (steps + 1))) steps += 1;
    return steps;
  };
  const found = [];
  for (const target of document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary')) {
    if (!target.checkVisibility({ visibilityProperty: true }) || target.closest('.skip')) continue;
    target.scrollIntoView({ block: 'center', behavior: 'instant' });
    const label = target.matches('[type=radio], [type=checkbox]') ? target.closest('label') : null;
    const { left, top, width, height } = (label ?? target).getClientRects()[0];
    const x = left + width / 2, y = top + height / 2;
    if (document.elementFromPoint(x, y)?.closest('.menu[open]') && !target.closest('.menu[open]')) continue;
    if (!pressed(target, x, y)) { found.push([0, 0, target.outerHTML.slice(0, 120)]); continue; }
    const wide = reach(target, x, y, 1, 0) + reach(target, x, y, -1, 0) + 1;
    const high = reach(target, x, y, 0, 1) + reach(target, x, y, 0, -1) + 1;
    found.push([wide, high, target.outerHTML.slice(0, 120)]);
  }
  scrollTo(0, 0);
  return found;
}"""

_TOO_WIDE = """() => {
  if (document.scrollingElement.scrollWidth <= innerWidth) return [];
  const wide = [...document.querySelectorAll('body *')].filter((element) => {
    const { left, right } = element.getBoundingClientRect();
    return right > innerWidth + 1 || left < -1;
  });
  return wide.length ? wide.slice(0, 3).map((element) => element.outerHTML.slice(0, 120)) : ['the page'];
}"""


def axe_finds(page: Page, *, only: str = "") -> list[str]:
    """Each violation with the first element that has it. `only` one rule, such as "color-contrast"."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    options = {"resultTypes": ["violations"], **({"runOnly": [only]} if only else {})}
    violations = page.evaluate("options => axe.run(options).then(({ violations }) => violations)", options)
    return [f"{found['id']}: {found['nodes'][0]['html'][:160]} ({len(found['nodes'])}x)" for found in violations]


def what_is_too_wide(page: Page) -> list[str]:
    """What makes the page scroll sideways on the narrowest phone, or zoomed in four times on a desktop."""
    before, found = page.viewport_size, []
    for size in (NARROW, ZOOMED):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        found += page.evaluate(_TOO_WIDE)
    if before:
        page.set_viewport_size(before)
    return found


def targets_below(page: Page, smallest: int) -> list[str]:
    """What can be pressed, and is narrower or lower than `smallest` CSS pixels."""
    targets = page.evaluate(_TARGETS)
    return [f"{wide} x {high}: {markup}" for wide, high, markup in targets if min(wide, high) < smallest]


@dataclass
class Complaints:
    """Everything that the browser complains about on a page, the content security policy's refusals among them."""

    heard: list[str] = field(default_factory=list)

    @classmethod
    def on(cls, page: Page) -> Complaints:
        complaints = cls()
        page.on("pageerror", lambda error: complaints.heard.append(str(error)))
        page.on("console", lambda said: complaints.heard.append(said.text) if said.type in ("error", "warning") else None)
        return complaints

    def taken(self) -> list[str]:
        """What was heard since the last time."""
        heard, self.heard = self.heard, []
        return heard


def read_by_camera(page: Page) -> str:
    """What the QR code on the page says, "" when a camera can't read it."""
    picture = page.locator(".qr svg").screenshot()
    pixels = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert pixels is not None
    for nearer in (2, 3, 4):  # as one moves a phone until it sees
        seen = cv2.resize(pixels, None, fx=nearer, fy=nearer, interpolation=cv2.INTER_NEAREST)
        # OpenCV's plain detector can't read three in a hundred of our codes, whatever the distance; a telephone can.
        if said := cv2.QRCodeDetectorAruco().detectAndDecode(seen)[0]:
            return said
    return ""
