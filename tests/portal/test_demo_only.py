"""What a demonstration lets people do by a click, nobody does anywhere else."""

import asyncio

import pytest
from sqlmodel import Session

from booking.catalogue import StaffMember, catalogue_changed
from booking.store import Store, write
from portal.desk.sign_in_state import DeskSignInState
from tests.portal.conftest import Choose


def come_in_by_a_click(slug: str = "rosa") -> str:
    state = DeskSignInState(_reflex_internal_init=True)  # type: ignore[call-arg]
    asyncio.run(DeskSignInState.event_handlers["be"].fn(state, slug))
    return state.grant


@pytest.fixture
def staffed(town: Store) -> Store:
    def joins(session: Session) -> None:
        rosa = {"slug": "rosa", "position": 1, "name": "Rosa", "email": "rosa@town.example", "counters": (), "skills": ()}
        session.add(StaffMember(**rosa, roles=("clerk",)))
        catalogue_changed(session)

    write(town, joins)
    return town


def test_nobody_comes_in_by_a_click_where_it_is_no_demonstration(staffed: Store, choose: Choose):
    choose(demo="0", limits="on")
    assert come_in_by_a_click() == ""


def test_in_a_demonstration_the_town_names_whom(staffed: Store, choose: Choose):
    """Control."""
    choose(demo="1")
    assert come_in_by_a_click() != ""
    assert come_in_by_a_click("nobody") == ""
