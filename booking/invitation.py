"""An appointment as a calendar file (RFC 5545), to be taken into any calendar. The words are handed in.

The UID never changes, because calendars match on it; SEQUENCE rises with every change, so that a file made later replaces an
earlier one (RFC 5546, section 2.1.4). For downloading it is published (METHOD:PUBLISH); in a letter it is addressed to an
`attendee` (METHOD:REQUEST), who has already accepted by booking. CANCEL takes the appointment out again, either way.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone, vCalAddress, vText

from booking.promises import BOOKED, CANCELLED, UNCONFIRMED, Appointment

PRODUCT = "-//Atrio//Appointment book//EN"
STATUS = {UNCONFIRMED: "TENTATIVE", BOOKED: "CONFIRMED", CANCELLED: "CANCELLED"}


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


@dataclass(frozen=True)
class Attendee:
    name: str
    email: str


def method_of(appointment: Appointment, attendee: Attendee | None = None) -> str:
    """What the file asks of a calendar (RFC 5546, section 1.4)."""
    if appointment.state == CANCELLED:
        return "CANCEL"
    return "REQUEST" if attendee else "PUBLISH"


def invitation(
    appointment: Appointment,
    words: InvitationWords,
    zone: str,
    organizer: Organizer,
    url: str,
    stamp: datetime,
    attendee: Attendee | None = None,
) -> bytes:
    """The file's bytes. Times are in `zone`, the location's, so that a calendar shows its wall clock; `stamp` is now."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method_of(appointment, attendee))
    event = _event(appointment, words, ZoneInfo(zone), organizer, url, stamp)
    if attendee:
        event.add("attendee", _attendee(attendee))
    calendar.add_component(event)
    head, begin, rest = calendar.to_ical().partition(b"BEGIN:VEVENT")
    return b"".join((head, *map(_clock_changes, sorted(calendar.get_missing_tzids())), begin, rest))


@cache
def _clock_changes(zone: str) -> bytes:
    """When clocks there are changed, from 1970 to 2038: writing it takes longer than all the rest of the file."""
    return Timezone.from_tzid(zone).to_ical()


def _event(
    appointment: Appointment,
    words: InvitationWords,
    zone: ZoneInfo,
    organizer: Organizer,
    url: str,
    stamp: datetime,
) -> Event:
    event = Event()
    event.add("uid", appointment.calendar_uid)
    event.add("sequence", appointment.sequence)
    event.add("dtstamp", stamp)
    event.add("dtstart", appointment.start_at.astimezone(zone))
    event.add("dtend", appointment.end_at.astimezone(zone))
    event.add("status", STATUS[appointment.state])
    event.add("summary", words.summary)
    event.add("description", words.description)
    event.add("location", words.place)
    event.add("url", url)
    event.add("organizer", _address(organizer.name, organizer.email))
    return event


def _attendee(attendee: Attendee) -> vCalAddress:
    """Nobody asks them to answer: they accepted when they booked, and they decline on our page."""
    address = _address(attendee.name, attendee.email)
    address.params.update({"ROLE": "REQ-PARTICIPANT", "PARTSTAT": "ACCEPTED", "RSVP": "FALSE"})
    return address


def _address(name: str, email: str) -> vCalAddress:
    address = vCalAddress(f"mailto:{email}")
    address.params["CN"] = vText(name)
    return address
