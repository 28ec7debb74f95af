"""The pages of a first visit, on a cheap phone with a slow network, against what was promised."""

from __future__ import annotations

import os
from statistics import median
from typing import NamedTuple

from playwright.sync_api import Browser

from tests.bench.phone import Load, new_phone
from tests.serving import Site

LANGUAGES = ("pt", "ar")
TIMES = 5


class Visited(NamedTuple):
    """`awaits` is a selector of what the server adds once it is asked: the page isn't usable before that."""

    name: str
    path: str
    awaits: str = ""


PAGES = (
    Visited("home", "/", awaits=".hero-now .tag:not(.wait)"),
    Visited("services", "/services/"),
    Visited("a service", "/services/residence-certificate/", awaits=".plate .soft:not(:empty)"),
    Visited("booking, step 1", "/book/?service=residence-certificate", awaits="main form button[type=submit]"),
)


class Promise(NamedTuple):
    """A figure of a Load, as it is printed; `budget` is what was promised for the median, where anything was."""

    title: str
    figure: str
    unit: float
    form: str
    budget: float | None = None


PROMISES = (
    Promise("first text, s", "first_text", 1000, ".2f", 1.2),
    Promise("largest paint, s", "largest_paint", 1000, ".2f"),
    Promise("usable, s", "usable", 1000, ".2f", 2.2),
    Promise("first load, kB", "weight", 1000, ".0f", 200),
    Promise("layout shift", "shift", 1, ".3f", 0.1),
)


class Measured(NamedTuple):
    """A page as it was met `TIMES` times; `load` is how busy the machine was meanwhile (1 minute's average)."""

    name: str
    loads: list[Load]
    load: float

    def broken(self) -> list[str]:
        return [f"{self.name}: {promise.title}" for promise in PROMISES if self._is_broken(promise)]

    def cells(self) -> list[str]:
        return [self.name, *(self._cell(promise) for promise in PROMISES), f"{self.load:.1f}"]

    def _cell(self, promise: Promise) -> str:
        values = self._values(promise)
        mark = " !" if self._is_broken(promise) else "  "
        return f"{median(values):{promise.form}} ({max(values):{promise.form}}){mark}"

    def _is_broken(self, promise: Promise) -> bool:
        return promise.budget is not None and median(self._values(promise)) > promise.budget

    def _values(self, promise: Promise) -> list[float]:
        return [getattr(load, promise.figure) / promise.unit for load in self.loads]


def measured(browser: Browser, site: Site) -> list[Measured]:
    _visit(browser, site, "pt", Visited("the first visit wakes the server up", "/privacy/"))
    return [_met(browser, site, language, page) for language in LANGUAGES for page in PAGES]


def _met(browser: Browser, site: Site, language: str, page: Visited) -> Measured:
    loads = [_visit(browser, site, language, page) for _ in range(TIMES)]
    return Measured(f"{language} {page.name}", loads, os.getloadavg()[0])


def _visit(browser: Browser, site: Site, language: str, page: Visited) -> Load:
    with new_phone(browser, awaits=page.awaits) as phone:
        return phone.open(f"{site.address}/{language}{page.path}")


def table(rows: list[Measured]) -> list[list[str]]:
    head = [f"First visit, {TIMES} times: median (slowest)", *(f"{promise.title}  " for promise in PROMISES), "machine's load"]
    budgets = ["promised, at most", *(f"{promise.budget:g}  " if promise.budget else "" for promise in PROMISES), ""]
    return [head, budgets, *(row.cells() for row in rows)]
