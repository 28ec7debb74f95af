"""Counters that share people have enough of them at every moment, or the town file is refused with the bookings that are too many."""

import json
from itertools import product
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.town import Mistake, check_town, shortage, staffing
from booking.town.shortage import Booking, TooTangledError, everybody, shortage_among
from tests.booking.town_texts import edited, small_town

NUNO = 'slug = "nuno-azevedo"'
SOFIA = 'slug = "sofia-lourenco"'
ALL_WEEK = '{ days = ["mon", "tue", "wed", "thu", "fri"], opens = "09:00", closes = "13:00" }'

FRAME = """
[town]
name = { pt = "Alva" }
languages = ["pt"]
default_language = "pt"
timezone = "Europe/Lisbon"
phone = "259 000 200"
phone_hours = { pt = "de manhã" }
email = "geral@alva.example"
address = { pt = "Largo da Igreja 2, Alva" }
reference_prefix = "AL"
skills = ["p", "q", "r"]
[holidays]
country = "PT"
[[topics]]
slug = "papers"
icon = "file-text"
name = { pt = "Papéis" }
[[locations]]
slug = "hall"
name = { pt = "Câmara" }
address = { pt = "Largo da Igreja 2, Alva" }
step_free = true
openings = [{ days = ["mon", "tue", "wed", "thu", "fri"], opens = "09:00", closes = "13:00" }]
"""


@pytest.fixture
def mistakes_of(tmp_path: Path):
    def check(text: str) -> list[Mistake]:
        path = tmp_path / "town.toml"
        path.write_text(text, encoding="utf-8")
        return check_town(path)

    return check


def tiny_town(counters: dict[str, str], staff: dict[str, str]) -> str:
    """One house with these counters and people, each with some lines of its own, and a service for each of three skills."""
    desks = [
        f'[[counters]]\nslug = "{slug}"\nnumber = {number}\nlocation = "hall"\nname = {{ pt = "B" }}\nmodes = ["in_person"]\n{lines}'
        for number, (slug, lines) in enumerate(counters.items(), 1)
    ]
    people = [
        f'[[staff]]\nslug = "{slug}"\nname = "{slug}"\nemail = "{slug}@alva.example"\nroles = ["clerk"]\n{lines}'
        for slug, lines in staff.items()
    ]
    used = [skill for skill in "pqr" if any(f'"{skill}"' in lines for lines in counters.values())]
    services = [
        f"""[[services]]\nslug = "service-{skill}"\ntopic = "papers"\nskill = "{skill}"\nminutes = 15\nhorizon = "30d"
modes = ["in_person"]\nchannels = ["in_person"]\nlocations = ["hall"]\nname = {{ pt = "{skill}" }}\nsummary = {{ pt = "{skill}" }}
fee = {{ pt = "0" }}\nlegal_basis = {{ pt = "Lei" }}\nbring = {{ pt = [] }}"""
        for skill in used
    ]
    return "\n".join([FRAME, *desks, *people, *services])


def at(*counters: str, skills: str = "p", absences: str = "") -> str:
    """The lines of somebody at these counters who can do these skills, a letter each."""
    return f"counters = {json.dumps(counters)}\nskills = {json.dumps([*skills])}\nabsences = [{absences}]"


def counter(openings: str = "", skills: str = "p") -> str:
    own = f"\nopenings = [{openings}]" if openings else ""
    return f"skills = {json.dumps([*skills])}{own}"


def test_counters_open_at_once_may_not_share_one_person(mistakes_of):
    text, _ = edited(small_town(), NUNO, '["ribeira-2"]', '["ribeira-2", "ribeira-3"]')
    assert mistakes_of(text) == []  # Nuno and Sofia are two people for two counters
    text, _ = edited(text, SOFIA, 'counters = ["ribeira-3"]\n', "")
    text, line = edited(text, 'slug = "ribeira-3"', "number = 3", "number = 3")
    assert [(each.line, each.reason) for each in mistakes_of(text)] == [
        (
            line - 2,
            'Counter "ribeira-3": needs more people: people can book "ribeira-2" for "planning" and "ribeira-3" for "planning"'
            ' at the same time, and only "nuno-azevedo" could serve them.',
        )
    ]


