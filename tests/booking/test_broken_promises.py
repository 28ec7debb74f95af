"""What a new town file leaves of visits already promised: untouched, and told when they no longer fit. On both databases."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from booking import town
from booking.appointments import book_at_once, cancel
from booking.availability import free_places
from booking.catalogue import Counter
from booking.details import Details
from booking.store import Store, read, transaction, write
from booking.town import Loaded, TownRefused, load_town
from booking.visits import Visit
from tests.booking.town_texts import edited, everything, small_town, without, without_service

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)  # a Monday; Lisbon's clocks and UTC agree
TUESDAY = datetime(2026, 11, 24, tzinfo=UTC)
PERMIT = Visit(("parking-permit",), "ribeira", "in_person")
AMINA = Details("Amina Haddad", email="amina@example.org", language="ar")
SERVICE = 'slug = "parking-permit"'
MORNINGS = '  { days = ["mon", "tue", "wed", "thu", "fri"], opens = "09:00", closes = "12:30" },\n'


@pytest.fixture
def load(store: Store, tmp_path: Path):
    def load_text(text: str, **options: Any) -> Loaded:
        path = tmp_path / "town.toml"
        path.write_text(text, encoding="utf-8")
        return write(store, load_town, path, NOW, **options)

    return load_text


def booked(store: Store, hour: int, minute: int = 0, visit: Visit = PERMIT) -> str:
    start = TUESDAY.replace(hour=hour, minute=minute)
    return write(store, book_at_once, NOW, visit, start, AMINA, once=f"test booking {hour} {minute}").reference


def first_hour(store: Store) -> int:
    return read(store, free_places, NOW, PERMIT, TUESDAY.date(), TUESDAY.date())[0].start.hour


def test_new_rules_hold_for_the_next_who_looks(store: Store, load):
    load(small_town())
    assert first_hour(store) == 9
    load(edited(small_town(), 'slug = "ribeira"', 'opens = "09:00"', 'opens = "11:00"')[0])
    assert first_hour(store) == 11


def test_without_saying_that_the_catalogue_changed_old_rules_would_be_remembered(store: Store, load, monkeypatch):
    """Positive control."""
    load(small_town())
    assert first_hour(store) == 9
    monkeypatch.setattr(town, "catalogue_changed", lambda _session: None)
    load(edited(small_town(), 'slug = "ribeira"', 'opens = "09:00"', 'opens = "11:00"')[0])
    assert first_hour(store) == 9


def without_ribeira(text: str) -> str:
    """The location, its counters, and every mention of them."""
    blocks = re.split(r"(?m)^(?=\[\[)", text)
    left = [block for block in blocks if 'slug = "ribeira' not in block and "Building work in the waiting" not in block]
    return re.sub(r'"ribeira", |, "ribeira"|counters = \["ribeira-.*\n', "", "".join(left))


BREAKS: dict[str, Callable[[str], str]] = {
    "the service is no longer offered": lambda text: without_service(text, "parking-permit"),
    "the service is no longer offered there in that way": lambda text: without(text, SERVICE, '"ribeira", '),
    "the location is no longer there": without_ribeira,
    "the counter is closed then": lambda text: without(text, 'slug = "ribeira"', MORNINGS),
    "nobody at that counter can serve it any more": lambda text: without(
        text, 'slug = "carla-nogueira"', '"streets", '
    ).replace("desk_places = 1", "desk_places = 0"),
}


@pytest.mark.parametrize("why", BREAKS)
def test_a_visit_that_no_longer_fits_is_told_and_left_alone(store: Store, load, why: str):
    load(small_town())
    early = booked(store, 9, 20)
    promises = {name: rows for name, rows in everything(store).items() if name in ("Appointment", "Seat", "AppointmentChange")}
    changed = BREAKS[why](small_town())
    assert [(each.reference, each.why) for each in load(changed, dry_run=True).broken] == [(early, why)]
    loaded = load(changed)
    assert [(each.reference, each.location, each.why) for each in loaded.broken] == [(early, "ribeira", why)]
    assert "1 promised visit stays in the book but no longer fit" in str(loaded)
    assert early in str(loaded)
    assert {name: rows for name, rows in everything(store).items() if name in promises} == promises


def test_a_removed_counter_is_told_for_the_visits_it_had_and_no_others(store: Store, load):
    load(small_town())
    references = {booked(store, 9), booked(store, 9, 40)}
    counters = {seat["counter_id"] for seat in everything(store)["Seat"]}
    with transaction(store) as session:
        (slug,) = [row.slug for row in session.exec(select(Counter)) if row.id in counters]
    text = small_town()
    start = text.index(f'[[counters]]\nslug = "{slug}"')
    text = text[:start] + text[text.index("[[counters]]", start + 1) :]
    text = text.replace(f'counters = ["{slug}"]\n', "")
    loaded = load(text.replace("desk_places = 1", "desk_places = 0"))
    assert {each.reference for each in loaded.broken} == references
    assert {each.why for each in loaded.broken} == {"the counter is no longer there"}


def test_a_closure_breaks_the_visits_of_its_hours_only(store: Store, load):
    load(small_town())
    morning, afternoon = booked(store, 9), booked(store, 14, 10)
    text = small_town().replace("first_day = 2027-01-18\nlast_day = 2027-01-19", 'first_day = 2026-11-24\nuntil = "12:00"')
    assert [each.reference for each in load(text).broken] == [morning]
    assert afternoon not in str(load(small_town()))


def test_a_visit_that_still_fits_was_over_was_cancelled_or_was_broken_before_is_not_told(store: Store, load):
    load(small_town())
    kept = booked(store, 14, 10)
    start = TUESDAY.replace(hour=9)
    cancelled = write(store, book_at_once, NOW, PERMIT, start, AMINA, once="to be cancelled")
    write(store, cancel, NOW, cancelled.reference, cancelled.access_key, once="cancel it now")
    broken = booked(store, 9, 20)
    late = BREAKS["the counter is closed then"](small_town())
    assert [each.reference for each in load(late).broken] == [broken]
    assert load(late.replace("259 000 100", "259 000 111")).broken == ()
    assert kept not in str(load(late))


def test_a_longer_visit_for_new_bookings_leaves_the_old_ones_fitting(store: Store, load):
    load(small_town())
    booked(store, 9, 20)
    assert load(edited(small_town(), SERVICE, "minutes = 20", "minutes = 30")[0]).broken == ()


def test_the_prefix_of_references_in_peoples_hands_can_not_change(store: Store, load):
    load(small_town())
    other = small_town().replace('reference_prefix = "VC"', 'reference_prefix = "VX"')
    load(other)
    load(small_town())
    booked(store, 9)
    with pytest.raises(TownRefused) as refused:
        load(other)
    (mistake,) = refused.value.mistakes
    assert mistake.line == other[: other.index("reference_prefix")].count("\n") + 1
    assert 'reference_prefix can\'t become "VX": people already have booking codes with "VC".' in mistake.reason
