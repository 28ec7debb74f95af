"""Who comes: what the person typed about themselves, tidied, or refused field by field."""

import unicodedata
from dataclasses import dataclass
from itertools import groupby
from typing import Protocol

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from booking.catalogue import Town
from booking.errors import NotValid, Problem

NEEDS = ("step_free", "interpreter", "sign_language", "more_time", "companion")
LONGEST_NAME, LONGEST_LANGUAGE, LONGEST_EMAIL, LONGEST_PHONE = 120, 60, 254, 40

# They come along when a name is pasted, nobody sees them, and they can turn the text around them: dropped without a word.
DIRECTION_MARKS = dict.fromkeys(map(ord, "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"))

# Hangul fillers and the empty Braille cell count as letters or signs, and show nothing.
BLANK_LETTERS = "\u115f\u1160\u2800\u3164\uffa0"
MOST_MARKS = 6


class Contacted(Protocol):
    """Whatever says how to reach somebody."""

    @property
    def email(self) -> str | None: ...

    @property
    def phone(self) -> str | None: ...


@dataclass(frozen=True)
class Contact:
    """An e-mail address, or a telephone number in the international form."""

    email: str = ""
    phone: str = ""


@dataclass(frozen=True)
class Details:
    """As typed, until `tidied`. E-mail or phone: one is enough. An empty language is the town's own."""

    name: str
    email: str = ""
    phone: str = ""
    language: str = ""
    needs: tuple[str, ...] = ()
    interpreter_language: str = ""


def known_by(given: Contacted) -> str:
    """The contact that stands for a person, in one form: the e-mail address in small letters without what follows a plus, which
    reaches the same letter box, or else the telephone number.
    """
    local, _at, domain = (given.email or "").rpartition("@")
    return f"{local.partition('+')[0] or local}@{domain}".casefold() if local else given.phone or ""


def storable(text: str) -> str:
    """Without what neither a database nor an answer over the wire can carry: NUL and lone surrogates."""
    return text.replace("\0", "").encode("utf-8", "ignore").decode()


def tidied(details: Details, town: Town, mode: str = "in_person") -> Details:
    """The same details in the one form in which they are kept. Raises NotValid with everything that is wrong.

    Whoever wants to be rung at the appointed time (`mode` "phone") has to say at which number, and whoever needs an interpreter
    for which language.
    """
    problems: list[Problem] = []
    tidy = Details(
        name=one_line(details.name, "name", LONGEST_NAME, problems, needed=True),
        email=_email(details.email, problems),
        phone=_phone(details.phone, town.phone_country, problems),
        language=_language(details.language, town, problems),
        needs=_needs(details.needs, problems),
        interpreter_language=one_line(details.interpreter_language, "interpreter_language", LONGEST_LANGUAGE, problems),
    )
    if mode == "phone" and not tidy.phone and not _is_named(problems, "phone"):
        problems.append(Problem("phone", "missing"))
    elif not (tidy.email or tidy.phone or _is_named(problems, "email", "phone")):
        problems.append(Problem("contact", "missing"))
    if "interpreter" in tidy.needs and not tidy.interpreter_language and not _is_named(problems, "interpreter_language"):
        problems.append(Problem("interpreter_language", "missing"))
    if problems:
        raise NotValid(tuple(problems))
    return tidy


def tidied_contact(typed: object, town: Town) -> Contact:
    """One of the two, as somebody types it into one box. Raises NotValid about the field `contact`."""
    problems: list[Problem] = []
    if isinstance(typed, str) and "@" in typed:
        contact = Contact(email=_email(typed, problems))
    else:
        contact = Contact(phone=_phone(typed, town.phone_country, problems))
    if problems or not known_by(contact):
        reason = problems[0].reason if problems else "missing"
        raise NotValid((Problem("contact", reason, problems[0].limit if problems else None),))
    return contact


def one_line(typed: object, field: str, longest: int, problems: list[Problem], *, needed: bool = False) -> str:
    """One line of text: composed (NFC), without direction marks, one space between words."""
    if not isinstance(typed, str):
        problems.append(Problem(field, "wrong-type"))
        return ""
    line = " ".join(unicodedata.normalize("NFC", typed.translate(DIRECTION_MARKS)).split())
    if any(unicodedata.category(symbol) in ("Cc", "Cs") for symbol in line) or _piles_up(line):
        problems.append(Problem(field, "control-characters"))
    elif len(line) > longest:
        problems.append(Problem(field, "too-long", longest))
    elif needed and not _can_be_seen(line):
        problems.append(Problem(field, "missing"))
    else:
        return line
    return ""


def _is_named(problems: list[Problem], *fields: str) -> bool:
    return any(problem.field in fields for problem in problems)


def _can_be_seen(line: str) -> bool:
    """A letter, a number or a sign: not only spaces, or marks on nothing."""
    return any(unicodedata.category(symbol)[0] in "LNPS" and symbol not in BLANK_LETTERS for symbol in line)


def _piles_up(line: str) -> bool:
    """More marks on one letter than any script writes: they would run over the lines around."""
    return any(len(list(marks)) > MOST_MARKS for is_mark, marks in groupby(line, key=_is_mark) if is_mark)


def _is_mark(symbol: str) -> bool:
    return unicodedata.category(symbol)[0] == "M"


def _email(typed: object, problems: list[Problem]) -> str:
    before = len(problems)
    line = one_line(typed, "email", LONGEST_EMAIL, problems)
    if len(problems) > before or not line:
        return ""
    try:
        return validate_email(line, check_deliverability=False).normalized
    except EmailNotValidError:
        problems.append(Problem("email", "not-an-email"))
        return ""


def _phone(typed: object, region: str, problems: list[Problem]) -> str:
    """In the international form (E.164); without a country's code it is a number of `region`."""
    before = len(problems)
    line = one_line(typed, "phone", LONGEST_PHONE, problems)
    if len(problems) > before or not line:
        return ""
    try:
        number = phonenumbers.parse(line, region)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_valid_number(number):
        problems.append(Problem("phone", "not-a-phone"))
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _language(typed: object, town: Town, problems: list[Problem]) -> str:
    if typed == "":
        return town.default_language
    if typed not in town.languages:
        problems.append(Problem("language", "unknown-language"))
    return str(typed)


def _needs(typed: object, problems: list[Problem]) -> tuple[str, ...]:
    if not isinstance(typed, (list, tuple)):
        problems.append(Problem("needs", "wrong-type"))
        return ()
    if any(need not in NEEDS for need in typed):
        problems.append(Problem("needs", "unknown-need"))
    return tuple(need for need in NEEDS if need in typed)
