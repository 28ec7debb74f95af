"""Loading a town file: once, twice, changed, refused. On both databases."""

import re
from argparse import Namespace
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from booking import town
from booking.appointments import book_at_once
from booking.availability import next_places
from booking.catalogue import NoTown, read_catalogue
from booking.store import Store, read, write
from booking.town import Loaded, Mistake, TownRefused, apply_town, checked_town, load_town
from booking.town.file import read_town_file
from booking.town.schema import schema_objections
from booking.visits import Visit
from portal import commands
from tests.booking.town_texts import DEMO, edited, everything, small_town, without_service
from tests.booking.towns import ANA

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
SERVICE = 'slug = "parking-permit"'


@pytest.fixture
def load(store: Store, tmp_path: Path):
    def load_text(text: str, **options: Any) -> Loaded:
        path = tmp_path / "town.toml"
        path.write_text(text, encoding="utf-8")
        return write(store, load_town, path, NOW, **options)

    return load_text


def lines(loaded: Loaded) -> list[str]:
    return [str(change) for change in loaded.changes]


# Once and twice


def test_the_whole_demo_town_loads_and_says_how_large_it_is(store: Store):
    loaded = write(store, load_town, DEMO, NOW)
    services = len(read(store, read_catalogue).services)
    assert str(loaded) == f"town: new, with 8 topics, 3 locations, 12 counters, 15 staff members, {services} services."


def test_loading_the_same_file_twice_changes_nothing_and_says_so(store: Store, load):
    load(small_town())
    before = everything(store)
    loaded = load(small_town())
    assert loaded.changes == ()
    assert str(loaded) == "Nothing to change: the town is already as the file says."
    assert everything(store) == before


def test_a_comment_is_no_change(store: Store, load):
    load(small_town())
    revision = read(store, read_catalogue).revision
    assert load("# Spring cleaning\n" + small_town()).changes == ()
    assert read(store, read_catalogue).revision == revision


def test_what_is_read_back_is_what_the_file_says(store: Store, load):
    load(small_town())
    catalogue = read(store, read_catalogue)
    permit = catalogue.services["parking-permit"]
    assert (permit.minutes, permit.notice_minutes, permit.horizon_days, permit.buffer_after_minutes) == (20, 120, 60, 0)
    assert catalogue.locations["ribeira"].timezone == "Europe/Lisbon"
    assert [counter.slug for counter in catalogue.counters_at("serra")] == ["serra-1", "serra-2"]
    assert catalogue.own_holidays[0].month_day == "08-11"
    christmas_eve = min(catalogue.closures, key=lambda row: row.starts)
    assert (christmas_eve.starts, christmas_eve.ends) == (datetime(2026, 12, 24, 12, 30), datetime(2026, 12, 25))
    assert [notice.first_day for notice in catalogue.notices] == [date(2026, 11, 20), date(2026, 12, 1), None]


# Changes


DIFFERENCES = [
    (SERVICE, "minutes = 20", "minutes = 25", ["service parking-permit: minutes 20 -> 25"]),
    (SERVICE, 'notice = "2h"', 'notice = "3d"', ["service parking-permit: notice 2h -> 3d"]),
    (SERVICE, 'notice = "2h"', 'notice = "90m"', ["service parking-permit: notice 2h -> 90m"]),
    (SERVICE, 'horizon = "60d"', 'horizon = "30d"', ["service parking-permit: horizon 60d -> 30d"]),
    (SERVICE, "due_days = 5\n", "", ["service parking-permit: due_days 5 -> nothing"]),
    (SERVICE, "step = 20\n", "step = 10\n", ["service parking-permit: step 20 -> 10"]),
    (
        SERVICE,
        "sem pagar parquímetro.",
        "sem pagar o parquímetro.",
        ['service parking-permit: summary in Portuguese "…mora sem pagar parquímetro." -> "…mora sem pagar o parquímetro."'],
    ),
    (
        SERVICE,
        '"ribeira", "serra"]',
        '"ribeira"]',
        ['service parking-permit: locations ["pacos", "ribeira", "serra"] -> ["pacos", "ribeira"]'],
    ),
    ("[town]", "259 000 100", "259 000 111", ['town: phone "259 000 100" -> "259 000 111"']),
    ('slug = "serra"', "step_free = false", "step_free = true", ["location serra: step_free false -> true"]),
    (
        'slug = "ribeira"',
        'closes = "16:00"',
        'closes = "16:30"',
        [
            "location ribeira: opening mon tue wed thu fri 13:30-16:00 removed",
            "location ribeira: opening mon tue wed thu fri 13:30-16:30 added",
        ],
    ),
    (
        'slug = "pacos"',
        "first_day = 2026-01-10",
        "first_day = 2026-01-03",
        [
            "location pacos: opening sat 09:00-12:30 every 4 weeks from 2026-01-10 removed",
            "location pacos: opening sat 09:00-12:30 every 4 weeks from 2026-01-03 added",
        ],
    ),
    (
        'slug = "joana-vale"',
        'from = "14:00" }',
        'from = "15:00" }',
        [
            "staff member joana-vale: absence 2027-01-13 14:00 to 2027-01-14 00:00 removed",
            "staff member joana-vale: absence 2027-01-13 15:00 to 2027-01-14 00:00 added",
        ],
    ),
    ("[[holidays.own]]", '"08-11"', '"08-12"', ["town: own holiday 08-11 removed", "town: own holiday 08-12 added"]),
    (
        "[[closures]]",
        'from = "12:30"',
        'from = "12:00"',
        [
            "town: closure 2026-12-24 12:30 to 2026-12-25 00:00 removed",
            "town: closure 2026-12-24 12:00 to 2026-12-25 00:00 added",
        ],
    ),
    (
        "[[notices]]",
        "last_day = 2026-11-26",
        "last_day = 2026-11-27",
        [
            'town: notice "Rua das Flores sem água na quinta-feira" from 2026-11-20 to 2026-11-26 removed',
            'town: notice "Rua das Flores sem água na quinta-feira" from 2026-11-20 to 2026-11-27 added',
        ],
    ),
]


