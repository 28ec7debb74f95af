"""Refusals: facts with a stable code, never sentences. Rules raise them, the edge catches them once and finds the words.

`code` is public and never changes. `reason` says more finely why, where a code has several reasons; otherwise it equals the
code. `field` names what the person filled in that the refusal is about, or is None. The other attributes are the fact's values.
They can't be frozen: Python itself writes the traceback onto a raised exception.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar


@dataclass(eq=False)
class Refusal(Exception):
    code: ClassVar[str]
    field: ClassVar[str | None] = None

    @property
    def reason(self) -> str:
        return self.code

    def __str__(self) -> str:
        return repr(self)


@dataclass(eq=False)
class NotBookable(Refusal):
    """What was asked for can't be booked, now or ever; asking for the same again won't help."""

    code: ClassVar[str] = "not-bookable"
    why: ClassVar[str]

    @property
    def reason(self) -> str:
        return self.why


@dataclass(eq=False)
class NotSureEnough(NotBookable):
    """Whoever books this must have shown more surely who they are: `needs` is the level (assurance.py)."""

    why: ClassVar[str] = "assurance-needed"
    field: ClassVar[str | None] = "services"
    needs: str


@dataclass(eq=False)
class UnknownService(NotBookable):
    why: ClassVar[str] = "unknown-service"
    field: ClassVar[str | None] = "services"
    service: str


@dataclass(eq=False)
class UnknownLocation(NotBookable):
    why: ClassVar[str] = "unknown-location"
    field: ClassVar[str | None] = "location"
    location: str


@dataclass(eq=False)
class NotOfferedThere(NotBookable):
    """No counter of that location serves these services in that mode."""

    why: ClassVar[str] = "not-offered-there"
    field: ClassVar[str | None] = "location"
    location: str
    mode: str


@dataclass(eq=False)
class NotOfferedTogether(NotBookable):
    """No counter anywhere can serve all of these services in one visit."""

    why: ClassVar[str] = "not-offered-together"
    field: ClassVar[str | None] = "services"
    services: tuple[str, ...]


@dataclass(eq=False)
class TooManyPeople(NotBookable):
    why: ClassVar[str] = "too-many-people"
    field: ClassVar[str | None] = "people"
    people: int
    most: int


@dataclass(eq=False)
class PastTime(NotBookable):
    why: ClassVar[str] = "past-time"
    field: ClassVar[str | None] = "start"
    start: datetime


@dataclass(eq=False)
class TooShortNotice(NotBookable):
    why: ClassVar[str] = "too-short-notice"
    field: ClassVar[str | None] = "start"
    start: datetime
    earliest: datetime


@dataclass(eq=False)
class BeyondHorizon(NotBookable):
    """Later than the last day (local to the location) that can be booked today."""

    why: ClassVar[str] = "beyond-horizon"
    field: ClassVar[str | None] = "start"
    start: datetime
    last_day: date


@dataclass(eq=False)
class ClosedThen(NotBookable):
    """No counter offers this start, however empty the day: closed, or beside the steps on which visits start."""

    why: ClassVar[str] = "closed-then"
    field: ClassVar[str | None] = "start"
    start: datetime


@dataclass(eq=False)
class SlotTaken(Refusal):
    """It could be booked, but others have every place. `nearest()` finds what to offer instead."""

    code: ClassVar[str] = "slot-taken"
    field: ClassVar[str | None] = "start"
    start: datetime


@dataclass(eq=False)
class HoldExpired(Refusal):
    """There is no such hold: it was let go, or never was. (One that ran out can still be booked while its time is free.)"""

    code: ClassVar[str] = "hold-expired"


@dataclass(eq=False)
class ExtendedEnough(Refusal):
    code: ClassVar[str] = "extended-enough"
    most: int


@dataclass(frozen=True)
class Problem:
    """One field that can't be accepted. `limit` is the number or the choice that it breaks."""

    field: str
    reason: str
    limit: int | None = None


@dataclass(eq=False)
class NotValid(Refusal):
    """Everything that is wrong with what was typed, all at once, in the order of the form."""

    code: ClassVar[str] = "not-valid"
    problems: tuple[Problem, ...]


@dataclass(eq=False)
class MistypedReference(Refusal):
    """The reference can't be right: "mistyped-length", "mistyped-symbol" or "mistyped-check". Nothing was looked up."""

    code: ClassVar[str] = "mistyped-reference"
    field: ClassVar[str | None] = "reference"
    slip: str

    @property
    def reason(self) -> str:
        return self.slip


