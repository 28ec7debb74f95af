"""The short form of promise 5."""

import pytest

from tests.databases import runnable
from tests.load.rest import COMMITTING
from tests.prove.killed import proven

REST = ("tests.load.rest",)


@pytest.mark.parametrize("kind", runnable())
def test_a_site_that_is_killed_under_its_clients_loses_no_promise(kind: str):
    outcome = proven(kind, kills=1, clients=8, instead=REST)
    assert not outcome.broken, outcome


def test_promises_that_were_never_committed_are_missed():
    """Control: the figures above do notice."""
    outcome = proven("sqlite", kills=1, clients=4, instead=(*REST, COMMITTING))
    assert "no promise lost" in outcome.broken
