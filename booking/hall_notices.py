"""What everybody who waits in a house is told at once: "our computers are down, about 20 minutes". In every language, so one of a few."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from booking.catalogue import read_catalogue
from booking.errors import NotValid, Problem
from booking.lobby import open_lobby
from booking.tickets import Lobby

SYSTEM_DOWN, TAKES_LONGER, INTERRUPTED, CLOSES_EARLY = "system-down", "takes-longer", "interrupted", "closes-early"
KINDS = (SYSTEM_DOWN, TAKES_LONGER, INTERRUPTED, CLOSES_EARLY)
LONGEST = 240  # minutes


@dataclass(frozen=True)
class HallNotice:
    """`minutes`: how long it takes, about; None where nobody knows. `since` in UTC."""

    kind: str
    since: datetime
    minutes: int | None = None


def tell_everybody(session: Session, now: datetime, location: str, kind: str, minutes: int | None, by: str) -> None:
    """In place of what was told before; until it is over, or the day is. `by`: a staff member. Raises NotValid, UnknownLocation."""
    if kind not in KINDS:
        raise NotValid((Problem("kind", "wrong-type"),))
    if minutes is not None and not 0 < minutes <= LONGEST:
        raise NotValid((Problem("minutes", "wrong-type"),))
    open_lobby(session, location)
    lobby = session.get_one(Lobby, location, populate_existing=True)
    if (lobby.notice, lobby.notice_minutes) == (kind, minutes) and told_in(session, now, lobby):
        return
    lobby.notice, lobby.notice_minutes, lobby.notice_at, lobby.notice_by = kind, minutes, now, by


def stop_telling(session: Session, location: str, by: str) -> None:
    """It is over. Said twice, it changes nothing. Raises UnknownLocation."""
    open_lobby(session, location)
    lobby = session.get_one(Lobby, location, populate_existing=True)
    lobby.notice, lobby.notice_minutes, lobby.notice_at, lobby.notice_by = "", None, None, by


def told_at(session: Session, now: datetime, location: str) -> HallNotice | None:
    lobby = session.get(Lobby, location)
    return told_in(session, now, lobby) if lobby else None


def told_in(session: Session, now: datetime, lobby: Lobby) -> HallNotice | None:
    """None when nothing is told, or it was on another day of the house's."""
    if not lobby.notice or lobby.notice_at is None:
        return None
    zone = ZoneInfo(read_catalogue(session).known_locations[lobby.location].timezone)
    is_today = lobby.notice_at.astimezone(zone).date() == now.astimezone(zone).date()
    return HallNotice(lobby.notice, lobby.notice_at, lobby.notice_minutes) if is_today else None
