"""An appointment as a calendar file (RFC 5545), to be taken into any calendar. The words are handed in.

The UID never changes, because calendars match on it; SEQUENCE rises with every change, so that a file made later replaces an
earlier one (RFC 5546, section 2.1.4). Made for downloading: METHOD:PUBLISH needs no answer, and CANCEL takes the appointment
out again.
"""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vCalAddress, vText

from booking.promises import BOOKED, Appointment

PRODUCT = "-//Atrio//Appointment book//EN"


@dataclass(frozen=True)
class InvitationWords:
    """In the resident's language: what it is, what to know and to bring, and where (an address, or the video link)."""

    summary: str
    description: str
    place: str


@dataclass(frozen=True)
class Organizer:
    name: str
    email: str


def invitation(
    appointment: Appointment, words: InvitationWords, zone: str, organizer: Organizer, url: str, stamp: datetime
) -> bytes:
    """The file's bytes. Times are in `zone`, the location's, so that a calendar shows its wall clock; `stamp` is now."""
    is_on = appointment.state == BOOKED
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH" if is_on else "CANCEL")
    calendar.add_component(_event(appointment, words, ZoneInfo(zone), organizer, url, stamp, is_on))
    calendar.add_missing_timezones()
    return calendar.to_ical()


def _event(
    appointment: Appointment,
    words: InvitationWords,
    zone: ZoneInfo,
    organizer: Organizer,
    url: str,
    stamp: datetime,
    is_on: bool,
) -> Event:
    event = Event()
    event.add("uid", appointment.calendar_uid)
    event.add("sequence", appointment.sequence)
    event.add("dtstamp", stamp)
    event.add("dtstart", appointment.start_at.astimezone(zone))
    event.add("dtend", appointment.end_at.astimezone(zone))
    event.add("status", "CONFIRMED" if is_on else "CANCELLED")
    event.add("summary", words.summary)
    event.add("description", words.description)
    event.add("location", words.place)
    event.add("url", url)
    event.add("organizer", _address(organizer))
    return event


def _address(organizer: Organizer) -> vCalAddress:
    address = vCalAddress(f"mailto:{organizer.email}")
    address.params["CN"] = vText(organizer.name)
    return address
