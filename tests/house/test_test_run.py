"""`make test` says in one line what it could not run and why; where nobody reads that (CI=true), it fails."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NO_POSTGRES = "PostgreSQL could not run, so nothing was tested on it: no room"


def run(folder: Path, python: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """tests/run.sh among programs that only pretend: all tests pass, and `python` is this shell script."""
    programs = folder / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name, script in (("python", python), ("pytest", "exit 0"), ("playwright", "exit 0")):
        (programs / name).write_text(f"#!/bin/sh\n{script}\n")
        (programs / name).chmod(0o755)
    outside = {name: value for name, value in os.environ.items() if name != "CI"}
    # No apt-get to be found: this must not install anything.
    outside["PATH"] = str(_shell_programs(folder))
    command = ["/bin/sh", str(ROOT / "tests" / "run.sh")]
    return subprocess.run(command, cwd=folder, env=outside | environment, capture_output=True, text=True, check=False)


def _shell_programs(folder: Path) -> Path:
    programs = folder / "programs"
    programs.mkdir()
    (programs / "id").write_text("#!/bin/sh\necho 1000\n")
    (programs / "id").chmod(0o755)
    return programs


@pytest.mark.parametrize(
    ("missing", "sentence"),
    [
        ("tests.databases", NO_POSTGRES),
        ("tests.neighbours", "There is no redis-server here, so nothing was tested on several processes."),
        ("tests.chromium", "Browser tests did not run: there is no Chromium here that starts, and none could be fetched."),
    ],
)
@pytest.mark.parametrize(("ci", "result"), [("", 0), ("true", 1)])
def test_what_could_not_run_is_said_once_and_fails_where_nobody_reads_it(
    tmp_path: Path, missing: str, sentence: str, ci: str, result: int
) -> None:
    done = run(tmp_path, f'[ "$2" = {missing} ] && echo "{sentence}" && exit 1; exit 0', CI=ci)
    assert done.returncode == result
    assert done.stdout.count(sentence) == 1


def test_when_everything_runs_there_is_nothing_to_say(tmp_path: Path) -> None:
    done = run(tmp_path, "echo a warning of some library >&2", CI="true")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_look_for_postgresql_that_fails_without_a_word_is_not_taken_for_a_yes(tmp_path: Path) -> None:
    done = run(tmp_path, '[ "$2" = tests.databases ] && exit 1; exit 0', CI="true")
    assert done.returncode == 1
    assert "PostgreSQL could not run" in done.stdout


@pytest.mark.parametrize(("workers", "result", "said"), [(["-n", "1"], 0, "1 passed"), ([], 4, "PostgreSQL could not run")])
def test_parallel_workers_leave_the_refusal_to_the_script_and_a_single_run_refuses_itself(
    workers: list[str], result: int, said: str
) -> None:
    command = [sys.executable, "-m", "pytest", "-q", *workers, "tests/booking/test_migrations.py", "-k", "one_line"]
    environment = os.environ | {"CI": "true", "ATRIO_TEST_POSTGRES_URL": "postgresql://nobody@localhost:1/nothing"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == result
    assert said in done.stdout + done.stderr
    assert "INTERNALERROR" not in done.stdout
