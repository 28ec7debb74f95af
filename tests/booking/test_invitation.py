"""The calendar file, read back as a calendar would."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from booking.invitation import InvitationWords, Organizer, invitation
from booking.promises import CANCELLED, Appointment

LISBON = ZoneInfo("Europe/Lisbon")
STAMP = datetime(2027, 3, 1, 8, tzinfo=UTC)
WORDS = InvitationWords(
    summary="Licença de estacionamento; balcão, 2.º piso",
    description="O que trazer:\n- cartão de cidadão\n- título do veículo\n" + "ç" * 200,
    place="Praça da República 1, Vila Clara",
)


def appointment(start: datetime, **columns) -> Appointment:
    usual = {"state": "booked", "sequence": 0, "calendar_uid": "4a041dcb-8c98-44ca-99bc-d5c0f5d3cc20"}
    return Appointment(start_at=start, end_at=start + timedelta(minutes=20), **(usual | columns))


def file(promise: Appointment, words: InvitationWords = WORDS, zone: str = "Europe/Lisbon") -> bytes:
    organizer = Organizer("Câmara Municipal, Vila Clara", "geral@vilaclara.example")
    return invitation(promise, words, zone, organizer, "https://portal.example.org/pt/appointment/", STAMP)


def event(content: bytes) -> Any:
    [only] = Calendar.from_ical(content).walk("VEVENT")
    return only


def test_every_word_comes_back_as_it_was():
    read_back = event(file(appointment(datetime(2027, 3, 2, 9, tzinfo=UTC))))
    assert read_back["summary"] == WORDS.summary
    assert read_back["description"] == WORDS.description
    assert read_back["location"] == WORDS.place
    assert read_back["organizer"] == "mailto:geral@vilaclara.example"
    assert read_back["organizer"].params["CN"] == "Câmara Municipal, Vila Clara"


def test_arabic_words_come_back_as_they_were():
    words = InvitationWords("موعد: رخصة وقوف السيارات", "أحضر البطاقة", "ساحة الجمهورية")
    assert event(file(appointment(datetime(2027, 3, 2, 9, tzinfo=UTC)), words))["summary"] == words.summary


def test_lines_are_folded_and_end_as_the_standard_says():
    content = file(appointment(datetime(2027, 3, 2, 9, tzinfo=UTC)))
    lines = content.split(b"\r\n")
    assert b"\n" not in b"".join(lines)
    assert max(len(line) for line in lines) <= 75


@pytest.mark.parametrize(
    ("start", "wall_clock", "offset"),
    [
        (datetime(2027, 3, 26, 10, tzinfo=UTC), "10:00", 0),
        (datetime(2027, 3, 28, 0, 40, tzinfo=UTC), "00:40", 0),
        (datetime(2027, 3, 28, 1, 0, tzinfo=UTC), "02:00", 1),
        (datetime(2027, 3, 29, 9, tzinfo=UTC), "10:00", 1),
        (datetime(2027, 10, 31, 0, 30, tzinfo=UTC), "01:30", 1),
        (datetime(2027, 11, 1, 10, tzinfo=UTC), "10:00", 0),
    ],
)
def test_around_a_change_of_clocks_the_instant_and_the_wall_clock_are_right(start, wall_clock, offset):
    content = file(appointment(start))
    read_back = event(content)
    begins = read_back["dtstart"].dt
    assert begins.astimezone(UTC) == start
    assert f"{begins:%H:%M}" == wall_clock
    assert begins.utcoffset() == timedelta(hours=offset)
    assert read_back["dtend"].dt.astimezone(UTC) == start + timedelta(minutes=20)


def test_the_zones_own_rules_travel_with_the_file_and_say_the_right_offsets():
    """Read by the file's VTIMEZONE alone, as a calendar that doesn't know the zone's name has to."""
    content = file(appointment(datetime(2027, 7, 1, 9, tzinfo=UTC)))
    zones: list[Any] = Calendar.from_ical(content).walk("VTIMEZONE")
    assert [zone["tzid"] for zone in zones] == ["Europe/Lisbon"]
    own = zones[0].to_tz(lookup_tzid=False)
    for day in (date(2027, 3, 27), date(2027, 3, 28), date(2027, 7, 1), date(2027, 11, 1)):
        noon = datetime.combine(day, time(12))
        assert own.utcoffset(noon) == LISBON.utcoffset(noon)


def test_a_zone_with_half_hours_and_one_without_changes_are_right_too():
    for zone in ("Asia/Kolkata", "America/St_Johns", "UTC"):
        start = datetime(2027, 6, 1, 9, tzinfo=UTC)
        assert event(file(appointment(start), zone=zone))["dtstart"].dt.astimezone(UTC) == start


def test_a_move_keeps_the_uid_and_raises_the_sequence():
    before = event(file(appointment(datetime(2027, 3, 2, 9, tzinfo=UTC))))
    after = event(file(appointment(datetime(2027, 3, 3, 9, tzinfo=UTC), sequence=1)))
    assert before["uid"] == after["uid"]
    assert (before["sequence"], after["sequence"]) == (0, 1)
    assert after["status"] == "CONFIRMED"


def test_a_cancelled_appointment_takes_itself_out_of_the_calendar():
    content = file(appointment(datetime(2027, 3, 2, 9, tzinfo=UTC), state=CANCELLED, sequence=2))
    assert Calendar.from_ical(content)["method"] == "CANCEL"
    gone = event(content)
    assert (gone["status"], gone["sequence"]) == ("CANCELLED", 2)


def test_one_to_download_is_published_and_asks_for_no_answer():
    content = file(appointment(datetime(2027, 3, 2, 9, tzinfo=UTC)))
    assert Calendar.from_ical(content)["method"] == "PUBLISH"
    assert "attendee" not in event(content)


def test_nothing_typed_can_break_out_of_its_line():
    evil = InvitationWords("A\r\nEND:VEVENT\r\nBEGIN:VEVENT", "x\nATTENDEE:mailto:eve@example.org", "a,b;c\\d")
    read_back = event(file(appointment(datetime(2027, 3, 2, 9, tzinfo=UTC)), evil))
    assert "attendee" not in read_back
    assert read_back["location"] == evil.place
