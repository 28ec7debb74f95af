"""Promise 9: every handler and every way of REST, asked by everybody about somebody else's things by each name that they have: nothing
is told, nothing is changed, and what is there is answered like what isn't.
"""

from __future__ import annotations

import inspect
import json
import re
import secrets
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from itertools import cycle, islice
from math import ceil
from pathlib import Path
from typing import Any

from sqlmodel import Session, select

import portal.routes
from booking.details import Contact
from booking.mandates import SEE, Terms, grant, last_day_after, today_in
from booking.people import Mandate, Resident, ResidentContact
from booking.promises import Appointment
from booking.references import new_reference
from booking.residents import join, resident_with
from booking.store import read, write
from booking.visits import Visit
from kiosk.device import new_device
from portal.gate import _known_handlers, _states
from portal.identity.api_tokens import new_token
from portal.identity.sessions import Person, begin
from tests import databases
from tests.journeys.caller import Caller
from tests.journeys.open_book import OpenBook
from tests.prove.outcome import Outcome, unless
from tests.serving import House

VISIT = Visit(("residence-certificate",), "pacos", "in_person")
STAFF_OF = {
    "clerk": "clerk",
    "front desk": "front_desk",
    "caseworker": "caseworker",
    "manager": "manager",
    "advocate": "advocate",
    "clerk elsewhere": "clerk",
}
KIOSK = "kiosk elsewhere"
ROLES = ("nobody", "another resident", *STAFF_OF, KIOSK)
# A kiosk says to whoever shows an appointment's number that it is at another house: they stand there, in the wrong place.
TOLD_AT_A_KIOSK = ("kiosk_state.scan",)
MARK = "find_state.find"
BEYOND = 1_000_000


@dataclass(frozen=True)
class Owner:
    """A resident with an appointment and a mandate. `names`: what others may get to know, and call their things by. `secrets`: what
    only they may see.
    """

    id: int
    names: tuple[str | int, ...]
    secrets: tuple[str, ...]
    reference: str
    cookie: str


@dataclass
class Found:
    asked: int = 0
    told: list[str] = field(default_factory=list)
    told_apart: list[str] = field(default_factory=list)


def proven(
    kind: str, swaps: int = 10_000, roles: Sequence[str] = ROLES, instead: Sequence[str] = (), only: Sequence[str] = ()
) -> Outcome:
    """`swaps`: how many foreign names are tried at least, spread over all handlers and roles; each handler is asked by three or more.
    `only` these, when some are named.
    """
    with tempfile.TemporaryDirectory() as folder, databases.empty_database(kind, Path(folder)) as database:
        wishes = {"database_url": database} if kind != databases.SQLITE else {}
        house = House(Path(folder), instead, **wishes)
        house.load_demo_and_build()
        with house, OpenBook.of(Path(folder), wishes.get("database_url", "")) as book:
            owner = _arrives(book)
            before = read(book.store, _theirs, owner.id)
            found = Found()
            _ask_by_event(house, book, owner, roles, swaps, found, only)
            _ask_by_rest(house, owner, found, _tokens(book))
            opens = owner.secrets[0] in _said(house, owner.cookie, _handler("MeState.see"), owner.reference)
            after = read(book.store, _theirs, owner.id)
    words = f"{found.asked} foreign names asked about by {len(roles)} kinds of people over {len(_known_handlers())} handlers "
    words += f"and REST: {len(found.told)} told something, {len(found.told_apart)} told what is there from what isn't"
    odd = "; ".join(sorted({*found.told, *found.told_apart})[:5])
    broken = unless(
        nothing_told=not found.told,
        wrong_and_absent_answered_alike=not found.told_apart,
        nothing_changed=before == after,
        the_owner_opens_their_own=opens,
    )
    return Outcome("9 who may", kind, f"{words}{f' ({odd})' if odd else ''}", broken)


