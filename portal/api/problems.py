"""What could not be done, as a problem document (RFC 9457) with a `code` that never changes. For programs; `detail` is for their makers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, Field
from starlette.responses import Response

from booking.errors import (
    AlreadyIn,
    BeyondHorizon,
    CounterBusy,
    HallShut,
    MissedDay,
    MistypedReference,
    NotBookable,
    NotInForce,
    NotValid,
    Refusal,
    SlotTaken,
    TooEarly,
    TooLate,
    TooManyCodes,
    TooManyPeople,
    TooShortNotice,
    UnknownCounter,
    UnknownReference,
    UnknownTicket,
)
from portal.api.shapes import Instant, said_instant

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 5


@dataclass(frozen=True)
class Kind:
    """A kind of problem: `detail` is what is said when nothing more is known."""

    status: int
    title: str
    detail: str


KINDS: Mapping[str, Kind] = {
    "malformed": Kind(400, "The request can't be read", "The body must be JSON in UTF-8, and say so in Content-Type."),
    "unauthorized": Kind(
        401, "A token is needed", "A bearer token of this portal, of a device or of staff, that is good still."
    ),
    "not-found": Kind(404, "There is nothing here", "No such address or appointment, or not the key that opens it."),
    "method-not-allowed": Kind(405, "Not in this way", "This address takes other methods; Allow names them."),
    "slot-taken": Kind(409, "Somebody else has this time", "Every place at that start is taken; `nearest` has free ones."),
    "hold-expired": Kind(409, "No time is kept", "There is no such hold: it ran out, was let go, or never was."),
    "too-late": Kind(409, "Too late to change it", "It could be moved or cancelled until an instant that has passed."),
    "not-in-force": Kind(409, "Not in force any more", "Only an appointment that is booked can be moved."),
    "hall-shut": Kind(409, "The house is closed", "No tickets are given out now."),
    "too-early": Kind(409, "Too early to check in", "Checking in opens an hour before the appointment."),
    "already-in": Kind(409, "Checked in already", "This appointment has its ticket."),
    "other-house": Kind(409, "At another location", "This appointment is at another location than this device."),
    "not-now": Kind(
        409, "Not as things stand", "No ticket is in a state for this: it was done already, or somebody was quicker."
    ),
    "counter-busy": Kind(409, "Somebody is at this counter", "Finish with them first."),
    "counter-shut": Kind(409, "Nobody is at this counter", "Somebody has to sit there first; calling does that."),
    "code-over": Kind(409, "No code is good any more", "It is too old, was tried too often or was used; ask for another one."),
    "too-large": Kind(413, "Too large", "A body has at most 64 kB."),
    "not-bookable": Kind(422, "This can't be booked", "Asking for the same again won't help; `reason` says why."),
    "not-valid": Kind(422, "Something has to be put right", "`errors` names each field, and what is wrong with it."),
    "wrong-code": Kind(422, "Not this code", "Compare it with the message; `tries_left` says how often it can be tried still."),
    "key-reused": Kind(422, "The key was used for something else", "Each intention needs an Idempotency-Key of its own."),
    "rate-limited": Kind(429, "Too many requests", "Wait as many seconds as Retry-After says."),
    "too-many-bookings": Kind(429, "Too many appointments", "This person has as many appointments as one may have."),
    "too-many-codes": Kind(429, "Too many codes", "No more codes are sent to this contact for now, or for this appointment."),
    "broken": Kind(500, "It broke on our side", "Nothing was booked or changed. The same Idempotency-Key may be used again."),
    "unavailable": Kind(
        503, "Not available just now", "Nothing was booked or changed. Try again with the same Idempotency-Key."
    ),
}
NOT_BOOKABLE = {
    "unknown-service": "There is no such service; GET /services has them all.",
    "unknown-location": "There is no such location; GET /locations has them all.",
    "not-offered-there": "That location doesn't serve this in that mode.",
    "not-offered-together": "These can't be done in one visit.",
    "assurance-needed": "Whoever books this must sign in on the pages first.",
    "past-time": "That time has already passed.",
    "closed-then": "No visit starts at that instant; GET /slots has those that do.",
}


class FieldError(BaseModel):
    """One thing to put right. `limit` is the number that it breaks, where there is one."""

    field: Annotated[str, Field(examples=["email"])]
    code: Annotated[str, Field(examples=["not-an-email"])]
    limit: int | None = None


class Problem(BaseModel):
    """RFC 9457. `code` is stable; `title` and `detail` are for people, and may be said better one day."""

    type: Annotated[str, Field(examples=["urn:atrio:problem:slot-taken"])]
    title: str
    status: int
    detail: str
    code: Annotated[str, Field(json_schema_extra={"enum": list(KINDS)})]
    reason: Annotated[str | None, Field(description="With not-bookable: why, as a stable code.")] = None
    errors: Annotated[list[FieldError] | None, Field(description="With not-valid: every field to put right.")] = None
    tries_left: Annotated[int | None, Field(description="With wrong-code: how often it can be tried still.")] = None
    nearest: Annotated[list[Instant] | None, Field(description="With slot-taken: up to three free starts nearby.")] = None


def document(code: str, detail: str = "", **more: Any) -> dict[str, Any]:
    kind = KINDS[code]
    said = {"type": f"urn:atrio:problem:{code}", "title": kind.title, "status": kind.status, "detail": detail or kind.detail}
    return {**said, "code": code, **more}


def problem(code: str, detail: str = "", headers: Mapping[str, str] | None = None, **more: Any) -> Response:
    body = json.dumps(document(code, detail, **more), ensure_ascii=False).encode("utf-8", "replace")
    return Response(body, KINDS[code].status, headers, MEDIA_TYPE)


def refused(refusal: Refusal, **more: Any) -> Response:
    """A fact of the book as a problem document. That a code is mistyped or unknown, or its key wrong, looks the same."""
    match refusal:
        case MistypedReference() | UnknownReference() | UnknownTicket() | UnknownCounter():
            return problem("not-found")
        case NotValid(problems=problems):
            return not_valid([_error(each.field, each.reason, each.limit) for each in problems])
        case NotBookable(reason=reason):
            return problem("not-bookable", _sentence(refusal), reason=reason, **more)
        case SlotTaken():
            return problem("slot-taken", _sentence(refusal), **{"nearest": [], **more})
        case _:
            return problem(refusal.code, _sentence(refusal), **more)


def not_valid(errors: list[dict[str, Any]]) -> Response:
    return problem("not-valid", errors=errors)


def unavailable() -> Response:
    return problem("unavailable", headers={"retry-after": str(RETRY_SECONDS)})


def rate_limited(seconds: int) -> Response:
    return problem("rate-limited", headers={"retry-after": str(seconds)})


def _error(field: str, code: str, limit: int | None) -> dict[str, Any]:
    return {"field": field, "code": code} | ({} if limit is None else {"limit": limit})


def _sentence(refusal: Refusal) -> str:
    match refusal:
        case TooShortNotice(earliest=earliest):
            return f"That is too soon. The earliest start is {said_instant(earliest)}."
        case BeyondHorizon(last_day=last_day):
            return f"That is too far ahead. The last day that can be booked is {last_day.isoformat()}."
        case TooManyPeople(most=most):
            return f"At most {most} can come together."
        case TooLate(until=until):
            return f"It could be moved or cancelled until {said_instant(until)}."
        case TooManyCodes(until=until) if until:
            return f"This contact can be sent another one from {said_instant(until)}."
        case HallShut(opens_at=opens_at) if opens_at:
            return f"It opens again at {said_instant(opens_at)}."
        case TooEarly(since=since):
            return f"They can check in from {said_instant(since)}."
        case MissedDay(start=start):
            return f"The appointment was at {said_instant(start)}."
        case AlreadyIn(number=number) | CounterBusy(number=number):
            return f"The number is {number}."
        case NotInForce(state=state):
            return f"The appointment is {state}."
        case NotBookable(reason=reason):
            return NOT_BOOKABLE[reason]
        case _:
            return ""
