"""A resident's calendar on a real CalDAV server follows what the letters say: booked, moved, cancelled.

The server is Radicale, in a process of its own. What a mail program does with an invitation is done here by hand, as RFC 5546
and RFC 4791 say: the method goes, the event is stored under its UID, and only a higher SEQUENCE replaces it.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest
from icalendar import Calendar

from booking.appointments import cancel, move
from booking.settings import Settings
from booking.store import Store, write
from tests.booking.towns import NOW, key
from tests.portal.test_letters import booked, only_mail
from tests.serving import free_port

LISBON = ZoneInfo("Europe/Lisbon")
SUMMER = datetime(2027, 4, 6, 9, tzinfo=UTC)
WINTER = datetime(2027, 3, 4, 12, tzinfo=UTC)
REPORT = """<?xml version="1.0" encoding="utf-8"?>
<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">
  <D:prop><C:calendar-data/></D:prop>
  <C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">
    <C:time-range start="{start:%Y%m%dT%H%M%SZ}" end="{end:%Y%m%dT%H%M%SZ}"/>
  </C:comp-filter></C:comp-filter></C:filter>
</C:calendar-query>"""


@pytest.fixture(scope="module")
def caldav(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of one empty calendar."""
    port, folder = free_port(), tmp_path_factory.mktemp("radicale")
    settings = ["--hosts", f"127.0.0.1:{port}", "--auth-type", "none", "--storage-filesystem-folder", str(folder)]
    server = subprocess.Popen(
        [sys.executable, "-m", "radicale", "--config", os.devnull, *settings],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", auth=("ana", "")) as client:
        try:
            _wait_for(client, server)
            assert client.request("MKCALENDAR", "/ana/home/").status_code == 201
            yield client
        finally:
            server.terminate()
            server.wait(10)


def _wait_for(client: httpx.Client, server: subprocess.Popen) -> None:
    for _ in range(200):
        assert server.poll() is None
        try:
            client.get("/.web/")
            return
        except httpx.ConnectError:
            time.sleep(0.05)
    pytest.fail("Radicale did not start")


class ResidentsCalendar:
    def __init__(self, client: httpx.Client):
        self.client = client

    def take(self, invitation: bytes) -> None:
        """What a mail program does when its user agrees."""
        received = Calendar.from_ical(invitation)
        method = str(received.pop("METHOD"))
        [event] = received.walk("VEVENT")
        address = f"/ana/home/{event['UID']}.ics"
        kept = self.client.get(address)
        if kept.status_code == 200:
            [older] = Calendar.from_ical(kept.text).walk("VEVENT")
            if older["SEQUENCE"] >= event["SEQUENCE"]:
                return
        if method == "CANCEL":
            assert self.client.delete(address).status_code in (200, 204, 404)
            return
        stored = self.client.put(address, content=received.to_ical(), headers={"content-type": "text/calendar"})
        assert stored.status_code in (201, 204), stored.text

    def starts(self, day: datetime) -> list[str]:
        """What stands in the calendar on this day, by the wall clock: asked of the server, which reads the time zones itself."""
        begins = day.replace(hour=0, minute=0)
        wanted = REPORT.format(start=begins, end=begins + timedelta(days=1))
        answer = self.client.request("REPORT", "/ana/home/", content=wanted, headers={"depth": "1"})
        assert answer.status_code == 207
        events = [
            event
            for part in answer.text.split("BEGIN:VCALENDAR")[1:]
            for event in Calendar.from_ical(f"BEGIN:VCALENDAR{part.split('END:VCALENDAR')[0]}END:VCALENDAR").walk("VEVENT")
        ]
        return [f"{event['DTSTART'].dt.astimezone(LISBON):%H:%M}" for event in events]


def test_the_calendar_follows_a_move_across_the_change_of_clocks_and_a_cancellation(
    town: Store, caldav: httpx.Client, tmp_path: Path
):
    chosen = Settings(data=tmp_path / "data", _env_file=None)  # pyright: ignore[reportCallIssue]
    calendar = ResidentsCalendar(caldav)
    promise = booked(town, start=WINTER)
    first = file_in(only_mail(town, chosen))
    calendar.take(first)
    assert calendar.starts(WINTER) == ["12:00"]

    write(town, move, NOW, promise.reference, promise.access_key, SUMMER, once=key("move"))
    calendar.take(file_in(only_mail(town, chosen)))
    assert calendar.starts(WINTER) == []
    assert calendar.starts(SUMMER) == ["10:00"]  # nine o'clock UTC, by the clock of a Lisbon summer

    calendar.take(first)  # the first letter, opened late
    assert calendar.starts(SUMMER) == ["10:00"]

    write(town, cancel, NOW, promise.reference, promise.access_key, once=key("cancel"))
    calendar.take(file_in(only_mail(town, chosen)))
    assert calendar.starts(SUMMER) == []


def file_in(message) -> bytes:
    [attached] = [part for part in message.walk() if part.get_filename() == "invite.ics"]
    return attached.get_content()
