"""What the town offers, and where."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Query

from booking.catalogue import Catalogue, Service, read_catalogue
from booking.errors import NotValid, Problem
from booking.store import in_reading
from portal.api.documented import answers
from portal.api.shapes import OfferedService, OpenLocation

router = APIRouter(tags=["What there is"])
Lang = Annotated[str, Query(max_length=20, examples=["en"], description="In which language; by default the town's own.")]


@router.get(
    "/services",
    responses=answers("not-valid"),
    summary="What can be booked",
    response_description="Every service, in the town's order",
)
async def services(lang: Lang = "") -> list[OfferedService]:
    """Everything residents can come for. Not all of it can be booked in every mode at every location: GET /slots tells."""
    catalogue = await in_reading(read_catalogue)
    language = _spoken(catalogue, lang)
    return [_service(catalogue, each, language) for each in catalogue.services.values()]


@router.get(
    "/locations",
    responses=answers("not-valid"),
    summary="Where the town receives people",
    response_description="Every location, in the town's order",
)
async def locations(lang: Lang = "") -> list[OpenLocation]:
    """Days, in questions about slots, are those of the location's time zone."""
    catalogue = await in_reading(read_catalogue)
    language = _spoken(catalogue, lang)
    return [
        OpenLocation(
            slug=each.slug,
            name=_said(catalogue, each.name, language),
            address=_said(catalogue, each.address, language),
            timezone=each.timezone,
        )
        for each in catalogue.locations.values()
    ]


def _service(catalogue: Catalogue, service: Service, language: str) -> OfferedService:
    return OfferedService(
        slug=service.slug,
        name=_said(catalogue, service.name, language),
        summary=_said(catalogue, service.summary, language),
        topic=service.topic,
        minutes=service.minutes,
        modes=list(service.modes),  # pyright: ignore[reportArgumentType]
        channels=list(service.channels),
        locations=list(service.locations),
    )


def _spoken(catalogue: Catalogue, lang: str) -> str:
    if lang and lang not in catalogue.town.languages:
        raise NotValid((Problem("lang", "unknown-language"),))
    return lang or catalogue.town.default_language


def _said(catalogue: Catalogue, words: Mapping[str, str], language: str) -> str:
    return words.get(language) or words.get(catalogue.town.default_language, "")
