"""The database: SQLite or PostgreSQL behind one door.

Verbs are plain functions on a Session. `transaction` is one unit of work that writes, `reading` one consistent look; async code
runs either in a worker thread by `in_transaction` and `in_reading`.

SQLite has one writer. Writers queue in order of arrival (`Turnstile`), because SQLite's own waiting is a lottery that was seen
to keep an unlucky one for seconds; `busy_timeout` is only for programs that don't queue. Readers never wait: WAL gives each a
snapshot. On PostgreSQL writers lock the rows they need, and readers see one snapshot.
"""

import asyncio
import contextvars
import json
import random
import re
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache, partial
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import declared_attr, registry
from sqlmodel import Session, SQLModel

from alembic import command
from booking.errors import Refusal
from booking.memory import Memory
from booking.settings import DEMO_TOWN, Settings, data_folder, settings, signing_secret
from booking.turnstile import turnstile_of

P = ParamSpec("P")
T = TypeVar("T")

MIGRATIONS = Path(__file__).parent.parent / "alembic"
TRIES = 5
# Python runs one thread at a time, and those who wait for a turn slow down the one whose turn it is. So few: while one works,
# another waits for the disk or the database. Who comes meanwhile is served in the order of arrival.
WRITERS, READERS = 2, 4
CONNECTIONS = 16
BUSY_SECONDS = 20
# Alembic keeps the migration under way in a global of its module: one at a time per process.
MIGRATING = threading.RLock()
# How long PostgreSQL may be silent, in seconds or milliseconds: whoever waits for a machine that is gone waits for minutes.
POSTGRESQL_PATIENCE = {"connect_timeout": 5, "tcp_user_timeout": 10_000, "keepalives_idle": 10, "keepalives_interval": 5}
# SQLSTATE of PostgreSQL: serialization_failure, deadlock_detected.
WORTH_ANOTHER_TRY = ("40001", "40P01")

CONSTRAINT_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Table(SQLModel, registry=registry(metadata=MetaData(naming_convention=CONSTRAINT_NAMES))):
    """The base of every table. A row that has left its session is something to read: assigning to it is refused."""

    @declared_attr.directive
    def __tablename__(cls) -> str:  # type: ignore[override]  # noqa: N805
        return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", cls.__name__).lower().removesuffix("_row")

    def __setattr__(self, name: str, value: Any) -> None:
        state = self.__dict__.get("_sa_instance_state")
        if state is not None and state.detached and name != "_sa_instance_state":
            raise AttributeError(f"This {type(self).__name__} was read and let go: change it inside a transaction")
        super().__setattr__(name, value)


class Store:
    """One database, and what this process remembers of it. `secret` signs what must be derivable again (see references.py);
    `caps`: one person may not have any number of appointments (caps.py), and shows whose contact it is (unconfirmed.py);
    `texts`: text messages reach somebody; `demonstrates`: the digest of the town whose day is played (demo/day.py), "" for none."""

    def __init__(self, url: str, secret: bytes, *, caps: bool = False, texts: bool = True, demonstrates: str = ""):
        self.engine = _engine(url)
        self.engines = {writing: _marked(self.engine, writing=writing) for writing in (True, False)}
        self.secret = secret
        self.caps, self.texts, self.demonstrates = caps, texts, demonstrates
        self.turnstile: AbstractContextManager[object] = (
            turnstile_of(str(make_url(url).database)) if self.is_sqlite else nullcontext()
        )
        self.memory = Memory()
        self.listeners: list[Callable[[str], None]] = []
        self.writers = ThreadPoolExecutor(WRITERS, "writer")
        self.readers = ThreadPoolExecutor(READERS, "reader")

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    def close(self) -> None:
        self.writers.shutdown()
        self.readers.shutdown()
        self.engine.dispose()


