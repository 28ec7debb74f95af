"""The town file, which describes a whole town: checks it, telling every mistake, and loads it into the catalogue.

read_town_file (file.py)          bytes to a document, with the line of every thing (positions.py)
mistakes_in                       what the JSON Schema objects to (schema.py), and what no schema can say:
                                  names (name_checks.py), telephones (telephone.py), times (time_checks.py),
                                  promises (offer_checks.py)
write_town (loading.py)           document to rows (rows.py), told change by change (changes.py)
broken_promises                   visits already promised that the new rules have no place for
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from sqlalchemy import or_
from sqlmodel import Session, col, func, select

from booking.catalogue import Counter, Town, catalogue_changed, look_again, read_catalogue
from booking.closing import clear_withdrawn
from booking.interval import first_minute_from
from booking.promises import Appointment, Book, Seat
from booking.town.broken_promises import BrokenPromise, broken_promises
from booking.town.changes import NEW_TOWN, Change
from booking.town.document import part, things
from booking.town.file import Mistake, TownFile, TownRefused, read_town_file
from booking.town.loading import KINDS, write_town
from booking.town.name_checks import name_objections
from booking.town.offer_checks import offer_objections
from booking.town.schema import schema_objections
from booking.town.telephone import phone_objections
from booking.town.time_checks import time_objections

__all__ = [
    "CheckedTown",
    "Loaded",
    "Mistake",
    "TownRefused",
    "apply_town",
    "check_town",
    "checked_town",
    "digest_of",
    "load_town",
]


@dataclass(frozen=True)
class CheckedTown:
    """A town file in which `checked_town` found no mistake, as it was read then: what the file says later is nothing to it."""

    file: TownFile


@dataclass(frozen=True)
class Loaded:
    """What loading a town file changed, or would change, and which promised visits that leaves without a place."""

    changes: tuple[Change, ...]
    broken: tuple[BrokenPromise, ...]

    def __str__(self) -> str:
        """For the technician's terminal."""
        if not self.changes:
            return "Nothing to change: the town is already as the file says."
        if NEW_TOWN in self.changes:
            return f"{NEW_TOWN}, with {self._counts()}."
        return "\n".join([*map(str, self.changes), *self._about_promises()])

    def _counts(self) -> str:
        new = [change.thing for change in self.changes if change.what == "new"]
        counts = {kind: sum(thing.startswith(f"{kind} ") for thing in new) for kind in KINDS.values()}
        return ", ".join(f"{count} {kind}{'' if count == 1 else 's'}" for kind, count in counts.items())

    def _about_promises(self) -> list[str]:
        if not self.broken:
            return ["No promised visit is affected."]
        count = "1 promised visit stays" if len(self.broken) == 1 else f"{len(self.broken)} promised visits stay"
        return [f"{count} in the book but no longer fit: call these residents.", *(f"  {each}" for each in self.broken)]


def check_town(path: Path) -> list[Mistake]:
    """Everything that is wrong with a town file, by line; an empty list says that it can be loaded. Changes nothing."""
    try:
        return _mistakes_in(read_town_file(path))
    except TownRefused as refused:
        return refused.mistakes


def digest_of(path: Path) -> str:
    """What names this content of a town file; `Town.digest` says which one was loaded. Raises TownRefused when it can't be read."""
    return _digest(read_town_file(path))


def checked_town(path: Path) -> CheckedTown:
    """Read and check a town file. It may take seconds, so it comes before a transaction. Raises TownRefused, with every mistake."""
    file = read_town_file(path)
    if mistakes := _mistakes_in(file):
        raise TownRefused(mistakes)
    return CheckedTown(file)


def apply_town(session: Session, town: CheckedTown, now: datetime, *, dry_run: bool = False) -> Loaded:
    """Make the catalogue say what the file says, in the caller's transaction; with `dry_run` only tell the changes.

    Appointments are never touched. Raises TownRefused, before anything is changed, when promises already made forbid it.
    """
    _lock_the_book(session)
    if mistakes := _new_prefix(session, town.file) + _moved_counters(session, town.file, now):
        raise TownRefused(mistakes)
    with session.begin_nested() as savepoint:
        before = {each.reference for each in _broken_now(session, now)}
        changes = write_town(session, town.file.document, _digest(town.file), now)
        if changes:
            catalogue_changed(session)
            clear_withdrawn(session, now)
        loaded = Loaded(tuple(changes), tuple(each for each in _broken_now(session, now) if each.reference not in before))
        if dry_run:
            savepoint.rollback()
            look_again(session)
    return loaded


def load_town(session: Session, path: Path, now: datetime, *, dry_run: bool = False) -> Loaded:
    """Check a town file and apply it in one go, where nobody else waits for the database meanwhile. Raises TownRefused."""
    return apply_town(session, checked_town(path), now, dry_run=dry_run)


def _mistakes_in(file: TownFile) -> list[Mistake]:
    objections, sound = schema_objections(file.document)
    for check in (name_objections, phone_objections, time_objections, offer_objections):
        objections += check(file.document, sound)
    return sorted({file.mistake(place, reason) for place, reason in objections})


def _new_prefix(session: Session, file: TownFile) -> list[Mistake]:
    """References in people's hands carry the prefix, so it stays once somebody has one."""
    issued = session.exec(select(Town.reference_prefix)).one_or_none()
    wanted = part(file.document, "town")["reference_prefix"]
    promises = session.exec(select(func.count(col(Appointment.id)))).one()
    if issued in (None, wanted) or not promises:
        return []
    reason = f'Town: reference_prefix can\'t become "{wanted}": people already have booking codes with "{issued}".'
    return [file.mistake(("town", "reference_prefix"), reason)]


def _moved_counters(session: Session, file: TownFile, now: datetime) -> list[Mistake]:
    """A counter stays in its house while people are expected there: the time they have taken is looked up house by house."""
    still = or_(col(Seat.lapses_at).is_(None), col(Seat.lapses_at) > now)
    expected = select(Counter.slug, Counter.location).where(
        Counter.id == Seat.counter_id, Seat.end_minute > first_minute_from(now), still
    )
    house_of = dict(session.exec(expected.distinct()).all())
    return [
        file.mistake(
            (*place, "location"),
            f'Counter "{counter["slug"]}": location can\'t become "{counter["location"]}": people are expected there at '
            f'"{house_of[counter["slug"]]}". Give the counter in the new house a slug of its own.',
        )
        for place, counter in things(file.document, "counters")
        if house_of.get(counter["slug"], counter["location"]) != counter["location"]
    ]


def _lock_the_book(session: Session) -> None:
    """Nobody books while a town is applied: what is asked about promises stays true until the rules have changed."""
    session.exec(select(Book).order_by(col(Book.location)).with_for_update()).all()


def _broken_now(session: Session, now: datetime) -> list[BrokenPromise]:
    session.flush()
    if session.exec(select(Town.revision)).one_or_none() is None:
        return []
    return broken_promises(session, read_catalogue(session), now)


def _digest(file: TownFile) -> str:
    return sha256(file.source).hexdigest()
