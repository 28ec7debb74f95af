"""Doing a thing once, however often it is asked for: a double tap, a replayed event, a reply that was lost on the way.

The caller names each intention with a key that nobody can guess. What is repeated is the promise, not the words of the first
answer: a booking asked for again after it was moved is answered with the appointment as it stands.
"""

import hmac
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from typing import Any

from sqlalchemy import bindparam, delete, update
from sqlmodel import Session, col, select

from booking.errors import KeyReused, NotValid, Problem
from booking.promises import Deed
from booking.store import insert_for, store_of, table_of

SHORTEST_KEY, LONGEST_KEY = 8, 200
# Longer than any page, queue of events or client goes on asking.
REMEMBERED = timedelta(days=7)
DEEDS = table_of(Deed)
# Written down in every transaction, so both statements are made once.
_DONE = update(DEEDS).where(DEEDS.c.key_hash == bindparam("key")).values(subject_id=bindparam("subject"))


def earlier_subject(session: Session, now: datetime, verb: str, once: str, *content: object) -> int | None:
    """The id of what this very call brought about before, or None when this is the first time: then do it, and say `done`.

    A second call that arrives while the first is still running waits for it here. Raises KeyReused when the key was used for
    other content, NotValid when it isn't a key.
    """
    content_hash = _hash(session, verb, *content)
    row = {"key_hash": _key_hash(session, verb, once), "content_hash": content_hash, "done_at": now}
    if session.connection().execute(_new_deed(store_of(session).engine.dialect.name), row).first():
        return None
    deed = session.exec(select(Deed).where(Deed.key_hash == row["key_hash"])).one()
    if deed.content_hash != content_hash:
        raise KeyReused()
    return deed.subject_id


def is_done(session: Session, verb: str, once: str) -> bool:
    """Would this call only be answered again? Without waiting for one that is running."""
    deed = session.get(Deed, _key_hash(session, verb, once))
    return deed is not None and deed.subject_id is not None


def done(session: Session, verb: str, once: str, subject_id: int | None) -> None:
    session.connection().execute(_DONE, {"key": _key_hash(session, verb, once), "subject": subject_id})


def forget_deeds(session: Session, now: datetime) -> None:
    """Delete what nobody will ask for again."""
    session.execute(delete(Deed).where(col(Deed.done_at) < now - REMEMBERED))


@cache
def _new_deed(dialect: str) -> Any:
    return insert_for(dialect, DEEDS).on_conflict_do_nothing().returning(DEEDS.c.key_hash)


def _key_hash(session: Session, verb: str, once: object) -> str:
    if not isinstance(once, str) or not once.isprintable():
        raise NotValid((Problem("once", "wrong-type"),))
    if not SHORTEST_KEY <= len(once) <= LONGEST_KEY:
        raise NotValid((Problem("once", "too-short" if len(once) < SHORTEST_KEY else "too-long"),))
    return _hash(session, verb, once)


def _hash(session: Session, *content: object) -> str:
    """Keyed, because the content may be a name and a telephone number, which a plain hash would let somebody guess."""
    said = "\x1f".join(map(repr, content)).encode("utf-8", "surrogatepass")
    return hmac.digest(store_of(session).secret, said, sha256).hex()
