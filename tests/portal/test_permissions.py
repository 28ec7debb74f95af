"""The table of who may do what says something of everything, and of nothing that isn't there."""

import asyncio

import pytest
from sqlmodel import Session

import portal.routes
from booking.details import Contact
from booking.residents import resident_with
from booking.store import Store, write
from portal.gate import _known_handlers, _states
from portal.identity import permissions
from portal.identity.permissions import (
    ANYBODY,
    ASSISTANTS,
    DEVICE_KEEPERS,
    READERS,
    RESIDENT,
    STAFF,
    may,
    role_table,
    sign_in_page,
)
from portal.identity.sessions import Person, begin, end
from portal.page_state import now
from portal.routes import PAGES
from tests.booking.towns import NOW


def test_every_handler_has_an_entry_and_every_entry_a_handler():
    there_are = {
        f"{state.__name__}.{name}"
        for state in _states(portal.routes.rx.State)
        for name in state.event_handlers
        if name != "setvar" and not state.__module__.startswith("tests")
    }
    assert there_are == set(role_table())
    assert len(there_are) > 60


def test_the_server_does_not_start_while_a_handler_has_none(monkeypatch: pytest.MonkeyPatch):
    """Control: take one entry away."""
    table = role_table()
    del table["MeState.see"]
    monkeypatch.setattr("portal.gate.role_table", lambda: table)
    _known_handlers.cache_clear()
    with pytest.raises(KeyError, match=r"MeState\.see"):
        _known_handlers()
    _known_handlers.cache_clear()


def test_no_state_is_listed_twice():
    listed = [name for states in permissions.HANDLERS.values() for name in permissions._names(states)]
    assert len(listed) == len(set(listed))


def test_what_opens_a_page_asks_no_less_than_the_page():
    """A page that only residents may enter is opened by a handler that only residents may call, and the other way round."""
    roles_of_page = {
        "everybody": ANYBODY,
        "resident": RESIDENT,
        "staff": STAFF,
        "assistants": ASSISTANTS,
        "readers": READERS,
        "keepers": DEVICE_KEEPERS,
    }
    for page in PAGES:
        if page.on_load is None:
            continue
        for handler in page.on_load if isinstance(page.on_load, list) else [page.on_load]:
            owner = handler.state.__name__ if hasattr(handler, "state") else handler.fn.__qualname__.split(".")[0]
            assert role_table()[f"{owner}.{handler.fn.__name__}"] == roles_of_page[page.who], page.route


def test_a_role_is_looked_up_each_time(town: Store):
    resident = write(town, resident_with, NOW, Contact(email="ana@example.org"), "pt")

    def signed_in(session: Session) -> str:
        return begin(session, now(), Person("code", resident_id=resident.id))

    token = write(town, signed_in)
    assert asyncio.run(may(RESIDENT, f"atrio={token}"))
    assert asyncio.run(may(ANYBODY, ""))
    for cookie in ("", "atrio=", f"atrio={token}x", f"other={token}", "atrio"):
        assert not asyncio.run(may(RESIDENT, cookie))
    assert not asyncio.run(may(frozenset({"manager"}), f"atrio={token}"))
    write(town, end, now(), token)
    assert not asyncio.run(may(RESIDENT, f"atrio={token}"))


def test_whoever_is_turned_away_is_sent_to_where_they_can_show_who_they_are():
    assert sign_in_page(RESIDENT) == "/sign-in/"
