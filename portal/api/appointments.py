"""Booking, looking up, moving and cancelling. Each call reads what was sent, calls one verb of the book, and shows the promise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import Discriminator, Tag
from sqlmodel import Session
from starlette.responses import Response

from booking.appointments import Booked, book, book_at_once, cancel, changeable_until, look_up, move
from booking.catalogue import Catalogue, read_catalogue
from booking.confirming import confirm, send_another_code
from booking.counter_time import InsteadOf
from booking.deeds import is_done
from booking.details import known_by
from booking.errors import SlotTaken
from booking.holds import look_at
from booking.one_time_codes import WrongCode
from booking.promises import Appointment
from booking.store import in_reading, in_transaction
from booking.visits import Visit
from locales.catalogue import language_of, use_language
from portal.api.codes import OpeningCodes
from portal.api.documented import answers, calendar_answer
from portal.api.once import Once
from portal.api.problems import problem
from portal.api.shapes import BookedAppointment, KeptTime, NewStart, Reason, ShownAppointment, TimeAtOnce, TypedCode
from portal.api.slots import instead
from portal.appointments.calendar_file import invitation_of
from portal.appointments.shown import manage_address
from portal.held_times import keep
from portal.limits import spend_code
from portal.network import spender
from portal.page_state import now

router = APIRouter(tags=["Booking"])


WAYS = ("kept time", "time at once")


def _way(body: Any) -> str:
    return WAYS[0] if isinstance(body, KeptTime) or (isinstance(body, dict) and "hold" in body) else WAYS[1]


Wanted = Annotated[Annotated[KeptTime, Tag(WAYS[0])] | Annotated[TimeAtOnce, Tag(WAYS[1])], Discriminator(_way)]


@router.post(
    "/appointments",
    status_code=201,
    response_model=BookedAppointment,
    responses=answers(
        "slot-taken",
        "hold-expired",
        "not-bookable",
        "not-valid",
        "key-reused",
        "rate-limited",
        "too-many-bookings",
        "too-many-codes",
    ),
    summary="Book",
    response_description="It is promised",
)
async def book_a_time(request: Request, wanted: Wanted, once: Once) -> BookedAppointment | Response:
    """Book a time that was kept, or a free one at once. A hold that ran out is booked all the same while its time is free.

    It is `unconfirmed` until the code that is sent to the e-mail address, or else the telephone, is posted to /confirm. One network
    keeps only so many at once that aren't confirmed, held times included (`rate-limited`).
    """
    network, mine = spender(request.scope), wanted.hold if isinstance(wanted, KeptTime) else ""
    if not await in_reading(is_done, "book", once):
        await spend_code(network, now(), known_by(wanted.details))
    try:
        catalogue, booked = await keep(
            network,
            lambda: in_transaction(_beside_the_town, _book, wanted, once),
            mine,
            lambda answer: answer[1].kept_by,
            once=("book", once),
        )
    except SlotTaken as taken:
        visit = wanted.visit if isinstance(wanted, TimeAtOnce) else await in_reading(_kept_visit, wanted.hold)
        return await instead(taken, visit)
    return BookedAppointment(key=booked.access_key, **_facts(catalogue, booked.appointment, booked.access_key))


@router.post(
    "/appointments/{reference}/confirm",
    response_model=ShownAppointment,
    responses=answers(
        *("not-found", "code-over", "wrong-code", "slot-taken", "not-bookable", "not-in-force", "too-many-bookings"),
        *("not-valid", "rate-limited"),
    ),
    summary="Confirm with the code that was sent",
    response_description="It counts",
)
async def confirm_it(codes: OpeningCodes, typed: TypedCode, _once: Once) -> ShownAppointment | Response:
    """From here on it counts. Confirming what is confirmed changes nothing, with an Idempotency-Key or without."""
    confirming = in_transaction(_beside_the_town, confirm, now(), codes.reference, codes.key, typed.code)
    try:
        catalogue, answer = await codes.open(confirming)
    except SlotTaken as taken:
        appointment = await in_reading(look_up, codes.reference, codes.key)
        return await instead(taken, appointment.visit)
    if isinstance(answer, WrongCode):
        return problem("wrong-code", tries_left=answer.tries_left)
    return _shown(codes.key, catalogue, answer)


@router.post(
    "/appointments/{reference}/code",
    responses=answers("not-found", "not-in-force", "not-valid", "key-reused", "rate-limited", "too-many-codes"),
    summary="Send another code",
    response_description="It is on its way, and the time is kept for longer",
)
async def send_again(codes: OpeningCodes, once: Once) -> ShownAppointment:
    """The code before it is good no longer. What is confirmed already needs none, and gets none."""
    appointment = await codes.open(in_reading(look_up, codes.reference, codes.key))
    await spend_code(codes.network, now(), known_by(appointment))
    sending = in_transaction(_beside_the_town, send_another_code, now(), codes.reference, codes.key, once=once)
    return _shown(codes.key, *await codes.open(sending))


@router.get(
    "/appointments/{reference}",
    responses=answers("not-found", "rate-limited", "not-valid"),
    summary="Look an appointment up",
    response_description="As it stands",
)
async def show(codes: OpeningCodes) -> ShownAppointment:
    """Without the right key it is answered as if there were no such appointment."""
    return _shown(codes.key, *await codes.open(in_reading(_beside_the_town, look_up, codes.reference, codes.key)))


@router.post(
    "/appointments/{reference}/move",
    response_model=ShownAppointment,
    responses=answers(
        "not-found", "slot-taken", "too-late", "not-in-force", "not-bookable", "not-valid", "key-reused", "rate-limited"
    ),
    summary="Move an appointment",
    response_description="With its new time",
)
async def move_to(codes: OpeningCodes, wanted: NewStart, once: Once) -> ShownAppointment | Response:
    """The old time is lost only when the new one is had."""
    arguments = (codes.reference, codes.key, wanted.start)
    try:
        moved = await codes.open(in_transaction(_beside_the_town, move, now(), *arguments, once=once))
    except SlotTaken as taken:
        appointment = await in_reading(look_up, codes.reference, codes.key)
        return await instead(taken, appointment.visit, InsteadOf(appointment=appointment.id))
    return _shown(codes.key, *moved)


@router.post(
    "/appointments/{reference}/cancel",
    responses=answers("not-found", "too-late", "not-valid", "key-reused", "rate-limited"),
    summary="Cancel an appointment",
    response_description="It is cancelled",
)
async def call_off(codes: OpeningCodes, once: Once, why: Reason | None = None) -> ShownAppointment:
    """The time is given back. Cancelling what is cancelled changes nothing."""
    reason = (why.reason if why else None) or ""
    cancelled = in_transaction(_beside_the_town, cancel, now(), codes.reference, codes.key, once=once, reason=reason)
    return _shown(codes.key, *await codes.open(cancelled))


@router.get(
    "/appointments/{reference}/invite.ics",
    response_class=Response,
    responses=calendar_answer() | answers("not-found", "rate-limited", "not-valid"),
    summary="The appointment as a calendar file",
)
async def invite(codes: OpeningCodes) -> Response:
    """iCalendar (RFC 5545), in the resident's language. Taken again after a change it replaces the earlier one."""
    catalogue, appointment = await codes.open(in_reading(_beside_the_town, look_up, codes.reference, codes.key))
    with use_language(language_of(appointment.language)):
        file = invitation_of(catalogue, appointment, codes.key)
    name = f'attachment; filename="{appointment.reference}.ics"'
    return Response(file, media_type="text/calendar; charset=utf-8", headers={"content-disposition": name})


