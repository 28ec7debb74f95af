"""Where the focus goes, and what is said aloud, when a page changes without being loaded anew."""

from __future__ import annotations

import reflex as rx

ANNOUNCER_ID = "announcer"

# The title is written after the page is drawn, so both wait a moment; whoever has begun to answer by then keeps the focus, or
# what they type next would go nowhere. `preventScroll`: going back must find the place where the reader was, not the top.
_AFTER_NAVIGATION = f"""
const routeAt = useLocation().pathname.replace(/\\/$/, "");
const routeBefore = useRef(routeAt);
useEffect(() => {{
  if (routeBefore.current === routeAt) return;
  routeBefore.current = routeAt;
  const soon = setTimeout(() => {{
    const place = document.querySelector("main h1") ?? document.getElementById("main");
    const isAnswering = document.activeElement?.matches("main :is(input, select, textarea)");
    if (place && !isAnswering) {{ place.tabIndex = -1; place.focus({{ preventScroll: true }}); }}
    const announcer = document.getElementById("{ANNOUNCER_ID}");
    if (announcer) announcer.textContent = document.title;
  }}, 60);
  return () => clearTimeout(soon);
}}, [routeAt]);
"""


class RouteFocus(rx.Fragment):
    """Draws nothing. After a link within the site: the focus goes to the new page's title, which is announced."""

    def add_imports(self) -> dict:
        return {"react": ["useEffect", "useRef"], "react-router": ["useLocation"]}

    def add_hooks(self) -> list[str | rx.Var]:
        return [_AFTER_NAVIGATION]


def overlay() -> rx.Component:
    """Stands once around all pages, in place of Reflex's own overlay (`app_wraps={(5, "Overlay"): ...}`)."""
    return rx.fragment(RouteFocus.create(), rx.el.div(id=ANNOUNCER_ID, role="status", class_name="sr"))


def announcement(words: str | rx.Var) -> rx.Component:
    """Read aloud when it changes, seen by nobody. It must be on the page before it has something to say."""
    return rx.el.p(words, role="status", class_name="sr")
