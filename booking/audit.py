"""Who did what, and who saw what: a record to which entries are only ever added, each sealed and chained to the one before.

The seal is an HMAC-SHA256 with the store's secret over every column and the seal before. So whoever can write into the database
but doesn't have the secret can't change, take out, put in or reorder an entry without `verify` finding the first that is wrong.
What the chain alone doesn't show is that its end was cut off: the anchors do (anchors.py), kept on another machine. They also
show that somebody who does have the secret has written the record anew. Nothing here proves that an entry is true, or that
everything that was done was recorded.

Entries can't be erased, so they name people by numbers and slugs only, never by what would tell a stranger who it was. The
database itself refuses UPDATE and DELETE, under the name "audit_append_only" (migration 0010).
"""

import hmac
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, String, func, insert, select, text, type_coerce
from sqlmodel import Field, Session, col
from sqlmodel import select as select_rows

from booking.errors import NotValid, Problem
from booking.store import Table, at_the_end, store_of, table_of

RESIDENT, STAFF, PROGRAM, CLOCKWORK = "resident", "staff", "program", "clockwork"
READ = "read"
# What may be wrong with an entry: see Verdict.
CHANGED, MISSING, PUT_IN, OUT_OF_LINE, NOT_AS_ANCHORED = "changed", "missing", "put-in", "out-of-line", "not-as-anchored"

AT_ONCE = 1_000  # rows in memory
LONGEST = 200
MOST_FACTS = 10
SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
ID = re.compile(r"[\w.:/-]+( [\w.:/-]+)*", re.ASCII)
# Whoever appends takes this lock; the other advisory locks have numbers of their own (caps.py, alembic/env.py).
CHAIN = 2026112601


class AuditEntry(Table, table=True):
    """`number` has no gaps. `at` is the verb's `now`, so it may go back a little from one entry to the next.

    `subject` and `on_behalf_of` are ids that say their kind, like "resident 17"; `purpose` and `on_behalf_of` may be "". `facts` is
    a JSON object of strings, as it was sealed. `previous_hash` is "" in the first entry.
    """

    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    at: datetime
    actor_kind: str
    actor: str
    act: str
    subject_kind: str
    subject: str = Field(index=True)
    purpose: str
    on_behalf_of: str
    facts: str
    previous_hash: str
    hash: str


@dataclass(frozen=True)
class Head:
    """The last entry of a chain, or of a part of it."""

    number: int
    hash: str


@dataclass(frozen=True)
class Verdict:
    """`count` entries up to `head` are as they were written. `broken` is the number of the first that isn't, None when all are;
    `why` is one of CHANGED, MISSING, PUT_IN, OUT_OF_LINE and NOT_AS_ANCHORED, or "".
    """

    count: int
    head: Head
    broken: int | None = None
    why: str = ""


NOTHING = Head(0, "")
ENTRIES = table_of(AuditEntry)
SEALED = tuple(name for name in ENTRIES.columns.keys() if name != "hash")  # noqa: SIM118


def record(
    session: Session,
    now: datetime,
    *,
    actor_kind: str,
    actor: str,
    act: str,
    subject_kind: str,
    subject: str,
    purpose: str = "",
    on_behalf_of: str = "",
    facts: Mapping[str, str] | None = None,
) -> None:
    """Append an entry in the caller's transaction, at any place in it: entries are numbered and chained just before the commit,
    so that nobody waits for another's whole transaction, and one that fails leaves no gap.

    Staff who read say what for: raises NotValid without a `purpose`. Raises ValueError for what has no place in an entry, and
    KeyError in a `reading`, where nothing could be kept.
    """
    if actor_kind == STAFF and act == READ and not purpose:
        raise NotValid((Problem("purpose", "missing"),))
    entry = {
        "at": now.astimezone(UTC),
        "actor_kind": _fitting(SLUG, actor_kind),
        "actor": _fitting(ID, actor),
        "act": _fitting(SLUG, act),
        "subject_kind": _fitting(SLUG, subject_kind),
        "subject": _fitting(ID, subject),
        "purpose": purpose and _fitting(SLUG, purpose),
        "on_behalf_of": on_behalf_of and _fitting(ID, on_behalf_of),
        "facts": _facts(facts or {}),
    }
    at_the_end(session, _chain)
    session.info.setdefault("unchained", []).append(entry)


def reads_of(session: Session, subject: str) -> list[AuditEntry]:
    """Who read what is kept of this subject, when and what for, the latest first."""
    reads = select_rows(AuditEntry).where(AuditEntry.subject == subject, AuditEntry.act == READ)
    return list(session.exec(reads.order_by(col(AuditEntry.number).desc())))