def _book(session: Session, wanted: KeptTime | TimeAtOnce, once: str) -> Booked:
    if isinstance(wanted, KeptTime):
        return book(session, now(), wanted.hold, wanted.details, once=once)
    return book_at_once(session, now(), wanted.visit, wanted.start, wanted.details, once=once)


def _beside_the_town(session: Session, verb: Callable[..., Any], *arguments: Any, **options: Any) -> tuple[Catalogue, Any]:
    """What a verb answers, with the town as it was in the same transaction."""
    return read_catalogue(session), verb(session, *arguments, **options)


def _kept_visit(session: Session, token: str) -> Visit:
    return look_at(session, now(), token).visit


def _shown(key: str, catalogue: Catalogue, appointment: Appointment) -> ShownAppointment:
    return ShownAppointment(**_facts(catalogue, appointment, key))


def _facts(catalogue: Catalogue, appointment: Appointment, key: str) -> dict[str, Any]:
    with use_language(language_of(appointment.language)):
        address = manage_address(appointment.reference, key)
    return {
        "reference": appointment.reference,
        "state": appointment.state,
        "confirm_by": appointment.confirm_by,
        "start": appointment.start_at,
        "end": appointment.end_at,
        "changeable_until": changeable_until(catalogue, appointment),
        "location": appointment.location,
        "services": list(appointment.services),
        "mode": appointment.mode,
        "people": appointment.people,
        "language": appointment.language,
        "needs": list(appointment.needs),
        "interpreter_language": appointment.interpreter_language,
        "manage_url": address,
    }
