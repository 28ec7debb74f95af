"""The short form of promise 9. That each handler is walked is asked in tests/portal/test_permissions.py."""

from tests.databases import SQLITE
from tests.prove.who_may import ROLES, proven


def test_nobody_is_told_anything_of_somebody_else():
    outcome = proven(SQLITE, swaps=0, roles=ROLES[:3])
    assert not outcome.broken, outcome


def test_without_its_guards_the_walk_is_told_something():
    """Control: the same walk, while everybody may and nobody looks whose it is."""
    outcome = proven(
        SQLITE, swaps=0, roles=ROLES[1:2], instead=("tests.load.unguarded",), only=("MeState.see", "FindState.find")
    )
    assert "nothing told" in outcome.broken
