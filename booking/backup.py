"""Backing up the whole book from either database, while everybody goes on booking.

A backup is one consistent look (`reading`): whatever was committed before it began is in it, whole, and whoever writes meanwhile
neither waits nor is seen by halves. The file appears whole or not at all, and is read once more before it does.
"""

import os
import secrets
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, func, select, text

from booking.archive import MANIFEST, SECRET, Backup, Manifest, Part, mark_of, write_table
from booking.own_tables import number_of, own_tables, revision_of
from booking.store import Store, reading

AT_ONCE = 1_000  # rows in memory


class NothingToBackUp(LookupError):
    """There are no tables."""


class Damaged(RuntimeError):
    """SQLite finds its own file damaged; the message is what it says of it."""


def back_up(store: Store, now: datetime, file: Path, secret: bytes | None, *, secret_inside: bool) -> Manifest:
    """Write a backup, readable by its owner only. `secret` is marked, and put in if it is to be inside.

    Raises NothingToBackUp, Damaged, UnknownRevision, FileExistsError and other OSErrors; then there is no file.
    """
    draft = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as opened:
            with zipfile.ZipFile(opened, "w", zipfile.ZIP_DEFLATED) as archive:
                _write(store, now, archive, secret, secret_inside)
            opened.flush()
            os.fsync(opened.fileno())
        with Backup(draft) as written:
            written.check()
            _show(draft, file)
            return written.manifest
    finally:
        with suppress(FileNotFoundError):
            draft.unlink()


def _write(store: Store, now: datetime, archive: zipfile.ZipFile, secret: bytes | None, secret_inside: bool) -> None:
    with reading(store) as session:
        connection = session.connection()
        revision, tables = revision_of(connection), own_tables(connection)
        if revision is None:
            raise NothingToBackUp()
        if store.is_sqlite:
            _check_soundness(connection)
        manifest = Manifest(
            made_at=now,
            made_from="sqlite" if store.is_sqlite else "postgresql",
            revision=revision,
            secret_mark=mark_of(secret),
            holds_secret=secret_inside and secret is not None,
            tables=tuple(_part(connection, archive, table) for table in tables),
        )
    if secret and manifest.holds_secret:
        archive.writestr(SECRET, secret)
    archive.writestr(MANIFEST, manifest.model_dump_json(indent=1))


def _check_soundness(connection: Connection) -> None:
    """A backup of a damaged book would only be found out when it is needed."""
    for pragma in ("integrity_check", "foreign_key_check"):
        said = connection.exec_driver_sql(f"PRAGMA {pragma}").first()
        if said and said[0] != "ok":
            raise Damaged(f"{pragma}: {said[0]}")


def _part(connection: Connection, archive: zipfile.ZipFile, table: Table) -> Part:
    written = write_table(archive, table.name, table.columns.keys(), _rows(connection, table))
    return Part(**written, last_number=_last_number(connection, table))


def _rows(connection: Connection, table: Table) -> Iterator[Any]:
    in_order = select(table).order_by(*table.primary_key.columns)
    with connection.execution_options(yield_per=AT_ONCE).execute(in_order) as rows:
        yield from rows


def _last_number(connection: Connection, table: Table) -> int:
    """A number that was given out is never given again (a deed may still name it), also when its row is gone."""
    number = number_of(table)
    if number is None:
        return 0
    given = _given_on_sqlite if connection.dialect.name == "sqlite" else _given_on_postgresql
    return max(given(connection, table), connection.execute(select(func.max(number))).scalar() or 0)


def _given_on_sqlite(connection: Connection, table: Table) -> int:
    given = text("SELECT max(seq) FROM sqlite_sequence WHERE name = :name")
    return connection.execute(given, {"name": table.name}).scalar() or 0


def _given_on_postgresql(connection: Connection, table: Table) -> int:
    sequence = connection.execute(text("SELECT pg_get_serial_sequence(:name, 'id')"), {"name": table.name}).scalar()
    if not sequence:
        return 0
    last, was_given = connection.exec_driver_sql(f"SELECT last_value, is_called FROM {sequence}").one()
    return last if was_given else 0


def _show(draft: Path, file: Path) -> None:
    """Under its name, which must be free. (Not every folder has hard links, which would notice a file that came just now.)"""
    if file.exists():
        raise FileExistsError(17, "there is such a file already", str(file))
    draft.replace(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
