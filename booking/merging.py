"""Two records of one person: put together by staff, and taken apart again exactly as they were.

What belonged to the other record becomes the kept one's: contacts and providers' identities (so whoever signs in by either reaches the
same page), appointments, mandates given and held. Which rows that were is written down, so taking apart moves back those very rows,
where they still are the kept one's. A mandate between the two would be one to oneself: it rests while they are one.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, update
from sqlmodel import Field, Session, col, or_, select

from booking.audit import STAFF, record
from booking.errors import CannotMerge
from booking.people import Mandate, ProviderIdentity, Resident, ResidentContact
from booking.promises import Appointment
from booking.store import Table

PURPOSE = "duplicate"
# What is moved: by its name in `Merge.moved`, the table and the column that says whose it is.
BELONGINGS: Mapping[str, tuple[Any, str]] = {
    "contacts": (ResidentContact, "resident_id"),
    "identities": (ProviderIdentity, "resident_id"),
    "appointments": (Appointment, "resident_id"),
    "given": (Mandate, "owner_id"),
    "held": (Mandate, "holder_id"),
}
RESTS = "rests"


class Merge(Table, table=True):
    """That `other_id` was put into `kept_id`. `moved` holds, by BELONGINGS, the keys of the rows that were the other's, each a list
    of the columns of its key; under RESTS, mandates that were ended because they would be to oneself.
    """

    __table_args__ = {"sqlite_autoincrement": True}

    id: int | None = Field(default=None, primary_key=True)
    kept_id: int = Field(foreign_key="resident.id", index=True)
    other_id: int = Field(foreign_key="resident.id")
    staff: str = Field(foreign_key="staff_member.slug")
    at: datetime
    moved: Mapping[str, list[list[Any]]] = Field(sa_type=JSON)
    undone_at: datetime | None = None
    undone_by: str | None = Field(default=None, foreign_key="staff_member.slug")


def merge(session: Session, now: datetime, staff: str, kept_id: int, other_id: int) -> Merge:
    """Put the other record into this one. The same asked again is the one that there is.

    Raises CannotMerge for one and the same, one that is erased or part of another already, one that isn't there.
    """
    kept, other = _both(session, kept_id, other_id)
    if other.merged_into == kept_id:
        return _standing(session, kept_id, other_id)
    if kept is other or kept.erased_at or other.erased_at or kept.merged_into or other.merged_into:
        raise CannotMerge()
    rests = _to_oneself(session, kept_id, other_id)
    moved: dict[str, list[list[Any]]] = {RESTS: [[each.id] for each in rests]}
    for each in rests:
        each.ended_at = now
    session.flush()
    for name, (table, whose) in BELONGINGS.items():
        rows = list(session.exec(select(table).where(getattr(table, whose) == other_id)))
        moved[name] = [_key_of(row) for row in rows]
        for row in rows:
            setattr(row, whose, kept_id)
    other.merged_into = kept_id
    done = Merge(kept_id=kept_id, other_id=other_id, staff=staff, at=now, moved=moved)
    session.add(done)
    session.flush()
    _record(session, now, staff, "merged", done)
    return done


def unmerge(session: Session, now: datetime, staff: str, merge_id: int) -> Merge:
    """Take them apart. Asked again, it changes nothing. Raises CannotMerge for what isn't there or was erased since, and where either
    would be left without any way in, because its only contact was taken back meanwhile.
    """
    done = session.get(Merge, merge_id, with_for_update=True)
    if done is None:
        raise CannotMerge()
    if done.undone_at:
        return done
    kept, other = _both(session, done.kept_id, done.other_id)
    if kept.erased_at or other.erased_at or kept.merged_into:
        raise CannotMerge()
    for name, (table, whose) in BELONGINGS.items():
        for key in done.moved[name]:
            row = session.get(table, tuple(key), with_for_update=True)
            if row is not None and getattr(row, whose) == done.kept_id:
                setattr(row, whose, done.other_id)
    for (mandate_id,) in done.moved[RESTS]:
        # By whom it was ended says nobody: so it was this that ended it.
        rests = update(Mandate).where(col(Mandate.id) == mandate_id, col(Mandate.ended_by).is_(None))
        session.execute(rests.values(ended_at=None))
    other.merged_into, done.undone_at, done.undone_by = None, now, staff
    session.flush()
    if not (_can_come_in(session, done.kept_id) and _can_come_in(session, done.other_id)):
        raise CannotMerge()
    _record(session, now, staff, "unmerged", done)
    return done


def merges_of(session: Session, resident_id: int) -> list[Merge]:
    """Those into this record that stand, in their order."""
    into = select(Merge).where(Merge.kept_id == resident_id, col(Merge.undone_at).is_(None))
    return list(session.exec(into.order_by(col(Merge.id))))


def now_known_as(session: Session, resident_id: int) -> int:
    """The record that this one is part of; itself when it is part of none."""
    while into := session.get_one(Resident, resident_id).merged_into:
        resident_id = into
    return resident_id


def parts_of(session: Session, resident_id: int) -> list[int]:
    """This record's number and those of all that were put into it."""
    into = session.exec(select(Resident.id).where(Resident.merged_into == resident_id)).all()
    return [resident_id, *(part for each in into if each for part in parts_of(session, each))]


def _both(session: Session, kept_id: int, other_id: int) -> tuple[Resident, Resident]:
    """Locked, in one order whichever is which."""
    numbers = sorted({kept_id, other_id})
    rows = session.exec(select(Resident).where(col(Resident.id).in_(numbers)).order_by(col(Resident.id)).with_for_update())
    found = {row.id: row for row in rows}
    if set(found) != set(numbers):
        raise CannotMerge()
    return found[kept_id], found[other_id]


def _can_come_in(session: Session, resident_id: int) -> bool:
    ways = (select(table.resident_id).where(table.resident_id == resident_id) for table in (ResidentContact, ProviderIdentity))
    return any(session.exec(each).first() for each in ways)


def _standing(session: Session, kept_id: int, other_id: int) -> Merge:
    which = Merge.kept_id == kept_id, Merge.other_id == other_id, col(Merge.undone_at).is_(None)
    return session.exec(select(Merge).where(*which)).one()


def _to_oneself(session: Session, one: int, another: int) -> Sequence[Mandate]:
    between = or_(
        (col(Mandate.owner_id) == one) & (col(Mandate.holder_id) == another),
        (col(Mandate.owner_id) == another) & (col(Mandate.holder_id) == one),
    )
    return session.exec(select(Mandate).where(between, col(Mandate.ended_at).is_(None))).all()


def _key_of(row: Any) -> list[Any]:
    return [getattr(row, column.key) for column in row.__table__.primary_key]


def _record(session: Session, now: datetime, staff: str, act: str, done: Merge) -> None:
    for subject, other in ((done.kept_id, done.other_id), (done.other_id, done.kept_id)):
        record(
            session,
            now,
            actor_kind=STAFF,
            actor=staff,
            act=act,
            subject_kind="resident",
            subject=f"resident {subject}",
            purpose=PURPOSE,
            facts={"with": f"resident {other}"},
        )
