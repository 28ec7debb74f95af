"""The book behind the site: what was really written there, and what somebody else does at the same moment."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from booking.appointments import Booked, book_at_once, cancel
from booking.availability import free_places, nearest
from booking.catalogue import Catalogue, read_catalogue
from booking.counters import call, open_counter
from booking.details import Contact, Details
from booking.errors import SlotTaken
from booking.freed import pass_on
from booking.halls import hall_now
from booking.mandates import BOOK, SEE, Terms, grant, last_day_after, today_in
from booking.one_time_codes import OneTimeCode
from booking.outbox import Letter
from booking.people import ResidentContact
from booking.promises import UNCONFIRMED, Appointment, AppointmentChange, Hold, Seat
from booking.queue import Drawn, Wish, draw
from booking.residents import resident_with
from booking.settings import Settings, signing_secret
from booking.store import Store, read, write
from booking.tickets import LEFT, OVER, PARKED, Lobby, OpenCounter, Ticket
from booking.visits import Visit
from kiosk.device import Device, good_devices, new_device

SOMEBODY_ELSE = Details("Somebody else", email="else@example.org")


@dataclass(frozen=True)
class OpenBook:
    store: Store

    @classmethod
    @contextmanager
    def of(cls, data: Path, database: str = "") -> Iterator[OpenBook]:
        settings = Settings(_env_file=None, data=data, database_url=database, secret="")  # type: ignore[call-arg]
        store = Store(settings.database, signing_secret(settings))
        yield cls(store)
        store.close()

    def catalogue(self) -> Catalogue:
        return read(self.store, read_catalogue)

    def appointments_of(self, name: str) -> list[Appointment]:
        """Every appointment under this name, whatever became of it."""
        return read(self.store, _appointments_of, name)

    def the_appointment_of(self, name: str) -> Appointment:
        """The one there must be; fails when there is none, or a second."""
        (only,) = self.appointments_of(name)
        return only

    def the_appointment(self, reference: str) -> Appointment:
        return read(self.store, _such, Appointment, Appointment.reference == reference)[0]

    def letters_of(self, reference: str) -> list[Letter]:
        return read(self.store, _such, Letter, Letter.appointment_id == self.the_appointment(reference).id)

    def all_that_is_promised(self) -> tuple[object, ...]:
        """The town, and whatever anybody was ever promised in it, to compare with later."""
        return read(self.store, _all_that_is_promised)

    def a_free_start(self, visit: Visit) -> datetime:
        """The last one that can be booked, where nobody else is looking."""
        far_away = datetime.now(UTC) + timedelta(days=1_000)
        return read(self.store, nearest, datetime.now(UTC), visit, far_away, count=1)[0].start

    def take_every_place(self, visit: Visit, start: datetime) -> None:
        """Other people book whatever is free at this start."""
        try:
            while True:
                self._somebody_else_books(visit, start)
        except SlotTaken:
            return

    def leave_one_place(self, visit: Visit, start: datetime) -> None:
        """Other people book all but one place at this start."""
        places = read(self.store, _places_at, visit, start)
        for _each in range(places - 1):
            self._somebody_else_books(visit, start)

    def let_holds_run_out(self) -> None:
        """As if ten minutes had passed for everybody who is filling in a form."""
        self.let_holds_end_at(datetime.now(UTC) - timedelta(seconds=1))

    def let_unconfirmed_run_out(self) -> None:
        """As if nobody had typed a code for a quarter of an hour."""
        write(self.store, _let_unconfirmed_run_out, datetime.now(UTC) - timedelta(seconds=1))

    def let_codes_grow_old(self) -> None:
        """As if every code had been sent a minute earlier."""
        write(self.store, _let_codes_grow_old)

    def leave_unconfirmed(self, visit: Visit) -> str:
        """Somebody has booked and is asked for a code: "REFERENCE.KEY"."""
        self.store.caps = True
        try:
            address = f"{secrets.token_hex(4)}@example.org"
            who = Details("Somebody asked", email=address)
            once, start = secrets.token_urlsafe(), self.a_free_start(visit)
            wanted = write(self.store, book_at_once, datetime.now(UTC), visit, start, who, once=once)
        finally:
            self.store.caps = False
        return f"{wanted.reference}.{wanted.access_key}"

    def books_for(self, visit: Visit, address: str, who: Details | None = None) -> Booked:
        """Somebody books with this address, without a code, as at the desk."""
        who = replace(who or Details("Somebody"), email=address)
        once, start = secrets.token_urlsafe(), self.a_free_start(visit)
        return write(self.store, book_at_once, datetime.now(UTC), visit, start, who, once=once, channel="in_person")

    def asks_to_act(self, name: str) -> None:
        """Somebody of this name asks whoever signed in last to act for them, in everything that can be asked."""
        write(self.store, _asks_to_act, datetime.now(UTC), name)

    def draws(self, language: str = "pt", *, service: str = "residence-certificate", location: str = "pacos") -> Drawn:
        """Somebody takes a ticket, in the last hour in which the house was open."""
        wish = Wish(location, service, language)
        return write(self.store, draw, self._open_hour(location), wish, once=secrets.token_urlsafe())

    def draws_now(self, location: str, service: str) -> str:
        """Somebody takes a ticket in a house that is open; its number."""
        wish = Wish(location, service, "pt")
        return write(self.store, draw, datetime.now(UTC), wish, once=secrets.token_urlsafe()).ticket.words

    def books_soon(self, visit: Visit, who: Details | None = None) -> str:
        """Somebody has an appointment in ten minutes; its reference."""
        booked = self.books_for(visit, f"{secrets.token_hex(4)}@example.org", who)
        write(self.store, _is_soon, booked.appointment.id)
        return booked.reference

    def calls(self, counter: str, ticket: Ticket) -> None:
        """Somebody sits down there and calls this very one."""
        self.sits_down(counter)
        write(self.store, _set_aside_and_called, counter, ticket.id)

    def comes_to_the_seat_of(self, staff: str, ticket: Ticket) -> None:
        """Whoever sits somewhere calls this very one there."""
        seats = select(OpenCounter.counter).where(OpenCounter.staff == staff)
        counter = read(self.store, lambda session: session.exec(seats).one())
        write(self.store, _set_aside_and_called, counter, ticket.id)

    def sits_down(self, counter: str) -> None:
        staff = self.catalogue().staff_of(counter)[0].slug
        write(self.store, open_counter, datetime.now(UTC), counter, staff)

    def at_counter(self, verb: Callable[..., Ticket], counter: str, *said: object) -> None:
        write(self.store, verb, datetime.now(UTC), counter, *said)

    def has_a_kiosk_without_paper(self) -> None:
        def makes(session: Session) -> None:
            new_device(session, datetime.now(UTC), "pacos")
            good_devices(session)[-1].trouble = "paper-out"

        write(self.store, makes)

    def empty_the_hall(self) -> None:
        """Whoever waits or is served goes home and is told nothing more, and every kiosk has paper."""
        write(self.store, _empty_the_hall)

    def everybody_gets_up(self) -> None:
        write(self.store, lambda session: session.execute(delete(OpenCounter)) and None)

    def _open_hour(self, location: str) -> datetime:
        hours = (datetime.now(UTC) - timedelta(hours=back) for back in range(24 * 10))
        return next(at for at in hours if hall_now(self.catalogue(), location, at).closes_at)

    def let_holds_end_at(self, then: datetime) -> None:
        """Every time that is kept for somebody is kept until then."""
        write(self.store, _let_holds_run_out, then)

    def give_back_an_earlier_time(self, name: str) -> None:
        """Somebody else gives back an earlier time than the one that `name` has, and those who wait are asked as by day."""
        appointment = self.the_appointment_of(name)
        by_day = _next_morning(ZoneInfo(self.catalogue().locations[appointment.location].timezone))
        start = read(self.store, _last_free_start_before, appointment, by_day)
        promise = write(
            self.store, book_at_once, datetime.now(UTC), appointment.visit, start, SOMEBODY_ELSE, once=secrets.token_urlsafe()
        )
        write(self.store, cancel, datetime.now(UTC), promise.reference, promise.access_key, once=secrets.token_urlsafe())
        while write(self.store, pass_on, by_day):
            pass

    def _somebody_else_books(self, visit: Visit, start: datetime) -> None:
        write(self.store, book_at_once, datetime.now(UTC), visit, start, SOMEBODY_ELSE, once=secrets.token_urlsafe())


def _such(session: Session, table: type, which: Any) -> list[Any]:
    return list(session.exec(select(table).where(which)))


def _appointments_of(session: Session, name: str) -> list[Appointment]:
    return list(session.exec(select(Appointment).where(Appointment.name == name).order_by(col(Appointment.id))))


def _is_soon(session: Session, appointment_id: int) -> None:
    it, soon = session.get_one(Appointment, appointment_id), datetime.now(UTC) + timedelta(minutes=10)
    soon = soon.replace(second=0, microsecond=0)
    it.start_at, it.end_at = soon, soon + (it.end_at - it.start_at)


def _empty_the_hall(session: Session) -> None:
    session.execute(update(Ticket).where(col(Ticket.state).not_in(OVER)).values(state=LEFT))
    session.execute(update(Lobby).values(notice="", version=col(Lobby.version) + 1))
    session.execute(update(Device).values(trouble=""))


def _asks_to_act(session: Session, now: datetime, name: str) -> None:
    newest = select(ResidentContact).order_by(col(ResidentContact.verified_at).desc()).limit(1)
    asked = session.exec(newest).one()
    asking = resident_with(session, now, Contact(email=f"{secrets.token_hex(4)}@example.org"), "pt")
    terms = Terms("Karim", asked.email, (BOOK, SEE), last_day_after(today_in(session, now), 1), name)
    grant(session, now, asking.id or 0, terms, "pt")


def _all_that_is_promised(session: Session) -> tuple[object, ...]:
    seats = select(Seat).where(col(Seat.appointment_id).is_not(None)).order_by(col(Seat.id))
    promises = (
        select(Appointment).order_by(col(Appointment.id)),
        select(AppointmentChange).order_by(col(AppointmentChange.id)),
    )
    rows = tuple(tuple(map(repr, session.exec(each))) for each in (seats, *promises))
    return read_catalogue(session).town.revision, *rows


def _places_at(session: Session, visit: Visit, start: datetime) -> int:
    free = nearest(session, datetime.now(UTC), visit, start, count=1)
    return sum(each.places for each in free if each.start == start)


def _last_free_start_before(session: Session, appointment: Appointment, by_day: datetime) -> datetime:
    days = (by_day.date(), appointment.start_at.date() - timedelta(days=1))
    free = free_places(session, datetime.now(UTC), appointment.visit, *days)
    return max(place.start for place in free if place.start > by_day + timedelta(hours=5))


def _next_morning(zone: ZoneInfo) -> datetime:
    """The next ten o'clock there: nobody is asked at night."""
    local = datetime.now(zone)
    ten = local.replace(hour=10, minute=0, second=0, microsecond=0)
    return (ten if local < ten else ten + timedelta(days=1)).astimezone(UTC)


def _let_codes_grow_old(session: Session) -> None:
    for code in session.exec(select(OneTimeCode)):
        code.sent_at -= timedelta(minutes=1)


def _let_unconfirmed_run_out(session: Session, then: datetime) -> None:
    session.execute(update(Appointment).where(col(Appointment.state) == UNCONFIRMED).values(confirm_by=then))
    session.execute(update(Hold).values(expires_at=then))
    session.execute(update(Seat).where(col(Seat.hold_id).is_not(None)).values(lapses_at=then))


def _let_holds_run_out(session: Session, then: datetime) -> None:
    session.execute(update(Hold).where(col(Hold.appointment_id).is_(None)).values(expires_at=then))
    session.execute(update(Seat).where(col(Seat.hold_id).is_not(None)).values(lapses_at=then))


def _set_aside_and_called(session: Session, counter: str, ticket_id: int) -> None:
    """Whoever waits is called by the order; this very one can be called when they were set aside."""
    session.get_one(Ticket, ticket_id).state = PARKED
    session.flush()
    call(session, datetime.now(UTC), counter, ticket_id)
