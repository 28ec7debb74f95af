"""Letters between somebody and whoever may act for them: the offer, copies for the holder, and what was done for the owner.

None of them carries an access code, nor a link that opens or changes anything.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from email.message import EmailMessage
from typing import TypeVar

from sqlmodel import Session

from booking.acting import done_by
from booking.catalogue import Catalogue, read_catalogue
from booking.details import Contact, known_by
from booking.mandates import holders_contact, offer_to_tell, receives
from booking.outbox import Letter
from booking.people import Mandate, Resident, ResidentContact
from booking.promises import BOOKED, Appointment
from booking.residents import contacts_of
from booking.settings import settings
from booking.tidings import CANCELLATION, channel_of
from locales import dates
from locales.catalogue import _, path
from portal.appointments.words import zone_of
from portal.contacts import scope_words
from portal.letters.email import email
from portal.letters.subjects import ends, spoken
from portal.letters.wording import Action, Wording, by_words, foot_of_town, headline, wording
from portal.site import said

T = TypeVar("T")


@dataclass(frozen=True)
class OfMandate:
    """An offer that waits for an answer; None when there is nothing to answer any more."""

    catalogue: Catalogue
    mandate: Mandate | None
    speaks: str

    @property
    def language(self) -> str:
        return spoken(self.catalogue, self.speaks)

    @property
    def phone(self) -> str:
        return self.mandate.phone if self.mandate else ""

    def is_over(self, letter: Letter) -> bool:
        return self.mandate is None

    def email(self, now: datetime, letter: Letter) -> EmailMessage:
        mandate = _there(self.mandate)
        return email(_offer(self.catalogue, mandate), **ends(self.catalogue, now, letter, ("", mandate.email)))

    def text(self, letter: Letter) -> str:
        return _(
            "{town}: {name} would like you to act for them here. To say yes or no, sign in with this number: {link}",
            town=said(self.catalogue.town.name),
            name=_there(self.mandate).owner_name,
            link=_page("/me/"),
        )


@dataclass(frozen=True)
class OfOthers:
    """An appointment told to somebody who hasn't its key: `whose` is the owner's name where it is told to the holder, else "".

    `to` is None when they aren't told of it any more.
    """

    catalogue: Catalogue
    appointment: Appointment
    to: Contact | None
    name: str
    speaks: str
    by: str = ""
    whose: str = ""

    @property
    def language(self) -> str:
        return spoken(self.catalogue, self.speaks)

    @property
    def phone(self) -> str:
        return self.to.phone if self.to else ""

    def is_over(self, letter: Letter) -> bool:
        is_true = self.appointment.state == BOOKED or letter.what == CANCELLATION
        return self.to is None or not is_true

    def email(self, now: datetime, letter: Letter) -> EmailMessage:
        words = _without_key(wording(self.catalogue, now, letter.what, self.appointment, "", self.by), self.name)
        words = _for_holder(self.catalogue, words, self.whose) if self.whose else words
        return email(words, **ends(self.catalogue, now, letter, ("", _there(self.to).email)))

    def text(self, letter: Letter) -> str:
        moment = dates.moment(self.appointment.start_at, zone_of(self.catalogue, self.appointment.location))
        town, told = said(self.catalogue.town.name), headline(letter.what)
        if self.whose:
            return _("{town}, for {name}: {told} ({moment}).", town=town, name=self.whose, told=told, moment=moment)
        words = _("{town}: {told} ({moment}).", town=town, told=told, moment=moment)
        return f"{words} {by_words(letter.what, self.by)}"


def about_mandate(session: Session, now: datetime, _letter: Letter, mandate_id: int) -> OfMandate:
    mandate = offer_to_tell(session, now, mandate_id)
    return OfMandate(read_catalogue(session), mandate, _language_of(session, mandate) if mandate else "")


def about_copy(session: Session, now: datetime, _letter: Letter, appointment_id: int, mandate_id: int) -> OfOthers:
    """For whoever gets the owner's letters too, while they do."""
    catalogue, appointment = read_catalogue(session), session.get_one(Appointment, appointment_id)
    mandate = receives(session, now, mandate_id)
    reached = holders_contact(session, mandate) if mandate else None
    if mandate is None or reached is None:
        return OfOthers(catalogue, appointment, None, "", "")
    to = Contact(reached.email, reached.phone)
    return OfOthers(catalogue, appointment, to, "", _language_of(session, mandate), whose=mandate.owner_name)


def about_owners(session: Session, _now: datetime, letter: Letter, appointment_id: int, owner_id: int) -> OfOthers:
    """For the owner, whom the letters of the appointment itself don't reach."""
    catalogue, appointment = read_catalogue(session), session.get_one(Appointment, appointment_id)
    own = next((each for each in contacts_of(session, owner_id) if channel_of(each) == letter.channel), None)
    resident = session.get_one(Resident, owner_id)
    to = Contact(own.email, own.phone) if own else None
    by = done_by(session, appointment, letter.what)
    return OfOthers(catalogue, appointment, to, resident.name, resident.language or appointment.language, by)


def _offer(catalogue: Catalogue, mandate: Mandate) -> Wording:
    """Following the link does nothing: yes and no are said on the page, signed in."""
    return Wording(
        subject=_("{name} would like you to act for them", name=mandate.owner_name),
        headline=_("Would you act for {name}?", name=mandate.owner_name),
        greeting="",
        opening=_("They have named this address, so that you can do this for them at the town. Only you can say yes."),
        clock="",
        day="",
        place=tuple(scope_words(scope) for scope in mandate.scopes),
        # Translators: the last day of a mandate
        facts=((_("Up to and with"), dates.day_and_year(mandate.last_day)),),
        codes=(),
        bring=(),
        way_in="",
        actions=(Action(_("Sign in and answer"), _page("/me/")),),
        deadline="",
        farewell=_("You do not know this person, or do not want to? Then do nothing: without your yes nothing happens."),
        foot=tuple(foot_of_town(catalogue)),
    )


def _without_key(words: Wording, name: str) -> Wording:
    greeting = _("Hello {name},", name=name) if name else ""
    return replace(words, greeting=greeting, actions=(Action(_("My page"), _page("/me/")),))


def _for_holder(catalogue: Catalogue, words: Wording, whose: str) -> Wording:
    return replace(
        words,
        subject=_("For {name}: {subject}", name=whose, subject=words.subject),
        opening=_("This is about an appointment of {name}, whose letters you get too.", name=whose),
        farewell=_("You do not want these letters any more? On your page you can give the mandate up."),
        foot=tuple(foot_of_town(catalogue)),
    )


def _language_of(session: Session, mandate: Mandate) -> str:
    """The holder's, as far as we know them; else the one in which it was granted."""
    held = session.get(ResidentContact, known_by(mandate))
    holder = session.get(Resident, held.resident_id) if held else None
    return (holder and holder.language) or mandate.language


def _page(route: str) -> str:
    return f"{settings().address}{path(route)}"


def _there(value: T | None) -> T:
    if value is None:
        raise ValueError("it is over")
    return value
