"""Where a video appointment meets: a port, because towns have their own services, and change them.

The resident is given a link of ours, which never changes; it leads to whatever address this port gives at that moment.
"""

from dataclasses import dataclass
from typing import Protocol

from booking.catalogue import Town
from booking.promises import Appointment


class MeetingPlace(Protocol):
    """A video service. The same room name always gives the same meeting, and nobody can guess a room name."""

    def address(self, room: str) -> str: ...


@dataclass(frozen=True)
class AddressTemplate:
    """A service whose rooms come into being when somebody enters, such as Jitsi: "https://meet.example.org/{room}"."""

    template: str

    def address(self, room: str) -> str:
        return self.template.replace("{room}", room)


def meeting_place(town: Town) -> MeetingPlace:
    return AddressTemplate(town.video_address)


def meeting_address(town: Town, appointment: Appointment) -> str | None:
    """Where this appointment meets, or None when it isn't by video."""
    return meeting_place(town).address(appointment.video_room) if appointment.video_room else None
