"""The town as its pages are drawn from it: read once from the database when the site is built or served."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

import reflex as rx

from booking.catalogue import Catalogue, Service, read_catalogue
from booking.store import read, the_store
from locales.catalogue import _, current_language
from portal.rush import rush_banner
from portal.trouble import trouble_banner
from portal.ui.frame import TownFacts
from portal.ui.frame import page as framed
from portal.ui.words import Child


@cache
def drawn_catalogue() -> Catalogue:
    """What the town offered when this process started; handlers read it anew. Raises NoTown."""
    return read(the_store(), read_catalogue)


def said(words: Mapping[str, str]) -> str:
    """A town's own text in the language being spoken, else in the town's first language; "" when the town says nothing."""
    return words.get(current_language()) or words.get(drawn_catalogue().town.default_language, "")


def listed(words: Mapping[str, Sequence[str]]) -> list[str]:
    """The same for a list, such as what to bring."""
    return list(words.get(current_language()) or words.get(drawn_catalogue().town.default_language, ()))


def welcome_service() -> Service | None:
    """Where somebody goes who doesn't know where to go: the first service that asks for the skill `welcome`."""
    return next((service for service in drawn_catalogue().services.values() if service.skill == "welcome"), None)


def town_facts() -> TownFacts:
    town = drawn_catalogue().town
    return TownFacts(
        name=said(town.name),
        telephone=town.phone,
        call=telephone_address(town.phone),
        hours=said(town.phone_hours),
        address=said(town.address),
        office=said(town.office),
    )


def telephone_address(number: str) -> str:
    return "tel:" + "".join(character for character in number if character.isdigit() or character == "+")


def page(
    *content: Child, route: str, wall: bool = False, needs_script: bool = False, without_script: Child | None = None
) -> rx.Component:
    """A page of this town at `route` ("/book/"), in the frame that all share.

    A page that `needs_script` says so where there is none; `without_script` says what else doesn't work then.
    """
    facts = town_facts()
    drawn = framed(
        trouble_banner(),
        *content,
        town=facts,
        route=route,
        languages=drawn_catalogue().town.languages,
        wall=wall,
        needs_script=_without_script(facts) if needs_script else without_script,
    )
    return rx.fragment(drawn, rush_banner())


def page_title(words: str) -> str:
    return f"{words} - {said(drawn_catalogue().town.name)}"


def _without_script(facts: TownFacts) -> str:
    return _(
        # Translators: shown when the browser has JavaScript switched off
        "This page needs JavaScript, and your browser has it switched off. You can do the same by phone: {number}.",
        number=facts.telephone,
    )
