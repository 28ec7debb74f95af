"""Every kind of mistake in a town file is told with its line and a plain reason; a sound file has none."""

from pathlib import Path
from typing import NamedTuple

import pytest
from booking import town
from booking.town import Mistake, check_town

from tests.booking.town_texts import edited, small_town

PERMIT = 'slug = "parking-permit"'
SCHOOL = 'slug = "school-place"'
PACOS = 'slug = "pacos"'
RIBEIRA = 'slug = "ribeira"'
SERRA = 'slug = "serra"'
PACOS_7 = 'slug = "pacos-7"'
SERRA_2 = 'slug = "serra-2"'
NUNO = 'slug = "nuno-azevedo"'
TOWN = "[town]"
SATURDAY = '{ days = ["sat"], opens = "09:00", closes = "12:30", every_weeks = 4, first_day = 2026-01-10 }'


class Slip(NamedTuple):
    """After `after`, `old` becomes `new`: then the line on which `new` starts (plus `below`) has a mistake with this reason."""

    after: str
    old: str
    new: str
    reason: str
    below: int = 0


FORM = [
    Slip(PERMIT, "minutes = 20", "minuts = 20", 'has a key "minuts" that means nothing here. Did you mean "minutes"?'),
    Slip(PERMIT, "minutes = 20\n", "", 'Service "parking-permit": minutes is missing. It is a whole number of minutes.', -4),
    Slip(PERMIT, "minutes = 20", 'minutes = "20"', 'minutes must be a whole number of minutes, not "20".'),
    Slip(PERMIT, "minutes = 20", "minutes = 600", "minutes is 600, and 480 is the most."),
    Slip(PERMIT, "minutes = 20", "minutes = 0", "minutes is 0, and 1 is the least."),
    Slip(PERMIT, 'modes = ["in_person"', 'modes = ["in_persn"', 'can\'t be "in_persn". Did you mean "in_person"?'),
    Slip(PERMIT, 'notice = "2h"', 'notice = "2 hours"', 'such as "30m", "2h" or "3d", not "2 hours".'),
    Slip(PERMIT, 'horizon = "60d"', 'horizon = "400d"', 'a number of days up to "366d"'),
    Slip(PERMIT, 'buffer_after = "5m"', 'buffer_after = "3h"', "at most two hours"),
    Slip(PERMIT, 'summary = { pt = "', f'summary = {{ pt = "{"x" * 110} ', "characters long, and 110 is the most."),
    Slip(PERMIT, 'name = { pt = "Dístico de residente"', 'name = { pt = ""', "not empty"),
    Slip(PERMIT, 'name = { pt = "Dístico de residente"', 'name = { pt = "D\\u202Eistico"', "no control characters"),
    Slip(PERMIT, 'name = { pt = "Dístico de residente"', 'name = { pt = "D\\u0007"', "no control characters"),
    Slip(PERMIT, 'name = { pt = "Dístico de residente"', 'name = { fr = "Carte", pt = "Dístico"', 'has a key "fr"'),
    Slip(TOWN, 'languages = ["pt", "en"', 'languages = ["pt", "pt", "en"', 'languages has "pt" twice.'),
    Slip(TOWN, 'reference_prefix = "VC"', 'reference_prefix = "vc"', "one to four capital letters"),
    Slip(TOWN, 'video_address = "https://', 'video_address = "http://', "a web address with {room} in it"),
    Slip(TOWN, "{room}", "room", "a web address with {room} in it"),
    Slip(TOWN, 'phone = "259 000 100"', "phone = 259000100", 'a telephone number such as "259 000 100", not 259000100.'),
    Slip(PACOS, "step_free = true", 'step_free = "yes"', 'step_free must be true or false, not "yes".'),
    Slip(PACOS, 'opens = "08:30"', 'opens = "8h30"', 'opening 1 opens must be a time of day such as "08:30", not "8h30".'),
    Slip(PACOS, 'closes = "17:30"', 'closes = "24:00"', "a time of day"),
    Slip(NUNO, 'roles = ["clerk"]', "roles = []", "roles is an empty list, and needs at least one item."),
    Slip(NUNO, 'slug = "nuno-azevedo"', 'slug = "Nuno Azevedo"', "a short name of small letters"),
    Slip("[holidays]", 'country = "PT"\n', 'subdivision = "20"\n', "needs a country as well", -1),
    Slip(PERMIT, 'topic = "streets"', 'topic = ["streets"]', 'topic must be a short name of small letters, digits and hyphens'),
]

