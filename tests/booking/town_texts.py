"""Town files for tests: the demo town, cut down so that checking it takes little time, ways to break it, and all it left in a database."""

import re
from pathlib import Path
from typing import Any

from sqlmodel import SQLModel, select

import booking
from booking.catalogue import Town
from booking.store import Store, transaction

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


def without(text: str, after: str, part: str) -> str:
    return edited(text, after, part, "")[0]


def without_service(text: str, slug: str) -> str:
    start = text.index(f'[[services]]\nslug = "{slug}"')
    end = text.find("[[services]]", start + 1)
    return text[:start] + (text[end:] if end > 0 else "")


def everything(store: Store) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table."""
    with transaction(store) as session:
        tables = [mapper.class_ for mapper in Town._sa_registry.mappers]  # type: ignore[attr-defined]
        return {table.__name__: sorted((dump(row) for row in session.exec(select(table))), key=str) for table in tables}


def dump(row: SQLModel) -> dict[str, Any]:
    return row.model_dump(mode="json")
