"""How things stand: one cheap look that tells whether an answer given before still holds."""

from sqlalchemy import bindparam
from sqlmodel import Session, select

from booking.catalogue import Town
from booking.promises import Book

_STANDING = select(
    select(Town.revision).scalar_subquery(),
    select(Book.version).where(Book.location == bindparam("location")).scalar_subquery(),
)


def standing(session: Session, location: str) -> tuple[str | None, int | None]:
    """Another one after every change of what the town offers or has promised at a location, in whichever process."""
    revision, version = session.execute(_STANDING, {"location": location}).one()
    return revision, version
