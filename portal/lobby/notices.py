"""What everybody who waits is told, in the language being spoken."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from booking.catalogue import read_catalogue
from booking.hall_notices import CLOSES_EARLY, INTERRUPTED, SYSTEM_DOWN, TAKES_LONGER, told_at
from locales import dates
from locales.catalogue import _, ngettext


def notice_kinds() -> dict[str, str]:
    """Each with its sentence."""
    return {
        SYSTEM_DOWN: _("Our computers are down. We go on as soon as they work again; your place is kept."),
        TAKES_LONGER: _("Fewer of us are here today than planned, so it takes longer. Your place is kept."),
        INTERRUPTED: _("We have to stop for a moment. Your place is kept."),
        CLOSES_EARLY: _("We close earlier today. Whoever has a number is still served."),
    }


def told_words(session: Session, now: datetime, location: str) -> str:
    """ "Since 10:20: our computers are down. ... It takes about 20 minutes." "" when nothing is told."""
    notice = told_at(session, now, location)
    if notice is None:
        return ""
    zone = ZoneInfo(read_catalogue(session).known_locations[location].timezone)
    # Translators: {time} is a time of day, {words} a whole sentence or two
    words = _("Since {time}: {words}", time=dates.time(notice.since, zone), words=notice_kinds()[notice.kind])
    if notice.minutes is None:
        return words
    # Translators: said of an interruption in the hall
    span = ngettext("It takes about {n} minute.", "It takes about {n} minutes.", notice.minutes)
    return f"{words} {span}"
