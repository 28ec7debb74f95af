"""Every kind of mistake in a town file is told with its line and a plain reason; a sound file has none."""

import re
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
CLERK = 'roles = ["clerk"]'
TOWN = "[town]"
SATURDAY = '{ days = ["sat"], opens = "09:00", closes = "12:30", every_weeks = 4, first_day = 2026-01-10 }'


class Slip(NamedTuple):
    """After `after`, `old` becomes `new`: then the line on which `new` starts (plus `below`) has a mistake with this reason."""

    after: str
    old: str
    new: str
    reason: str
    below: int = 0


LOWER_CASE = Slip(TOWN, 'reference_prefix = "VC"', 'reference_prefix = "vc"', "one to four capital letters")

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
    LOWER_CASE,
    Slip(TOWN, 'video_address = "https://', 'video_address = "http://', "a web address with {room} in it"),
    Slip(TOWN, "{room}", "room", "a web address with {room} in it"),
    Slip(TOWN, 'phone = "259 000 100"', "phone = 259000100", 'a telephone number such as "259 000 100", not 259000100.'),
    Slip(PACOS, "step_free = true", 'step_free = "yes"', 'step_free must be true or false, not "yes".'),
    Slip(PACOS, 'opens = "08:30"', 'opens = "8h30"', 'opening 1 opens must be a time of day such as "08:30", not "8h30".'),
    Slip(PACOS, 'closes = "17:30"', 'closes = "24:00"', "a time of day"),
    Slip(NUNO, CLERK, f"{CLERK}\nlocations = []", "locations is an empty list, and needs at least one item.", 1),
    Slip(NUNO, CLERK, f"{CLERK}\ntopics = []", "topics is an empty list, and needs at least one item.", 1),
    Slip(NUNO, CLERK, "roles = []", "roles is an empty list, and needs at least one item."),
    Slip(NUNO, 'slug = "nuno-azevedo"', 'slug = "Nuno Azevedo"', "a short name of small letters"),
    Slip("[holidays]", 'country = "PT"\n', 'subdivision = "20"\n', "needs a country as well", -1),
    Slip(PERMIT, 'topic = "streets"', 'topic = ["streets"]', "topic must be a short name of small letters, digits and hyphens"),
    Slip("[[topics]]", 'icon = "house"', 'icon = "housse"', 'Topic "planning": icon can\'t be "housse". Did you mean "house"?'),
    Slip(PERMIT, 'notice = "2h"', 'notice = "2h\\n"', 'such as "30m", "2h" or "3d", not "2h\\n".'),
    Slip(PERMIT, 'horizon = "60d"', 'horizon = "60d\\n"', 'a number of days up to "366d"'),
    Slip(PACOS, 'opens = "08:30"', 'opens = "08:30\\n"', 'must be a time of day such as "08:30", not "08:30\\n".'),
    Slip(TOWN, 'reference_prefix = "VC"', 'reference_prefix = "VC\\n"', "one to four capital letters"),
    Slip(TOWN, "259 000 100", "259 000 100\\n", "a telephone number such as"),
    Slip(NUNO, 'slug = "nuno-azevedo"', 'slug = "nuno-azevedo\\n"', "a short name of small letters"),
    Slip(PERMIT, 'name = { pt = "Dístico de residente', 'name = { pt = "Dístico de residente\\n', "a text on one line"),
]

