#!/bin/sh
# The whole test suite, after fetching what it needs: a Chromium that starts. Says in one line each what could not run and why.
set -u
BIN=.venv/bin

chromium_starts() {
    "$BIN/python" -m tests.chromium >/dev/null 2>&1
}

as_root() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 && { apt-get -qq update && apt-get -qq install -y "$@"; } >/dev/null 2>&1
}

if ! chromium_starts; then
    echo "Fetching a Chromium for the browser tests"
    "$BIN/playwright" install chromium >/dev/null 2>&1
    chromium_starts || as_root chromium
fi
if chromium_starts; then
    exec "$BIN/pytest" -q "$@"
fi
echo "Browser tests did not run: there is no Chromium here that starts, and none could be fetched."
"$BIN/pytest" -q --ignore tests/journeys "$@"
result=$?
[ "${CI:-}" = true ] && exit 1
exit $result
