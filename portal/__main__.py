"""`python -m portal …`: run, serve, build, load a town, check an installation.

Every command ends with an exit code and says in one plain sentence what is wrong when something is.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from booking.settings import SettingsError
from booking.town import TownRefused
from portal import audit, backup, checkup, commands, devices, post, retention, staff
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
        ("worker", commands.worker, "deliver letters and keep the clockwork going; `serve` starts one of its own"),
        ("build", commands.build_site, "draw every page again if something changed"),
        ("migrate", commands.migrate_book, "bring the database up to date"),
    ):
        verbs.add_parser(name, help=says).set_defaults(command=command)
    serve = verbs.add_parser("serve", help="serve what is built, with a worker beside it")
    serve.add_argument("--no-worker", action="store_true", help="workers run elsewhere")
    serve.set_defaults(command=commands.serve)
    letters = verbs.add_parser("letters", help="what waits to be delivered, and what could not be")
    letters.add_argument("--again", action="store_true", help="try again what could not be delivered")
    letters.set_defaults(command=post.letters)
    keep = verbs.add_parser("backup", help="write the whole town into one file, while it goes on")
    keep.add_argument("file", type=Path, metavar="FILE", help="in a folder that is there, a file named for the time")
    keep.add_argument("--without-secret", action="store_true", help="leave out what access codes are made with")
    keep.set_defaults(command=backup.make_backup)
    restore = verbs.add_parser("restore", help="make an empty database what such a file says")
    restore.add_argument("file", type=Path, metavar="FILE")
    restore.add_argument("--replace", action="store_true", help="lose what is in the database now")
    restore.set_defaults(command=backup.restore_backup)
    audits = verbs.add_parser("audit", help="the record of who did what and who saw what").add_subparsers(
        required=True, metavar="verify | show"
    )
    verify = audits.add_parser("verify", help="is every entry as it was written?")
    verify.add_argument("--anchors", type=Path, metavar="FILE", help="a copy kept elsewhere; else the file in ATRIO_DATA")
    verify.set_defaults(command=audit.verify_audit)
    show = audits.add_parser("show", help="the latest entries")
    show.add_argument("--subject", default="", metavar="ID", help="only of this one, for example 'resident 17'")
    show.add_argument("--last", type=int, default=20, metavar="N", help="so many (20)")
    show.set_defaults(command=audit.show_audit)
    keeps = verbs.add_parser("retention", help="what would be erased now by the town's rules, and from when they are applied")
    keeps.set_defaults(command=retention.show_rules)
    people = verbs.add_parser("staff", help="who may come in at the desk").add_subparsers(
        required=True, metavar="invite | reset"
    )
    invite = people.add_parser("invite", help="print a link with which somebody sets their password")
    invite.set_defaults(command=staff.invite)
    reset = people.add_parser("reset", help="withdraw all they sign in with, and sign them out everywhere")
    reset.set_defaults(command=staff.reset)
    for named in (invite, reset):
        _as_somebody(named)
    _tokens(verbs)
    load = verbs.add_parser("load", help="check and load a town file")
    load.add_argument("town", type=Path, metavar="TOWN.toml")
    load.add_argument("--dry-run", action="store_true", help="show what would change, and change nothing")
    load.set_defaults(command=commands.load)
    check = verbs.add_parser("check", help="is this installation sound? With a town file: is that file right?")
    check.add_argument("town", type=Path, nargs="?", metavar="TOWN.toml")
    check.set_defaults(command=checkup.check)
    return commands_of


def _tokens(verbs: Any) -> None:
    tokens = verbs.add_parser("token", help="tokens with which programs act over REST").add_subparsers(
        required=True, metavar="staff | device | list | withdraw | withdraw-device"
    )
    token = tokens.add_parser("staff", help="print a token that may do what this person may")
    token.set_defaults(command=staff.new_token)
    _as_somebody(token)
    tokens.add_parser("list", help="those that are good, by number").set_defaults(command=staff.list_tokens)
    withdrawn = tokens.add_parser("withdraw", help="a token is good no longer")
    withdrawn.add_argument("number", type=int, metavar="NUMBER")
    withdrawn.set_defaults(command=staff.withdraw_token)
    device = tokens.add_parser("device", help="print a token for a kiosk or a display of one location")
    device.add_argument("--location", required=True, metavar="SLUG", help="as in the town file")
    device.set_defaults(command=devices.new_token)
    gone = tokens.add_parser("withdraw-device", help="a device may do nothing any more")
    gone.add_argument("number", type=int, metavar="NUMBER")
    gone.set_defaults(command=devices.withdraw)


def _as_somebody(command: argparse.ArgumentParser) -> None:
    command.add_argument("--as", dest="email", required=True, metavar="EMAIL", help="as in the town file")


if __name__ == "__main__":
    sys.exit(main())
