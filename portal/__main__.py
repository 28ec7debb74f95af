"""`python -m portal …`: run, serve, build, load a town, check an installation.

Every command ends with an exit code and says in one plain sentence what is wrong when something is.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from booking.settings import SettingsError
from booking.town import TownRefused
from portal import checkup, commands
from portal.commands import Refused


def main(arguments: Sequence[str] | None = None) -> int:
    # What this program writes (database, secret, letters) is nobody else's to read, also in a folder that was there before.
    os.umask(0o077)
    chosen = parser().parse_args(arguments)
    try:
        return chosen.command(chosen) or 0
    except (Refused, SettingsError, TownRefused) as refusal:
        print(refusal, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def parser() -> argparse.ArgumentParser:
    commands_of = argparse.ArgumentParser(prog="python -m portal", description="Átrio, the front hall of a town.")
    verbs = commands_of.add_subparsers(required=True, metavar="COMMAND")
    for name, command, says in (
        ("run", commands.run, "prepare everything that is missing, then serve (what `make run` calls)"),
        ("serve", commands.serve, "serve what is built"),
        ("build", commands.build_site, "draw every page again if something changed"),
        ("migrate", commands.migrate_book, "bring the database up to date"),
    ):
        verbs.add_parser(name, help=says).set_defaults(command=command)
    load = verbs.add_parser("load", help="check and load a town file")
    load.add_argument("town", type=Path, metavar="TOWN.toml")
    load.add_argument("--dry-run", action="store_true", help="show what would change, and change nothing")
    load.set_defaults(command=commands.load)
    check = verbs.add_parser("check", help="is this installation sound? With a town file: is that file right?")
    check.add_argument("town", type=Path, nargs="?", metavar="TOWN.toml")
    check.set_defaults(command=checkup.check)
    return commands_of


if __name__ == "__main__":
    sys.exit(main())