def sharing_two_counters(absences: str) -> tuple[str, int]:
    """The small town with two people for the same two counters, one of them away; and the line of that."""
    text, _ = edited(small_town(), NUNO, '["ribeira-2"]', '["ribeira-2", "ribeira-3"]')
    text, _ = edited(text, SOFIA, '["ribeira-3"]', '["ribeira-2", "ribeira-3"]')
    return edited(text, NUNO, "absences = [{ first_day = 2027-02-15, last_day = 2027-02-19 }]", absences)


def test_one_person_may_not_be_the_only_one_for_a_skill_at_two_counters(mistakes_of):
    text, _ = sharing_two_counters("")
    assert mistakes_of(text) == []
    text, _ = edited(text, SOFIA, 'skills = ["planning", ', "skills = [")
    (mistake,) = mistakes_of(text)
    assert '"ribeira-2" for "planning" and "ribeira-3" for "planning"' in mistake.reason
    assert 'only "nuno-azevedo" could serve them' in mistake.reason


def test_an_absence_that_leaves_too_few_people_for_the_open_counters_is_told(mistakes_of):
    text, line = sharing_two_counters("absences = [{ first_day = 2027-03-03, last_day = 2027-03-05 }]")
    (mistake,) = mistakes_of(text)
    assert mistake.line == line
    assert mistake.reason.startswith('Staff member "nuno-azevedo": absence 1 leaves too few people on 2027-03-03 at ')
    assert 'only "sofia-lourenco" could serve them. Write a closure of one of these counters for that time.' in mistake.reason


def test_an_absence_is_right_when_a_counter_is_closed_for_it(mistakes_of):
    text, _ = sharing_two_counters("absences = [{ first_day = 2027-03-03, last_day = 2027-03-05 }]")
    closure = 'closures = [{ first_day = 2027-03-03, last_day = 2027-03-05, reason = { pt = "Sem", en = "No", es = "Sin", ar = "لا" } }]'
    closed, _ = edited(text, 'slug = "ribeira-3"', "number = 3\n", f"number = 3\n{closure}\n")
    assert mistakes_of(closed) == []
    for_too_short = closed.replace("last_day = 2027-03-05, reason", "last_day = 2027-03-04, reason")
    (mistake,) = mistakes_of(for_too_short)
    assert "leaves too few people on 2027-03-05" in mistake.reason


def test_an_absence_outside_the_opening_hours_leaves_nobody_alone(mistakes_of):
    text, _ = sharing_two_counters("absences = [{ first_day = 2027-03-06, last_day = 2027-03-07 }]")  # a weekend
    assert mistakes_of(text) == []


def test_counters_that_open_one_after_the_other_may_share_a_person(mistakes_of):
    text, _ = edited(small_town(), NUNO, '["ribeira-2"]', '["ribeira-2", "ribeira-3"]')
    text, _ = edited(text, SOFIA, 'counters = ["ribeira-3"]\n', "")
    for counter, opens, closes in (("ribeira-2", "09:00", "12:30"), ("ribeira-3", "12:30", "16:00")):
        slug = f'slug = "{counter}"'
        hours = f'{slug}\nopenings = [{{ days = ["mon"], opens = "{opens}", closes = "{closes}" }}]'
        text, _ = edited(text, slug, slug, hours)
    text = text.replace("desk_places = 1", "desk_places = 0")  # with one counter at a time, none would be left
    assert mistakes_of(text) == []


# Several services in one visit


def test_a_visit_for_several_services_needs_one_person_who_can_do_them_all(mistakes_of):
    """The only one who does both p and q is the only one who does r."""
    counters = {"c1": counter(skills="pq"), "c2": counter(skills="r")}
    staff = {"ana": at("c1", "c2", skills="pqr"), "bea": at("c1", skills="p"), "carl": at("c1", skills="q")}
    (mistake,) = mistakes_of(tiny_town(counters, staff))
    assert 'people can book "c1" for "p" and "q" and "c2" for "r" at the same time, and only "ana" could' in mistake.reason
    assert mistakes_of(tiny_town(counters, staff | {"dora": at("c2", skills="r")})) == []