@cache
def the_store() -> Store:
    """The database this installation is set up for. Raises SettingsError."""
    chosen = settings()
    data_folder(chosen)
    texts = bool(chosen.sms_url or chosen.is_demo)
    return Store(
        chosen.database, signing_secret(chosen), caps=chosen.limits == "on", texts=texts, demonstrates=_demonstrated(chosen)
    )


def _demonstrated(chosen: Settings) -> str:
    if chosen.demo_day != "on":
        return ""
    # Here, because what reads town files stands on this module.
    from booking.town import digest_of

    return digest_of(DEMO_TOWN)


def let_go() -> None:
    """Close what this process opened, before it forks: two processes must not speak on one connection."""
    if the_store.cache_info().currsize:
        the_store().close()
        the_store.cache_clear()


@contextmanager
def transaction(store: Store) -> Iterator[Session]:
    """A session that writes: all of it is committed at the end, or nothing. Rows stay readable afterwards.

    The store's listeners then hear what was `noted`, or the code of the refusal that undid it.
    """
    try:
        with store.turnstile, _session(store, writing=True) as session, session.begin():
            last = session.info["last"] = []
            yield session
            for work in last:
                work(session)
    except Refusal as refusal:
        _say(store, refusal.code)
        raise
    _say(store, *session.info.get("noted", ()))


def note(session: Session, what: str) -> None:
    """Let the store's listeners hear of this once it is committed."""
    session.info.setdefault("noted", []).append(what)


def at_the_end(session: Session, work: Callable[[Session], None]) -> None:
    """Do `work` once, as the last thing before the commit, however often it is asked for: for a lock that everybody wants, which
    is then kept no longer than the commit takes and never while another is waited for. Raises KeyError in a `reading`.
    """
    if work not in session.info["last"]:
        session.info["last"].append(work)


def _say(store: Store, *happened: str) -> None:
    for listener in store.listeners:
        for what in happened:
            listener(what)


@contextmanager
def reading(store: Store) -> Iterator[Session]:
    """A session that sees the database at one instant and changes nothing."""
    with _session(store, writing=False) as session:
        yield session


