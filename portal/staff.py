"""`python -m portal staff`: let a staff member in for the first time, or take all of their access away."""

from __future__ import annotations

from argparse import Namespace

from sqlmodel import Session

from booking.catalogue import read_catalogue
from booking.settings import settings
from booking.store import the_store, write
from portal.commands import Refused
from portal.identity.staff_access import invite, withdraw
from portal.page_state import now


def invite_staff(arguments: Namespace) -> None:
    """Print the link; it is for them alone. Nothing of theirs ends before they have used it."""
    try:
        token, language = write(the_store(), _invite, arguments.email)
    except LookupError:
        raise _unknown(arguments.email) from None
    print("Give this link to them alone. It is good once, until tomorrow at this time:")
    print(f"{settings().address}/{language}/desk/set-up/#{token}")


def reset_staff(arguments: Namespace) -> None:
    try:
        write(the_store(), withdraw, now(), arguments.email)
    except LookupError:
        raise _unknown(arguments.email) from None
    print("They are signed out everywhere, and nothing that let them in is good any more.")


def _invite(session: Session, email: str) -> tuple[str, str]:
    return invite(session, now(), email), read_catalogue(session).town.default_language


def _unknown(email: str) -> Refused:
    return Refused(f"Nobody of the staff has the address {email!r} in the town file that is loaded.")