def latest_entries(session: Session, most: int, subject: str = "") -> list[AuditEntry]:
    """The last so many entries, of one subject when it is named, in the order of the chain."""
    entries = select_rows(AuditEntry).order_by(col(AuditEntry.number).desc()).limit(most)
    return list(session.exec(entries.where(AuditEntry.subject == subject) if subject else entries))[::-1]


def head_of(session: Session) -> Head:
    """NOTHING before the first entry."""
    last = select(ENTRIES.c.number, ENTRIES.c.hash).order_by(ENTRIES.c.number.desc()).limit(1)
    found = session.connection().execute(last).first()
    return Head(*found) if found else NOTHING


def verify(session: Session, after: Head = NOTHING, anchors: Iterable[Head] = ()) -> Verdict:
    """Walk the chain, from the entry `after` on if that is known to be right (it must still be there), and compare it with what
    was known of it at other times. Takes time in proportion to the entries, and memory to the anchors.
    """
    known: dict[int, set[str]] = {}
    for each in (after, *anchors):
        if each.number >= max(after.number, 1):
            known.setdefault(each.number, set()).add(each.hash)
    head, previous, count = Head(max(after.number, 1) - 1, ""), None if after.number else "", 0
    for row in _rows(session, after.number):
        if why := _what_is_wrong(store_of(session).secret, row, head.number + 1, previous, known):
            return Verdict(count, head, min(row["number"], head.number + 1), why)
        head, previous, count = Head(row["number"], row["hash"]), row["hash"], count + 1
    if max(known, default=0) > head.number:
        return Verdict(count, head, head.number + 1, MISSING)
    return Verdict(count, head)


def _what_is_wrong(
    secret: bytes, row: Mapping[Any, Any], number: int, previous: str | None, known: Mapping[int, set[str]]
) -> str:
    """`previous` is None where nobody knows."""
    if row["number"] != number:
        return MISSING if row["number"] > number else PUT_IN
    if row["hash"] != _seal(secret, row):
        return CHANGED
    if previous is not None and row["previous_hash"] != previous:
        return OUT_OF_LINE
    return NOT_AS_ANCHORED if known.get(number, {row["hash"]}) != {row["hash"]} else ""


def _rows(session: Session, first: int) -> Iterator[Mapping[Any, Any]]:
    """In order, from this number on; from 0, whatever there is."""
    columns = [_as_text(session) if column.name == "at" else column for column in ENTRIES.columns]
    entries = select(*columns).order_by(ENTRIES.c.number).execution_options(yield_per=AT_ONCE)
    with session.connection().execute(entries.where(ENTRIES.c.number >= first) if first else entries) as rows:
        yield from rows.mappings()


def _as_text(session: Session) -> ColumnElement[str]:
    """The instant as it is sealed. Not read as one, because whatever somebody wrote there must be readable."""
    if store_of(session).is_sqlite:
        return type_coerce(ENTRIES.c.at, String()).label("at")
    return func.to_char(func.timezone("UTC", ENTRIES.c.at), "YYYY-MM-DD HH24:MI:SS.US").label("at")


def _chain(session: Session) -> None:
    # What still waits to be written may have to wait for others; while the chain is ours, we wait for nobody.
    session.flush()
    _take_turns(session)
    head, entries = head_of(session), session.info.pop("unchained")
    for entry in entries:
        entry |= {"number": head.number + 1, "previous_hash": head.hash}
        entry["hash"] = _seal(store_of(session).secret, entry | {"at": f"{entry['at']:%Y-%m-%d %H:%M:%S.%f}"})
        head = Head(entry["number"], entry["hash"])
    session.connection().execute(insert(ENTRIES), entries)


def _take_turns(session: Session) -> None:
    """Until the commit. On SQLite writers take turns anyway."""
    if not store_of(session).is_sqlite:
        session.connection().execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": CHAIN})


def _seal(secret: bytes, entry: Mapping[Any, Any]) -> str:
    """A JSON array can be read in one way only, so no two entries have one text. (SQLite may hold bytes where text belongs.)"""
    sealed = json.dumps([entry[name] for name in SEALED], default=list)
    return hmac.digest(secret, f"audit entry:{sealed}".encode(), sha256).hex()


def _fitting(pattern: re.Pattern[str], value: str) -> str:
    if len(value) > LONGEST or not pattern.fullmatch(value):
        raise ValueError(f"{value[:LONGEST]!r} has no place in an audit entry")
    return value


def _facts(facts: Mapping[str, str]) -> str:
    if len(facts) > MOST_FACTS or not all(SLUG.fullmatch(name.replace("_", "-")) for name in facts):
        raise ValueError("These facts have no place in an audit entry")
    if any(len(value) > LONGEST or not value.isprintable() or "@" in value for value in facts.values()):
        raise ValueError("A fact is a short text without an address")
    return json.dumps(dict(facts), sort_keys=True)
