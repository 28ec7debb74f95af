"""Runs migrations: in the transaction that `booking.store.migrate` opened, or by the `alembic` command, in one of its own."""

from typing import Any, Literal

from alembic.autogenerate.api import AutogenContext
from sqlalchemy.types import TypeDecorator
from sqlmodel.sql.sqltypes import UTCDateTime

from alembic import context
from booking import audit, catalogue, merging, one_time_codes, outbox, people, promises, retention, tickets, waiting_list
from booking.store import Table, changing_tables, the_store
from kiosk import device, pairing
from portal.appointments import draft
from portal.identity import (
    api_tokens,
    desk_entering,
    entering,
    grants,
    passkeys,
    sessions,
    staff_access,
    staff_identities,
    tries,
)

# Importing the rooms that have tables fills this metadata.
TABLES_OF = (
    audit,
    catalogue,
    merging,
    one_time_codes,
    people,
    promises,
    retention,
    tickets,
    device,
    pairing,
    outbox,
    waiting_list,
    draft,
    entering,
    grants,
    sessions,
    staff_access,
    staff_identities,
    api_tokens,
    desk_entering,
    passkeys,
    tries,
)
metadata = Table.metadata


def run(connection) -> None:
    is_sqlite = connection.dialect.name == "sqlite"
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=is_sqlite, render_item=in_plain_types)
    if connection.dialect.name == "postgresql":
        # Two processes that start at once: the second waits here and then finds nothing left to do.
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(2026112201)")
    with context.begin_transaction():
        context.run_migrations()


def in_plain_types(kind: str, item: Any, _: AutogenContext) -> str | Literal[False]:
    """A migration must mean the same for ever, so it names SQLAlchemy's types rather than those built upon them."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return "sa.DateTime(timezone=True)" if isinstance(item, UTCDateTime) else "sa.String()"
    return False


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with changing_tables(the_store()) as connection:
        run(connection)
