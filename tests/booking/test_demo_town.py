"""The demo town is what a real town would be, in every language; and the smallest town of the documentation works as written."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from booking.availability import free_places, next_places
from booking.catalogue import Catalogue, read_catalogue
from booking.halls import hall_openings
from booking.interval import instant_of
from booking.store import Store, migrate, read, write
from booking.town import check_town, load_town
from booking.town.file import read_town_file
from booking.town.schema import SCHEMA_PATH
from booking.visits import Visit, quote
from tests.booking.town_texts import DEMO

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "town-file.md").read_text(encoding="utf-8")
LISBON = ZoneInfo("Europe/Lisbon")
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
LANGUAGES = {"pt", "en", "es", "ar"}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The demo town, loaded once for all tests that only read."""
    store = loaded(DEMO, tmp_path_factory.mktemp("demo"))
    yield store
    store.close()


@pytest.fixture(scope="module")
def catalogue(demo: Store) -> Catalogue:
    return read(demo, read_catalogue)


def loaded(path: Path, folder: Path) -> Store:
    url = f"sqlite:///{folder / 'town.sqlite3'}"
    migrate(url)
    store = Store(url, b"for tests only")
    write(store, load_town, path, NOW)
    return store


def local(day: date, hour: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=LISBON)


def clocks(catalogue: Catalogue, location: str, day: date) -> list[str]:
    """When a hall opens and closes on a day, on its own clock."""
    spans = hall_openings(catalogue, location, day, day)
    return [f"{instant_of(start).astimezone(LISBON):%H:%M}-{instant_of(end).astimezone(LISBON):%H:%M}" for start, end in spans]


def texts(inside: Any, place: str = "") -> Iterator[tuple[str, str, str]]:
    """Every text as (place, language, text), synonyms left out: people type what they like."""
    for key, value in inside.items() if isinstance(inside, dict) else enumerate(inside):
        if key in LANGUAGES:
            yield from ((place, key, text) for text in (value if isinstance(value, list) else [value]))
        elif isinstance(value, (dict, list)) and key != "synonyms":
            yield from texts(value, f"{place} {value.get('slug', key) if isinstance(value, dict) else key}")


def test_the_demo_town_has_no_mistake():
    assert check_town(DEMO) == []


def test_the_demo_town_is_as_large_as_promised(catalogue: Catalogue):
    assert set(catalogue.town.languages) == LANGUAGES
    assert (len(catalogue.locations), len(catalogue.counters), len(catalogue.staff), len(catalogue.topics)) == (3, 12, 15, 8)
    assert len(catalogue.services) >= 32
    assert {service.topic for service in catalogue.services.values()} == set(catalogue.topics)
    assert {role for person in catalogue.staff.values() for role in person.roles} == {
        "clerk",
        "front_desk",
        "caseworker",
        "manager",
        "advocate",
        "technician",
    }


def test_every_service_tells_all_there_is_to_tell_in_four_languages(catalogue: Catalogue):
    for service in catalogue.services.values():
        for words in (service.name, service.summary, service.details, service.fee, service.outcome, service.legal_basis):
            assert set(words) == LANGUAGES, service.slug
        assert all(5 <= len(service.synonyms[language]) <= 12 for language in LANGUAGES), service.slug
        assert all(service.bring[language] for language in LANGUAGES), service.slug


def test_every_icon_is_one_that_we_have(catalogue: Catalogue):
    drawn = re.findall(r'id="i-([\w-]+)"', (ROOT / "assets" / "icons.svg").read_text(encoding="utf-8"))
    assert {thing.icon for thing in (*catalogue.topics.values(), *catalogue.services.values())} <= set(drawn)


def test_no_address_of_the_demo_town_can_exist(catalogue: Catalogue):
    addresses = [person.email for person in catalogue.staff.values()] + [catalogue.town.email]
    assert all(address.endswith("@vila-clara.example") for address in addresses)
    assert catalogue.town.video_address.startswith("https://video.vila-clara.example/")


