"""The tables of residents who have shown who they are. What becomes of them stands in `residents.py`."""

from datetime import date, datetime

from sqlalchemy import JSON
from sqlmodel import Field

from booking.store import Table


class Resident(Table, table=True):
    """What travels with somebody; each "" or empty until they say it.

    `reached_by`: by which channel they would rather be told, "" as is usual. `seen_at`: when they last showed who they are. From
    `erased_at` on only the number is left, which the audit record goes on naming. `merged_into`: this is the same person as that one
    (merging.py).
    """

    __table_args__ = {"sqlite_autoincrement": True}

    id: int | None = Field(default=None, primary_key=True)
    name: str = ""
    language: str = ""
    needs: tuple[str, ...] = Field(default=(), sa_type=JSON)
    interpreter_language: str = ""
    reached_by: str = Field(default="", sa_column_kwargs={"server_default": ""})
    created_at: datetime
    seen_at: datetime | None = None
    erased_at: datetime | None = None
    merged_into: int | None = Field(default=None, foreign_key="resident.id", index=True)


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


class Mandate(Table, table=True):
    """That somebody may act for a resident, `owner_id`, in what `scopes` name (mandates.py), up to and with `last_day` in the town's
    zone. An offer to whoever has `contact` (details.known_by) until `holder_id` says yes; worth nothing from `ended_at` on.

    `name` is what the owner calls the holder, `owner_name` what the holder is told that the owner is called; `language` is that of
    the page on which it was granted. `ended_by` is the resident who took it back, declined it, or gave it up.
    """

    __table_args__ = {"sqlite_autoincrement": True}

    id: int | None = Field(default=None, primary_key=True)
    owner_id: int = Field(foreign_key="resident.id", index=True)
    owner_name: str
    contact: str = Field(index=True)
    email: str = ""
    phone: str = ""
    name: str
    scopes: tuple[str, ...] = Field(sa_type=JSON)
    last_day: date
    language: str = ""
    created_at: datetime
    holder_id: int | None = Field(default=None, foreign_key="resident.id", index=True)
    accepted_at: datetime | None = None
    ended_at: datetime | None = None
    ended_by: int | None = Field(default=None, foreign_key="resident.id")