def _arrives(book: OpenBook) -> Owner:
    email, name, brother = (f"{secrets.token_hex(6)}{end}" for end in ("@example.org", " Owner", "@example.org"))
    booked = book.books_for(VISIT, email)
    appointment_id = booked.appointment.id

    def settles(session: Session) -> Owner:
        now = datetime.now(UTC)
        owner, holder = (resident_with(session, now, Contact(email=each), "pt") for each in (email, brother))
        owner.name = name
        join(session, now, owner.id or 0, [booked.reference], now)
        terms = Terms("Brother", brother, (SEE,), last_day_after(today_in(session, now), 1), name)
        mandate = grant(session, now, owner.id or 0, terms, "pt")
        token = begin(session, now, Person("code", resident_id=owner.id))
        names = (booked.reference, owner.id, email, holder.id, mandate.id, appointment_id, email.upper())
        return Owner(
            owner.id or 0,
            tuple(each for each in names if each is not None),
            (booked.access_key, name),
            booked.reference,
            f"atrio={token}",
        )

    return write(book.store, settles)


def _theirs(session: Session, owner_id: int) -> list[str]:
    """All that the walk must not change."""
    theirs = (
        select(Resident).where(Resident.id == owner_id),
        select(ResidentContact).where(ResidentContact.resident_id == owner_id),
        select(Appointment).where(Appointment.resident_id == owner_id),
        select(Mandate).where(Mandate.owner_id == owner_id),
    )
    return [repr(row.model_dump()) for rows in theirs for row in session.exec(rows)]


def _cookie_of(book: OpenBook, role: str) -> str:
    """Of somebody new each time: many handlers end sessions."""
    if role == "nobody":
        return ""
    if role == KIOSK:
        return f"atrio-device={_tokens(book)[0]}"

    def comes(session: Session) -> str:
        now = datetime.now(UTC)
        if role == "another resident":
            asker = resident_with(session, now, Contact(email="asker@example.org"), "en")
            asker.name = "asker"
            person = Person("code", resident_id=asker.id)
        else:
            person = Person("demo", staff=_member(book, STAFF_OF[role], is_here=not role.endswith("elsewhere")))
        return begin(session, now, person)

    return f"atrio={write(book.store, comes)}"


def _member(book: OpenBook, role: str, *, is_here: bool = True) -> str:
    """Somebody with this role, at the place of the owner's appointment or at none but others."""
    catalogue = book.catalogue()
    able = (each for each in catalogue.staff.values() if role in each.roles)
    return next(each.slug for each in able if (VISIT.location in catalogue.locations_of(each)) == is_here)


def _tokens(book: OpenBook) -> tuple[str, ...]:
    """Of a kiosk and of a clerk, each at another place than the owner's appointment."""
    now, catalogue = datetime.now(UTC), book.catalogue()
    elsewhere = next(slug for slug in catalogue.locations if slug != VISIT.location)
    clerk = catalogue.staff[_member(book, "clerk", is_here=False)]
    return write(book.store, new_device, now, elsewhere), write(book.store, new_token, now, clerk.slug)


def _ask_by_event(
    house: House, book: OpenBook, owner: Owner, roles: Sequence[str], swaps: int, found: Found, only: Sequence[str]
) -> None:
    handlers = [_handler(each) for each in only] or _known_handlers()
    each = max(3, ceil(swaps / len(roles) / len(handlers)))
    for role in roles:
        cookie = _cookie_of(book, role)
        for handler in handlers:
            with Caller(house.address, cookie=cookie) as caller:
                answered(caller, handler, _absent_like(owner.names[0]))  # the first answer says more: who the page is
                for name in islice(cycle(owner.names), each):
                    found.asked += 1
                    _compare(caller, handler, name, owner, f"{role}, {handler.rpartition('.')[2]} {name}", found)
            if handler.endswith(("end_others", "end_session", "remove_passkey")):
                cookie = _cookie_of(book, role)


def _compare(caller: Caller, handler: str, name: str | int, owner: Owner, words: str, found: Found) -> None:
    """What is said about what isn't there, then about what is, then again about what isn't."""
    absent = _absent_like(name)
    said = answered(caller, handler, name)
    if any(secret in said for secret in owner.secrets):
        found.told.append(words)
    is_address = isinstance(name, str) and "@" in name
    # Of an address, letters that were sent to it make a difference; Reflex's own handlers know no names.
    is_ours = not _functions()[handler].__module__.startswith("reflex") and not handler.endswith(TOLD_AT_A_KIOSK)
    if is_ours and not is_address and all(_differs(caller, handler, name, absent) for _ in range(3)):
        found.told_apart.append(words)


