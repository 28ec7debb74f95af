"""Clients who all do the same thing again and again, each on a line of their own."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

from tests.load.line import Line
from tests.load.timing import Timing

Act = Callable[[Line], Awaitable[bool]]


def crowd(lines: Sequence[Line], seconds: float, act: Act) -> Timing:
    """So long, or until `act` says that nothing is left to do. What is under way at the end is finished and counted."""
    return asyncio.run(_crowd(lines, seconds, act))


async def _crowd(lines: Sequence[Line], seconds: float, act: Act) -> Timing:
    timing, until = Timing(), time.perf_counter() + seconds

    async def client(line: Line) -> None:
        async with line:
            more = True
            while more and time.perf_counter() < until:
                with timing.one():
                    more = await act(line)

    with timing.all():
        await asyncio.gather(*map(client, lines))
    return timing


def all_at_once(lines: Sequence[Line], acts: Sequence[Act]) -> list[bool]:
    """Each line does one act, all at the same instant."""

    async def run() -> list[bool]:
        ready = asyncio.Barrier(len(acts))

        async def one(line: Line, act: Act) -> bool:
            async with line:
                await line.open()
                await ready.wait()
                return await act(line)

        return await asyncio.gather(*(one(line, act) for line, act in zip(lines, acts, strict=True)))

    return asyncio.run(run())
