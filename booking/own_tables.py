"""Which tables are the town's own, as the database has them; a database may hold others' tables beside them.

The names are those that the migrations make, run once in memory: so none is forgotten because nobody imported its module, and a
database of an earlier revision is known as well.
"""

from functools import cache

from alembic.runtime.migration import MigrationContext
from alembic.util import CommandError
from sqlalchemy import JSON, Column, Connection, MetaData, Table, create_engine, inspect
from sqlalchemy.pool import StaticPool

from alembic import command
from booking.store import MIGRATING, migrations

VERSION = "alembic_version"


class UnknownRevision(LookupError):
    """The tables are of a revision that this program doesn't have: made by a later version."""


def revision_of(connection: Connection) -> str | None:
    """None for a database into which nothing was ever migrated."""
    return MigrationContext.configure(connection).get_current_revision()


def own_tables(connection: Connection) -> list[Table]:
    """Those of the database's own revision, each after the tables that it refers to. Raises UnknownRevision."""
    revision = revision_of(connection)
    if revision is None:
        return []
    known = MetaData()
    known.reflect(connection, only=names_at(revision))
    for table in known.sorted_tables:
        for column in table.columns:
            _tell_nothing_from_null(column)
    return known.sorted_tables


def number_of(table: Table) -> Column | None:
    """The column in which the database numbers the rows."""
    [*key] = table.primary_key.columns
    return key[0] if len(key) == 1 and key[0].type.python_type is int and key[0].name == "id" else None


@cache
def names_at(revision: str) -> list[str]:
    """Raises UnknownRevision."""
    memory = create_engine("sqlite://", poolclass=StaticPool)
    try:
        with MIGRATING, memory.begin() as connection:
            command.upgrade(migrations(connection), revision)
            return [name for name in inspect(connection).get_table_names() if name != VERSION]
    except CommandError:
        raise UnknownRevision(revision) from None
    finally:
        memory.dispose()


def _tell_nothing_from_null(column: Column) -> None:
    """SQLAlchemy would write JSON's null where a backup says that there is nothing."""
    if isinstance(column.type, JSON):
        column.type.none_as_null = bool(column.nullable)
