"""Calling to a counter, by a staff member's token; and the line of a location, for everybody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path
from sqlmodel import Session, col, select
from starlette.responses import Response

from booking.catalogue import StaffMember, read_catalogue
from booking.counters import (
    at_counter,
    at_seat,
    begin,
    close_counter,
    hand_to_counter,
    hand_to_service,
    not_there,
    park,
    pause,
    recall,
    serve_and_finish,
    sit_and_call,
)
from booking.errors import UnknownLocation
from booking.store import in_reading, in_transaction
from booking.tickets import CALLED, Lobby, Ticket
from booking.waits import LineFor, lines_at
from portal.api.bearers import Caller
from portal.api.documented import answers
from portal.api.lobby_shapes import CalledNumber, LineOfLocation, LineOfService, Note, Outcome, PassOn, TicketInHand, Wait
from portal.api.once import Once
from portal.page_state import now

router = APIRouter(tags=["The lobby"])
LATEST = 5
ALWAYS = ("unauthorized", "not-found", "counter-shut", "not-now", "not-valid", "key-reused")


@router.post(
    "/counters/{slug}/call",
    response_model=TicketInHand,
    responses={204: {"description": "Nobody waits for this counter"}}
    | answers("unauthorized", "not-found", "counter-busy", "counter-shut", "not-valid", "key-reused"),
    summary="Call the next one",
    response_description="Whoever is called",
)
async def call_the_next(caller: Caller, once: Once) -> TicketInHand | Response:
    """By the order that anyone can read. Whoever calls sits there from then on."""
    ticket = await in_transaction(sit_and_call, now(), caller[0], caller[1].slug, once=once)
    return _in_hand(ticket) if ticket else Response(status_code=204)


@router.post(
    "/counters/{slug}/recall",
    responses=answers(*ALWAYS),
    summary="Call the same one again",
    response_description="Whoever is called",
)
async def call_again(caller: Caller, once: Once) -> TicketInHand:
    """Once more on the display and by voice."""
    return await _do(recall, caller, once)


@router.post("/counters/{slug}/begin", responses=answers(*ALWAYS), summary="They are there", response_description="Who is")
async def they_are_there(caller: Caller, once: Once) -> TicketInHand:
    """Saying so again changes nothing."""
    return await _do(begin, caller, once)


@router.post("/counters/{slug}/no-show", responses=answers(*ALWAYS), summary="Nobody came", response_description="Who didn't")
async def nobody_came(caller: Caller, once: Once) -> TicketInHand:
    """They may come back for a while without a new ticket."""
    return await _do(not_there, caller, once)


@router.post("/counters/{slug}/park", responses=answers(*ALWAYS), summary="Set aside", response_description="Who is set aside")
async def set_aside(caller: Caller, once: Once, said: Note | None = None) -> TicketInHand:
    """They fetch a paper or fill in a form, and go on without a new ticket."""
    return await _do(park, caller, once, said.note if said else "")


@router.post(
    "/counters/{slug}/transfer",
    responses=answers(*ALWAYS, "not-bookable"),
    summary="Pass on",
    response_description="Who is passed on",
)
async def pass_on(caller: Caller, wanted: PassOn, once: Once) -> TicketInHand:
    """Keeping the place that they have. A counter that is asked takes them or doesn't."""
    catalogue = await in_reading(read_catalogue)
    return await _do(hand_to_counter if wanted.to in catalogue.counters else hand_to_service, caller, once, wanted.to)


@router.post("/counters/{slug}/finish", responses=answers(*ALWAYS), summary="It ends", response_description="Who is done")
async def it_ends(caller: Caller, outcome: Outcome, once: Once) -> TicketInHand:
    """Handled, handed on or guided. Whoever was only called has come, then: a program says `begin` where it knows when that was."""
    return await _do(serve_and_finish, caller, once, outcome.outcome, tuple(outcome.services))


@router.post(
    "/counters/{slug}/pause",
    status_code=204,
    responses=answers(*ALWAYS),
    summary="Pause",
    response_description="Nobody is called there until somebody calls again",
)
async def have_a_break(caller: Caller, once: Once) -> None:
    """Calling ends the pause. Whoever was offered to it waits in line again."""
    await in_transaction(at_seat, now(), pause, caller[0], caller[1].slug, once=once)


@router.post(
    "/counters/{slug}/close",
    status_code=204,
    responses=answers(*ALWAYS, "counter-busy"),
    summary="Close the counter",
    response_description="Nobody sits there any more",
)
async def leave_the_counter(caller: Caller, once: Once) -> None:
    """Whoever was offered to it waits in line again."""
    await in_transaction(at_seat, now(), close_counter, caller[0], caller[1].slug, once=once, sits=False)


@router.get(
    "/locations/{slug}/line",
    responses=answers("not-found", "not-valid"),
    summary="The line of a location",
    response_description="As it stands",
)
async def show_line(slug: Annotated[str, Path(max_length=200, examples=["pacos"])]) -> LineOfLocation:
    """Who is called where, how many wait, and the ranges: numbers, never names."""
    return await in_reading(_line, now(), slug)


async def _do(verb: Callable[..., Ticket], caller: tuple[str, StaffMember], once: str, *arguments: Any) -> TicketInHand:
    counter, member = caller
    return _in_hand(await in_transaction(at_counter, now(), verb, counter, member.slug, *arguments, once=once))


def _in_hand(ticket: Ticket) -> TicketInHand:
    return TicketInHand(
        ticket=ticket.id or 0,
        number=ticket.words,
        state=ticket.state,
        service=ticket.service,
        language=ticket.language,
        priority=ticket.has_priority,
        needs=list(ticket.needs),
        calls=ticket.calls,
        counter=ticket.counter or "",
    )


def _line(session: Session, at: datetime, location: str) -> LineOfLocation:
    catalogue = read_catalogue(session)
    if location not in catalogue.locations:
        raise UnknownLocation(location)
    called = select(Ticket).where(Ticket.location == location, Ticket.state == CALLED).order_by(col(Ticket.called_at).desc())
    lobby = session.get(Lobby, location)
    return LineOfLocation(
        version=lobby.version if lobby else 0,
        called=[
            CalledNumber(number=each.words, counter=counter.number)
            for each in session.exec(called.limit(LATEST))
            if (counter := catalogue.counters.get(each.counter or ""))
        ],
        lines=[_line_of(slug, line) for slug, line in lines_at(session, at, location).items() if slug in catalogue.services],
    )


def _line_of(service: str, line: LineFor) -> LineOfService:
    wait = Wait(low=line.wait.low, high=line.wait.high, basis=line.wait.basis)
    return LineOfService(service=service, waiting=line.waiting, wait=wait)
