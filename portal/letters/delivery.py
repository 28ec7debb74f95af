"""One letter from the outbox to its carrier: looked up, put into words, handed over, and settled."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from functools import partial
from typing import NamedTuple

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from booking.appointments import Booked, booked_by_id
from booking.catalogue import Catalogue, read_catalogue
from booking.earlier import waiting
from booking.invitation import Attendee, method_of
from booking.outbox import EMAIL, Letter, delivered, no_longer_true, park, put_off
from booking.references import SecretChanged
from booking.store import in_reading, in_transaction
from booking.tidings import CODE, OFFER
from booking.unconfirmed import code_sent
from booking.waiting_list import Offer
from locales.catalogue import LANGUAGES, use_language
from portal.appointments.calendar_file import invitation_of
from portal.letters.carriers import MailCarrier, NotNow, TextCarrier, Undeliverable
from portal.letters.email import email
from portal.letters.wording import code_short_words, code_wording, offer_short_words, offer_wording, short_words, wording
from portal.logs import keyed
from portal.site import said

log = keyed("atrio.worker")


@dataclass(frozen=True)
class Carriers:
    mail: MailCarrier
    text: TextCarrier


class NothingToTell(Exception):
    """What was to be told is over."""


async def deliver(now: datetime, carriers: Carriers, letters: Sequence[Letter]) -> list[str]:
    """Hand leased letters over, all at the same time, and write down how it went. Answers for each "" or what the trouble was.

    They are settled in one transaction: each of its own would keep those who book waiting ten times as often.
    """
    subjects = await in_reading(_subjects_of, now, letters)
    each = zip(letters, subjects, strict=True)
    outcomes = await asyncio.gather(*(_handed_over(now, carriers, letter, subject) for letter, subject in each))
    await in_transaction(_settle, [outcome.written_down for outcome in outcomes])
    return [outcome.trouble for outcome in outcomes]


class _Outcome(NamedTuple):
    written_down: Callable[[Session], None]
    trouble: str = ""


async def _handed_over(now: datetime, carriers: Carriers, letter: Letter, subject: _Subject | Exception) -> _Outcome:
    try:
        await _hand_over(now, carriers, letter, subject)
    except NotNow as trouble:
        return _Outcome(partial(put_off, now=now, letter=letter, trouble=str(trouble)), str(trouble))
    except Undeliverable as trouble:
        return _Outcome(partial(park, now=now, letter=letter, trouble=str(trouble)), str(trouble))
    except NothingToTell:
        return _Outcome(partial(no_longer_true, now=now, letter=letter))
    except SQLAlchemyError:
        raise
    except Exception as broken:
        # Whatever is wrong with one letter, the others go out, and this one is parked in the end for somebody to look at.
        log.exception("a letter could not be written", letter=letter.id)
        trouble = f"it could not be written ({type(broken).__name__}); the log says why"
        return _Outcome(partial(put_off, now=now, letter=letter, trouble=trouble), trouble)
    return _Outcome(partial(delivered, now=now, letter=letter))


def _settle(session: Session, each_written_down: list[Callable[[Session], None]]) -> None:
    for written_down in each_written_down:
        written_down(session)


async def _hand_over(now: datetime, carriers: Carriers, letter: Letter, subject: _Subject | Exception) -> None:
    if isinstance(subject, SecretChanged):
        raise Undeliverable("ATRIO_SECRET has changed since, so that its access code can't be written any more")
    if isinstance(subject, Exception):
        raise subject
    if (letter.what == OFFER and subject.offer is None) or (letter.what == CODE and subject.code is None):
        raise NothingToTell()
    appointment = subject.booked.appointment
    with use_language(_language(subject)):
        if letter.channel == EMAIL:
            await carriers.mail.carry(letter.key, _email(subject, now, letter))
        else:
            await carriers.text.carry(letter.key, appointment.phone or "", _text(subject, letter))


@dataclass(frozen=True)
class _Subject:
    """What a letter is about, as it stands now."""

    catalogue: Catalogue
    booked: Booked
    offer: Offer | None
    code: tuple[str, datetime] | None


def _subjects_of(session: Session, now: datetime, letters: Sequence[Letter]) -> list[_Subject | Exception]:
    """All looked up in one go; or what went wrong with one, which is no trouble of the others."""
    return [_subject_or_trouble(session, now, letter) for letter in letters]


def _subject_or_trouble(session: Session, now: datetime, letter: Letter) -> _Subject | Exception:
    try:
        return _subject_of(session, now, letter)
    except SQLAlchemyError:
        raise
    except Exception as trouble:
        return trouble


def _subject_of(session: Session, now: datetime, letter: Letter) -> _Subject:
    booked = booked_by_id(session, letter.appointment_id)
    state = waiting(session, now, booked.appointment) if letter.what == OFFER else None
    code = code_sent(session, booked.appointment) if letter.what == CODE else None
    return _Subject(read_catalogue(session), booked, state.offer if state else None, code)


def _language(subject: _Subject) -> str:
    language = subject.booked.appointment.language
    return language if language in LANGUAGES else subject.catalogue.town.default_language


def _email(subject: _Subject, now: datetime, letter: Letter) -> EmailMessage:
    catalogue, appointment, access_key = subject.catalogue, subject.booked.appointment, subject.booked.access_key
    attendee = Attendee(appointment.name, appointment.email or "")
    ends = {
        "key": letter.key,
        "sender": (said(catalogue.town.name), catalogue.town.email),
        "to": (attendee.name, attendee.email),
        "at": now,
    }
    if subject.offer:
        return email(offer_wording(catalogue, appointment, access_key, subject.offer), **ends)
    if subject.code:
        return email(code_wording(catalogue, appointment, access_key, *subject.code), **ends)
    file = invitation_of(catalogue, appointment, access_key, attendee)
    words = wording(catalogue, now, letter.what, appointment, access_key)
    return email(words, **ends, invitation=(method_of(appointment, attendee), file))


def _text(subject: _Subject, letter: Letter) -> str:
    catalogue, appointment, access_key = subject.catalogue, subject.booked.appointment, subject.booked.access_key
    if subject.offer:
        return offer_short_words(catalogue, appointment, access_key, subject.offer)
    if subject.code:
        return code_short_words(catalogue, appointment, *subject.code)
    return short_words(catalogue, letter.what, appointment, access_key)
