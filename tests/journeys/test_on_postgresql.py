"""The whole site on PostgreSQL: one variable is all that a town changes."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.databases import SQLITE, migrated_database, runnable
from tests.journeys.open_book import OpenBook
from tests.journeys.steps import Resident
from tests.serving import Site, served


@pytest.fixture(scope="module", params=[kind for kind in runnable() if kind != SQLITE])
def elsewhere(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("elsewhere")
    with migrated_database(request.param, folder) as url, served(folder, database_url=url) as site:
        yield site


def test_a_resident_books_moves_and_cancels(page: Page, elsewhere: Site) -> None:
    resident = Resident(page, elsewhere.address, "ar")
    with OpenBook.of(elsewhere.data, elsewhere.database) as book:
        reference, access_key = resident.book()
        promised = book.the_appointment_of(resident.name)
        assert (promised.reference, promised.language) == (reference, "ar")
        page.reload()
        assert resident.codes() == (reference, access_key)
        resident.move()
        assert book.the_appointment_of(resident.name).start_at != promised.start_at
        resident.cancel()
        assert book.the_appointment_of(resident.name).state == "cancelled"


def test_what_was_typed_survives_a_reload(page: Page, elsewhere: Site) -> None:
    resident = Resident(page, elsewhere.address, "pt")
    resident.get_to("details")
    resident.field("Name").fill("João d’Ávila 👩‍💻 محمد")
    page.wait_for_timeout(1_000)
    page.reload()
    resident.stands_at("details")
    assert resident.field("Name").input_value() == "João d’Ávila 👩‍💻 محمد"
