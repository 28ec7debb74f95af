"""What tests of the REST calls share: a small town behind them, at eight o'clock on a Monday."""

import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
import time_machine
from starlette.testclient import TestClient

import booking.store
import portal.site
from booking import settings as settings_module
from booking.settings import read_settings, settings
from booking.store import Store
from portal.doors import doors
from portal.held_times import memory
from portal.limits import limiter
from portal.site import drawn_catalogue
from tests.booking.towns import NOW, found

CLIENT = ("203.0.113.7", 50000)
Choose = Callable[..., None]


@pytest.fixture
def choose(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Choose]:
    """Called, it changes settings, named without their prefix. Nothing of this machine's own installation is read."""

    def chosen(**wishes: str) -> None:
        for name, value in wishes.items():
            monkeypatch.setenv(f"ATRIO_{name.upper()}", value)
        settings.cache_clear()
        limiter.cache_clear()
        memory.cache_clear()

    for name in [name for name in os.environ if name.startswith("ATRIO_") and not name.startswith("ATRIO_TEST_")]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(settings_module, "read_settings", partial(read_settings, tmp_path / "no .env"))
    chosen(data=str(tmp_path / "data"), limits="off")
    yield chosen
    settings.cache_clear()
    limiter.cache_clear()
    memory.cache_clear()


@pytest.fixture
def town(store: Store, choose: Choose, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """The town that REST speaks for, with two counters at "pacos"."""
    found(store, counters=2)
    for module in (booking.store, portal.site):
        monkeypatch.setattr(module, "the_store", lambda: store)
    drawn_catalogue.cache_clear()
    with time_machine.travel(NOW):
        yield store
    drawn_catalogue.cache_clear()


@pytest.fixture
def api(town: Store) -> Iterator[TestClient]:
    with TestClient(doors, base_url="http://testserver/api/v1", client=CLIENT, raise_server_exceptions=False) as client:
        yield client
