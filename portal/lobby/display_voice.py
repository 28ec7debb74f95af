"""What the screen in the hall says of a call: to whoever is called in their language, then in the town's where that is another."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import replace

from kiosk.voice import address_of, saying
from locales.catalogue import _, use_language
from portal.lobby.display_shown import Call
from portal.site import drawn_catalogue

SOON = 0.1  # seconds for a file that is there
NO_SOUND = "-"


def is_unsaid(call: Call) -> bool:
    """Is it still to be said, and its sound not known yet? A call that is over needs none."""
    return bool(call.name and not call.sound)


def with_sound_of(calls: Sequence[Call], before: Sequence[Call]) -> list[Call]:
    """These calls, with the sound that was known of them before."""
    known = {call.name: call.sound for call in before if call.name}
    return [replace(call, sound=known.get(call.name, "")) for call in calls]


def begin_to_say(calls: Sequence[Call]) -> None:
    """Without waiting for anything."""
    for call in calls:
        if is_unsaid(call):
            _saying(call)


async def said_aloud(calls: Sequence[Call]) -> list[Call]:
    """These calls, each with its sound if that is made by now: the addresses of its files with spaces between, NO_SOUND for none."""
    making = {call.name: _saying(call) for call in calls if is_unsaid(call)}
    each = [asyncio.wrap_future(one) for several in making.values() for one in several]
    await asyncio.wait(each, timeout=SOON)
    made = {name: _sound(several) for name, several in making.items() if all(one.done() for one in several)}
    return [replace(call, sound=made.get(call.name, call.sound)) for call in calls]


def _saying(call: Call) -> list[Future[str | None]]:
    return [saying(_words(call, language), language) for language in _languages(call)]


def _languages(call: Call) -> list[str]:
    """Each once, in this order."""
    return list(dict.fromkeys((call.language, drawn_catalogue().town.default_language)))


def _words(call: Call, language: str) -> str:
    with use_language(language):
        # Translators: said aloud by a machine, never shown; {number} is such as "B 047". In Arabic with the vowel signs that it needs
        # to say it right.
        return _("Number {number}. Please come to counter {counter}.", number=call.number, counter=call.counter)


def _sound(several: Sequence[Future[str | None]]) -> str:
    return " ".join(address_of(name) for one in several if (name := one.result())) or NO_SOUND