def test_services_that_cannot_be_booked_together_ask_for_nobody_who_can_do_both(mistakes_of):
    """The same, with q by video alone, where that counter has no screen."""
    counters = {"c1": counter(skills="pq"), "c2": counter(skills="r")}
    staff = {"ana": at("c1", "c2", skills="pqr"), "bea": at("c1", skills="p"), "carl": at("c1", skills="q")}
    text = tiny_town(counters, staff).replace(
        '"c1"\nnumber = 1\nlocation = "hall"\nname = { pt = "B" }\nmodes = ["in_person"]', "MODES"
    )
    text = text.replace("MODES", '"c1"\nnumber = 1\nlocation = "hall"\nname = { pt = "B" }\nmodes = ["in_person", "video"]')
    by_video, _ = edited(
        text, 'slug = "service-q"', '["in_person"]\nchannels = ["in_person"]', '["video"]\nchannels = ["video"]'
    )
    by_video = by_video.replace("[holidays]", 'video_address = "https://meet.example.org/{room}"\n[holidays]')
    assert len(mistakes_of(text)) == 1
    assert mistakes_of(by_video) == []


# Days that differ


def every_second_tuesday(first_day: str) -> str:
    return f'{{ days = ["tue"], opens = "09:00", closes = "13:00", every_weeks = 2, first_day = {first_day} }}'


def test_one_person_may_sit_at_two_counters_in_turns(mistakes_of):
    staff = {"ana": at("c1", "c2")}
    odd, even = every_second_tuesday("2027-01-05"), every_second_tuesday("2027-01-12")
    assert mistakes_of(tiny_town({"c1": counter(odd), "c2": counter(even)}, staff)) == []
    (mistake,) = mistakes_of(tiny_town({"c1": counter(odd), "c2": counter(odd)}, staff))
    assert 'Counter "c2": needs more people: people can book "c1" for "p" and "c2" for "p"' in mistake.reason


def test_one_person_may_move_from_one_counter_to_another(mistakes_of):
    staff = {"ana": at("c1", "c2")}
    until_may, from_june = (
        ALL_WEEK.replace(" }", f", {day} }}") for day in ("last_day = 2027-05-31", "first_day = 2027-06-01")
    )
    assert mistakes_of(tiny_town({"c1": counter(until_may), "c2": counter(from_june)}, staff)) == []
    overlapping = from_june.replace("2027-06-01", "2027-05-31")  # a Monday
    assert len(mistakes_of(tiny_town({"c1": counter(until_may), "c2": counter(overlapping)}, staff))) == 1


def test_turns_that_meet_only_after_many_weeks_meet_all_the_same(mistakes_of):
    third = every_second_tuesday("2027-01-12").replace("every_weeks = 2", "every_weeks = 3")
    counters = {"c1": counter(every_second_tuesday("2027-01-05")), "c2": counter(third)}
    assert len(mistakes_of(tiny_town(counters, {"ana": at("c1", "c2")}))) == 1


def test_a_special_day_that_asks_for_too_many_people_is_told_with_its_date(mistakes_of):
    mondays = '{ days = ["mon"], opens = "09:00", closes = "13:00" }'
    holiday = mondays + ', { on_day = 2027-10-05, opens = "10:00", closes = "12:00", despite_holiday = true }'  # a Tuesday
    tuesdays = mondays.replace("mon", "tue")
    staff = {"ana": at("c1", "c2")}
    assert mistakes_of(tiny_town({"c1": counter(holiday), "c2": counter(tuesdays)}, staff)) == []  # c2 has that holiday off
    ordinary = holiday.replace("2027-10-05", "2027-10-12")
    (mistake,) = mistakes_of(tiny_town({"c1": counter(ordinary), "c2": counter(tuesdays)}, staff))
    assert "needs more people on 2027-10-12 at 10:00: " in mistake.reason


