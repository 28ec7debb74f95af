"""`python -m portal …`: run, serve, build, load a town, check an installation.

Every command ends with an exit code and says in one plain sentence what is wrong when something is.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from booking.settings import SettingsError
from portal import commands
from portal.commands import Refused


def main(arguments: Sequence[str] | None = None) -> int:
    chosen = _parser().parse_args(arguments)
    try:
        return chosen.command(chosen) or 0
    except (Refused, SettingsError) as refusal:
        print(refusal, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m portal", description="Átrio, the front hall of a town.")
    verbs = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, command, says in (
        ("run", commands.run, "prepare everything that is missing, then serve (what `make run` calls)"),
        ("serve", commands.serve, "serve what is built"),
        ("build", commands.build_site, "draw every page again if something changed"),
        ("migrate", commands.migrate_book, "bring the database up to date"),
        ("check", commands.check, "is this installation sound?"),
    ):
        verbs.add_parser(name, help=says).set_defaults(command=command)
    load = verbs.add_parser("load", help="check and load a town file")
    load.add_argument("town", type=Path, metavar="TOWN.toml")
    load.add_argument("--dry-run", action="store_true", help="show what would change, and change nothing")
    load.set_defaults(command=commands.load)
    return parser


if __name__ == "__main__":
    sys.exit(main())
