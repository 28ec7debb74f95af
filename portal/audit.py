"""`python -m portal audit`: is the record of who did what still what was written, and what does it say?"""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from booking.anchors import ANCHORS, Anchor, NotAnAnchor, read_anchors
from booking.audit import CHANGED, MISSING, NOT_AS_ANCHORED, OUT_OF_LINE, PUT_IN, AuditEntry, latest_entries, verify
from booking.settings import settings
from booking.store import read, the_store
from portal.commands import Refused, first_line, loaded_digest

SAYS = {
    CHANGED: "is not what was written. Either it was changed, or this installation has another secret than then (ATRIO_SECRET).",
    MISSING: "is missing.",
    PUT_IN: "was put in.",
    OUT_OF_LINE: "does not follow the one before it.",
    NOT_AS_ANCHORED: "is another than the one that was anchored.",
}


def verify_audit(arguments: Namespace) -> None:
    """Whether every entry is as it was written; the first that isn't is named."""
    loaded_digest()
    anchors = _anchors(arguments.anchors)
    try:
        verdict = read(the_store(), verify, anchors=[anchor.head for anchor in anchors])
    except SQLAlchemyError as error:
        raise Refused(f"The audit record cannot be read: {first_line(error)}") from error
    if verdict.broken is not None:
        raise Refused(f"Entry {verdict.broken} of the audit record {SAYS[verdict.why]}")
    print(f"{verdict.count} entries of the audit record are as they were written. Anchors that agree: {len(anchors)}.")
    if not anchors:
        print("Note: without an anchor nobody knows whether later entries were cut off.")


def show_audit(arguments: Namespace) -> None:
    loaded_digest()
    for entry in read(the_store(), latest_entries, max(0, arguments.last), arguments.subject):
        print(_line(entry))


def _anchors(named: Path | None) -> list[Anchor]:
    file = named or settings().data / ANCHORS
    if not named and not file.exists():
        return []
    try:
        return read_anchors(file)
    except NotAnAnchor as line:
        raise Refused(f"Line {line} of {file} is not an anchor.") from None
    except OSError as error:
        raise Refused(f"{file} can't be read: {error.strerror}.") from error


def _line(entry: AuditEntry) -> str:
    purpose = f" for {entry.purpose}" if entry.purpose else ""
    behalf = f" on behalf of {entry.on_behalf_of}" if entry.on_behalf_of else ""
    facts = f"  {entry.facts}" if entry.facts != "{}" else ""
    did = f"{entry.actor_kind} {entry.actor}  {entry.act}  {entry.subject}{purpose}{behalf}"
    return f"{entry.number}  {entry.at:%Y-%m-%d %H:%M:%S} UTC  {did}{facts}"
