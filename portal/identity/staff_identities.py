"""Staff who come in by the town's own identity provider.

The first time it is their address that says who they are, if the provider has verified it and the town's file has it; from then on only
the subject counts (OpenID Connect Core 1.0, section 5.7), so that an address that passes to somebody else opens nothing.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import UniqueConstraint, delete
from sqlmodel import Field, Session, col, select

from booking.catalogue import StaffMember, read_catalogue
from booking.store import Table, insert_on
from portal.identity.staff_access import member_of


class StaffIdentity(Table, table=True):
    """One member of the staff as one provider knows them; nobody has two at the same one."""

    __table_args__ = (UniqueConstraint("issuer", "staff"),)

    issuer: str = Field(primary_key=True)
    subject: str = Field(primary_key=True)
    staff: str = Field(foreign_key="staff_member.slug")
    linked_at: datetime


def member_known_as(session: Session, now: datetime, issuer: str, subject: str, email: str) -> StaffMember | None:
    """Whoever this is. `email` is "" unless the provider has verified it. None for somebody who doesn't work here, or no more."""
    known = session.get(StaffIdentity, (issuer, subject))
    if known is None and email and (member := member_of(session, email)):
        row = {"issuer": issuer, "subject": subject, "staff": member.slug, "linked_at": now}
        session.execute(insert_on(session, StaffIdentity).values(row).on_conflict_do_nothing())
        known = session.exec(
            select(StaffIdentity).where(StaffIdentity.issuer == issuer, StaffIdentity.subject == subject)
        ).one_or_none()
    return read_catalogue(session).staff.get(known.staff) if known else None


def forget_identities(session: Session, staff: str) -> None:
    """Next time their address says again who they are."""
    session.execute(delete(StaffIdentity).where(col(StaffIdentity.staff) == staff))
