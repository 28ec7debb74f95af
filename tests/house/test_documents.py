"""Documents held to the code: every setting is explained, every command of the README exists, every picture is there."""

import re
import shlex
from pathlib import Path

import pytest

from booking.settings import Settings
from portal.__main__ import parser

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
PORTAL = re.compile(r"\.venv/bin/python -m portal ([^#\n]+)")
LINK = re.compile(r"\]\(([^)#:]+)\)")


def test_every_setting_is_in_the_example_and_no_other() -> None:
    named = set(re.findall(r"^#?(ATRIO_\w+)=", (ROOT / ".env.example").read_text(), re.M))
    assert named == {f"ATRIO_{name.upper()}" for name in Settings.model_fields}


@pytest.mark.parametrize(
    "command", sorted({command.strip() for text in (README, OPERATIONS) for command in PORTAL.findall(text)})
)
def test_every_portal_command_in_the_documents_is_understood(command: str) -> None:
    parser().parse_args(shlex.split(command))


def test_a_command_that_is_gone_would_be_noticed() -> None:
    with pytest.raises(SystemExit):
        parser().parse_args(["vanished"])


@pytest.mark.parametrize("target", sorted(set(re.findall(r"^make (\w+)", README, re.M))))
def test_every_make_target_in_the_readme_exists(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.M)


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md", "docs/operations.md", "docs/town-file.md"])
def test_every_link_leads_to_a_file(document: str) -> None:
    path = ROOT / document
    missing = [link for link in LINK.findall(path.read_text()) if not (path.parent / link).exists()]
    assert not missing
