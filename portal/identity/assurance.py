"""What a session is worth: how surely whoever is signed in has shown who they are (booking/assurance.py).

Providers say it in their own words (`acr`, OpenID Connect Core 1.0, section 2); ATRIO_OIDC_ACR says which words mean which level.
"""

from __future__ import annotations

from booking.assurance import HIGH, LEVELS, LOW, NONE, SUBSTANTIAL, reaches
from booking.settings import settings
from portal.identity.assisting import BY_CODE, BY_DOCUMENT, Assisted
from portal.identity.sessions import Who

EIDAS = {level: (level, f"http://eidas.europa.eu/LoA/{level}") for level in (LOW, SUBSTANTIAL, HIGH)}
BESIDE = {BY_DOCUMENT: HIGH, BY_CODE: LOW}


def level_said(acr: str) -> str:
    """What a provider's word means; LOW for one that nobody has explained."""
    return next((level for level in reversed(LEVELS) if acr and acr in words_for(level)), LOW)


def words_for(level: str) -> tuple[str, ...]:
    """The words of providers that mean this level."""
    named = (pair.partition("=") for pair in settings().oidc_acr.split(",") if pair)
    return (*EIDAS.get(level, ()), *(word.strip() for name, _equals, word in named if name.strip() == level))


def acr_values(level: str) -> str:
    """What to ask a provider for, so that it shows at least this: space-separated, as the parameter of that name wants."""
    return " ".join(word for each in LEVELS if each != NONE and reaches(each, level) for word in words_for(each))


def level_of(who: Who | None, beside: Assisted | None = None) -> str:
    """Of whoever is signed in; of the person beside a staff member, as it was established who that is."""
    if beside:
        return BESIDE.get(beside.established, NONE)
    if who is None or who.resident_id is None:
        return NONE
    return level_said(who.assurance) if who.how == "provider" else LOW
