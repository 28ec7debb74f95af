"""Where, and for which departments, the roles of staff count."""

import pytest

from booking.catalogue import Catalogue, StaffMember, read_catalogue
from booking.store import Store, read
from tests.booking.towns import found


@pytest.fixture
def catalogue(store: Store) -> Catalogue:
    def one(slug: str, **columns) -> StaffMember:
        usual = {"name": slug, "email": f"{slug}@example.org", "counters": (), "skills": (), "roles": ("clerk",)}
        return StaffMember(slug=slug, position=0, **(usual | columns))

    found(
        store,
        staff=(
            one("sits", counters=("ribeira-1",)),
            one("roams"),
            one("said", counters=("pacos-1",), locations=("ribeira", "pacos")),
            one("narrow", topics=("streets",)),
            one("gone", locations=("closed-house",), topics=("dropped",)),
        ),
    )
    return read(store, read_catalogue)


@pytest.mark.parametrize(
    ("slug", "locations"),
    [("sits", ("ribeira",)), ("roams", ("pacos", "ribeira")), ("said", ("pacos", "ribeira")), ("gone", ())],
)
def test_their_counters_say_where_unless_the_file_does(catalogue: Catalogue, slug: str, locations: tuple[str, ...]):
    assert catalogue.locations_of(catalogue.staff[slug]) == locations


@pytest.mark.parametrize(("slug", "topics"), [("roams", ("streets",)), ("narrow", ("streets",)), ("gone", ())])
def test_all_departments_unless_the_file_says_which(catalogue: Catalogue, slug: str, topics: tuple[str, ...]):
    assert catalogue.topics_of(catalogue.staff[slug]) == topics
