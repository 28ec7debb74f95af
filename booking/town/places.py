"""How a mistake in a town file is said: names for the things in it, safe to print, and guesses at what was meant."""

import json
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from booking.town.positions import Place

LANGUAGE_NAMES = {"pt": "Portuguese", "en": "English", "es": "Spanish", "ar": "Arabic"}

_THINGS = {
    "services": "Service",
    "topics": "Topic",
    "locations": "Location",
    "counters": "Counter",
    "staff": "Staff member",
    "closures": "Closure",
    "notices": "Notice",
}
_ITEMS = {"openings": "opening", "closures": "closure", "absences": "absence", "own": "own holiday"}


def said(document: Any, place: Place, predicate: str) -> str:
    """One sentence about a place: `Service "parking-permit": minutes is 600, and 480 is the most.`"""
    owner, rest = _owner(document, place)
    sentence = " ".join(part for part in (_field(rest), predicate) if part)
    if not owner and not rest:
        return f"The file {sentence}"
    return f"{owner}: {sentence}" if owner else sentence[:1].upper() + sentence[1:]


def shown(value: Any) -> str:
    """A value as the file could have it, short, and with nothing in it that could play tricks on a terminal."""
    text = json.dumps(value, ensure_ascii=False)
    text = "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in text[:60])
    return text if len(text) < 60 else text[:56] + "…" + text[0]


def guess(word: Any, options: Iterable[str]) -> str:
    """` Did you mean "streets"?` when one of the options is near, else the options when they are few, else nothing."""
    written = {option.lower(): option for option in sorted(options)}
    near = get_close_matches(str(word)[:80].lower(), written, n=1, cutoff=0.6)
    if near:
        return f" Did you mean {shown(written[near[0]])}?"
    return f" Possible: {', '.join(written.values())}." if 0 < len(written) <= 12 else ""


def _owner(document: Any, place: Place) -> tuple[str, Place]:
    """The thing a technician would call by name, and what of it the place is: `Counter "pacos-1"`, ("skills", 0)."""
    match place:
        case (str(kind), int(index), *rest) if kind in _THINGS:
            thing = document[kind][index]
            slug = thing.get("slug") if isinstance(thing, dict) else None
            return f"{_THINGS[kind]} {shown(slug) if isinstance(slug, str) else index + 1}", tuple(rest)
        case ("town", *rest):
            return "Town", tuple(rest)
        case ("holidays", *rest) if rest:
            return "Holidays", tuple(rest)
        case _:
            return "", place


def _field(rest: Place) -> str:
    """`opening 2 closes`, `summary in Arabic`, `bring in Arabic, item 3`."""
    words: list[str] = []
    for part in rest:
        if isinstance(part, int):
            words[-1] = f"{_ITEMS[words[-1]]} {part + 1}" if words[-1] in _ITEMS else f"{words[-1]}, item {part + 1}"
        elif part in LANGUAGE_NAMES and words:
            words[-1] += f" in {LANGUAGE_NAMES[part]}"
        else:
            words.append(part if part.isidentifier() else shown(part))
    return " ".join(words)
