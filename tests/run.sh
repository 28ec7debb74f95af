#!/bin/sh
# The whole test suite, or what is named, after fetching what it needs: a Chromium that starts, Redis, nginx. Says in one line
# each what could not run and why. Browser tests come last and one after another: they share one book, and a busy machine would stretch
# the times that they measure.
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
if ! "$BIN/python" -m tests.neighbours >/dev/null 2>&1; then
    as_root redis-server nginx-light openssl && as_root caddy
fi
if [ $# -gt 0 ]; then
    exec "$BIN/pytest" -q "$@"
fi
# Looked at once, here: what the parallel workers find out doesn't reach the one that reports.
no_postgres=$("$BIN/python" -m tests.databases 2>/dev/null) || no_postgres=${no_postgres:-PostgreSQL could not run, so nothing was tested on it.}
"$BIN/pytest" -q -n 2 --ignore tests/journeys
result=$?
if [ -n "$no_postgres" ]; then
    echo "$no_postgres"
    [ "${CI:-}" = true ] && result=1
fi
no_neighbours=$("$BIN/python" -m tests.neighbours 2>/dev/null) || {
    echo "${no_neighbours:-Nothing was tested on several processes.}"
    [ "${CI:-}" = true ] && result=1
}
if chromium_starts; then
    "$BIN/pytest" -q tests/journeys || result=1
else
    echo "Browser tests did not run: there is no Chromium here that starts, and none could be fetched."
    [ "${CI:-}" = true ] && result=1
fi
exit $result