@pytest.mark.parametrize(("after", "old", "new", "changes"), DIFFERENCES, ids=[changes[0] for *_, changes in DIFFERENCES])
def test_a_change_is_told_in_the_words_of_the_file_and_can_be_taken_back(load, after, old, new, changes: list[str]):
    load(small_town())
    text, _ = edited(small_town(), after, old, new)
    loaded = load(text)
    assert lines(loaded) == changes
    assert str(loaded).endswith("No promised visit is affected.")
    assert len(load(small_town()).changes) == len(changes)
    assert load(small_town()).changes == ()


def test_a_dry_run_tells_everything_and_changes_nothing(store: Store, load):
    load(small_town())
    before = everything(store)
    text = without_service(small_town().replace("259 000 100", "259 000 111"), "school-place")
    assert "service school-place: withdrawn" in lines(load(text, dry_run=True))
    assert everything(store) == before
    assert "service school-place: withdrawn" in lines(load(text))


def test_a_dry_run_on_an_empty_database_leaves_it_empty(store: Store, load):
    assert load(small_town(), dry_run=True).changes
    with pytest.raises(NoTown):
        read(store, read_catalogue)


def test_a_refused_file_changes_nothing_even_where_it_is_right(store: Store, load):
    load(small_town())
    before = everything(store)
    with pytest.raises(TownRefused) as refused:
        load(small_town().replace("259 000 100", "259 000 111").replace('closes = "16:00"', 'closes = "09:00"'))
    assert len(refused.value.mistakes) == 1
    assert everything(store) == before


def test_a_load_that_breaks_half_way_leaves_nothing_behind(store: Store, load, monkeypatch):
    load(small_town())
    before = everything(store)

    def fail(_session) -> None:
        raise RuntimeError("the lights went out")

    monkeypatch.setattr(town, "catalogue_changed", fail)
    with pytest.raises(RuntimeError):
        load(without_service(small_town(), "school-place"))
    assert everything(store) == before


def test_what_is_no_longer_in_the_file_is_withdrawn_and_comes_back_when_it_does(store: Store, load):
    load(small_town())
    assert lines(load(without_service(small_town(), "school-place"))) == ["service school-place: withdrawn"]
    catalogue = read(store, read_catalogue)
    assert "school-place" not in catalogue.services
    assert catalogue.known_services["school-place"].withdrawn_at == NOW
    assert load(without_service(small_town(), "school-place")).changes == ()
    assert lines(load(small_town())) == ["service school-place: offered again"]
    assert "school-place" in read(store, read_catalogue).services


NEWS = '[[topics]]\nslug = "news"\nicon = "bell"\nname = { pt = "Avisos", en = "News", es = "Avisos", ar = "أخبار" }\n\n'
PLANNING, BUSINESS = 'slug = "planning"\nicon = "house"\n', 'slug = "business"\nicon = "briefcase"\n'


def test_another_order_is_told_in_one_line(store: Store, load):
    load(small_town())
    first, second = (next(part for part in small_town().split("\n\n") if each in part) for each in (PLANNING, BUSINESS))
    swapped = small_town().replace(first, "<here>").replace(second, first).replace("<here>", second)
    assert lines(load(swapped)) == ["topics: in another order"]
    assert list(read(store, read_catalogue).topics)[:2] == ["business", "planning"]
    assert load(swapped).changes == ()


def test_something_put_in_front_is_new_and_not_another_order(store: Store, load):
    load(small_town())
    assert lines(load(small_town().replace("[[topics]]", NEWS + "[[topics]]", 1))) == ["topic news: new"]
    assert list(read(store, read_catalogue).topics)[:3] == ["news", "planning", "business"]


