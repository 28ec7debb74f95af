"""The search index of the town's services, made once for each revision of the catalogue."""

from __future__ import annotations

from sqlmodel import Session

from booking.catalogue import Catalogue, Service, read_catalogue
from booking.store import remembered
from portal.catalogue.search import Described, SearchIndex


def find_services(session: Session, question: str, language: str) -> list[Service]:
    """The services that answer `question`, best first."""
    catalogue = read_catalogue(session)
    index = remembered(session, "search", catalogue.revision, lambda: index_of(catalogue))
    return [catalogue.services[slug] for slug in index.find(question, language)]


def index_of(catalogue: Catalogue) -> SearchIndex:
    return SearchIndex(
        Described(service.slug, service.name, service.synonyms, service.summary) for service in catalogue.services.values()
    )
