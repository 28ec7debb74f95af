"""Town files for tests: the demo town, cut down so that checking it takes little time, and ways to break it in one place."""

import re
from pathlib import Path

import booking

DEMO = Path(booking.__file__ or "").parent / "demo" / "vila-clara.toml"
KEPT = ("planning-application-status", "parking-permit", "school-place", "consult-file")


def demo_text() -> str:
    return DEMO.read_text(encoding="utf-8")


def small_town() -> str:
    """The demo town with a few of its services, and every topic they need."""
    frame, *services = re.split(r"(?m)^(?=\[\[services\]\])", demo_text())
    return frame + "".join(service for service in services if re.search(r'(?m)^slug = "(.*)"', service)[1] in KEPT)  # type: ignore[index]


def edited(text: str, after: str, old: str, new: str) -> tuple[str, int]:
    """The text with the first `old` that follows `after` replaced by `new`, and the line on which the `new` one starts."""
    start = text.index(old, text.index(after))
    return text[:start] + new + text[start + len(old) :], text.count("\n", 0, start) + 1
