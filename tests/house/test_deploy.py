"""What deploy/ holds fits together and to the program. That it works is shown by tests/journeys/test_scale_out.py."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from booking.settings import Settings
from portal.__main__ import parser

DEPLOY = Path(__file__).parents[2] / "deploy"
UNITS = sorted(DEPLOY.glob("*.service"))
PORTS = ["8001", "8002"]


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_starts_a_command_that_there_is(unit: Path) -> None:
    text = unit.read_text()
    (command,) = re.findall(r"^ExecStart=\S+/\.venv/bin/python -m portal (.*)$", text, re.M)
    parser().parse_args(shlex.split(command))
    names = {f"ATRIO_{name.upper()}" for name in Settings.model_fields}
    assert set(re.findall(r"ATRIO_\w+", text)) <= names


def test_units_and_proxies_speak_of_the_same_ports() -> None:
    for proxy in ("nginx.conf", "Caddyfile"):
        assert re.findall(r"127\.0\.0\.1:(\d+)", (DEPLOY / proxy).read_text()) == PORTS
    assert re.findall(r"atrio-web@(\d+)", (DEPLOY / "atrio-web@.service").read_text()) == PORTS


def test_the_lists_name_all_that_is_needed() -> None:
    """They are installed as they stand, so that a version that comes out tomorrow is never asked for; what one of
    them needs and no list names would be missing."""
    asked = subprocess.run([sys.executable, "-m", "pip", "check"], check=False, capture_output=True, text=True)
    assert asked.returncode == 0, asked.stdout
    assert "--no-deps --require-hashes" in (DEPLOY / "install.sh").read_text()
