"""Writes a sound town file into the catalogue, changing only what differs, and tells what that was."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlmodel import Session, SQLModel, select

from booking.catalogue import Counter, Location, Notice, Service, StaffMember, Topic, Town
from booking.promises import Book
from booking.town.changes import NEW_TOWN, Change, field_changes, row_name
from booking.town.document import Thing
from booking.town.rows import Values, named_rows, nameless_rows, town_values

KINDS = {Topic: "topic", Location: "location", Counter: "counter", StaffMember: "staff member", Service: "service"}


def write_town(session: Session, document: Thing, digest: str, now: datetime) -> list[Change]:
    """Make the catalogue say what the document says. What it no longer has is withdrawn from `now` on, not deleted.

    Two loads at once take turns: the town's row is locked until the transaction ends.
    """
    changes = _write_town(session, town_values(document), digest)
    for table, wanted in named_rows(document).items():
        changes += _write_named(session, table, wanted, now)
        session.flush()
    for table, wanted in nameless_rows(document).items():
        changes += _write_nameless(session, table, wanted)
    session.flush()
    _open_books(session)
    return changes


def _open_books(session: Session) -> None:
    """Every location has a page of the book from the start, so that a load and a first booking take turns."""
    known = set(session.exec(select(Book.location)))
    session.add_all([Book(location=each) for each in session.exec(select(Location.slug)) if each not in known])
    session.flush()


def _write_town(session: Session, wanted: Values, digest: str) -> list[Change]:
    town = session.exec(select(Town).with_for_update()).one_or_none()
    if town is None:
        session.add(Town(digest=digest, **wanted))
        return [NEW_TOWN]
    town.digest = digest
    return _update("town", town, wanted)


def _write_named(session: Session, table: type[Any], wanted: dict[str, Values], now: datetime) -> list[Change]:
    kind, changes = KINDS[table], []
    present = {row.slug: row for row in session.exec(select(table))}
    order_before = sorted((row.position, slug) for slug, row in present.items() if not row.withdrawn_at)
    for slug, values in wanted.items():
        changes += _write_one(session, table, f"{kind} {slug}", present.get(slug), {"slug": slug, **values})
    for slug, row in present.items():
        if slug not in wanted and row.withdrawn_at is None:
            row.withdrawn_at = now
            changes.append(Change(f"{kind} {slug}", "withdrawn"))
    if _reordered([slug for _, slug in order_before], wanted):
        changes.append(Change(f"{kind}s", "in another order"))
    return changes


def _write_one(session: Session, table: type[Any], name: str, row: Any, values: Values) -> list[Change]:
    if row is None:
        session.add(table(**values))
        return [Change(name, "new")]
    changes = _update(name, row, values)
    if row.withdrawn_at is not None:
        row.withdrawn_at = None
        changes.insert(0, Change(name, "offered again"))
    return changes


def _update(name: str, row: SQLModel, wanted: Values) -> list[Change]:
    """Set what differs. A new position alone is nothing to tell: it follows from what was added or taken out before."""
    old = {key: _plain(getattr(row, key)) for key in wanted}
    for key, value in wanted.items():
        if old[key] != value:
            setattr(row, key, value)
    return field_changes(name, old, {key: value for key, value in wanted.items() if key != "position"})


def _reordered(before: list[str], wanted: Iterable[str]) -> bool:
    after = list(wanted)
    return [slug for slug in before if slug in after] != [slug for slug in after if slug in before]


def _write_nameless(session: Session, table: type[Any], wanted: list[Values]) -> list[Change]:
    """Rows that nothing refers to: those that vanished are deleted, new ones added, the others left alone."""
    missing, changes, kept = list(wanted), [], []
    for row in session.exec(select(table).order_by(table.id)):
        values = {key: _plain(getattr(row, key)) for key in type(row).model_fields if key != "id"}
        same = next((each for each in missing if _same(each, values)), None)
        if same is None:
            session.delete(row)
            changes.append(_told(table, values, "removed"))
        else:
            missing.remove(same)
            kept.append((row, same))
    for values in missing:
        session.add(table(**values))
        changes.append(_told(table, values, "added"))
    return changes + (_put_in_order(kept) if table is Notice else [])


def _put_in_order(kept: list[tuple[Notice, Values]]) -> list[Change]:
    """A new position alone is nothing to tell, as it follows from what was added or taken out before; another order is."""
    kept.sort(key=lambda pair: pair[0].position)
    positions = [values["position"] for _, values in kept]
    for row, values in kept:
        if row.position != values["position"]:
            row.position = values["position"]
    return [] if positions == sorted(positions) else [Change("notices", "in another order")]


def _same(wanted: Values, present: Values) -> bool:
    return all(present[key] == value for key, value in wanted.items() if key != "position")


def _told(table: type[Any], values: Values, verb: str) -> Change:
    thing, what = row_name(table, values)
    return Change(thing, f"{what} {verb}")


def _plain(value: Any) -> Any:
    """JSON columns may come as tuples or lists; the file has lists."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, (list, tuple)) else value
