"""Free starts, and what to offer to whoever came too late for one."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.responses import Response

from booking.availability import free_places, nearest
from booking.catalogue import read_catalogue
from booking.counter_time import InsteadOf
from booking.errors import NotValid, Problem, Refusal, SlotTaken
from booking.memory import Memory
from booking.standing import standing
from booking.store import in_reading
from booking.visits import MOST_SERVICES, Visit, quote_for
from portal.api.documented import answers
from portal.api.problems import refused
from portal.api.shapes import MOST_PEOPLE, Day, Mode, Place, Slots, Slug, said_instant
from portal.page_state import now

MOST_DAYS = 92
_ANSWERS = Memory(128)  # a hundred kilobytes each at most
router = APIRouter(tags=["Booking"])


@router.get(
    "/slots",
    response_model=Slots,
    responses=answers("not-valid", "not-bookable"),
    summary="Free starts",
    response_description="What can be booked at this moment",
)
async def slots(
    service: Annotated[
        list[Slug], Query(min_length=1, max_length=MOST_SERVICES, description="Repeat it for several services in one visit.")
    ],
    location: Annotated[Place, Query()],
    from_: Annotated[Day, Query(alias="from", description="The first day, local to the location.")],
    to: Annotated[Day, Query(description="The last day, included; at most 92 days in all.")],
    mode: Annotated[Mode, Query()] = "in_person",
    people: Annotated[int, Query(ge=1, le=MOST_PEOPLE, description="How many come together.")] = 1,
) -> Response:
    """Every start that can be booked at this moment. The answer is written here rather than by way of a model for each start."""
    _check_days(from_, to)
    body = await in_reading(_slots, Visit(tuple(service), location, mode, people), from_, to)
    return Response(body, media_type="application/json")


async def instead(taken: SlotTaken, visit: Visit, mine: InsteadOf | None = None) -> Response:
    """That a start is taken, with the nearest that are free; what is given back for a new time (`mine`) counts as free."""
    return refused(taken, nearest=await in_reading(_nearest, visit, taken, mine))


def _slots(session: Session, visit: Visit, first_day: date, last_day: date) -> bytes:
    """Remembered for this very second, until what is offered or promised there changes: many ask for the same day at once."""
    moment = now()
    version = (standing(session, visit.location), moment.replace(microsecond=0))
    asked = (visit, first_day, last_day)
    return _ANSWERS.recall(asked, version, lambda: _answer(session, moment, *asked))


def _answer(session: Session, moment: datetime, visit: Visit, first_day: date, last_day: date) -> bytes:
    catalogue = read_catalogue(session)
    minutes = quote_for(catalogue, visit).minutes
    free = free_places(session, moment, visit, first_day, last_day)
    starts = [{"start": said_instant(each.start), "places": each.places} for each in free]
    return json.dumps({"timezone": catalogue.locations[visit.location].timezone, "minutes": minutes, "slots": starts}).encode()


def _nearest(session: Session, visit: Visit, taken: SlotTaken, mine: InsteadOf | None) -> list[str]:
    try:
        return [said_instant(each.start) for each in nearest(session, now(), visit, taken.start, instead_of=mine)]
    except Refusal:
        return []  # the town has changed meanwhile


def _check_days(first: date, last: date) -> None:
    if last < first:
        raise NotValid((Problem("to", "before-from"),))
    if last - first >= timedelta(days=MOST_DAYS):
        raise NotValid((Problem("to", "too-long", MOST_DAYS),))