NAMES = [
    Slip(
        PERMIT,
        'topic = "streets"',
        'topic = "street"',
        'topic names a topic "street" that isn\'t in this file. Did you mean "streets"?',
    ),
    Slip(
        PERMIT,
        'skill = "streets"',
        'skill = "strets"',
        'names a skill "strets" that isn\'t in this file. Did you mean "streets"?',
    ),
    Slip(PERMIT, '"ribeira"', '"ribera"', 'names a location "ribera" that isn\'t in this file. Did you mean "ribeira"?'),
    Slip(SERRA_2, 'location = "serra"', 'location = "sera"', 'names a location "sera"'),
    Slip(SERRA_2, '"documents", "streets"', '"dokuments", "streets"', 'skills, item 2 names a skill "dokuments"'),
    Slip(
        NUNO, '["ribeira-2"]', '["ribera-2"]', 'names a counter "ribera-2" that isn\'t in this file. Did you mean "ribeira-2"?'
    ),
    Slip(NUNO, '"planning"', '"painting"', 'names a skill "painting"'),
    Slip(NUNO, CLERK, f'{CLERK}\nlocations = ["ribera"]', 'names a location "ribera" that isn\'t in this file.', 1),
    Slip(NUNO, CLERK, f'{CLERK}\ntopics = ["strets"]', 'names a topic "strets" that isn\'t in this file.', 1),
    Slip(
        NUNO, CLERK, f'{CLERK}\nlocations = ["serra"]', '"ribeira-2" is at "ribeira", which isn\'t one of their locations.', 2
    ),
    Slip('slug = "pedro-alvim"', "pedro-alvim", "nuno-azevedo", "is the slug of another of the staff"),
    Slip(
        SERRA_2,
        "number = 2",
        "number = 1",
        'Counter "serra-2": number 1 is the number of another counter at the same location.',
    ),
    Slip(NUNO, "nuno.azevedo@", "Carla.Nogueira@", "is the e-mail of another staff member"),
    Slip(NUNO, "nuno.azevedo@vila", "nuno.azevedo@@vila", "isn't an e-mail address"),
    Slip(SCHOOL, "Lugar na escola ou no jardim de infância", "Dístico de residente", "is the name of another of the services"),
    Slip(TOWN, 'default_language = "pt"', 'default_language = "fr"', 'default_language can\'t be "fr"'),
    Slip(PACOS, ', ar = "دار البلدية" }', " }", 'Location "pacos": name has no Arabic: add ar = "…".'),
    Slip("[[holidays.own]]", ", en = \"St Clare's Day, the town's own holiday\"", "", "own holiday 1 name has no English"),
    Slip(
        PERMIT,
        'bring = { pt = ["',
        'bring = { pt = ["Mais uma coisa", "',
        "should have the same items in every language, but has 4 in Por",
    ),
]

TIMES = [
    Slip(TOWN, '"Europe/Lisbon"', '"Europe/Lisboa"', '"Europe/Lisboa" isn\'t a known time zone. Did you mean "Europe/Lisbon"?'),
    Slip(PACOS, "step_free = true", 'step_free = true\ntimezone = "Lisbon time"', "isn't a known time zone", 1),
    Slip(
        "[holidays]",
        'country = "PT"',
        'country = "pt"',
        'Holidays: country "pt" isn\'t a country whose public holidays are known.',
    ),
    Slip("[holidays]", 'country = "PT"', 'country = "PT"\nsubdivision = "99"', 'subdivision "99" isn\'t a part of PT', 1),
    Slip("[holidays]", 'day = "08-11"', 'day = "02-30"', '"02-30" is a day that doesn\'t exist.'),
    Slip(
        'slug = "nuno-azevedo"',
        "first_day = 2027-02-15",
        "first_day = 9999-12-31",
        "first_day must be a day such as 2026-12-24",
    ),
    Slip(
        "[holidays]",
        "[[holidays.own]]",
        '[[holidays.own]]\nday = "08-11"\nname = {}\n[[holidays.own]]',
        "already one of the town's",
        4,
    ),
    Slip(
        RIBEIRA,
        'closes = "12:30"',
        'closes = "08:00"',
        "opening 1 closes at 08:00, before it opens at 09:00: an opening ends on",
    ),
    Slip(RIBEIRA, 'closes = "12:30"', 'closes = "09:00"', "closes at 09:00, before it opens at 09:00"),
    Slip(SERRA, ", first_day = 2026-01-06", "", "opening 1 every_weeks is 2, so first_day must say from which week to count."),
    Slip(
        PACOS,
        SATURDAY,
        SATURDAY.replace(" }", ", last_day = 2026-01-01 }"),
        "last_day 2026-01-01 is before first_day 2026-01-10.",
    ),
    Slip(
        PACOS,
        SATURDAY,
        SATURDAY.replace("-10 }", "-11, last_day = 2026-02-06 }"),
        "never opens: none of its days comes between",
    ),
    Slip(PACOS, "{ on_day = 2026-12-19,", '{ on_day = 2026-12-19, days = ["sat"],', "days can't stand beside on_day"),
    Slip(PACOS, "{ on_day = 2026-12-19, ", "{ ", "opening 4 needs either days"),
    Slip(PACOS, "2026-12-19", '"2026-02-30"', '"2026-02-30" is a day that doesn\'t exist.'),
    Slip(PACOS, SATURDAY, SATURDAY.replace(" }", ", despite_holiday = true }"), "is only for an opening with on_day"),
    Slip(PACOS, SATURDAY, f"{SATURDAY}, {SATURDAY}", "opening 4 is written twice."),
    Slip(
        "[[closures]]", 'from = "12:30"', 'from = "12:30"\nuntil = "09:00"', "Closure 1: until 09:00 isn't after from 12:30.", 1
    ),
    Slip("[[closures]]", 'from = "12:30"', 'until = "00:00"', "until 00:00 isn't after the midnight at which the day begins."),
    Slip(
        NUNO,
        "{ first_day = 2027-02-15, last_day = 2027-02-19 }",
        '{ first_day = 2027-02-15, until = "00:00" }',
        "Leave until out",
    ),
    Slip(
        "[[locations.closures]]",
        "first_day = 2027-04-14",
        "first_day = 2027-04-14\nlast_day = 2027-04-01",
        "closure 1 last_day 2027-04-01",
        1,
    ),
    Slip(
        NUNO,
        "last_day = 2027-02-19",
        "last_day = 2027-02-01",
        'Staff member "nuno-azevedo": absence 1 last_day 2027-02-01 is before',
    ),
    Slip(
        "[[notices]]",
        "last_day = 2026-11-26",
        "last_day = 2026-11-01",
        "Notice 1: last_day 2026-11-01 is before first_day 2026-11-20.",
    ),
]

