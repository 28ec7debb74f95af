"""The tables of residents who have shown who they are. What becomes of them stands in `residents.py`."""

from datetime import datetime

from sqlalchemy import JSON
from sqlmodel import Field

from booking.store import Table


class Resident(Table, table=True):
    """What travels with somebody; each "" or empty until they say it."""

    __table_args__ = {"sqlite_autoincrement": True}

    id: int | None = Field(default=None, primary_key=True)
    name: str = ""
    language: str = ""
    needs: tuple[str, ...] = Field(default=(), sa_type=JSON)
    interpreter_language: str = ""
    created_at: datetime


class ResidentContact(Table, table=True):
    """`contact` is what details.known_by says of the address. `asked_at`: when they were last asked what was booked with it."""

    contact: str = Field(primary_key=True)
    resident_id: int = Field(foreign_key="resident.id", index=True)
    email: str = ""
    phone: str = ""
    verified_at: datetime
    asked_at: datetime | None = None


class ProviderIdentity(Table, table=True):
    """Somebody as an identity provider knows them: OpenID Connect Core 1.0, section 5.7, issuer and subject together."""

    issuer: str = Field(primary_key=True)
    subject: str = Field(primary_key=True)
    resident_id: int = Field(foreign_key="resident.id", index=True)
    linked_at: datetime
