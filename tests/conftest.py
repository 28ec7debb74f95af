"""Databases for every test that asks for one: `store` and `database_url` come once per database that can run here."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from booking.store import Store
from tests import databases

SECRET = b"a secret that only tests know, and nobody else"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    for fixture in ("database_url", "empty_database_url"):
        if fixture in metafunc.fixturenames:
            metafunc.parametrize(fixture, databases.runnable(), indirect=True)


def pytest_collection_finish(session: pytest.Session) -> None:
    # A parallel worker can't refuse with a sentence: tests/run.sh says it for all of them.
    if not databases.postgres.cache_info().currsize or hasattr(session.config, "workerinput"):
        return
    if databases.postgres().why_not and os.environ.get("CI") == "true":
        raise pytest.UsageError(databases.postgres().why_not)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if databases.postgres.cache_info().currsize and databases.postgres().why_not:
        terminalreporter.write_line(databases.postgres().why_not, yellow=True)


def pytest_unconfigure() -> None:
    databases.let_go()


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database with every table and no row, of this test alone."""
    with databases.migrated_database(request.param, tmp_path) as url:
        yield url


@pytest.fixture
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without any table."""
    with databases.empty_database(request.param, tmp_path) as url:
        yield url


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    opened = Store(database_url, SECRET)
    yield opened
    opened.close()