NAMES = [
    Slip(PERMIT, 'topic = "streets"', 'topic = "street"', 'topic names a topic "street" that isn\'t in this file. Did you mean "streets"?'),
    Slip(PERMIT, 'skill = "streets"', 'skill = "strets"', 'names a skill "strets" that isn\'t in this file. Did you mean "streets"?'),
    Slip(PERMIT, '"ribeira"', '"ribera"', 'names a location "ribera" that isn\'t in this file. Did you mean "ribeira"?'),
    Slip(SERRA_2, 'location = "serra"', 'location = "sera"', 'names a location "sera"'),
    Slip(SERRA_2, '"documents", "streets"', '"dokuments", "streets"', 'skills, item 2 names a skill "dokuments"'),
    Slip(NUNO, '["ribeira-2"]', '["ribera-2"]', 'names a counter "ribera-2" that isn\'t in this file. Did you mean "ribeira-2"?'),
    Slip(NUNO, '"planning"', '"painting"', 'names a skill "painting"'),
    Slip(NUNO, PERMIT.replace("parking-permit", "nuno-azevedo"), 'slug = "pedro-alvim"', 'is the slug of another of the staff', 20),
    Slip(SERRA_2, "number = 2", "number = 1", 'Counter "serra-2": number 1 is the number of another counter at the same location.'),
    Slip(NUNO, "nuno.azevedo@", "Carla.Nogueira@", "is the e-mail of another staff member"),
    Slip(NUNO, "nuno.azevedo@vila", "nuno.azevedo@@vila", "isn't an e-mail address"),
    Slip(SCHOOL, "Lugar na escola ou no jardim de infância", "Dístico de residente", "is the name of another of the services"),
    Slip(TOWN, 'default_language = "pt"', 'default_language = "fr"', 'default_language can\'t be "fr"'),
    Slip(PACOS, ', ar = "دار البلدية" }', " }", 'Location "pacos": name has no Arabic: add ar = "…".'),
    Slip("[[holidays.own]]", ', en = "St Clare\'s Day, the town\'s own holiday"', "", "own holiday 1 name has no English"),
    Slip(PERMIT, 'bring = { pt = ["', 'bring = { pt = ["Mais uma coisa", "', "should have the same items in every language, but has 4 in Por"),
]

