#!/bin/sh
# Install the given hashed requirements into .venv, making it first if need be. Asks nothing and needs no root.
set -eu
PYTHON=${PYTHON:-python3}
LOG=$(mktemp)
PIECES=$(mktemp -d)
trap 'rm -rf "$LOG" "$PIECES"' EXIT

fail() {
    echo "$1" >&2
    exit 1
}

# Debian and Ubuntu keep the part that puts pip into an environment in a package of its own. Ways round it, the plainest first.
make_environment() {
    "$PYTHON" -m venv --clear .venv >"$LOG" 2>&1 && return
    "$PYTHON" -m venv --clear --without-pip .venv >"$LOG" 2>&1 || return
    "$PYTHON" -m pip --python .venv/bin/python install --quiet pip >"$LOG" 2>&1 && return
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        { apt-get -qq update && apt-get -qq install -y python3-venv; } >"$LOG" 2>&1
        "$PYTHON" -m venv --clear .venv >"$LOG" 2>&1 && return
    fi
    # Fetching a package and looking into it needs no rights.
    (cd "$PIECES" && apt-get -qq download python3-pip-whl && dpkg-deb -x python3-pip-whl*.deb .) >"$LOG" 2>&1 || return
    wheel=$(find "$PIECES" -name 'pip-*.whl' | head -n 1)
    [ -n "$wheel" ] && .venv/bin/python "$wheel/pip" install --quiet "$wheel" >"$LOG" 2>&1
}

command -v "$PYTHON" >/dev/null 2>&1 || fail "Átrio needs Python 3.11 or newer, and there is no '$PYTHON' here."
"$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "Átrio needs Python 3.11 or newer; '$PYTHON' is $("$PYTHON" -V 2>&1). Name another with: make PYTHON=python3.12"

if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    echo "Making a Python environment in .venv"
    make_environment ||
        fail "This Python cannot make environments yet. Install that part once (Debian, Ubuntu: sudo apt install python3-venv) and start again."
fi

set -- $(printf -- '-r %s ' "$@")
echo "Installing what Átrio needs (a minute or two the first time)"
# The lists are whole. Resolving them again would ask for versions that came out since, and these have no hash here.
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes "$@" >"$LOG" 2>&1 ||
    fail "Installing did not work. The last lines say why:
$(grep -v '^WARNING' "$LOG" | tail -5)"