# Words that the glossary warns of, as they would stand in a text of a town.
AVOIDED = {
    "pt": r"você|usuári|celular|\btela\b|cadastr|agend|reagend|\bguichê|fechad[oa] (ao|aos)|\b(está|estão|estamos) \w+ndo\b",
    "en": r"\bplease note\b|walk-in|\bkindly\b",
    "es": r"\bcoger?\b|\bcoja|\bturno\b|\busted(es)? debe|\bvos\b|\btu (cita|casa)\b",
    "ar": r"[٠-٩]|متخلّف|عدّاد|كشك|استدعاؤك|بروتوكول",
}


def test_the_texts_avoid_the_words_that_the_glossary_warns_of():
    for place, language, text in texts(read_town_file(DEMO).document):
        assert not re.search(AVOIDED[language], text, re.IGNORECASE), (place, language, text)
        assert "!" not in text.replace("¡", "!"), (place, text)
        assert "…" not in text, (place, text)
        assert "TODO" not in text, (place, text)


def test_arabic_is_written_in_arabic_and_the_others_are_not():
    for place, language, text in texts(read_town_file(DEMO).document):
        if "address" not in place:
            assert bool(re.search(r"[\u0600-\u06ff]", text)) == (language == "ar"), (place, text)


# Hours


def test_the_town_hall_stays_open_late_on_thursdays(catalogue: Catalogue):
    assert clocks(catalogue, "pacos", date(2026, 11, 25)) == ["08:30-17:30"]
    assert clocks(catalogue, "pacos", date(2026, 11, 26)) == ["08:30-19:00"]


def test_ribeira_has_lunch(catalogue: Catalogue):
    assert clocks(catalogue, "ribeira", date(2026, 11, 25)) == ["09:00-12:30", "13:30-16:00"]


def test_serra_opens_every_second_week(catalogue: Catalogue):
    tuesdays = [date(2027, 1, 5) + timedelta(weeks=week) for week in range(5)]
    assert [bool(clocks(catalogue, "serra", day)) for day in tuesdays] == [True, False, True, False, True]


def test_one_saturday_in_four_is_open(catalogue: Catalogue):
    saturdays = [date(2027, 1, 2) + timedelta(weeks=week) for week in range(9)]
    assert [day for day in saturdays if clocks(catalogue, "pacos", day)] == [date(2027, 1, 9), date(2027, 2, 6)]


@pytest.mark.parametrize("day", [date(2026, 12, 1), date(2026, 12, 8), date(2027, 3, 26), date(2027, 6, 10), date(2027, 8, 11)])
def test_nothing_opens_on_a_national_or_municipal_holiday(catalogue: Catalogue, day: date):
    assert clocks(catalogue, "pacos", day) == []
    assert clocks(catalogue, "pacos", day - timedelta(weeks=3)) != []


def test_republic_day_has_open_doors_all_the_same(catalogue: Catalogue):
    assert clocks(catalogue, "pacos", date(2027, 10, 5)) == ["10:00-13:00"]
    assert clocks(catalogue, "ribeira", date(2027, 10, 5)) == []


def test_christmas_eve_ends_at_half_past_twelve(catalogue: Catalogue):
    assert clocks(catalogue, "pacos", date(2026, 12, 24)) == ["08:30-12:30"]
    assert clocks(catalogue, "ribeira", date(2026, 12, 24)) == ["09:00-12:30"]


# Free times


def test_every_way_in_which_a_service_is_offered_has_free_times(demo: Store, catalogue: Catalogue):
    for service in catalogue.services.values():
        served = quote(catalogue, [service.slug]).served
        assert {(location, mode) for location in served for mode in served[location]} == {
            (location, mode) for location in service.locations for mode in service.modes
        }, service.slug
        for location, modes in served.items():
            for mode in modes:
                assert read(demo, next_places, NOW, Visit((service.slug,), location, mode), 1), (service.slug, location, mode)


AWKWARD_MOMENTS = [
    local(date(2026, 11, 22), 15),
    local(date(2026, 12, 24), 12),
    local(date(2026, 12, 30), 23),
    local(date(2027, 2, 5), 19),
    local(date(2027, 3, 25), 19),
    local(date(2027, 3, 28), 1),
    local(date(2027, 8, 10), 18),
    local(date(2028, 2, 29), 8),
]