def test_notices_in_another_order_are_told_and_shown_so(store: Store, load):
    load(small_town())
    before, *notices = re.split(r"(?m)^(?=\[\[notices\]\])", small_town())
    last, after = notices[-1].split("\n\n", 1)
    loaded = load(before + last + "\n\n" + "".join(notices[:-1]) + after)
    assert lines(loaded) == ["notices: in another order"]
    assert [notice.first_day for notice in read(store, read_catalogue).notices] == [None, date(2026, 11, 20), date(2026, 12, 1)]
    load(small_town())
    loaded = load(before + "".join(notices[1:]))
    assert [line for line in lines(loaded) if "another order" in line] == []


# Beside other people's work


def test_what_was_checked_is_what_is_applied_whatever_the_file_says_by_then(store: Store, tmp_path: Path):
    path = tmp_path / "town.toml"
    path.write_text(small_town(), encoding="utf-8")
    checked = checked_town(path)
    path.write_text("nonsense", encoding="utf-8")
    assert write(store, apply_town, checked, NOW).changes


def test_the_command_checks_a_file_once_before_anybody_has_to_wait(store: Store, tmp_path: Path, monkeypatch):
    path = tmp_path / "town.toml"
    path.write_text(small_town(), encoding="utf-8")
    order = []

    def noted(name: str, verb: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *given, **options: order.append(name) or verb(*given, **options)

    monkeypatch.setattr(commands, "the_store", lambda: store)
    monkeypatch.setattr(commands, "migrate_book", lambda _: None)
    monkeypatch.setattr(commands, "write", noted("transaction", write))
    monkeypatch.setattr(town, "read_town_file", noted("file read", read_town_file))
    monkeypatch.setattr(town, "schema_objections", noted("file checked", schema_objections))
    commands.load(Namespace(town=path, dry_run=False))
    assert order == ["file read", "file checked", "transaction", "transaction"]
    assert read(store, read_catalogue).services


def test_a_counter_stays_in_its_house_while_people_are_expected_there(store: Store, tmp_path: Path):
    """Moved, it was shown free where it went, at the times it was taken where it came from."""
    path, visit = tmp_path / "town.toml", Visit(("parking-permit",), "ribeira", "in_person")
    path.write_text(small_town(), encoding="utf-8")
    write(store, load_town, path, NOW)
    booked = write(
        store, book_at_once, NOW, visit, read(store, next_places, NOW, visit, 1)[0].start, ANA, once="one visit only"
    )
    (seat,) = everything(store)["Seat"]
    (slug,) = [row["slug"] for row in everything(store)["Counter"] if row["id"] == seat["counter_id"]]
    text, _ = edited(small_town().replace("desk_places = 1", "desk_places = 0"), f'slug = "{slug}"', "number = ", "number = 9")
    text, line = edited(text, f'slug = "{slug}"', 'location = "ribeira"', 'location = "pacos"')
    path.write_text(text, encoding="utf-8")
    with pytest.raises(TownRefused) as refused:
        write(store, load_town, path, NOW)
    (mistake,) = refused.value.mistakes
    assert mistake.line == line
    assert f'Counter "{slug}": location can\'t become "pacos": people are expected there at "ribeira".' in mistake.reason
    assert write(store, load_town, path, booked.appointment.end_at + timedelta(hours=1)).changes


def test_nobody_books_between_the_questions_about_promises_and_the_new_rules(store: Store, load, monkeypatch):
    """SQLite has one writer anyhow; on PostgreSQL the pages of the book are held before the first question."""
    load(small_town())
    held = []

    def ask(*_: object) -> list[Mistake]:
        with Session(store.engine) as other, pytest.raises(OperationalError, match="could not obtain lock"):
            other.execute(text("SELECT location FROM book FOR UPDATE NOWAIT"))
        held.append(True)
        return []

    if not store.is_sqlite:
        monkeypatch.setattr(town, "_new_prefix", ask)
        load(small_town())
        assert held


# The country of telephone numbers


PUBLIC = '[holidays]\ncountry = "PT"\n'


@pytest.mark.parametrize(
    ("phone", "holidays", "country"),
    [
        ('phone = "259 000 100"', 'country = "PT"', "PT"),
        ('phone = "259 000 100"', 'country = "PRT"', "PT"),
        ('phone = "020 7946 0958"', 'country = "UK"', "GB"),
        ('phone = "+351 259 000 100"', "", "PT"),
        ('phone = "259 000 100"\nphone_country = "PT"', "", "PT"),
        ('phone = "259 000 100"\nphone_country = "PT"', 'country = "ES"', "PT"),
        ('phone = "117"', 'country = "PT"', "PT"),
    ],
)
def test_the_country_of_local_telephone_numbers_is_found_where_the_file_says_it(store: Store, load, phone, holidays, country):
    text = small_town().replace(PUBLIC, f"[holidays]\n{holidays}\n").replace('phone = "259 000 100"', phone)
    load(text)
    assert read(store, read_catalogue).town.phone_country == country


def test_a_number_that_could_be_in_any_country_is_refused_with_what_to_write(load):
    with pytest.raises(TownRefused) as refused:
        load(small_town().replace(PUBLIC, "[holidays]\n"))
    (mistake,) = refused.value.mistakes
    assert 'Town: phone "259 000 100" doesn\'t say in which country: add phone_country = "PT"' in mistake.reason
