"""In which country people needn't write the country's code before a telephone number, and whether the town's own is one there."""

from collections.abc import Iterator

import holidays
import phonenumbers

from booking.town.document import Thing, part
from booking.town.places import said, shown
from booking.town.schema import Objection


def phone_country(document: Thing) -> str:
    """ISO 3166, two letters: as written, else that of the public holidays, else that of the town's own number, else ""."""
    town, public = part(document, "town"), part(document, "holidays")
    found = (town.get("phone_country"), _two_letters(public.get("country")), _country_of(town.get("phone")))
    return next((country for country in found if country in phonenumbers.SUPPORTED_REGIONS), "")


def phone_objections(document: Thing, sound: Thing) -> Iterator[Objection]:
    for place, predicate in _objections(sound):
        yield place, said(document, place, predicate)


def _objections(sound: Thing) -> Iterator[Objection]:
    town, country = part(sound, "town"), phone_country(sound)
    written, number = town.get("phone_country"), town.get("phone")
    if written is not None and written != country:
        yield (
            ("town", "phone_country"),
            f'{shown(written)} isn\'t the code of a country with telephones. It should be a code such as "PT".',
        )
    elif number is not None and not country and part(sound, "holidays").get("country") is None:
        yield (
            ("town", "phone"),
            f'{shown(number)} doesn\'t say in which country: add phone_country = "PT", with the code of yours. '
            "Residents can then leave the code out as well.",
        )
    elif number is not None and country and not _can_be_called(number, country):
        yield (
            ("town", "phone"),
            f"{shown(number)} isn't a telephone number in {country}: correct it, or set phone_country to the country it is in.",
        )


def _two_letters(country: object) -> str:
    """Of any of the codes that the public holidays are known by: "PRT" is "PT", "UK" is "GB"."""
    if country not in holidays.list_supported_countries(include_aliases=True):
        return ""
    return holidays.country_holidays(str(country)).country


def _country_of(number: object) -> str | None:
    """None for a number without a country's code."""
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(str(number)))
    except phonenumbers.NumberParseException:
        return None


def _can_be_called(number: str, country: str) -> bool:
    try:
        parsed = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_valid_number(parsed) or phonenumbers.is_valid_short_number_for_region(parsed, country)
