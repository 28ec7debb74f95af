"""The screen in the hall. It asks every second, and is drawn anew when the line has changed or a minute has passed.

A call is shown at once. Its sound comes with one of the next looks, when it is made.
"""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from booking.catalogue import read_catalogue
from booking.store import in_reading
from locales.catalogue import path
from portal.lobby.display_shown import Call, LineOf, display_shown, version_of
from portal.lobby.display_voice import begin_to_say, is_unsaid, said_aloud, with_sound_of
from portal.page_state import PageState, now
from portal.site import said

DISPLAY = "/display/"
EVERY = 1  # seconds


@dataclass(frozen=True)
class HouseLink:
    name: str
    address: str


class DisplayState(PageState, rx.State):
    """`place` is "" while no house is chosen: then `houses` are there to choose from."""

    place: rx.Field[str] = rx.field("")
    clock: rx.Field[str] = rx.field("")
    calls: rx.Field[list[Call]] = rx.field(default_factory=list)
    lines: rx.Field[list[LineOf]] = rx.field(default_factory=list)
    told: rx.Field[str] = rx.field("")
    houses: rx.Field[list[HouseLink]] = rx.field(default_factory=list)
    asked_at: rx.Field[str] = rx.field("")
    is_ready: rx.Field[bool] = rx.field(False)
    _seen: tuple[str, int, str] = ("", -1, "")

    @rx.event
    async def open(self):
        with self._speaking():
            self._seen = ("", -1, "")
            return await self._look()

    @rx.event
    async def look(self):
        """As it stands now."""
        with self._speaking():
            return await self._look()

    async def _look(self) -> None:
        at, house = now(), self._asked("at", 80)
        self.asked_at = at.isoformat()
        version = await in_reading(version_of, house)
        if version < 0:
            await self._ask_which()
            return
        is_waiting = any(is_unsaid(call) for call in self.calls)
        calls = await said_aloud(self.calls) if is_waiting else self.calls
        seen = (house, version, f"{at:%H:%M}")
        if seen != self._seen:
            shown = await in_reading(display_shown, at, house)
            self.place, self.clock, self.lines, self.told = shown.place, shown.clock, shown.lines, shown.told
            self.calls = with_sound_of(shown.calls, calls)
            self._seen = seen
            begin_to_say(self.calls)
        elif is_waiting:
            self.calls = calls
        self.is_ready = True

    async def _ask_which(self) -> None:
        catalogue = await in_reading(read_catalogue)
        self.place, self.calls, self.lines, self.told, self.asked_at = "", [], [], "", ""
        self.houses = [HouseLink(said(each.name), path(f"{DISPLAY}?at={each.slug}")) for each in catalogue.locations.values()]
        self.is_ready = True