async def in_transaction(verb: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run `verb(session, ...)` in one transaction of this installation's database, in a worker thread."""
    store = the_store()
    return await _in_thread(store.writers, partial(write, store, verb, *args, **kwargs))


async def in_reading(verb: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run `verb(session, ...)` on one snapshot of this installation's database, in a worker thread."""
    store = the_store()
    return await _in_thread(store.readers, partial(read, store, verb, *args, **kwargs))


def write(store: Store, verb: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run `verb` in a transaction; a deadlock or serialization failure, which undid it all, is tried again a few times."""
    for attempt in range(1, TRIES + 1):
        try:
            with transaction(store) as session:
                return verb(session, *args, **kwargs)
        except OperationalError as error:
            if attempt == TRIES or getattr(error.orig, "sqlstate", None) not in WORTH_ANOTHER_TRY:
                raise
            time.sleep(random.uniform(0, 0.01 * 2**attempt))
    raise AssertionError("the last try returns or raises")


def read(store: Store, verb: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    with reading(store) as session:
        return verb(session, *args, **kwargs)


def store_of(session: Session) -> Store:
    return session.info["store"]


def remembered(session: Session, name: object, version: object, make: Callable[[], T]) -> T:
    """What `make` gave for this `version` of what is called `name`; only the version last asked for is kept, per process."""
    return store_of(session).memory.recall(name, version, make)


def insert_on(session: Session, table: type[Table]) -> Any:
    """An INSERT of the session's own dialect, because only those have ON CONFLICT."""
    return insert_for(store_of(session).engine.dialect.name, table)


def insert_for(dialect: str, table: Any) -> Any:
    return (sqlite if dialect == "sqlite" else postgresql).insert(table)


def table_of(model: type[Table]) -> Any:
    """The table itself, for statements that need none of the machinery that makes objects of rows."""
    return model.__table__  # type: ignore[attr-defined]


def violates(error: DBAPIError, constraint: str) -> bool:
    """Was it this guard of the database that refused? PostgreSQL names the constraint; our SQLite triggers say its name."""
    diagnosis = getattr(error.orig, "diag", None)
    return constraint == diagnosis.constraint_name if diagnosis else constraint in str(error.orig)


def migrate(url: str, revision: str = "head") -> None:
    """Bring the database's tables to `revision`, in one transaction; a database that is already there is left alone."""
    store = Store(url, b"")
    with MIGRATING, store.turnstile, changing_tables(store) as connection:
        command.upgrade(migrations(connection), revision)
    store.close()


class LostReference(RuntimeError):
    """A row would refer to one that isn't there."""


@contextmanager
def changing_tables(store: Store) -> Iterator[Connection]:
    """A transaction in which tables may be made anew. SQLite changes a column by dropping its table, which it refuses while other
    rows refer to it: so it looks at references once, at the end, as its own manual advises ("Making Other Kinds Of Table Schema
    Changes"), and changes nothing, with LostReference, when one leads nowhere.
    """
    with store.engines[True].connect() as connection:
        # On the driver's own connection, because this must be said before the transaction begins.
        driver: Any = connection.connection.driver_connection
        if store.is_sqlite:
            driver.execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                yield connection
                if store.is_sqlite and (lost := connection.exec_driver_sql("PRAGMA foreign_key_check").fetchone()):
                    raise LostReference(f"a row of {lost[0]!r} refers to one of {lost[2]!r} that isn't there")
        finally:
            if store.is_sqlite:
                driver.execute("PRAGMA foreign_keys=ON")


def migrations(connection: Connection) -> Config:
    """Alembic's configuration for running inside a transaction that is already open."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def is_up_to_date(session: Session) -> bool:
    """Whether the tables are those that this program was written for, neither older nor newer."""
    return MigrationContext.configure(session.connection()).get_current_heads() == _newest()


@cache
def _newest() -> tuple[str, ...]:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return tuple(ScriptDirectory.from_config(config).get_heads())


async def _in_thread(threads: ThreadPoolExecutor, work: Callable[[], T]) -> T:
    context = contextvars.copy_context()
    return await asyncio.get_running_loop().run_in_executor(threads, context.run, work)


def _session(store: Store, *, writing: bool) -> Session:
    return Session(store.engines[writing], expire_on_commit=False, info={"store": store})


def _marked(engine: Engine, *, writing: bool) -> Engine:
    if engine.dialect.name == "sqlite" or writing:
        return engine.execution_options(writing=writing)
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def _engine(url: str) -> Engine:
    if make_url(url).get_backend_name() != "sqlite":
        return create_engine(
            url,
            pool_size=CONNECTIONS,
            max_overflow=CONNECTIONS,
            pool_pre_ping=True,
            connect_args=POSTGRESQL_PATIENCE,
            json_deserializer=_with_tuples,
            hide_parameters=True,
        )
    engine = create_engine(
        url,
        pool_size=2 * CONNECTIONS,
        hide_parameters=True,
        max_overflow=CONNECTIONS,
        connect_args={"timeout": BUSY_SECONDS},
        json_deserializer=_with_tuples,
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _with_tuples(text: str) -> Any:
    """JSON read from a column: lists as tuples, as the tables declare them, so that what is shared can't be appended to."""

    def frozen(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: frozen(inner) for key, inner in value.items()}
        return tuple(map(frozen, value)) if isinstance(value, list) else value

    return frozen(json.loads(text))


def _prepare_sqlite(connection: sqlite3.Connection, _: object) -> None:
    # The driver must not open transactions by itself: it would do so too late to be BEGIN IMMEDIATE.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writing = connection.get_execution_options().get("writing", False)
    if connection.info.get("writing") is not writing:
        connection.exec_driver_sql(f"PRAGMA query_only = {'OFF' if writing else 'ON'}")
        connection.info["writing"] = writing
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
