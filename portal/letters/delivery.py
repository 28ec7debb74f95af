"""One letter from the outbox to its carrier: looked up, put into words, handed over, and settled."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import NamedTuple

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from booking.outbox import EMAIL, Letter, delivered, no_longer_true, park, put_off
from booking.references import SecretChanged
from booking.store import in_reading, in_transaction
from locales.catalogue import use_language
from portal.letters.carriers import MailCarrier, NotNow, TextCarrier, Undeliverable
from portal.letters.on_behalf import about_copy, about_mandate, about_owners
from portal.letters.subjects import Subject, about_appointment, about_sign_in
from portal.logs import keyed

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


async def _handed_over(now: datetime, carriers: Carriers, letter: Letter, subject: Subject | Exception) -> _Outcome:
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


async def _hand_over(now: datetime, carriers: Carriers, letter: Letter, subject: Subject | Exception) -> None:
    if isinstance(subject, SecretChanged):
        raise Undeliverable("ATRIO_SECRET has changed since, so that its access code can't be written any more")
    if isinstance(subject, Exception):
        raise subject
    if subject.is_over(letter):
        raise NothingToTell()
    with use_language(subject.language):
        if letter.channel == EMAIL:
            await carriers.mail.carry(letter.key, subject.email(now, letter))
        else:
            await carriers.text.carry(letter.key, subject.phone, subject.text(letter))


def _subjects_of(session: Session, now: datetime, letters: Sequence[Letter]) -> list[Subject | Exception]:
    """All looked up in one go; or what went wrong with one, which is no trouble of the others."""
    return [_subject_or_trouble(session, now, letter) for letter in letters]


def _subject_or_trouble(session: Session, now: datetime, letter: Letter) -> Subject | Exception:
    try:
        return _subject_of(session, now, letter)
    except SQLAlchemyError:
        raise
    except Exception as trouble:
        return trouble


def _subject_of(session: Session, now: datetime, letter: Letter) -> Subject:
    if letter.appointment_id is not None:
        return about_appointment(session, now, letter)
    kind, *numbers = letter.about.split(" ")
    if kind not in _ABOUT:
        raise ValueError(f"nobody knows how to write about {kind!r}")
    return _ABOUT[kind](session, now, letter, *map(int, numbers))


_ABOUT: dict[str, Callable[..., Subject]] = {
    "sign-in": about_sign_in,
    "mandate": about_mandate,
    "copy-of": about_copy,
    "owner-of": about_owners,
}
