"""How long what says something about somebody is kept: rules that the town file states, shown before they are applied.

The worker announces a rule, in the log and the audit record, with how many it would erase; a day later it applies it, and from then on
daily use of it needs no words. A rule that was changed is announced anew. `portal retention` shows the same at any time.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Field, Session, func, select

from booking.audit import CLOCKWORK, record
from booking.catalogue import read_catalogue
from booking.store import Table

APPOINTMENTS, TICKETS, LETTERS, ACCOUNTS = "appointments", "tickets", "letters", "accounts"
KINDS = (APPOINTMENTS, TICKETS, LETTERS, ACCOUNTS)
ANNOUNCED_FOR = timedelta(days=1)


@dataclass(frozen=True)
class Rules:
    """In days, each counted from when the thing is over: an appointment or a ticket, a letter settled, the last sign-in.

    `appointments_by_law_days`: whoever asks to be erased earlier has to wait so long.
    """

    appointments_days: int = 365
    appointments_by_law_days: int = 0
    tickets_days: int = 30
    letters_days: int = 90
    accounts_days: int = 730

    @property
    def by_law(self) -> timedelta:
        return timedelta(days=self.appointments_by_law_days)

    def days(self, kind: str) -> int:
        return max(getattr(self, f"{kind}_days"), self.appointments_by_law_days if kind == APPOINTMENTS else 0)


class RetentionNotice(Table, table=True):
    """That this rule was announced, and when. Applied from ANNOUNCED_FOR later on, as long as `days` is what the town says."""

    kind: str = Field(primary_key=True)
    days: int
    announced_at: datetime


@dataclass(frozen=True)
class Rule:
    """One rule at this moment: how many it would erase now, and from when it is applied; None before a worker has announced it."""

    kind: str
    days: int
    due: int
    applied_from: datetime | None


def rules_of(session: Session) -> Rules:
    return Rules(**read_catalogue(session).town.retention)


def in_force(session: Session, now: datetime, kind: str) -> bool:
    """Was it announced a day ago, as it stands?"""
    notice = session.get(RetentionNotice, kind)
    return notice is not None and notice.days == rules_of(session).days(kind) and now >= notice.announced_at + ANNOUNCED_FOR


def announce(session: Session, now: datetime, kind: str, due: int) -> bool:
    """Say that the rule will be applied, when that hasn't been said of it as it stands; whether it was said now."""
    days = rules_of(session).days(kind)
    notice = session.get(RetentionNotice, kind, with_for_update=True)
    if notice and notice.days == days:
        return False
    notice = notice or RetentionNotice(kind=kind, days=days, announced_at=now)
    notice.days, notice.announced_at = days, now
    session.add(notice)
    _record(session, now, "announced", kind, due)
    return True


def applied(session: Session, now: datetime, kind: str, count: int) -> None:
    """It was: so many were erased by it."""
    _record(session, now, "applied", kind, count)


def announced_at(session: Session, kind: str) -> datetime | None:
    """When the rule as it stands was announced."""
    notice = session.get(RetentionNotice, kind)
    return notice.announced_at if notice and notice.days == rules_of(session).days(kind) else None


def count_of(session: Session, which) -> int:
    return session.exec(select(func.count()).select_from(which.subquery())).one()


def _record(session: Session, now: datetime, act: str, kind: str, count: int) -> None:
    facts = {"count": str(count), "days": str(rules_of(session).days(kind))}
    record(
        session,
        now,
        actor_kind=CLOCKWORK,
        actor="worker",
        act=f"{act}-retention",
        subject_kind="retention",
        subject=kind,
        facts=facts,
    )
