"""The short form of promise 3."""

import pytest

from tests.databases import SQLITE, runnable
from tests.load.rest import CALLING
from tests.prove.lobby import proven


@pytest.mark.parametrize("kind", runnable())
def test_no_number_is_doubled_and_nobody_called_twice(kind: str):
    outcome = proven(kind, tickets=160)
    assert not outcome.broken, outcome


def test_without_the_guards_somebody_is_called_twice():
    """Control: nobody looks whether somebody else has them already, and the database's own guard is dropped."""
    outcome = proven(SQLITE, tickets=80, instead=("tests.load.rest", CALLING), before="DROP INDEX uq_ticket_in_hand")
    assert "nobody called twice" in outcome.broken, outcome
