"""The short form of promise 4."""

import pytest

from tests.databases import runnable
from tests.load.rest import REMEMBERING
from tests.prove.asked_again import proven

REST = ("tests.load.rest",)


@pytest.mark.parametrize("kind", runnable())
def test_what_is_sent_three_times_with_its_first_reply_dropped_is_done_and_told_once(kind: str):
    outcome = proven(kind, rounds=4, instead=REST)
    assert not outcome.broken, outcome


def test_when_nothing_is_remembered_it_is_done_again():
    """Control: the figures above do notice."""
    outcome = proven("sqlite", rounds=2, instead=(*REST, REMEMBERING))
    assert {"each done and told once", "repeated answers alike"} <= set(outcome.broken)
