"""`make bench`: what was promised about speed, measured on this machine, in one table.

The demo town is built and served for it, with a book of its own. Exit code 1 when a median breaks its promise.
"""

from __future__ import annotations

import sys
import tempfile
from datetime import datetime
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.bench import bench_pages, bench_slots, bench_taps
from tests.serving import NoBrowser, launched, served


def main() -> int:
    print(f"Átrio, {datetime.now().astimezone():%Y-%m-%d %H:%M}", flush=True)
    with tempfile.TemporaryDirectory() as folder, served(Path(folder)) as site, sync_playwright() as playwright:
        browser = launched(playwright)
        _say(
            "Pages on a phone of 390 x 844, slow 4G (150 ms, 1.6 Mbit/s down, 0.75 up), CPU 4 times slower, "
            f"Chromium {browser.version.split('.')[0]}"
        )
        pages = bench_pages.measured(browser, site)
        print(_aligned(bench_pages.table(pages)), flush=True)
        _say("Taps on the same phone")
        taps = bench_taps.measured(browser, site)
        print(_aligned(bench_taps.table(taps)), flush=True)
        browser.close()
    _say("Free starts")
    slots = bench_slots.figures()
    print(bench_slots.table(slots), flush=True)

    broken = [
        *(name for page in pages for name in page.broken()),
        *(f"tap on {tap.name}" for tap in taps if tap.is_late),
        *(figure.name for figure in slots if figure.target and figure.median > figure.target),
    ]
    _say(f"Broken (!): {'; '.join(broken)}." if broken else "Every promise is kept.")
    return int(bool(broken))


def _say(words: str) -> None:
    print(f"\n{words}", flush=True)


def _aligned(rows: list[list[str]]) -> str:
    """The first column to the left, figures to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        f"{name:<{widths[0]}}" + "".join(f"  {cell:>{width}}" for cell, width in zip(cells, widths[1:], strict=True))
        for name, *cells in rows
    )


if __name__ == "__main__":
    try:
        sys.exit(main())
    except NoBrowser as missing:
        sys.exit(str(missing))