TIMES = [
    Slip(TOWN, '"Europe/Lisbon"', '"Europe/Lisboa"', '"Europe/Lisboa" isn\'t a known time zone. Did you mean "Europe/Lisbon"?'),
    Slip(PACOS, "step_free = true", 'step_free = true\ntimezone = "Lisbon time"', "isn't a known time zone", 1),
    Slip("[holidays]", 'country = "PT"', 'country = "pt"', 'Holidays: country "pt" isn\'t a country whose public holidays are known.'),
    Slip("[holidays]", 'country = "PT"', 'country = "PT"\nsubdivision = "99"', 'subdivision "99" isn\'t a part of PT', 1),
    Slip("[holidays]", 'day = "08-11"', 'day = "02-30"', '"02-30" is a day that doesn\'t exist.'),
    Slip("[holidays]", "[[holidays.own]]", '[[holidays.own]]\nday = "08-11"\nname = {}\n[[holidays.own]]', "already one of the town's", 4),
    Slip(RIBEIRA, 'closes = "12:30"', 'closes = "08:00"', "opening 1 closes at 08:00, before it opens at 09:00: an opening ends on"),
    Slip(RIBEIRA, 'closes = "12:30"', 'closes = "09:00"', "closes at 09:00, before it opens at 09:00"),
    Slip(SERRA, ", first_day = 2026-01-06", "", "opening 1 every_weeks is 2, so first_day must say from which week to count."),
    Slip(PACOS, SATURDAY, SATURDAY.replace(" }", ", last_day = 2026-01-01 }"), "last_day 2026-01-01 is before first_day 2026-01-10."),
    Slip(PACOS, SATURDAY, SATURDAY.replace("-10 }", "-11, last_day = 2026-02-06 }"), "never opens: none of its days comes between"),
    Slip(PACOS, "{ on_day = 2026-12-19,", '{ on_day = 2026-12-19, days = ["sat"],', "days can't stand beside on_day"),
    Slip(PACOS, "{ on_day = 2026-12-19, ", "{ ", "opening 4 needs either days"),
    Slip(PACOS, "2026-12-19", '"2026-02-30"', '"2026-02-30" is a day that doesn\'t exist.'),
    Slip(PACOS, SATURDAY, SATURDAY.replace(" }", ", despite_holiday = true }"), "is only for an opening with on_day"),
    Slip(PACOS, SATURDAY, f"{SATURDAY}, {SATURDAY}", "opening 4 is written twice."),
    Slip("[[closures]]", 'from = "12:30"', 'from = "12:30"\nuntil = "09:00"', "Closure 1: until 09:00 isn't after from 12:30.", 1),
    Slip("[[locations.closures]]", "first_day = 2027-04-14", "first_day = 2027-04-14\nlast_day = 2027-04-01", "closure 1 last_day 2027-04-01", 1),
    Slip(NUNO, "last_day = 2027-02-19", "last_day = 2027-02-01", 'Staff member "nuno-azevedo": absence 1 last_day 2027-02-01 is before'),
    Slip("[[notices]]", "last_day = 2026-11-26", "last_day = 2026-11-01", "Notice 1: last_day 2026-11-01 is before first_day 2026-11-20."),
]

OFFERS = [
    Slip(PACOS_7, 'openings = [{ days = ["mon", "tue", "wed", "thu", "fri"]', 'openings = [{ days = ["sun"]', "", 0),
    Slip(NUNO, '["ribeira-2"]', '["ribeira-2", "ribeira-3", "ribeira-1", "serra-1"]', ""),
    Slip(PERMIT, 'notice = "2h"', 'notice = "61d"', "notice is 61d, which is beyond the horizon of 60d"),
    Slip(PERMIT, 'cancel_until = "1h"', 'cancel_until = "61d"', "cancel_until is 61d, which is beyond the horizon of 60d"),
    Slip(PERMIT, "max_people = 2\nextra_person_minutes = 0", "max_people = 1\nextra_person_minutes = 5", "but max_people is 1", 1),
    Slip(PERMIT, 'channels = ["online", "in_person", "video", "phone"]', 'channels = ["online", "in_person", "phone"]', '"video" isn\'t among its channels', -1),
    Slip(PERMIT, "minutes = 20", "minutes = 480", "minutes is 480, but"),
    Slip(SCHOOL, "extra_person_minutes = 10", "extra_person_minutes = 120", "who need"),
    Slip(PERMIT, "desk_places = 1", "desk_places = 3", "desk_places is 3, but 3 counters at most can serve it: none is left to book online."),
]


@pytest.fixture
def mistakes_of(tmp_path: Path):
    def check(text: str) -> list[Mistake]:
        path = tmp_path / "vila-clara.toml"
        path.write_text(text, encoding="utf-8")
        return check_town(path)

    return check


def test_the_town_before_any_slip_has_no_mistake(mistakes_of):
    assert mistakes_of(small_town()) == []


@pytest.mark.parametrize("slip", FORM + NAMES + TIMES + OFFERS, ids=lambda slip: f"{slip.new[:40]}")
def test_every_slip_is_told_with_its_line_and_its_reason(mistakes_of, slip: Slip):
    text, line = edited(small_town(), slip.after, slip.old, slip.new)
    mistakes = mistakes_of(text)
    assert [each for each in mistakes if each.line == line + slip.below and slip.reason in each.reason], mistakes
