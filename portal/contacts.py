"""Contacts, and the codes sent to them, in the language being spoken."""

from __future__ import annotations

import phonenumbers

from booking.catalogue import Catalogue
from booking.details import Contacted
from booking.outbox import EMAIL, SMS
from booking.settings import settings
from booking.tidings import channel_of
from locales.catalogue import _, current_language, direction, ngettext


def phone_words(number: str, country: str) -> str:
    """A telephone number as people of `country` read it, in groups that stay together: "912 345 678", "+34 912 34 56 78"."""
    parsed = phonenumbers.parse(number, country)
    is_ours = phonenumbers.region_code_for_number(parsed) == country
    form = phonenumbers.PhoneNumberFormat.NATIONAL if is_ours else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, form).replace(" ", "\u00a0")


def in_order(code: str) -> str:
    """A code or a number whose groups stay in their order in the middle of Arabic: isolated, left to right (UAX 9)."""
    return f"\N{LEFT-TO-RIGHT ISOLATE}{code}\N{POP DIRECTIONAL ISOLATE}" if direction(current_language()) == "rtl" else code


def spaced(code: str) -> str:
    """Six digits in two groups, which stay on one line."""
    return f"{code[:3]}\N{NO-BREAK SPACE}{code[3:]}"


def contact_words(catalogue: Catalogue, given: Contacted) -> str:
    """Where we write to them, "" when we can't."""
    match channel_of(given):
        case channel if channel == EMAIL:
            return in_order(given.email or "")
        case channel if channel == SMS:
            return in_order(phone_words(given.phone or "", catalogue.town.phone_country))
        case _:
            return ""


def stays_here(given: Contacted) -> bool:
    """In a demonstration without a mail server or a gateway nobody would ever read what is sent there."""
    chosen = settings()
    return chosen.is_demo and not (chosen.smtp_url if channel_of(given) == EMAIL else chosen.sms_url)


def wrong_code_words(tries_left: int) -> str:
    if not tries_left:
        return _("That was not the code either. It is no longer good: please let us send you another one.")
    return ngettext(
        "This is not the code we sent. You can try {n} more time.",
        "This is not the code we sent. You can try {n} more times.",
        tries_left,
    )


def scope_words(scope: str) -> str:
    """What a mandate lets somebody do."""
    return {
        # Translators: what somebody may do for somebody else
        "book": _("Book appointments"),
        "see": _("See appointments and what travels with the person"),
        "submit": _("Send requests"),
        "receive": _("Get the letters too"),
    }[scope]