def _differs(caller: Caller, handler: str, name: str | int, absent: str | int) -> bool:
    """A minute may pass between two answers: so what counts is what differs each time."""
    before, here, after = (answered(caller, handler, each) for each in (absent, name, absent))
    return _without(here, name) not in (_without(before, absent), _without(after, absent))


def answered(caller: Caller, handler: str, value: Any) -> str:
    """All that is said to this one call, up to the answer to a harmless one after it."""
    sign = secrets.token_hex(8)
    caller.say(handler, _payload(handler, value))
    return "\n".join(caller.asks(_full(MARK), {"form": {"reference": sign, "access_key": ""}}, sign))


def _said(house: House, cookie: str, handler: str, value: Any) -> str:
    with Caller(house.address, cookie=cookie) as caller:
        return answered(caller, handler, value)


def _payload(handler: str, value: Any) -> dict[str, Any]:
    """Each thing that the handler asks for is called by this name."""
    fields = ("reference", "access_key", "code", "contact", "email", "name", "number", "purpose", "person", "resident", "form")
    asked = inspect.signature(_functions()[handler]).parameters
    return {name: dict.fromkeys(fields, str(value)) if name == "form" else value for name in asked if name != "self"}


@cache
def _functions() -> dict[str, Any]:
    return {
        f"{state.get_full_name()}.{name}": handler.fn
        for state in _states(portal.routes.rx.State)
        for name, handler in state.event_handlers.items()
    }


def _absent_like(name: str | int) -> str | int:
    if isinstance(name, int):
        return BEYOND + secrets.randbelow(BEYOND)
    return f"{secrets.token_hex(6)}@example.org" if "@" in name else new_reference("VC")


def _without(said: str, name: str | int) -> str:
    """Without the name itself, all numbers, the page's own random turn, and what the harmless question was answered."""
    lines = [re.sub(r'("turn\w*": ?)"[\w-]*"', r"\1*", line) for line in said.splitlines() if "find_state" not in line]
    return re.sub(r"\d+", "#", "\n".join(lines).replace(str(name) if isinstance(name, str) else "\0", "*"))


def _handler(name: str) -> str:
    state, _, handler = name.partition(".")
    return next(each for each in _known_handlers() if each.endswith(f"{_snake(state)}.{handler}"))


def _full(ending: str) -> str:
    return next(each for each in _known_handlers() if each.endswith(ending))


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()


def _ask_by_rest(house: House, owner: Owner, found: Found, tokens: Sequence[str]) -> None:
    """Each way that names an appointment: without a key, with a wrong one, and with the one of another; by a kiosk, and by a clerk from
    elsewhere.
    """
    for method, path in _ways(house):
        for key in ("", "0V5V-0YH7-TN5T-EV24", "x" * 500, *tokens):
            for headers in ({}, {"Cookie": owner.cookie}):
                found.asked += 1
                here, absent = (
                    _rest(house, method, path.format(reference=name), key, headers)
                    for name in (owner.reference, new_reference("VC"))
                )
                words = f"{method} {path}"
                if any(secret in here[1] for secret in owner.secrets):
                    found.told.append(words)
                if here[0] != absent[0] or _without_address(here[1]) != _without_address(absent[1]):
                    found.told_apart.append(words)


def _ways(house: House) -> Iterator[tuple[str, str]]:
    with urllib.request.urlopen(f"{house.address}/api/v1/openapi.json") as answer:
        described = json.load(answer)
    for path, methods in described["paths"].items():
        if "{reference}" in path and path.count("{") == 1:
            yield from ((method.upper(), f"/api/v1{path.removeprefix('/api/v1')}") for method in methods if method in _METHODS)


_METHODS = ("get", "post", "put", "patch", "delete")


def _rest(house: House, method: str, path: str, key: str, headers: dict[str, str]) -> tuple[int, str]:
    sent = {"Content-Type": "application/json", "Idempotency-Key": secrets.token_hex(8), **headers}
    sent |= {"Authorization": f"Bearer {key}"} if key else {}
    asked = urllib.request.Request(
        f"{house.address}{path}", method=method, headers=sent, data=b"{}" if method != "GET" else None
    )
    try:
        with urllib.request.urlopen(asked) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def _without_address(said: str) -> str:
    return re.sub(r"VC-[\w-]+", "*", said)
