"""Documents held to the code: every setting is explained, every command does what is written, every picture is there."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from booking.settings import Settings
from portal.__main__ import parser

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
PORTAL = re.compile(r"\.venv/bin/python -m portal ([^#\n`]+)")
COMMANDS = sorted(
    {
        command.strip()
        for file in (ROOT / "README.md", *(ROOT / "docs").glob("*.md"))
        for command in PORTAL.findall(file.read_text())
    }
)
DEMO, MY_TOWN = "booking/demo/vila-clara.toml", "my-town.toml"
# Drawing takes a minute and serving doesn't end: the browser tests begin with both.
LEFT_TO_THE_JOURNEYS = {"build", "serve"}
# What a technician does with a new installation, the exit code, and what is said; whether the pages are drawn is not known here.
STORY: list[tuple[str, int | None, str]] = [
    ("check", 1, "NO  database: there is none yet: python -m portal migrate\n"),
    ("check TOWN", 0, "The town file is right.\n"),
    ("migrate", 0, ""),
    ("load --dry-run TOWN", 0, "town: new, with "),
    ("load TOWN", 0, "town: new, with "),
    ("check", None, "ok  database\n"),
    ("letters", 0, "0 letters are due"),
    ("letters --again", 0, "0 letters are tried again"),
    ("retention", 0, "appointments: name, contact and needs of appointments that are over, after 365 days; 0 now"),
    ("audit verify", 0, "0 entries of the audit record are as they were written."),
    ("audit show --last 50", 0, ""),
    ("audit show --subject 'resident 17'", 0, ""),
    ("staff invite --as pedro.alvim@vila-clara.example", 0, "/desk/set-up/#."),
    ("token staff --as pedro.alvim@vila-clara.example", 0, ""),
    ("token device --location pacos", 0, ""),
    ("token list", 0, "1  staff pedro-alvim  until "),
    ("token withdraw-device 1", 0, "Device 1 may do nothing any more."),
    ("token withdraw 1", 0, "Token 1 is good no longer."),
    ("staff reset --as pedro.alvim@vila-clara.example", 0, "Withdrawn: "),
    ("backup FILE", 0, " tables are in "),
    ("backup FOLDER", 0, " tables are in "),
    ("restore FILE", 1, ""),
    ("restore --replace FILE", 0, ""),
]
LINK = re.compile(r"\]\(([^)#:]+)\)")


def test_every_setting_is_in_the_example_and_no_other() -> None:
    named = set(re.findall(r"^#?(ATRIO_\w+)=", (ROOT / ".env.example").read_text(), re.M))
    assert named == {f"ATRIO_{name.upper()}" for name in Settings.model_fields}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_portal_command_in_the_documents_is_understood(command: str) -> None:
    parser().parse_args(shlex.split(command))


@pytest.mark.parametrize("town", [DEMO, MY_TOWN])
def test_every_portal_command_in_the_documents_does_what_is_written(tmp_path: Path, town: str) -> None:
    """`my-town.toml` is the smallest town of docs/town-file.md, as a reader would copy it."""
    (smallest,) = re.findall(r"```toml\n(\[town\].*?)```", (ROOT / "docs" / "town-file.md").read_text(), re.S)
    (tmp_path / MY_TOWN).write_text(smallest)
    where = {DEMO: DEMO, MY_TOWN: str(tmp_path / MY_TOWN)}[town]
    for command, result, says in STORY if town == DEMO else [step for step in STORY if "TOWN" in step[0]]:
        done = portal(tmp_path / "data", with_places(command, where, tmp_path))
        assert says in done.stdout, done.stderr
        assert done.returncode == (int("NO  " in done.stdout) if result is None else result)


def test_no_portal_command_of_the_documents_is_left_out() -> None:
    written = {without_places(command) for command in COMMANDS}
    assert written - {command for command, _, _ in STORY} == LEFT_TO_THE_JOURNEYS


def with_places(command: str, town: str, folder: Path) -> str:
    return command.replace("TOWN", town).replace("FILE", str(folder / "town.zip")).replace("FOLDER", str(folder))


def without_places(command: str) -> str:
    for place, name in ((DEMO, "TOWN"), (MY_TOWN, "TOWN"), ("town.zip", "FILE"), ("/var/backups/atrio", "FOLDER")):
        command = command.replace(place, name)
    return command


def portal(data: Path, command: str) -> subprocess.CompletedProcess[str]:
    """Nothing of this installation's settings: a test must never load its town into somebody's real book."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("ATRIO_")}
    environment = {**others, "ATRIO_ENV_FILE": os.devnull, "ATRIO_DATA": str(data)}
    words = [sys.executable, "-m", "portal", *shlex.split(command)]
    return subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_a_command_that_is_gone_would_be_noticed() -> None:
    with pytest.raises(SystemExit):
        parser().parse_args(["vanished"])


@pytest.mark.parametrize("target", sorted(set(re.findall(r"^make (\w+)", README, re.M))))
def test_every_make_target_in_the_readme_exists(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.M)


@pytest.mark.parametrize(
    "document",
    [
        "README.md",
        "CONTRIBUTING.md",
        "docs/operations.md",
        "docs/town-file.md",
        "docs/api.md",
        "docs/proof.md",
        "docs/scale-out.md",
    ],
)
def test_every_link_leads_to_a_file(document: str) -> None:
    path = ROOT / document
    missing = [link for link in LINK.findall(path.read_text()) if not (path.parent / link).exists()]
    assert not missing


def test_no_file_holds_two_versions_of_itself():
    """What a merge leaves behind where it could not choose."""
    marks = r"^(<<<<<<< |>>>>>>> |=======$)"
    found = subprocess.run(
        ["git", "grep", "-lE", marks, "--", ".", ":!*.po"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert found.stdout.split() == []
