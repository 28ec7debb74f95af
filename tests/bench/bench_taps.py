"""How soon a tap is answered, on the same phone: something on the glass changes, even when the network takes its time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from statistics import median
from typing import NamedTuple

from playwright.sync_api import Browser

from tests.bench.phone import Phone, new_phone
from tests.serving import Site

TIMES = 5
BUDGET = 100  # milliseconds


class Answered(NamedTuple):
    name: str
    milliseconds: list[float]
    load: float

    @property
    def is_late(self) -> bool:
        return median(self.milliseconds) > BUDGET

    def cells(self) -> list[str]:
        mark = " !" if self.is_late else "  "
        return [self.name, f"{median(self.milliseconds):.0f} ({max(self.milliseconds):.0f}){mark}", f"{self.load:.1f}"]


def measured(browser: Browser, site: Site) -> list[Answered]:
    taps: dict[str, list[float]] = {}
    for _ in range(TIMES):
        for name, milliseconds in _taps(browser, site):
            taps.setdefault(name, []).append(milliseconds)
    return [Answered(name, milliseconds, os.getloadavg()[0]) for name, milliseconds in taps.items()]


def _taps(browser: Browser, site: Site) -> Iterator[tuple[str, float]]:
    with new_phone(browser) as phone:
        phone.open(f"{site.address}/pt/")
        yield "the language menu", phone.tap(".head .menu summary")
        yield "another language", phone.tap(".head .menu a[hreflang=ar]")
    with new_phone(browser) as phone:
        phone.open(f"{site.address}/pt/services/")
        yield "a service in the list", phone.tap(".rows a")
    with new_phone(browser, awaits="main form button[type=submit]") as phone:
        phone.open(f"{site.address}/pt/book/?service=residence-certificate")
        yield "an answer, booking step 1", phone.tap("label.choice")
        yield "continue, booking step 1", _continue(phone)


def _continue(phone: Phone) -> float:
    phone.rest()
    return phone.tap("main form button[type=submit]")


def table(rows: list[Answered]) -> list[list[str]]:
    head = [f"A tap, {TIMES} times: median (slowest)", "answered after, ms  ", "machine's load"]
    return [head, ["promised, at most", f"{BUDGET}  ", ""], *(row.cells() for row in rows)]
