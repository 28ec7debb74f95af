"""Tickets and check-ins, by the lobby's devices; and where a ticket stands, for whoever has its code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from sqlmodel import Session

from booking.catalogue import Catalogue, read_catalogue
from booking.errors import NotOfferedThere
from booking.queue import KIOSK, Drawn, Standing, Wish, check_in, draw, follow, leave, standing_of
from booking.store import in_reading, in_transaction
from portal.api.bearers import TheDevice
from portal.api.documented import answers
from portal.api.lobby_shapes import Arrival, DrawnTicket, NewTicket, ShownTicket, Wait
from portal.api.once import Once
from portal.limits import counting_wrong_keys
from portal.lobby.addresses import ticket_address
from portal.network import spender
from portal.page_state import now

router = APIRouter(tags=["The lobby"])
Code = Annotated[str, Path(max_length=64, examples=["6YSB-B1J2-W9SK-9RK5"], description="What POST /tickets answered.")]


@router.post(
    "/tickets",
    status_code=201,
    response_model=DrawnTicket,
    responses=answers("unauthorized", "hall-shut", "not-bookable", "not-valid", "key-reused"),
    summary="Take a ticket",
    response_description="A number in the line",
)
async def take_a_ticket(device: TheDevice, wanted: NewTicket, once: Once) -> DrawnTicket:
    """For the location of the device. The same key is answered with the same ticket, so that a touch is never two."""
    if wanted.location != device.location:
        raise NotOfferedThere(wanted.location, "in_person")
    wish = Wish(wanted.location, wanted.service, wanted.language, wanted.priority, tuple(wanted.needs), KIOSK)
    return _drawn(*await in_transaction(_beside_the_town, draw, now(), wish, once=once))


@router.post(
    "/check-ins",
    status_code=201,
    response_model=DrawnTicket,
    responses=answers(
        *("unauthorized", "not-found", "too-early", "too-late", "already-in", "other-house", "not-in-force"),
        *("not-valid", "key-reused", "rate-limited"),
    ),
    summary="Check an appointment in",
    response_description="It is a ticket now",
)
async def come_in(request: Request, device: TheDevice, arrival: Arrival, once: Once) -> DrawnTicket:
    """At the location of the device, from an hour before. One that comes too late for its time waits like everybody."""
    async with counting_wrong_keys(spender(request.scope)):
        checking = in_transaction(_beside_the_town, check_in, now(), device.location, arrival.reference, once=once)
        return _drawn(*await checking)


@router.get(
    "/tickets/{code}",
    response_model=ShownTicket,
    responses=answers("not-found", "rate-limited", "not-valid"),
    summary="Where a ticket stands",
    response_description="As it stands",
)
async def show_ticket(request: Request, code: Code) -> ShownTicket:
    """Whoever has the code follows it; nobody's name is known here."""
    async with counting_wrong_keys(spender(request.scope)):
        return _shown(code, *await in_reading(_standing, code))


@router.post(
    "/tickets/{code}/leave",
    response_model=ShownTicket,
    responses=answers("not-found", "not-now", "not-valid", "key-reused", "rate-limited"),
    summary="Leave the line",
    response_description="It is over",
)
async def go_home(request: Request, code: Code, once: Once) -> ShownTicket:
    """Leaving twice changes nothing."""
    async with counting_wrong_keys(spender(request.scope)):
        await in_transaction(leave, now(), code, once=once)
        return _shown(code, *await in_reading(_standing, code))


def _beside_the_town(session: Session, verb: Callable[..., Drawn], *arguments: Any, **options: Any) -> tuple:
    drawn = verb(session, *arguments, **options)
    return drawn.code, read_catalogue(session), standing_of(session, now(), drawn.ticket)


def _standing(session: Session, code: str) -> tuple[Catalogue, Standing]:
    """Raises UnknownTicket."""
    return read_catalogue(session), standing_of(session, now(), follow(session, code))


def _drawn(code: str, catalogue: Catalogue, standing: Standing) -> DrawnTicket:
    return DrawnTicket(code=code, **_facts(code, catalogue, standing))


def _shown(code: str, catalogue: Catalogue, standing: Standing) -> ShownTicket:
    return ShownTicket(**_facts(code, catalogue, standing))


def _facts(code: str, catalogue: Catalogue, standing: Standing) -> dict[str, Any]:
    ticket = standing.ticket
    counter = catalogue.counters.get(ticket.counter or "")
    return {
        "number": ticket.words,
        "state": ticket.state,
        "position": standing.placed.place if standing.placed else None,
        "wait": Wait(low=standing.wait.low, high=standing.wait.high, basis=standing.wait.basis),
        "counter": counter.number if counter else None,
        "location": ticket.location,
        "service": ticket.service,
        "url": ticket_address(ticket.language, code),
    }