def test_an_absence_on_a_holiday_leaves_nobody_alone(mistakes_of):
    def away(day: str) -> str:
        staff = {"ana": at("c1", "c2", absences=f"{{ first_day = {day} }}"), "bea": at("c1", "c2")}
        return tiny_town({"c1": counter(), "c2": counter()}, staff)

    assert mistakes_of(away("2027-10-05")) == []
    assert "leaves too few people on 2027-10-06 at 09:00" in mistakes_of(away("2027-10-06"))[0].reason


# The search for a shortage

SETS = st.lists(st.frozensets(st.sampled_from("abcdef"), min_size=1, max_size=4), min_size=1, max_size=3)


@given(st.lists(SETS, min_size=1, max_size=5))
def test_a_shortage_is_found_exactly_when_some_bookings_have_too_few_people(counters: list[list[frozenset[str]]]):
    bookings = [[Booking(str(number), (), able) for able in sets] for number, sets in enumerate(counters)]
    choices = [[each for each in choice if each] for choice in product(*([None, *at_one] for at_one in bookings))]
    found = shortage_among(bookings)
    assert bool(found) == any(len(everybody(choice)) < len(choice) for choice in choices)
    if found:
        assert list(found) in choices
        assert len(everybody(found)) < len(found)


def tangled() -> list[list[Booking]]:
    """Sixty counters that share eighty people without any order: everybody at about seven of them."""
    chance = Random(1)
    people = [f"clerk-{number}" for number in range(80)]
    return [[Booking(f"counter-{number}", ("p",), frozenset(chance.sample(people, 9)))] for number in range(60)]


def test_who_shares_people_in_too_many_ways_is_told_so_rather_than_waved_through(mistakes_of, monkeypatch):
    with pytest.raises(TooTangledError):
        shortage_among(tangled())
    counters = {f"c{number}": counter() for number in range(4)}
    text = tiny_town(counters, {f"clerk-{number}": at(f"c{number}", f"c{(number + 1) % 4}") for number in range(4)})
    assert mistakes_of(text) == []
    monkeypatch.setattr(shortage, "MOST_WAYS", 1)
    (mistake,) = mistakes_of(text)
    assert (
        "shares people with 3 other counters in too many ways to check: give some counters people of their own"
        in mistake.reason
    )


def test_a_city_with_thirty_counters_and_ninety_people_is_checked_without_a_wait(mistakes_of, monkeypatch):
    """It took minutes once. Counted in questions rather than in seconds, so that a busy machine is no failure: one for each day
    on which others are away, not one for each of the 1,800 absences.
    """
    asked = []
    monkeypatch.setattr(staffing, "shortage_among", lambda counters: asked.append(counters) or shortage_among(counters))
    chance = Random(1)
    days = [f"{{ first_day = 2027-{month:02}-{day:02} }}" for month in range(1, 13) for day in range(1, 29)]
    counters = {f"c{number}": counter(skills="pqr") for number in range(30)}
    staff = {
        f"clerk-{number}": at(
            *(f"c{(number + step) % 30}" for step in range(3)), skills="pqr", absences=", ".join(chance.sample(days, 20))
        )
        for number in range(90)
    }
    assert mistakes_of(tiny_town(counters, staff)) == []
    assert len(asked) < 400


def test_a_year_of_absence_asks_one_question_and_not_one_a_day(mistakes_of, monkeypatch):
    asked = []
    monkeypatch.setattr(staffing, "shortage_among", lambda counters: asked.append(counters) or shortage_among(counters))
    staff = {"ana": at("c1", "c2", absences="{ first_day = 2027-01-04, last_day = 2027-12-31 }")}
    staff |= {"bea": at("c1", "c2"), "carl": at("c1", "c2")}
    assert mistakes_of(tiny_town({"c1": counter(), "c2": counter()}, staff)) == []
    assert len(asked) == 2  # everybody there, and Ana away
