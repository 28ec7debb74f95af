"""When more is asked than one network, or one page, may ask at once: what comes too early waits, in its order, and is done then.

Nothing is dropped, so nothing that was typed or pressed is lost. Meanwhile the page says for how long. While an event waits
nothing more is read from its websocket, so whoever goes on talking waits all the longer and costs us nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import cache, partial

import reflex as rx
from limits import RateLimitItemPerSecond
from reflex_base.constants.state import FIELD_MARKER

from booking.settings import settings
from locales.catalogue import ngettext, use_language
from portal.limits import Limiter, RateLimited, check_unspent, spend
from portal.ui.icons import icon

# A booking takes about fifty events in four minutes: pages opened, answers chosen, one for each pause in typing. A hundred a second are
# five hundred people who book at the same time from one address, and a twentieth of what one process answers.
EVENTS = RateLimitItemPerSecond(1_000, 10, namespace="events")
# Faster than anybody types, ticks and presses; a key that is held down repeats thirty times a second for three seconds.
OF_ONE_PAGE = RateLimitItemPerSecond(100, 10, namespace="events of one page")


class RushState(rx.State):
    """`sentence` is "" unless something that this page asked for waits. Only ever set on the page: the server's own stays ""."""

    sentence: rx.Field[str] = rx.field("")


def rush_banner() -> rx.Component:
    """Over the lower edge, where a lost connection is said too: nothing on the page moves. Gone as soon as it goes on."""
    banner = rx.el.div(icon("hourglass"), rx.el.p(RushState.sentence), class_name="wrap offline-in")
    return rx.el.div(rx.cond(RushState.sentence, banner, rx.fragment()), role="status", class_name="no-print")


def told(seconds: int, language: str) -> dict[str, dict[str, str]]:
    """What a page is sent, so that it says how many seconds to wait, or with 0 nothing any more."""
    with use_language(language):
        sentence = _sentence(seconds) if seconds else ""
    return {RushState.get_full_name(): {f"sentence{FIELD_MARKER}": sentence}}


async def in_turn(page: str, network: str, tell: Callable[[int], Awaitable[None]]) -> None:
    """Comes back when it is the turn of one more event of this page. `tell` is called with the seconds that it has to wait, and with 0
    when it has waited.
    """
    if settings().limits == "off":
        return
    has_waited = False
    for spend_one in (partial(of_one_page().spend, OF_ONE_PAGE, page), partial(spend, EVENTS, network)):
        while seconds := await _seconds_too_early(spend_one):
            await tell(seconds)
            await asyncio.sleep(seconds)
            has_waited = True
    if has_waited:
        await tell(0)


async def is_rush(network: str) -> bool:
    """Would the next event of this network have to wait?"""
    try:
        await check_unspent(EVENTS, network)
    except RateLimited:
        return True
    return False


async def _seconds_too_early(spend_one: Callable[[], Awaitable[None]]) -> int:
    try:
        await spend_one()
    except RateLimited as limited:
        return limited.seconds
    return 0


@cache
def of_one_page() -> Limiter:
    """A page talks to one process only, so its own events are counted there."""
    return Limiter("")


def _sentence(seconds: int) -> str:
    return ngettext(
        "There is a rush just now, so we answer a little later. Nothing you have typed is lost: please wait {n} second, and it goes "
        "on by itself.",
        "There is a rush just now, so we answer a little later. Nothing you have typed is lost: please wait {n} seconds, and it goes "
        "on by itself.",
        seconds,
    )
