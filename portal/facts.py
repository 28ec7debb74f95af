"""What is told of somebody as named facts: on their own page, on paper, and to staff."""

from __future__ import annotations

from dataclasses import dataclass, field

from locales.catalogue import _


@dataclass(frozen=True)
class Fact:
    name: str
    value: str


@dataclass(frozen=True)
class Entry:
    """`title` may be ""."""

    title: str
    facts: list[Fact] = field(default_factory=list)


@dataclass(frozen=True)
class Part:
    """`title` says how many there are; `empty` is said when there is nothing."""

    title: str
    lines: list[Entry] = field(default_factory=list)
    empty: str = ""


def purposes() -> dict[str, str]:
    """What staff may open somebody's record for."""
    return {
        # Translators: why somebody of the staff looked at a person's record
        "appointment": _("To help with an appointment"),
        "visit": _("Because the person is at the counter"),
        "correction": _("To put something right that the person asked for"),
        "complaint": _("To answer a complaint"),
        "duplicate": _("Because the person seems to be there twice"),
    }
