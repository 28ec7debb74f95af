"""`make bench`: what was promised about speed, measured on this machine, in one table.

The demo town is built and served for it, with a book of its own. Exit code 1 when a median breaks its promise.
"""

from __future__ import annotations

import sys
import tempfile
from datetime import datetime
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests import databases
from tests.bench import bench_load, bench_pages, bench_seating, bench_slots, bench_taps
from tests.bench.aligned import aligned
from tests.bench.measured import ratios, rows
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
        print(aligned(bench_pages.table(pages)), flush=True)
        _say("Taps on the same phone")
        taps = bench_taps.measured(browser, site)
        print(aligned(bench_taps.table(taps)), flush=True)
        browser.close()
    _say("Free starts")
    slots = bench_slots.figures()
    print(bench_slots.table(slots), flush=True)
    _say("Seats given late")
    print(bench_seating.table(bench_seating.gains()), flush=True)
    _say(bench_load.TITLE)
    load = bench_load.figures()
    print(aligned(rows(load)), *ratios(load), sep="\n", flush=True)
    databases.let_go()

    broken = [
        *(name for page in pages for name in page.broken()),
        *(f"tap on {tap.name}" for tap in taps if tap.is_late),
        *(figure.name for figure in slots if figure.target and figure.median > figure.target),
        *(name for each in load for name in each.broken()),
    ]
    _say(f"Broken (!): {'; '.join(broken)}." if broken else "Every promise is kept.")
    return int(bool(broken))


def _say(words: str) -> None:
    print(f"\n{words}", flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except NoBrowser as missing:
        sys.exit(str(missing))
