"""`make prove`: the promises of the book at full length, against a served town and on every database that can run here.

Takes about half an hour. `python -m tests.prove 1 5 sqlite` proves only those two, on SQLite only. Exit code 1 when a promise is broken.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path

from portal.build import is_whole
from tests import databases
from tests.databases import SQLITE
from tests.prove import asked_again, clocks, hoarding, killed, last_places, letters, living_book, lobby, who_may
from tests.prove.outcome import Outcome
from tests.serving import House


def main(*chosen: str) -> int:
    print(f"Átrio, {datetime.now().astimezone():%Y-%m-%d %H:%M}", flush=True)
    _pages_to_serve()
    numbers, kinds = [word for word in chosen if word.isdigit()], [word for word in chosen if not word.isdigit()]
    outcomes = [
        _proven(proof)
        for number, kind, proof in proofs()
        if (not numbers or number in numbers) and (not kinds or kind in kinds)
    ]
    if why_not := databases.postgres().why_not:
        print(why_not)
    databases.let_go()
    broken = [f"{each.promise}, {each.where}" for each in outcomes if each.broken]
    print(f"\nBroken (!): {'; '.join(broken)}." if broken else "\nEvery promise is kept.")
    return int(bool(broken))


def proofs() -> Iterator[tuple[str, str, Callable[[], Outcome]]]:
    """The number of the promise, the database, and what proves it there."""
    for kind in databases.runnable():
        for way in last_places.WAYS:
            yield "1", kind, partial(last_places.proven, kind, way)
        yield "2", kind, partial(living_book.proven, kind, 1000 if kind == SQLITE else 100)
        yield "3", kind, partial(lobby.proven, kind)
        yield "4", kind, partial(asked_again.proven, kind)
        yield "5", kind, partial(killed.proven, kind)
        yield "8", kind, partial(letters.proven, kind)
        yield "9", kind, partial(who_may.proven, kind)
    yield "7", "", clocks.proven
    yield "15", "", hoarding.proven


def _proven(proof: Callable[[], Outcome]) -> Outcome:
    begun = time.monotonic()
    outcome = proof()
    print(f"\n{outcome.promise}, {outcome.where}, {time.monotonic() - begun:.0f} s\n  {outcome.found}", flush=True)
    for broken in outcome.broken:
        print(f"  ! not so: {broken}", flush=True)
    return outcome


def _pages_to_serve() -> None:
    """The site can't be served without pages, whichever town they were drawn for."""
    if not is_whole():
        with tempfile.TemporaryDirectory() as folder:
            House(Path(folder)).load_demo_and_build()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
