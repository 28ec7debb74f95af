#!/bin/sh
# The whole test suite, after fetching what it needs: a Chromium. Says in one line each what could not run and why.
set -u
BIN=.venv/bin

has_chromium() {
    command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1 ||
        "$BIN/python" -c 'import os, sys; from playwright.sync_api import sync_playwright as s
with s() as p: sys.exit(not os.path.exists(p.chromium.executable_path))'
}

if ! has_chromium; then
    echo "Fetching a Chromium for the browser tests"
    timeout 300 "$BIN/playwright" install chromium >/dev/null 2>&1 ||
        { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 && { apt-get -qq update && apt-get -qq install -y chromium; } >/dev/null 2>&1; }
fi
if has_chromium; then
    exec "$BIN/pytest" -q "$@"
fi
echo "Browser tests did not run: there is no Chromium here, and none could be fetched."
"$BIN/pytest" -q --ignore tests/journeys "$@"
result=$?
[ "${CI:-}" = true ] && exit 1
exit $result
