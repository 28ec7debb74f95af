"""The tables are what the migrations make of them, on both databases, there and back."""

import subprocess
import sys

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from booking import catalogue, promises
from booking.store import Store, Table, migrate, migrations, transaction
from sqlalchemy import inspect, text

ROOMS_WITH_TABLES = (catalogue, promises)


@pytest.fixture
def empty_store(empty_database_url: str):
    store = Store(empty_database_url, b"")
    yield store
    store.close()


def tables(store: Store) -> set[str]:
    return set(inspect(store.engine).get_table_names())


def differences(store: Store) -> list:
    with transaction(store) as session:
        return compare_metadata(MigrationContext.configure(session.connection()), Table.metadata)


def test_upgraded_tables_equal_the_models(empty_database_url: str, empty_store: Store):
    migrate(empty_database_url)
    assert differences(empty_store) == []


def test_a_column_that_no_migration_makes_is_noticed(empty_database_url: str, empty_store: Store):
    """Control: the comparison above can fail."""
    migrate(empty_database_url)
    with transaction(empty_store) as session:
        session.execute(text("ALTER TABLE topic DROP COLUMN icon"))
    assert differences(empty_store)


def test_every_step_goes_up_and_down_again_and_leaves_nothing(empty_store: Store):
    with transaction(empty_store) as session:
        config = migrations(session.connection())
        for step in reversed(list(ScriptDirectory.from_config(config).walk_revisions())):
            command.upgrade(config, step.revision)
            command.downgrade(config, "-1")
            command.upgrade(config, step.revision)
        command.downgrade(config, "base")
    assert tables(empty_store) <= {"alembic_version", "sqlite_sequence"}


def test_there_is_one_line_of_history():
    assert len(ScriptDirectory("alembic").get_heads()) == 1


def test_migrating_twice_changes_nothing(empty_database_url: str, empty_store: Store):
    migrate(empty_database_url)
    before = tables(empty_store)
    migrate(empty_database_url)
    assert tables(empty_store) == before


def test_two_processes_that_start_at_once_both_find_the_tables(empty_database_url: str, empty_store: Store):
    start = [sys.executable, "-c", "import sys; from booking.store import migrate; migrate(sys.argv[1])", empty_database_url]
    processes = [subprocess.Popen(start) for _ in range(3)]
    assert [process.wait(timeout=60) for process in processes] == [0, 0, 0]
    assert "seat" in tables(empty_store)


def test_a_migration_that_fails_leaves_nothing_behind(empty_store: Store):
    with pytest.raises(RuntimeError):
        with transaction(empty_store) as session:
            command.upgrade(migrations(session.connection()), "head")
            raise RuntimeError("the power went")
    assert tables(empty_store) == set()
