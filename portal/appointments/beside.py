"""The end of sitting beside somebody: what was begun and not booked is given back, and the browser is told to forget."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, update
from sqlmodel import Session, col, select
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from booking.store import in_transaction
from locales.catalogue import LANGUAGES
from portal.appointments.draft import Draft, abandon_named
from portal.identity import cookies
from portal.identity.assisting import AssistedRow, end_assisting, end_forgotten
from portal.identity.sessions import SessionRow, is_forgotten, who_is
from portal.page_state import now
from portal.same_origin import is_from_here


async def end_beside(request: Request) -> Response:
    """POST by the line that stands over every page. Ending what has ended changes nothing."""
    language = request.path_params["language"]
    if not is_from_here(request):
        return PlainTextResponse("This form can only be sent by a page of this portal.", 403)
    await in_transaction(_end, now(), cookies.token_in(request.headers.get("cookie", "")))
    to = f"/{language if language in LANGUAGES else LANGUAGES[0]}/desk/assist/?news=ended"
    # "cache" also empties the memory that Back would show a page from.
    return RedirectResponse(to, 303, headers={"clear-site-data": '"cache"'})


def give_back_forgotten(session: Session, now: datetime) -> None:
    """What was begun beside somebody at a terminal that nobody touches any more."""
    for name in end_forgotten(session, now):
        abandon_named(session, now, name)


def forget_assisted(session: Session, now: datetime) -> None:
    """Who sat beside whom in a session that is about to be forgotten; the appointments go on saying it."""
    old = select(AssistedRow.id).join(SessionRow).where(is_forgotten(now))
    session.execute(update(Draft).where(col(Draft.begun_beside).in_(old)).values(begun_beside=None))
    session.execute(delete(AssistedRow).where(col(AssistedRow.id).in_(old)))


def _end(session: Session, at: datetime, token: str) -> None:
    who = who_is(session, at, token)
    if who and who.staff:
        abandon_named(session, at, end_assisting(session, at, who.session_id))
