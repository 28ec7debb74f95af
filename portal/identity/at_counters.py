"""Who may call to which counter: those who serve, at the locations where their roles count."""

from __future__ import annotations

from sqlmodel import Session

from booking.catalogue import StaffMember, read_catalogue
from portal.identity.permissions import ASSISTANTS as CALLERS


def may_call_to(session: Session, member: StaffMember, counter: str) -> bool:
    catalogue = read_catalogue(session)
    there = catalogue.counters.get(counter)
    return bool(there and CALLERS & set(member.roles) and there.location in catalogue.locations_of(member))
