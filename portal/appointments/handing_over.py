"""A booking begun beside staff goes on, on the resident's own phone: the very same draft, under a key that only the phone has.

The staff's screen shows a code to scan. Whoever scans it first takes the draft over, once; from then on the screen can't change it, and
its end doesn't end it.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import Session, col, select

from booking.errors import HoldExpired
from portal.appointments.draft import Draft, acting_of, is_key, mine, name_of, touched
from portal.identity.assisting import Assisted, not_at_it_any_more

LASTS = timedelta(minutes=5)


def offer(session: Session, now: datetime, key: str, beside: Assisted) -> str:
    """What is to be scanned within five minutes, in place of what was to be scanned before. It goes on under the name that was established
    (draft.remember). Raises HoldExpired for a booking that is done or that another device has already.
    """
    draft = mine(session, now, key)
    if acting_of(draft):
        raise HoldExpired
    token = secrets.token_urlsafe(24)
    draft.name = draft.name or beside.name
    draft.begun_beside, draft.offer_hash, draft.offered_until = beside.id, name_of(token), now + LASTS
    touched(session, now, draft)
    return token


def withdraw(session: Session, now: datetime, key: str) -> None:
    """It stays here. Raises HoldExpired when it doesn't any more."""
    draft = mine(session, now, key)
    draft.offer_hash, draft.offered_until = "", None
    touched(session, now, draft)


def take_over(session: Session, now: datetime, token: str, key: str) -> bool:
    """From here on the draft is under `key`. True also when this key has taken it over before; False for what can't be scanned (any
    more), whoever asks.
    """
    if not is_key(token) or not is_key(key):
        return False
    draft = session.exec(select(Draft).where(Draft.offer_hash == name_of(token)).with_for_update()).one_or_none()
    if draft is None:
        return False
    if draft.key_hash == name_of(key):
        return True
    # Taken over, it can be scanned no more.
    if draft.offered_until is None or draft.offered_until <= now or draft.reference:
        return False
    before = draft.key_hash
    session.execute(
        update(Draft)
        .where(col(Draft.key_hash) == before)
        .values(key_hash=name_of(key), offered_until=None, touched_at=now)
        .execution_options(synchronize_session=False)
    )
    not_at_it_any_more(session, before)
    return True


def is_taken_over(session: Session, token: str) -> bool:
    """Is what `offer` gave out on another device now?"""
    if not is_key(token):
        return False
    draft = session.exec(select(Draft).where(Draft.offer_hash == name_of(token))).one_or_none()
    return draft is not None and draft.offered_until is None
