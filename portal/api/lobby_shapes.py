"""What is sent and answered about tickets and counters."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from booking.counters import OUTCOMES
from booking.estimates import LOCATION, SERVICE, SERVICE_AND_HOUR, UNKNOWN
from booking.ticket_steps import LONGEST_NOTE
from portal.api.shapes import LONGEST_CODE, Needs, Place, Sent, Slug

Basis = Annotated[str, Field(json_schema_extra={"enum": [SERVICE_AND_HOUR, SERVICE, LOCATION, UNKNOWN]})]
Number = Annotated[str, Field(examples=["B 047"], description="As it is called; numbers begin anew every day.")]


class NewTicket(Sent):
    location: Place
    service: Slug
    language: Annotated[str, Field(max_length=20, examples=["pt"], description="In which they are called.")]
    priority: Annotated[bool, Field(description="Elderly, pregnant, with a small child, disabled: they say so, no proof.")] = (
        False
    )
    needs: Needs = []


class Arrival(Sent):
    reference: Annotated[str, Field(max_length=LONGEST_CODE, examples=["VC-7K2M-94QX"])]


class Wait(BaseModel):
    """Minutes. Half of the past cases waited at most `low`, nine tenths at most `high`; null where we don't know yet."""

    low: int | None
    high: int | None
    basis: Basis


class ShownTicket(BaseModel):
    """`position` 1 is next; null while it doesn't wait."""

    number: Number
    state: Annotated[str, Field(examples=["waiting"])]
    position: int | None
    wait: Wait
    counter: Annotated[int | None, Field(description="The number of the counter it was called to.")]
    location: str
    service: str
    url: Annotated[str, Field(examples=["https://portal.example.org/pt/ticket/#6YSB-B1J2-W9SK-9RK5"])]


class DrawnTicket(ShownTicket):
    """`code` follows the ticket. It is the visitor's secret."""

    code: Annotated[str, Field(examples=["6YSB-B1J2-W9SK-9RK5"])]


class TicketInHand(BaseModel):
    """Whoever is at a counter, or is called to it."""

    ticket: int
    number: Number
    state: str
    service: str
    language: str
    priority: bool
    needs: list[str]
    calls: int
    counter: str


class PassOn(Sent):
    """To another counter of the house, which takes it or doesn't; or into the line of another service."""

    to: Annotated[str, Field(max_length=200, examples=["pacos-2"], description="The slug of a counter or of a service.")]


class Note(Sent):
    note: Annotated[str, Field(max_length=LONGEST_NOTE, description="What the colleague has to know.")] = ""


class Outcome(Sent):
    outcome: Annotated[str, Field(json_schema_extra={"enum": list(OUTCOMES)})]
    services: Annotated[list[Slug], Field(max_length=20, description="What was delivered; by default what they came for.")] = []


class CalledNumber(BaseModel):
    number: Number
    counter: int


class LineOfService(BaseModel):
    """How many wait, and how long the next one who comes would."""

    service: str
    waiting: int
    wait: Wait


class LineOfLocation(BaseModel):
    """`version` is another one after every change. Numbers, never names."""

    version: int
    called: list[CalledNumber]
    lines: list[LineOfService]
