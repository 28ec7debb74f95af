"""Where somebody is signed in, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from booking.catalogue import Catalogue
from locales import dates
from locales.catalogue import _
from portal.identity.sessions import Who, sessions_of


@dataclass(frozen=True)
class Place:
    """Where somebody is signed in. `number` names it."""

    number: int
    device: str
    since: str
    is_here: bool


def places_of(session: Session, now: datetime, catalogue: Catalogue, who: Who) -> list[Place]:
    zone = ZoneInfo(catalogue.town.timezone)
    return [
        Place(
            number=row.id or 0,
            # Translators: stands where we can't tell which browser and telephone somebody uses
            device=row.device or _("A device we do not know"),
            since=dates.moment(row.begun_at, zone),
            is_here=row.id == who.session_id,
        )
        for row in sessions_of(session, now, who)
    ]
