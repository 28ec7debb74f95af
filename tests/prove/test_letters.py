"""The short form of promise 8 is tests/portal/test_worker.py; here, that the long one's figures notice a lost letter."""

import pytest

from tests.portal import test_worker
from tests.prove.letters import proven

SETTLED_FIRST = test_worker.WORKER.replace(
    "from portal.__main__ import main",
    """
import portal.letters.delivery, portal.worker
lease = portal.worker.lease
def settled_first(session, now, count):
    letters = lease(session, now, count)
    for letter in letters:
        outbox.delivered(session, now, letter)
    return letters
portal.worker.lease = settled_first
from portal.__main__ import main""",
)


def test_killed_twice_none_is_lost():
    outcome = proven("sqlite", letters=60, kills=2)
    assert not outcome.broken, outcome


def test_a_worker_that_settles_before_it_delivers_loses_letters(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(test_worker, "WORKER", SETTLED_FIRST)
    assert "every letter arrived" in proven("sqlite", letters=200, kills=3).broken
