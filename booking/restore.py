"""Restoring a backup into either database, in one transaction: all of it is done, or nothing.

The tables are first made as they were at the file's revision, filled, and then brought up to date, as if the town had never
moved.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, time
from itertools import islice
from typing import Any

from sqlalchemy import Column, Connection, Table, select, text
from sqlalchemy.exc import DataError, IntegrityError
from sqlmodel import Session

from alembic import command
from booking.archive import Backup, Broken, Part
from booking.catalogue import catalogue_changed
from booking.own_tables import UnknownRevision, names_at, number_of, own_tables
from booking.store import MIGRATING, LostReference, Store, changing_tables, migrations

AT_ONCE = 1_000  # rows in memory
# The database lets nobody delete their rows; nothing refers to them, and they go with the table.
ONLY_ADDED_TO = ("audit_entry",)
FROM_TEXT: dict[type, Callable[[str], Any]] = {
    datetime: datetime.fromisoformat,
    date: date.fromisoformat,
    time: time.fromisoformat,
}


class NotEmpty(Exception):
    """The database holds rows already, and nobody said that they may go."""


class LaterVersion(Exception):
    """The file was made by a later version of this program, whose tables this one doesn't know."""


def restore(store: Store, backup: Backup, *, replace: bool = False) -> None:
    """Make the database what the file says, and bring it up to date.

    Raises Broken, LaterVersion, NotEmpty unless it may `replace` what is there, and UnknownRevision when what is there was made
    by a later version. Then nothing has changed.
    """
    _check_version(backup)
    backup.check()
    try:
        _restore(store, backup, replace)
    except LostReference as lost:
        raise Broken(str(lost)) from None


def _restore(store: Store, backup: Backup, replace: bool) -> None:
    with MIGRATING, store.turnstile, changing_tables(store) as connection:
        _make_room(connection, replace)
        command.upgrade(migrations(connection), backup.manifest.revision)
        _fill(connection, backup)
        command.upgrade(migrations(connection), "head")
        _go_on_counting(connection, backup.manifest.tables)
        # The numbers of versions come back too: nobody who remembers the town by them may take it for what it was.
        with Session(connection, info={"store": store}) as session:
            catalogue_changed(session)
            session.commit()


def _check_version(backup: Backup) -> None:
    try:
        known = names_at(backup.manifest.revision)
    except UnknownRevision:
        raise LaterVersion() from None
    if sorted(known) != sorted(part.name for part in backup.manifest.tables):
        raise Broken("its tables are not those of its revision")


def _make_room(connection: Connection, replace: bool) -> None:
    tables = own_tables(connection)
    for table in reversed(tables):
        if not replace and connection.execute(select(table).limit(1)).first():
            raise NotEmpty(table.name)
        if table.name not in ONLY_ADDED_TO:
            connection.execute(table.delete())
    if tables:
        command.downgrade(migrations(connection), "base")


def _fill(connection: Connection, backup: Backup) -> None:
    parts = {part.name: part for part in backup.manifest.tables}
    for table in own_tables(connection):
        part = parts[table.name]
        if sorted(part.columns) != sorted(table.columns.keys()):
            raise Broken(f"the columns of {table.name!r} are not those of its revision")
        try:
            for rows in _in_batches(backup.rows(part)):
                connection.execute(table.insert(), _as_values(table, part, rows))
        except (IntegrityError, DataError, TypeError, ValueError):
            raise Broken(f"the database refuses what it says of {table.name!r}") from None


def _in_batches(rows: Iterator[Any]) -> Iterator[list[Any]]:
    while batch := list(islice(rows, AT_ONCE)):
        yield batch


def _as_values(table: Table, part: Part, rows: Iterable[list[Any]]) -> list[dict[str, Any]]:
    columns = [table.columns[name] for name in part.columns]
    return [{column.name: _value(column, value) for column, value in zip(columns, row, strict=True)} for row in rows]


def _value(column: Column, value: Any) -> Any:
    read = FROM_TEXT.get(column.type.python_type)
    if read is None or value is None:
        return value
    parsed = read(value)
    return parsed.replace(tzinfo=UTC) if getattr(column.type, "timezone", False) and isinstance(parsed, datetime) else parsed


def _go_on_counting(connection: Connection, parts: Iterable[Part]) -> None:
    """A number that was given out before is not given again."""
    last_numbers = {part.name: part.last_number for part in parts}
    go_on = _go_on_sqlite if connection.dialect.name == "sqlite" else _go_on_postgresql
    for table in own_tables(connection):
        last_number = last_numbers.get(table.name)
        if last_number and number_of(table) is not None:
            go_on(connection, {"name": table.name, "last": last_number})


def _go_on_sqlite(connection: Connection, table: dict[str, Any]) -> None:
    """Only AUTOINCREMENT remembers a number whose row is gone; the others count on from the highest there is."""
    made = connection.execute(text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :name"), table).scalar_one()
    if "AUTOINCREMENT" not in made.upper():
        return
    connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), table)
    connection.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :last)"), table)


def _go_on_postgresql(connection: Connection, table: dict[str, Any]) -> None:
    connection.execute(text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :last)"), table)
