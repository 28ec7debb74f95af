"""Keeping a time for a while."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from booking.errors import SlotTaken
from booking.holds import hold
from booking.store import in_transaction
from portal.api.documented import answers
from portal.api.once import Once
from portal.api.shapes import KeptHold, WantedTime
from portal.api.slots import instead
from portal.held_times import keep
from portal.network import spender
from portal.page_state import now

router = APIRouter(tags=["Booking"])


@router.post(
    "/holds",
    status_code=201,
    response_model=KeptHold,
    responses=answers("slot-taken", "not-bookable", "not-valid", "key-reused"),
    summary="Keep a time",
    response_description="It is kept",
)
async def keep_a_time(request: Request, wanted: WantedTime, once: Once) -> KeptHold | Response:
    """The start is kept for ten minutes, for somebody who is filling in a form. Nobody else can book it meanwhile.

    One network keeps only so many at once that aren't booked (`rate-limited`).
    """
    try:
        held = await keep(
            spender(request.scope),
            lambda: in_transaction(hold, now(), wanted.visit, wanted.start, once=once),
            once=("hold", once),
        )
    except SlotTaken as taken:
        return await instead(taken, wanted.visit)
    return KeptHold(hold=held.token, start=held.start, end=held.end, expires_at=held.expires_at)
