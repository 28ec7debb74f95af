"""The short form of promise 1: over REST, as far as tests/booking/test_races.py does not hold it already."""

import pytest

from tests.databases import runnable
from tests.load.rest import LOOKING
from tests.prove.last_places import WAYS, proven

REST = ("tests.load.rest",)


@pytest.mark.parametrize("way", [WAYS[1], WAYS[3], WAYS[4]])
@pytest.mark.parametrize("kind", runnable())
def test_of_many_who_want_the_last_places_exactly_so_many_get_one(kind: str, way: str):
    outcome = proven(kind, way, clients=12, places=10, instead=REST)
    assert not outcome.broken, outcome


@pytest.mark.parametrize("kind", runnable())
def test_when_nobody_looks_and_the_database_does_not_refuse_it_oversells(kind: str):
    """Control: the figures above do notice."""
    outcome = proven(kind, "book", clients=8, places=5, instead=(*REST, LOOKING), guarded=False)
    assert set(outcome.broken) == {"exactly the places accepted", "exactly the places in the book", "nothing sold twice"}