PHONES = [
    Slip(TOWN, 'phone = "259 000 100"', 'phone = "259 000"', '"259 000" isn\'t a telephone number in PT: correct it, or set'),
    Slip(TOWN, 'phone = "259 000 100"', 'phone_country = "GB"\nphone = "259 000 100"', "isn't a telephone number in GB", 1),
    Slip(TOWN, 'phone = "259 000 100"', 'phone_country = "UK"\nphone = "259 000 100"', '"UK" isn\'t the code of a country'),
    Slip(TOWN, 'phone = "259 000 100"', 'phone_country = "PRT"\nphone = "259 000 100"', "in two capital letters"),
]

OFFERS = [
    Slip(PERMIT, 'notice = "2h"', 'notice = "61d"', "notice is 61d, which is beyond the horizon of 60d"),
    Slip(PERMIT, 'cancel_until = "1h"', 'cancel_until = "61d"', "cancel_until is 61d, which is beyond the horizon of 60d"),
    Slip(
        PERMIT, "max_people = 2\nextra_person_minutes = 0", "max_people = 1\nextra_person_minutes = 5", "but max_people is 1", 1
    ),
    Slip(
        PERMIT,
        'channels = ["online", "in_person", "video", "phone"]',
        'channels = ["online", "in_person", "phone"]',
        '"video" isn\'t among its channels',
        -1,
    ),
    Slip(
        PERMIT,
        "minutes = 20",
        "minutes = 200",
        'minutes is 200, but the longest opening at "serra" where it is served has 180.',
    ),
    Slip(PERMIT, "step = 20", "step = 200", 'step is 200, but the longest opening at "serra"'),
    Slip(
        SCHOOL,
        "max_people = 4\nextra_person_minutes = 10",
        "max_people = 4\nextra_person_minutes = 60",
        "max_people is 4, who need 210",
    ),
    Slip(
        PERMIT,
        "desk_places = 1",
        "desk_places = 3",
        'desk_places is 3, but 2 counters at most can serve it at "pacos" at one time (in_person): none is left to book online.',
    ),
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


@pytest.mark.parametrize("slip", FORM + NAMES + PHONES + TIMES + OFFERS, ids=lambda slip: f"{slip.new[:40]}")
def test_every_slip_is_told_with_its_line_and_its_reason(mistakes_of, slip: Slip):
    text, line = edited(small_town(), slip.after, slip.old, slip.new)
    mistakes = mistakes_of(text)
    assert [each for each in mistakes if each.line == line + slip.below and slip.reason in each.reason], mistakes


def test_a_service_offered_where_no_counter_has_the_skill_is_told_why(mistakes_of):
    text, line = edited(small_town(), 'slug = "consult-file"', '"ribeira"]', '"ribeira", "serra"]')
    assert [(each.line, each.reason) for each in mistakes_of(text)] == [
        (line, 'Service "consult-file": locations, item 3 "serra" has no counter with the skill "planning".')
    ]


def test_a_service_offered_where_no_counter_has_the_mode_is_told_why(mistakes_of):
    text = small_town().replace('modes = ["in_person", "video", "phone"]', 'modes = ["video", "phone"]')
    reasons = [each.reason for each in mistakes_of(text) if "consult-file" in each.reason]
    assert (
        'Service "consult-file": modes, item 1 "in_person" is served nowhere: no counter at its locations does "planning" in that way.'
        in reasons
    )
    assert any('has counters with the skill "planning", but none for in_person' in reason for reason in reasons)


def test_a_skill_that_nobody_at_the_counter_has_serves_nothing(mistakes_of):
    text = small_town().replace("desk_places = 1", "desk_places = 0")
    text, _ = edited(text, 'slug = "nuno-azevedo"', 'skills = ["planning", ', "skills = [")
    assert mistakes_of(text) == []  # Sofia still plans
    text, _ = edited(text, 'slug = "sofia-lourenco"', 'skills = ["planning", ', "skills = [")
    reasons = [each.reason for each in mistakes_of(text)]
    assert any(
        '"ribeira" has counters with the skill "planning", but nobody who works there has it' in each for each in reasons
    )


def test_a_counter_without_any_opening_is_never_open(mistakes_of):
    start = small_town().index('openings = [\n  { days = ["tue"')
    end = small_town().index("]\n", small_town().index("16:30", start)) + 2
    text = small_town()[:start] + small_town()[end:]
    reasons = [each.reason for each in mistakes_of(text)]
    assert 'Counter "serra-1": is never open: neither it nor its location has openings.' in reasons
    assert any("but they are never open" in each for each in reasons)


def test_places_kept_for_the_desk_leave_some_at_every_location(mistakes_of):
    """Counters at the town hall are no help to those who book in Serra, where one place is kept and one counter open at a time."""
    monday = '{ days = ["mon"], opens = "09:00", closes = "12:00" }'
    on_mondays = own_hours(small_town(), "serra-1", monday)
    assert mistakes_of(own_hours(on_mondays, "serra-2", monday)) == []
    one_at_a_time = own_hours(on_mondays, "serra-2", monday.replace("mon", "tue"))
    reasons = [each.reason for each in mistakes_of(one_at_a_time)]
    assert any('1 counter at most can serve it at "serra" at one time (in_person)' in reason for reason in reasons)


def own_hours(text: str, counter: str, openings: str) -> str:
    """The text with a counter that has these openings and no others of its own."""
    start = text.index("\n", text.index(f'slug = "{counter}"'))
    end = text.index("[[", start)
    kept = re.sub(r"(?s)openings = \[.*?\n\]\n", "", text[start:end])
    return f"{text[:start]}\nopenings = [{openings}]{kept}{text[end:]}"


def test_a_visit_longer_than_any_opening_of_its_own_day_is_told(mistakes_of):
    """Nine to twelve in one week and eleven to three in the next make six hours on no day."""
    odd = '{ days = ["mon"], opens = "09:00", closes = "12:00", every_weeks = 2, first_day = 2027-01-04 }'
    even = '{ days = ["mon"], opens = "11:00", closes = "15:00", every_weeks = 2, first_day = 2027-01-11 }'
    text = small_town()
    for slug in ("serra-1", "serra-2"):
        text = own_hours(text, slug, f"{odd}, {even}")
    assert mistakes_of(text) == []
    text, line = edited(text, PERMIT, "minutes = 20", "minutes = 300")
    told = [each for each in mistakes_of(text) if 'longest opening at "serra" where it is served has 240' in each.reason]
    assert [each.line for each in told] == [line]


def test_a_location_has_no_more_counters_than_can_be_counted(mistakes_of):
    more = [
        f'[[counters]]\nslug = "more-{number}"\nnumber = {number}\nlocation = "pacos"\nskills = ["streets"]\nmodes = ["phone"]\n'
        'name = { pt = "B", en = "B", es = "B", ar = "ش" }\n\n'
        for number in range(100, 400)
    ]
    before, after = small_town().split("[[counters]]", 1)
    (mistake,) = mistakes_of(f"{before}{''.join(more)}[[counters]]{after}")
    assert 'Counter "more-355": location is "pacos", which has 255 counters already, and that is the most.' in mistake.reason


def test_video_needs_an_address_to_meet_at(mistakes_of):
    text, _ = edited(small_town(), TOWN, 'video_address = "https://video.vila-clara.example/{room}"\n', "")
    reasons = {each.reason for each in mistakes_of(text)}
    assert 'Service "parking-permit": modes, item 2 is video, but the town has no video_address.' in reasons


def test_all_mistakes_are_told_at_once_in_the_order_of_their_lines(mistakes_of):
    text = small_town()
    for slip in (FORM[0], NAMES[0], TIMES[0], TIMES[6], OFFERS[0]):
        text, _ = edited(text, slip.after, slip.old, slip.new)
    mistakes = mistakes_of(text)
    assert mistakes == sorted(mistakes)
    for slip in (FORM[0], NAMES[0], TIMES[0], TIMES[6], OFFERS[0]):
        assert any(slip.reason in each.reason for each in mistakes), slip


@pytest.mark.parametrize(
    ("guard", "slip"),
    [
        ("schema_objections", LOWER_CASE),
        ("name_objections", NAMES[0]),
        ("phone_objections", PHONES[0]),
        ("time_objections", TIMES[0]),
        ("offer_objections", OFFERS[0]),
    ],
)
def test_without_its_guard_a_slip_would_go_unnoticed(mistakes_of, monkeypatch, guard: str, slip: Slip):
    text, _ = edited(small_town(), slip.after, slip.old, slip.new)
    assert mistakes_of(text)
    monkeypatch.setattr(town, guard, lambda document, *_: ([], document) if guard == "schema_objections" else [])
    assert mistakes_of(text) == []