@dataclass(eq=False)
class UnknownReference(Refusal):
    """No such appointment, or not the right key: nobody is told which."""

    code: ClassVar[str] = "unknown-reference"
    field: ClassVar[str | None] = "reference"


@dataclass(eq=False)
class TooLate(Refusal):
    """The appointment could be moved or cancelled until `until`."""

    code: ClassVar[str] = "too-late"
    until: datetime


@dataclass(eq=False)
class OfferGone(Refusal):
    """What was offered was answered already, or the time to answer is over."""

    code: ClassVar[str] = "offer-gone"


@dataclass(eq=False)
class CannotBeTold(Refusal):
    """Nobody can write to them: they gave neither an e-mail address nor a number that receives text messages."""

    code: ClassVar[str] = "cannot-be-told"


@dataclass(eq=False)
class TooManyBookings(Refusal):
    """They have `most` appointments ahead of them, for this `service` or, when that is None, in all."""

    code: ClassVar[str] = "too-many-bookings"
    most: int
    service: str | None = None


@dataclass(eq=False)
class CodeOver(Refusal):
    """No code is good any more: it is too old, was tried too often, or was used. Another one can be sent."""

    code: ClassVar[str] = "code-over"
    field: ClassVar[str | None] = "code"


@dataclass(eq=False)
class TooManyCodes(Refusal):
    """No more codes are sent there: before `until`, or, when that is None, for this appointment."""

    code: ClassVar[str] = "too-many-codes"
    until: datetime | None = None


@dataclass(eq=False)
class NotInForce(Refusal):
    """The appointment is not one that can be moved."""

    code: ClassVar[str] = "not-in-force"
    state: str


@dataclass(eq=False)
class KeyReused(Refusal):
    """The idempotency key was used before, for something else."""

    code: ClassVar[str] = "key-reused"


@dataclass(eq=False)
class NoMandate(Refusal):
    """There is no such mandate, or it isn't theirs, says nothing of this, or is over: nobody is told which."""

    code: ClassVar[str] = "no-mandate"


@dataclass(eq=False)
class CannotMerge(Refusal):
    """One and the same record, one that isn't there, is erased, or is part of another already: nobody is told which."""

    code: ClassVar[str] = "cannot-merge"


@dataclass(eq=False)
class TooManyMandates(Refusal):
    """They have offered as many as one person may in a day."""

    code: ClassVar[str] = "too-many-mandates"
    most: int


@dataclass(eq=False)
class HallShut(Refusal):
    """No tickets are given out while the house is closed; None when it doesn't open within a month."""

    code: ClassVar[str] = "hall-shut"
    opens_at: datetime | None


@dataclass(eq=False)
class TooEarly(Refusal):
    """Their appointment is theirs; they can check in from `since`."""

    code: ClassVar[str] = "too-early"
    since: datetime


@dataclass(eq=False)
class MissedDay(Refusal):
    """The day of their appointment is over."""

    code: ClassVar[str] = "too-late"
    start: datetime


@dataclass(eq=False)
class AlreadyIn(Refusal):
    """They have checked in before; `number` is theirs. `is_over`: the visit has been, too."""

    code: ClassVar[str] = "already-in"
    number: str
    is_over: bool = False


@dataclass(eq=False)
class OtherHouse(Refusal):
    """Their appointment is at another location."""

    code: ClassVar[str] = "other-house"
    location: str


@dataclass(eq=False)
class UnknownTicket(Refusal):
    """There is no such ticket, or this isn't its code: nobody is told which."""

    code: ClassVar[str] = "unknown-ticket"


@dataclass(eq=False)
class NotNow(Refusal):
    """What was asked for fits no ticket in this state: it was done already, or somebody else was quicker."""

    code: ClassVar[str] = "not-now"
    state: str


@dataclass(eq=False)
class CounterBusy(Refusal):
    """Somebody is at this counter: `number` is theirs."""

    code: ClassVar[str] = "counter-busy"
    number: str


@dataclass(eq=False)
class CounterShut(Refusal):
    """Nobody sits at this counter, or they pause."""

    code: ClassVar[str] = "counter-shut"


@dataclass(eq=False)
class UnknownCounter(Refusal):
    code: ClassVar[str] = "unknown-counter"
