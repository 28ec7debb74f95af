"""`python -m portal backup` and `restore`: a whole town in one file, the same for SQLite and PostgreSQL."""

from __future__ import annotations

from argparse import Namespace
from contextlib import closing
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from booking.archive import Backup, Broken, Manifest, mark_of
from booking.backup import Damaged, NothingToBackUp, back_up
from booking.own_tables import UnknownRevision
from booking.restore import LaterVersion, NotEmpty, restore
from booking.settings import Settings, data_folder, installed_secret, settings, take_over_secret
from booking.store import Store
from portal.checkup import is_not_there_yet
from portal.commands import Refused, first_line
from portal.page_state import now

KEPT_ELSEWHERE = (
    "Note: it doesn't hold the secret of this installation. Keep that too (ATRIO_SECRET, or the file `secret` in ATRIO_DATA): "
    "without it, access codes that were given out can't be said again."
)
OTHER_SECRET = (
    "Note: access codes given out before open their appointments, but can't be said again, because this installation's secret is "
    "another. Put the old one into ATRIO_SECRET if you have it."
)


def make_backup(arguments: Namespace) -> None:
    """Write the file, while everybody goes on booking; in a folder, one named for the time."""
    chosen = settings()
    if is_not_there_yet(chosen):
        raise Refused("There is no database yet, so there is nothing to back up.")
    file = _named(arguments.file)
    manifest = _backed_up(chosen, file, not arguments.without_secret)
    print(f"{manifest.rows} rows of {len(manifest.tables)} tables are in {file}.")
    if not manifest.holds_secret:
        print(KEPT_ELSEWHERE)


def restore_backup(arguments: Namespace) -> None:
    """Make the database what the file says, or refuse and change nothing."""
    chosen = settings()
    try:
        with Backup(arguments.file) as backup:
            secret = backup.secret()
            _check_secret(chosen, secret, arguments.replace)
            _restored(chosen, backup, arguments.replace)
    except Broken as broken:
        raise Refused(f"{arguments.file} can't be restored: {broken}. Nothing was changed.") from broken
    except OSError as error:
        raise Refused(f"{error.filename or arguments.file}: {error.strerror}. Nothing was changed.") from error
    if secret and secret != installed_secret(chosen):
        take_over_secret(chosen, secret)
    _tell(chosen, backup.manifest)


def _named(place: Path) -> Path:
    return place / f"atrio-{now():%Y-%m-%d-%H%M%S}.zip" if place.is_dir() else place


def _backed_up(chosen: Settings, file: Path, secret_inside: bool) -> Manifest:
    with closing(Store(chosen.database, b"")) as store:
        try:
            return back_up(store, now(), file, installed_secret(chosen), secret_inside=secret_inside)
        except FileExistsError:
            raise Refused(f"{file} is there already: name another file, or a folder.") from None
        except OSError as error:
            raise Refused(f"{file} can't be written: {error.strerror}.") from error
        except Broken as broken:
            raise Refused(f"What was written to {file} can't be read again: {broken}. Is that disk sound?") from broken
        except NothingToBackUp:
            raise Refused("The database holds no tables of Átrio, so there is nothing to back up.") from None
        except UnknownRevision:
            raise Refused("The database is newer than this program: back it up with the version that made it.") from None
        except Damaged as damaged:
            raise Refused(f"The database is damaged, so that a backup would be too. SQLite says {damaged}") from None
        except SQLAlchemyError as error:
            raise Refused(f"The database can't be read: {first_line(error)}") from error


def _check_secret(chosen: Settings, secret: bytes | None, replace: bool) -> None:
    """A secret in the file is taken over, unless that would take another one away."""
    mine = installed_secret(chosen)
    if not secret or not mine or secret == mine:
        return
    if chosen.secret:
        raise Refused(
            "ATRIO_SECRET is another secret than the one in the file, with which the town's access codes were made. "
            "Take the setting away, and the file's secret is kept in ATRIO_DATA. Nothing was changed."
        )
    if not replace:
        raise Refused(
            "ATRIO_DATA holds another secret than the file. If no town needs it any more: restore --replace. Nothing was changed."
        )


def _restored(chosen: Settings, backup: Backup, replace: bool) -> None:
    data_folder(chosen)
    with closing(Store(chosen.database, b"")) as store:
        try:
            restore(store, backup, replace=replace)
        except NotEmpty:
            raise Refused(
                "The database holds a town already. To lose all that is in it: restore --replace. Nothing was changed."
            ) from None
        except LaterVersion:
            raise Refused(
                "The file was made by a later version of this program: install that one, or a later one. Nothing was changed."
            ) from None
        except UnknownRevision:
            raise Refused("The database is newer than this program, so it is left alone. Name an empty one.") from None
        except SQLAlchemyError as error:
            raise Refused(f"The database can't be written, so nothing was changed: {first_line(error)}") from error


def _tell(chosen: Settings, manifest: Manifest) -> None:
    print(
        f"{manifest.rows} rows of {len(manifest.tables)} tables are restored, as they were at {manifest.made_at:%Y-%m-%d %H:%M} UTC."
    )
    if manifest.secret_mark and manifest.secret_mark != mark_of(installed_secret(chosen)):
        print(OTHER_SECRET)
    print("Draw the pages again if the town is another one: python -m portal build")
