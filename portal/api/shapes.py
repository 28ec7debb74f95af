"""What is sent and what is answered, as it is read and as OpenAPI shows it. These know types; what can be booked, the book knows."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

from booking.appointments import LONGEST_REASON
from booking.details import LONGEST_EMAIL, LONGEST_LANGUAGE, LONGEST_NAME, LONGEST_PHONE, NEEDS, Details
from booking.visits import MOST_SERVICES, Visit

# RFC 3339, section 5.6; the seconds can't be left out.
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
# Beyond it a zone's clock could leave the calendar.
LAST_YEAR = 9000
MOST_PEOPLE = 1000
LONGEST_CODE = 64


def said_instant(instant: datetime) -> str:
    """RFC 3339 in UTC, whole seconds: "2027-03-02T09:00:00Z"."""
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def _read_instant(sent: Any) -> Any:
    if isinstance(sent, datetime):
        return sent
    try:
        if isinstance(sent, str) and _INSTANT.fullmatch(sent) and (instant := datetime.fromisoformat(sent.upper())):
            return instant if instant.year <= LAST_YEAR else _refuse("out-of-range")
    except ValueError:
        pass  # the 30th of February
    return _refuse("not-an-instant")


def _read_day(sent: Any) -> Any:
    try:
        if isinstance(sent, str) and _DAY.fullmatch(sent):
            return date.fromisoformat(sent)
    except ValueError:
        pass
    return sent if isinstance(sent, date) else _refuse("not-a-day")


def _refuse(code: str) -> Any:
    raise PydanticCustomError(code, code)  # pyright: ignore[reportArgumentType]


Instant = Annotated[
    datetime,
    BeforeValidator(_read_instant),
    PlainSerializer(said_instant),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2027-03-02T09:00:00Z"]}),
]
Day = Annotated[
    date, BeforeValidator(_read_day), WithJsonSchema({"type": "string", "format": "date", "examples": ["2027-03-02"]})
]
Mode = Literal["in_person", "video", "phone"]
Slug = Annotated[str, Field(max_length=200, examples=["parking-permit"])]
Services = Annotated[
    list[Slug], Field(min_length=1, max_length=MOST_SERVICES, description="What for: one service, or several in one visit.")
]
Place = Annotated[str, Field(max_length=200, examples=["town-hall"], description="Where: a location's slug.")]
People = Annotated[int, Field(ge=1, le=MOST_PEOPLE, description="How many come together.")]
Start = Annotated[Instant, Field(description="When: a start that GET /slots offers.")]
Needs = Annotated[
    list[str], Field(max_length=len(NEEDS) * 2, json_schema_extra={"items": {"type": "string", "enum": [*NEEDS]}})
]


class Sent(BaseModel):
    """Strict: a misspelt field is refused, because leaving it out unseen could leave out what somebody needs."""

    model_config = ConfigDict(extra="forbid", strict=True)


class WantedTime(Sent):
    """A visit and when it begins."""

    services: Services
    location: Place
    mode: Annotated[Mode, Field(description="How.")] = "in_person"
    people: People = 1
    start: Start

    @property
    def visit(self) -> Visit:
        return Visit(tuple(self.services), self.location, self.mode, self.people)


class Person(Sent):
    """Who comes. An e-mail address or a telephone number: one is enough; by telephone it has to be the number."""

    name: Annotated[str, Field(max_length=LONGEST_NAME, examples=["Ana Lopes"])]
    email: Annotated[str | None, Field(max_length=LONGEST_EMAIL, examples=["ana@example.org"])] = None
    phone: Annotated[str | None, Field(max_length=LONGEST_PHONE, examples=["+351912345678"])] = None
    language: Annotated[
        str | None, Field(max_length=20, examples=["pt"], description="For letters; by default the town's own.")
    ] = None
    needs: Needs = []
    interpreter_language: Annotated[
        str | None, Field(max_length=LONGEST_LANGUAGE, description="With the need `interpreter`: what they should speak.")
    ] = None

    @property
    def details(self) -> Details:
        return Details(
            self.name,
            self.email or "",
            self.phone or "",
            self.language or "",
            tuple(self.needs),
            self.interpreter_language or "",
        )


class KeptTime(Person):
    """A time that was kept by POST /holds, and who comes."""

    hold: Annotated[str, Field(max_length=LONGEST_CODE, description="What POST /holds answered.")]


class TimeAtOnce(WantedTime, Person):
    """A visit, when it begins, and who comes."""


class NewStart(Sent):
    start: Start


class TypedCode(Sent):
    code: Annotated[str, Field(max_length=LONGEST_CODE, examples=["402913"], description="The six digits from the message.")]


class Reason(Sent):
    reason: Annotated[
        str | None, Field(max_length=LONGEST_REASON, description="For the town's own records; nobody has to give one.")
    ] = None


class OfferedService(BaseModel):
    """Something to come for. `minutes` are those of one person; `topic` groups services as residents look for them."""

    slug: Slug
    name: str
    summary: str
    topic: str
    minutes: int
    modes: list[Mode]
    channels: list[str]
    locations: list[str]


class OpenLocation(BaseModel):
    """A house where the town receives people. Its days and opening hours are those of its time zone."""

    slug: str
    name: str
    address: str
    timezone: Annotated[str, Field(examples=["Europe/Lisbon"])]


class FreeSlot(BaseModel):
    """A start that can be booked at this moment, and how many could still book it."""

    start: Instant
    places: Annotated[int, Field(ge=1)]


class Slots(BaseModel):
    """Earliest first. `minutes` is how long the whole visit takes."""

    timezone: Annotated[str, Field(examples=["Europe/Lisbon"])]
    minutes: int
    slots: list[FreeSlot]


class KeptHold(BaseModel):
    """A time kept until `expires_at`. `hold` is a secret: whoever has it can book the time."""

    hold: Annotated[str, Field(examples=["0JXM-6PZ3-K8QR-VE4T"])]
    start: Instant
    end: Instant
    expires_at: Instant


class ShownAppointment(BaseModel):
    """A promise of counter time. It can be moved and cancelled until `changeable_until`."""

    reference: Annotated[str, Field(examples=["VC-7K2M-94QX"])]
    state: Annotated[
        Literal["unconfirmed", "booked", "cancelled"],
        Field(description="An unconfirmed one counts once the code that was sent has been posted to /confirm."),
    ]
    confirm_by: Annotated[Instant | None, Field(description="Until when an unconfirmed one is kept for sure.")]
    start: Instant
    end: Instant
    changeable_until: Instant
    location: str
    services: list[str]
    mode: Mode
    people: int
    language: str
    needs: list[str]
    interpreter_language: str | None
    manage_url: Annotated[
        str,
        Field(
            description="The resident's own page; both codes stand in the fragment, which no server logs.",
            examples=["https://portal.example.org/pt/appointment/#VC-7K2M-94QX.6YSB-B1J2-W9SK-9RK5"],
        ),
    ]


class BookedAppointment(ShownAppointment):
    """`key` opens, moves and cancels the appointment. It is the resident's secret."""

    key: Annotated[str, Field(examples=["6YSB-B1J2-W9SK-9RK5"])]