@pytest.mark.parametrize("now", AWKWARD_MOMENTS, ids=str)
def test_whenever_the_demo_is_tried_every_service_is_free_within_a_week(demo: Store, catalogue: Catalogue, now: datetime):
    for service in catalogue.services.values():
        visit = Visit((service.slug,), "pacos", "in_person")
        (soonest,) = read(demo, next_places, now, visit, 1)
        assert soonest.start - now < timedelta(days=8, minutes=service.notice_minutes), service.slug


def test_several_matters_fit_into_one_visit(demo: Store):
    visit = Visit(("parking-permit", "waste-join", "residence-certificate"), "pacos", "in_person")
    assert len(read(demo, next_places, NOW, visit, 200)) == 200


# The guide


def smallest_town() -> str:
    return next(block for block in re.findall(r"```toml\n(.*?)```", GUIDE, re.DOTALL) if "[town]" in block)


def test_the_smallest_town_of_the_guide_can_be_booked(tmp_path: Path):
    path = tmp_path / "alva.toml"
    path.write_text(smallest_town(), encoding="utf-8")
    assert check_town(path) == []
    store = loaded(path, tmp_path)
    visit = Visit(("residence-certificate",), "town-hall", "in_person")
    tomorrow = date(2026, 11, 24)
    starts = [place.start for place in read(store, free_places, NOW, visit, tomorrow, tomorrow)]
    assert (starts[0].hour, starts[-1].hour, len(starts)) == (9, 12, 16)
    assert write(store, load_town, path, NOW).changes == ()
    store.close()


def test_the_smallest_town_is_the_smallest(tmp_path: Path):
    """Positive control: no table of it can be left out."""
    path = tmp_path / "alva.toml"
    for table in ("[town]", "[[topics]]", "[[locations]]", "[[counters]]", "[[services]]"):
        blocks = smallest_town().split("\n\n")
        path.write_text("\n\n".join(block for block in blocks if table not in block), encoding="utf-8")
        assert check_town(path), table


def test_the_openings_of_the_guide_are_sound(tmp_path: Path):
    openings = next(block for block in re.findall(r"```toml\n(.*?)```", GUIDE, re.DOTALL) if block.startswith("openings"))
    example = next(line for line in smallest_town().splitlines() if line.startswith("openings"))
    path = tmp_path / "alva.toml"
    path.write_text(smallest_town().replace(example, openings), encoding="utf-8")
    assert check_town(path) == []


def test_the_guide_explains_every_key_of_the_schema_and_no_other():
    explained = {key for cells in re.findall(r"(?m)^\| ([^|]*`[^|]*) \|", GUIDE) for key in re.findall(r"`(\w+)`", cells)}
    described = json.loads(SCHEMA_PATH.read_text(encoding="utf-8"))["$defs"]
    tables = ["town", "holidays", "own_holiday", "topic", "location", "counter", "staff_member", "service"]
    tables += ["opening", "closure", "absence", "notice", "line", "retention"]
    keys = {key for table in tables for key in described[table]["properties"]}
    assert explained >= keys
    assert explained - keys <= {"own"}


def test_the_guide_marks_what_can_not_be_left_out():
    described = json.loads(SCHEMA_PATH.read_text(encoding="utf-8"))["$defs"]
    for table, heading in (("town", "### `[town]`"), ("service", "### `[[services]]`"), ("counter", "### `[[counters]]`")):
        section = GUIDE[GUIDE.index(heading) :].split("\n### ")[0]
        assert set(re.findall(r"\*\*`(\w+)`\*\*", section)) == set(described[table]["required"]), table


def test_the_mistakes_of_the_guide_read_as_they_really_do(tmp_path: Path):
    told = GUIDE[GUIDE.index("## Mistakes") :]
    path = tmp_path / "my-town.toml"
    text = DEMO.read_text(encoding="utf-8")
    path.write_text(
        re.sub(r'(slug = "parking-permit"\ntopic = )"streets"', r'\1"street"', text).replace(
            '{ days = ["thu"], opens = "08:30", closes = "19:00" }', '{ days = ["thu"], opens = "17:30", closes = "08:00" }'
        ),
        encoding="utf-8",
    )
    mistakes = [str(mistake).split(": ", 1)[1] for mistake in check_town(path)]
    for line in re.findall(r"(?m)^my-town\.toml:\d+: (.*)$", told):
        assert line in mistakes
