"""What the commands of `python -m portal` do. Each prints what it did; a refusal is one plain sentence."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from argparse import Namespace
from contextlib import closing, nullcontext
from pathlib import Path

from alembic.util import CommandError
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, select

from booking.catalogue import Town, read_catalogue
from booking.demo.day import begin_day, day_is_due
from booking.settings import Settings, data_folder, settings
from booking.store import Store, is_up_to_date, let_go, migrate, read, the_store, write
from booking.town import TownRefused, apply_town, checked_town, digest_of
from portal import build
from portal.counting import counted_together
from portal.identity.demo_provider import demo_provider_beside
from portal.logs import start_logging
from portal.page_state import now
from portal.parent import end_with_parent
from portal.worker_process import worker_beside

LONGEST_MESSAGE = 120_000  # characters that a page may send at once
# Its loggers write where all others do.
GRANIAN_LOGS = {"version": 1, "handlers": {}, "formatters": {}, "loggers": {"_granian": {"handlers": [], "propagate": True}}}
DEMO_MARK = "demo-loaded"  # in the data folder: the digest of the demo that `run` loaded because there was no town


class Refused(Exception):
    """The command can't do what it was asked; the message says why and what to do."""


def run(_: Namespace) -> None:
    """Everything that is missing, then serve."""
    port_is_free(settings())
    migrate_book(_)
    if not loaded_digest() or _has_news(settings()):
        _load(settings().town)
        _remember_demo(settings())
    build_site(_)
    begin_demo_day()
    say_where(settings())
    serve(_)


def serve(arguments: Namespace) -> None:
    """Serve what is built, until Ctrl-C, with a worker beside it. Needs neither node nor the internet."""
    chosen = settings()
    port_is_free(chosen)
    loaded = _the_loaded_town()
    if not build.is_whole():
        raise Refused("The pages are not drawn yet, or the last build did not finish. Draw them: python -m portal build")
    if not build.is_current(loaded):
        print("Note: the pages were built before the last change. To draw them again: python -m portal build")
    os.environ.update(serving_environment(chosen))
    let_go()
    start_logging("serve", chosen.logs)
    with (
        demo_provider_beside(chosen),
        counted_together(),
        nullcontext() if getattr(arguments, "no_worker", False) else worker_beside(),
    ):
        _granian(chosen)


def worker(_: Namespace) -> None:
    """The outbox and the clockwork, until it is told to stop."""
    end_with_parent()
    _the_loaded_town()
    start_logging("worker", settings().logs)
    from portal.worker import work

    asyncio.run(work())


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
        raise Refused(f"The database cannot be reached or brought up to date: {first_line(error)}") from error
    except CommandError as error:
        raise Refused(
            f"The database is newer than this program: install the version that made it, or a later one. {error}"
        ) from error
    except OSError as error:
        raise Refused(
            f"The database cannot be written ({error.strerror}: {error.filename}). "
            "Choose another place with ATRIO_DATA or ATRIO_DATABASE_URL."
        ) from error


def load(arguments: Namespace) -> None:
    """Show what the file changes, and change it unless it is a dry run."""
    migrate_book(arguments)
    _load(arguments.town, dry_run=arguments.dry_run)


def begin_demo_day() -> None:
    """In a demonstration of the demo town: a day under way, for this process and those that it starts, unless the settings say no."""
    if settings().is_demo and not settings().demo_day:
        os.environ["ATRIO_DEMO_DAY"] = "on"
        settings.cache_clear()
        let_go()
    if read(the_store(), day_is_due, now()):
        write(the_store(), begin_day, now())


def loaded_digest(store: Store | None = None) -> str:
    """Which town file was loaded last, "" before the first. The pages are drawn from it. Raises Refused."""
    try:
        return read(store or the_store(), _digest_when_up_to_date)
    except SQLAlchemyError as error:
        raise Refused(
            "The database cannot be read. If it is new: python -m portal migrate. "
            f"If it is PostgreSQL, is it running? It says: {first_line(error)}"
        ) from error


def _digest_when_up_to_date(session: Session) -> str:
    if not is_up_to_date(session):
        raise Refused("The database is not as this program needs it. Bring it up to date: python -m portal migrate")
    return session.exec(select(Town.digest)).one_or_none() or ""


def _has_news(chosen: Settings) -> bool:
    """Whether the town's file says something else than what is loaded. Without ATRIO_TOWN that file is the demo, and the demo
    replaces nothing but an older demo that this command loaded by itself.
    """
    loaded = loaded_digest()
    is_ours_to_replace = "town" in chosen.model_fields_set or _remembered_demo(chosen) == loaded
    return is_ours_to_replace and digest_of(chosen.town) != loaded


def _remember_demo(chosen: Settings) -> None:
    if "town" not in chosen.model_fields_set:
        (data_folder(chosen) / DEMO_MARK).write_text(loaded_digest())


def _remembered_demo(chosen: Settings) -> str:
    mark = chosen.data / DEMO_MARK
    return mark.read_text() if mark.is_file() else ""


def port_is_free(chosen: Settings) -> None:
    family = socket.AF_INET6 if ":" in chosen.listen else socket.AF_INET
    with closing(socket.socket(family)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((chosen.listen, chosen.port))
        except PermissionError:
            raise Refused(
                f"Port {chosen.port} needs more rights than you have. Choose one above 1023: ATRIO_PORT=8000 make run"
            ) from None
        except OSError as error:
            if error.errno == errno.EADDRNOTAVAIL:
                raise Refused(f"ATRIO_LISTEN is {chosen.listen}, and this machine has no such address.") from None
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
    catalogue = read(the_store(), read_catalogue)
    town, house = catalogue.town, next(iter(catalogue.locations))
    pages = f"{chosen.address}/{town.default_language}"
    print(f"\n{town.name[town.default_language]} is open.\n")
    print(f"  Residents    {chosen.address}/")
    print(f"  Desk         {pages}/desk/{' (sign in by a click)' if chosen.is_demo else ''}")
    print(f"  Kiosk        {pages}/kiosk/{' (choose a house)' if chosen.is_demo else ''}")
    print(f"  Counter      {pages}/desk/counter/")
    print(f"  Hall screen  {pages}/display/?at={house}")
    if not chosen.smtp_url:
        print(f"  Letters      {chosen.data / 'letters'} (until ATRIO_SMTP_URL says who carries them)")
    print("\nCtrl-C closes it again.\n", flush=True)


def _granian(chosen: Settings) -> None:
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    from portal.web_process import application

    Server(
        "portal.app:app",
        interface=Interfaces.ASGI,
        address=chosen.listen,
        port=chosen.port,
        workers=chosen.workers,
        # When one falls, the others go on, and another takes its place.
        respawn_failed_workers=True,
        log_level=LogLevels.warning,
        log_dictconfig=GRANIAN_LOGS,
        websockets=True,
    ).serve(target_loader=application)


def _the_loaded_town() -> str:
    if digest := loaded_digest():
        return digest
    raise Refused("No town has been loaded into the database yet. Load one: python -m portal load TOWN.toml")


def _load(town: Path, *, dry_run: bool = False) -> None:
    """A change is shown before it is made. The file is checked once, before the book is kept from anybody."""
    try:
        checked = checked_town(town)
        print(write(the_store(), apply_town, checked, now(), dry_run=True), flush=True)
        if not dry_run:
            write(the_store(), apply_town, checked, now())
    except TownRefused as refusal:
        raise Refused(str(refusal)) from refusal


def first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
