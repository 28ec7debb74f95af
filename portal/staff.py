"""`python -m portal staff` and `python -m portal token`: who may come in at the desk, and which programs act for them."""

from __future__ import annotations

from argparse import Namespace
from datetime import datetime

from sqlmodel import Session

from booking.catalogue import read_catalogue
from booking.settings import settings
from booking.store import read, the_store, write
from portal import devices
from portal.commands import Refused, loaded_digest
from portal.identity import api_tokens, staff_access
from portal.identity.staff_access import member_of
from portal.identity.staff_identities import forget_identities
from portal.page_state import now

SET_UP = "/desk/set-up/"


def invite(arguments: Namespace) -> None:
    """Print the link, which is shown nowhere else. Its secret is in the fragment, which no server is sent."""
    _check_known(arguments.email)
    token = write(the_store(), staff_access.invite, now(), arguments.email)
    language = read(the_store(), read_catalogue).town.default_language
    print(f"{settings().address}/{language}{SET_UP}#.{token}")
    print("Good once, for 24 hours. Whoever opens it sets this person's password: send it to nobody else.")


def reset(arguments: Namespace) -> None:
    _check_known(arguments.email)
    write(the_store(), _withdraw, now(), _check_known(arguments.email), arguments.email)
    print("Withdrawn: password, authenticator, passkeys, recovery codes, tokens, work account. Signed out everywhere.")


def new_token(arguments: Namespace) -> None:
    staff = _check_known(arguments.email)
    print(write(the_store(), api_tokens.new_token, now(), staff))


def list_tokens(_: Namespace) -> None:
    loaded_digest()
    for line in [*read(the_store(), _lines), *devices.lines()] or ["There is no token."]:
        print(line)


def withdraw_token(arguments: Namespace) -> None:
    loaded_digest()
    if not write(the_store(), api_tokens.withdraw_token, now(), arguments.number):
        raise Refused(f"There is no token {arguments.number}. These are there: python -m portal token list")
    print(f"Token {arguments.number} is good no longer.")


def _lines(session: Session) -> list[str]:
    return [
        f"{row.id}  staff {row.staff}  until {row.expires_at:%Y-%m-%d %H:%M} UTC"
        for row in api_tokens.good_tokens(session, now())
    ]


def _check_known(email: str) -> str:
    """The slug of this staff member. Raises Refused."""
    loaded_digest()
    member = read(the_store(), member_of, email)
    if member is None:
        raise Refused(f"Nobody in the town file has the e-mail {email}. Add them under [[staff]] and load it.")
    return member.slug


def _withdraw(session: Session, at: datetime, staff: str, email: str) -> None:
    staff_access.withdraw(session, at, email)
    forget_identities(session, staff)
