"""What the commands of `python -m portal` do. Each prints what it did; a refusal is one plain sentence."""

from __future__ import annotations

import os
import socket
from argparse import Namespace
from contextlib import closing
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import select

from booking.catalogue import Town, read_catalogue
from booking.settings import Settings, data_folder, settings
from booking.store import let_go, migrate, read, the_store, write
from booking.town import TownRefused, check_town, digest_of, load_town
from portal import build
from portal.page_state import now

LONGEST_MESSAGE = 250_000  # characters that a page may send at once


class Refused(Exception):
    """The command can't do what it was asked; the message says why and what to do."""


def run(_: Namespace) -> None:
    """Everything that is missing, then serve."""
    port_is_free(settings())
    migrate_book(_)
    if not loaded_digest() or _has_news(settings()):
        _load(settings().town)
    build_site(_)
    say_where(settings())
    serve(_)


def serve(_: Namespace) -> None:
    """Serve what is built, until Ctrl-C. Needs neither node nor the internet."""
    chosen = settings()
    port_is_free(chosen)
    loaded = _the_loaded_town()
    if not build.BUILT.is_dir():
        raise Refused("The site is not built yet. Build it: python -m portal build")
    if not build.is_current(loaded):
        print("Note: the pages were built before the last change. To draw them again: python -m portal build")
    os.environ.update(serving_environment(chosen))
    let_go()
    _granian(chosen)


def build_site(_: Namespace) -> None:
    loaded = _the_loaded_town()
    if build.is_current(loaded):
        return
    print("Drawing the pages in every language (half a minute the first time)", flush=True)
    try:
        build.build(loaded)
    except build.BuildFailed as failure:
        raise Refused(f"The pages could not be drawn. The last lines say why:\n{failure}") from failure


def migrate_book(_: Namespace) -> None:
    chosen = settings()
    data_folder(chosen)
    try:
        migrate(chosen.database)
    except SQLAlchemyError as error:
        raise Refused(f"The database cannot be reached or brought up to date: {_first_line(error)}") from error


def load(arguments: Namespace) -> None:
    """Show what the file changes, and change it unless it is a dry run."""
    migrate_book(arguments)
    _load(arguments.town, dry_run=arguments.dry_run)


def check(arguments: Namespace) -> int:
    """Every part of the installation, or every mistake of a town file, in one line each; exit code 1 when there is one."""
    return _check_file(arguments.town) if arguments.town else _check_installation()


def _check_file(town: Path) -> int:
    mistakes = check_town(town)
    print("\n".join(map(str, mistakes)) or "The town file is right.")
    return int(bool(mistakes))


def _check_installation() -> int:
    chosen = settings()
    findings = [
        _finding("settings", ""),
        _finding("database", _database_trouble()),
        _finding("town file", _town_trouble(chosen)),
        _finding("pages", "" if build.BUILT.is_dir() else "not built yet: python -m portal build"),
        _finding(
            "address",
            ""
            if chosen.public_url or chosen.is_demo
            else "ATRIO_PUBLIC_URL is not set: links in letters would lead to this machine",
        ),
    ]
    return int(not all(findings))


def loaded_digest() -> str:
    """Which town file was loaded last, "" before the first. The pages are drawn from it."""
    try:
        return read(the_store(), lambda session: session.exec(select(Town.digest)).one_or_none()) or ""
    except SQLAlchemyError as error:
        raise Refused(
            "The database cannot be read. If it is new: python -m portal migrate. "
            f"If it is PostgreSQL, is it running? It says: {_first_line(error)}"
        ) from error


def _has_news(chosen: Settings) -> bool:
    """Whether the file that ATRIO_TOWN names says something else than what is loaded. The demo never replaces anybody's town."""
    return "town" in chosen.model_fields_set and digest_of(chosen.town) != loaded_digest()


def port_is_free(chosen: Settings) -> None:
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((chosen.listens_on, chosen.port))
        except PermissionError:
            raise Refused(
                f"Port {chosen.port} needs more rights than you have. Choose one above 1023: ATRIO_PORT=8000 make run"
            ) from None
        except OSError:
            another = 8001 if chosen.port == 65535 else chosen.port + 1
            raise Refused(
                f"Port {chosen.port} is already in use on this machine. Choose another: ATRIO_PORT={another} make run"
            ) from None


def serving_environment(chosen: Settings) -> dict[str, str]:
    return {
        "REFLEX_ENV_MODE": "prod",
        "REFLEX_TELEMETRY_ENABLED": "false",
        # Far above what any form sends; whatever is larger would only fill the memory.
        "REFLEX_SOCKET_MAX_HTTP_BUFFER_SIZE": str(LONGEST_MESSAGE),
        "REFLEX_STATE_MANAGER_MODE": "redis" if chosen.redis_url else "memory",
        "__REFLEX_SKIP_COMPILE": "true",
        "__REFLEX_MOUNT_FRONTEND_COMPILED_APP": "true",
    }


def say_where(chosen: Settings) -> None:
    town = read(the_store(), read_catalogue).town
    print(f"\n{town.name[town.default_language]} is open.\n")
    print(f"  Residents    {chosen.address}/")
    print("\nCtrl-C closes it again.\n", flush=True)


def _granian(chosen: Settings) -> None:
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    Server(
        "portal.app:app",
        factory=True,
        interface=Interfaces.ASGI,
        address=chosen.listens_on,
        port=chosen.port,
        workers=chosen.workers,
        log_level=LogLevels.warning,
        websockets=True,
    ).serve()


def _the_loaded_town() -> str:
    if digest := loaded_digest():
        return digest
    raise Refused("No town has been loaded into the database yet. Load one: python -m portal load TOWN.toml")


def _load(town: Path, *, dry_run: bool = False) -> None:
    """A change is shown before it is made."""
    try:
        print(write(the_store(), load_town, town, now(), dry_run=True), flush=True)
        if not dry_run:
            write(the_store(), load_town, town, now())
    except TownRefused as refusal:
        raise Refused(str(refusal)) from refusal


def _finding(what: str, trouble: str) -> bool:
    print(f"{'ok ' if not trouble else 'NO '} {what}{': ' + trouble if trouble else ''}")
    return not trouble


def _database_trouble() -> str:
    try:
        return "" if loaded_digest() else "no town loaded yet: python -m portal load TOWN.toml"
    except Refused as refusal:
        return str(refusal)


def _town_trouble(chosen: Settings) -> str:
    mistakes = check_town(chosen.town)
    return f"{len(mistakes)} mistakes, the first: {mistakes[0]}" if mistakes else ""


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
