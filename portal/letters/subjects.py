"""What a letter is about, looked up when it is delivered, so that it tells how things stand then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from typing import Protocol

from sqlmodel import Session

from booking.acting import done_by
from booking.appointments import Booked, booked_by_id
from booking.catalogue import Catalogue, read_catalogue
from booking.earlier import waiting
from booking.invitation import Attendee, method_of
from booking.outbox import Letter
from booking.tidings import CODE, OFFER
from booking.unconfirmed import code_sent
from booking.waiting_list import Offer
from locales.catalogue import LANGUAGES
from portal.appointments.calendar_file import invitation_of
from portal.identity.entering import SignIn, code_for
from portal.letters.email import email
from portal.letters.wording import (
    code_short_words,
    code_wording,
    offer_short_words,
    offer_wording,
    short_words,
    sign_in_short_words,
    sign_in_wording,
    wording,
)
from portal.site import said


class Subject(Protocol):
    """`email` and `text` speak the language being spoken, which should be `language`; `phone` is where a text goes."""

    @property
    def language(self) -> str: ...

    @property
    def phone(self) -> str: ...

    def is_over(self, letter: Letter) -> bool: ...

    def email(self, now: datetime, letter: Letter) -> EmailMessage: ...

    def text(self, letter: Letter) -> str: ...


def about_appointment(session: Session, now: datetime, letter: Letter) -> OfAppointment:
    booked = booked_by_id(session, letter.appointment_id or 0)
    state = waiting(session, now, booked.appointment) if letter.what == OFFER else None
    code = code_sent(session, booked.appointment) if letter.what == CODE else None
    by = done_by(session, booked.appointment, letter.what)
    return OfAppointment(read_catalogue(session), booked, state.offer if state else None, code, by)


def about_sign_in(session: Session, _now: datetime, letter: Letter, number: int) -> OfSignIn:
    return OfSignIn(read_catalogue(session), code_for(session, number))


@dataclass(frozen=True)
class OfAppointment:
    """`by` is who did what it tells of, "" when they did it themselves."""

    catalogue: Catalogue
    booked: Booked
    offer: Offer | None
    code: tuple[str, datetime] | None
    by: str

    @property
    def language(self) -> str:
        return spoken(self.catalogue, self.booked.appointment.language)

    @property
    def phone(self) -> str:
        return self.booked.appointment.phone or ""

    def is_over(self, letter: Letter) -> bool:
        return (letter.what == OFFER and self.offer is None) or (letter.what == CODE and self.code is None)

    def email(self, now: datetime, letter: Letter) -> EmailMessage:
        catalogue, appointment, access_key = self.catalogue, self.booked.appointment, self.booked.access_key
        attendee = Attendee(appointment.name, appointment.email or "")
        sides = ends(catalogue, now, letter, (attendee.name, attendee.email))
        if self.offer:
            return email(offer_wording(catalogue, appointment, access_key, self.offer), **sides)
        if self.code:
            return email(code_wording(catalogue, appointment, access_key, *self.code), **sides)
        file = invitation_of(catalogue, appointment, access_key, attendee)
        words = wording(catalogue, now, letter.what, appointment, access_key, self.by)
        return email(words, **sides, invitation=(method_of(appointment, attendee), file))

    def text(self, letter: Letter) -> str:
        catalogue, appointment, access_key = self.catalogue, self.booked.appointment, self.booked.access_key
        if self.offer:
            return offer_short_words(catalogue, appointment, access_key, self.offer)
        if self.code:
            return code_short_words(catalogue, appointment, *self.code)
        return short_words(catalogue, letter.what, appointment, access_key, self.by)


@dataclass(frozen=True)
class OfSignIn:
    """Somebody on their way in; `sent` is None when they have come in, or asked for another code."""

    catalogue: Catalogue
    sent: tuple[SignIn, str, datetime] | None

    @property
    def language(self) -> str:
        return spoken(self.catalogue, self._sent[0].language)

    @property
    def phone(self) -> str:
        return self._sent[0].phone

    def is_over(self, letter: Letter) -> bool:
        return self.sent is None

    def email(self, now: datetime, letter: Letter) -> EmailMessage:
        row, code, until = self._sent
        return email(sign_in_wording(self.catalogue, code, until), **ends(self.catalogue, now, letter, ("", row.email)))

    def text(self, letter: Letter) -> str:
        _row, code, until = self._sent
        return sign_in_short_words(self.catalogue, code, until)

    @property
    def _sent(self) -> tuple[SignIn, str, datetime]:
        if self.sent is None:
            raise ValueError("it is over")
        return self.sent


def spoken(catalogue: Catalogue, language: str) -> str:
    return language if language in LANGUAGES else catalogue.town.default_language


def ends(catalogue: Catalogue, now: datetime, letter: Letter, to: tuple[str, str]) -> dict:
    return {"key": letter.key, "sender": (said(catalogue.town.name), catalogue.town.email), "to": to, "at": now}
