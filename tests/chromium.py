"""Does a Chromium start on this machine? `python -m tests.chromium` says so by its exit code."""

import sys

from playwright.sync_api import sync_playwright

from tests.serving import NoBrowser, launched


def main() -> int:
    with sync_playwright() as playwright:
        try:
            launched(playwright).close()
        except NoBrowser as refusal:
            print(refusal)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
