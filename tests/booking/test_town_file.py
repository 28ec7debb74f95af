"""Reading a town file: where everything in it stands, what is said of a file that isn't TOML, and files that mean harm."""

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from booking.store import Store, migrate, write
from booking.town import Mistake, TownRefused, apply_town, check_town, checked_town
from booking.town.file import MOST_BYTES, read_town_file
from booking.town.name_checks import name_objections
from booking.town.offer_checks import offer_objections
from booking.town.positions import layout
from booking.town.schema import SCHEMA_PATH, schema_objections
from booking.town.time_checks import time_objections
from tests.booking.town_texts import DEMO, demo_text, small_town

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)

POSITIONS = b"""# a comment
[town]
name = { pt = "a", en = "b" }

a.b."c d" = 3
[[locations]]
slug = "x"
openings = [
  { days = ["mon"], opens = "08:30" },
  # another
  { days = ["tue",
     "wed"] },
]
[[locations.closures]]
first_day = 2026-12-24
[[locations]]
slug = '''y'''
[[locations.closures]]
[locations.deep]
z = 1
"""


def mistakes_in(source: bytes, path: Path) -> list[Mistake]:
    path.write_bytes(source)
    return check_town(path)


@pytest.mark.parametrize(
    ("place", "line"),
    [
        (("town",), 2),
        (("town", "name"), 3),
        (("town", "name", "en"), 3),
        (("town", "a", "b", "c d"), 5),
        (("locations", 0), 6),
        (("locations", 0, "openings", 0, "opens"), 9),
        (("locations", 0, "openings", 1), 11),
        (("locations", 0, "openings", 1, "days", 1), 12),
        (("locations", 0, "closures", 0, "first_day"), 15),
        (("locations", 1, "slug"), 17),
        (("locations", 1, "closures", 0), 18),
        (("locations", 1, "deep", "z"), 20),
    ],
)
def test_everything_in_a_file_has_its_line(place, line: int):
    assert layout(POSITIONS).line_of(place) == line


def test_what_is_not_in_the_file_has_the_line_of_what_is_around_it():
    assert layout(POSITIONS).line_of(("locations", 1, "closures", 0, "reason", "pt")) == 18
    assert layout(POSITIONS).line_of(("nothing",)) == 1


def test_every_key_of_the_demo_town_has_a_line_that_names_it():
    """Held against the parser of the standard library: each of its keys is found, on a line that has that word."""
    text = demo_text().splitlines()
    file = read_town_file(DEMO)

    def hold(inside: Any, place: tuple) -> None:
        for key, value in inside.items() if isinstance(inside, dict) else enumerate(inside):
            assert (*place, key) in file.layout.lines
            if isinstance(key, str):
                assert key in text[file.layout.line_of((*place, key)) - 1]
            if isinstance(value, (dict, list)):
                hold(value, (*place, key))

    hold(file.document, ())


SYNTAX = [
    (b'[town]\nname = "Vila\nphone = 3', 2, "A text isn't closed"),
    (b'a = 1\nb = """\nc\nd = 2\n', 2, "A text isn't closed"),
    (b"a = [1,\n2\nb = 3\n", 1, "A list isn't closed"),
    (b"a = 1\nb = { c = 1\nd = 2", 2, "inside these braces"),
    (b"openings = [\n  { opens = 09:00 },\n]", 2, "texts and times of day need quotation marks"),
    (b"a = 1\na = 2", 2, "already set above"),
    (b"a = { b = 1, b = 2 }", 1, "written twice inside these braces"),
    (b"[a]\n[b]\n[a]\n", 3, "already there above: one more thing of a kind has double brackets"),
    (b"a = yes", 1, "texts need quotation marks"),
    (b"opens = 08:30", 1, 'texts and times of day need quotation marks, as in opens = "08:30"'),
    (b"first_day = 2026-02-30", 1, "no such day"),
    (b"a\n= 1", 1, "There should be a = here"),
    (b"= 1", 1, "a line starts with a key"),
    (b"[a\nb = 1", 1, "A ] is missing"),
    (b"[[a]\nb = 1", 1, "needs ]]"),
    (b'a = "C:\\qed"', 1, "A backslash in a text needs a second one"),
    (b'a = 1\nb = "\x07"', 2, "a character here that can't be seen"),
    (b"a = 1\nb = " + b"9" * 5000, 2, "far too many digits"),
    (b"a = 1\r\nb = 2\r\nc = maybe", 3, "texts need quotation marks"),
]


@pytest.mark.parametrize(("source", "line", "reason"), SYNTAX, ids=[str(reason) for *_, reason in SYNTAX])
def test_what_is_not_toml_is_told_in_a_plain_sentence(tmp_path: Path, source: bytes, line: int, reason: str):
    (mistake,) = mistakes_in(source, tmp_path / "town.toml")
    assert mistake.line == line
    assert reason in mistake.reason


def test_a_quotation_mark_left_out_of_a_real_file_is_found_on_its_line(tmp_path: Path):
    lines = demo_text().splitlines()
    for at in (5, 200, len(lines) - 60):
        number = next(index for index in range(at, len(lines)) if lines[index].endswith('" }'))
        broken = [*lines[:number], lines[number][:-3] + " }", *lines[number + 1 :]]
        (mistake,) = mistakes_in("\n".join(broken).encode(), tmp_path / "town.toml")
        assert mistake.line == number + 1


HOSTILE = [
    (b"x" * (MOST_BYTES + 1), 0, "larger than 4 MB"),
    (b"a = 1\nb = '\xff\xfe'", 2, "isn't UTF-8"),
    ("a = 'São'".encode("utf-16"), 1, "isn't UTF-8"),
    (b"a = 1\nb = 2\nc = '\0'", 3, "NUL"),
    (b"a = " + b"[" * 100_000 + b"]" * 100_000, 1, "12 levels deep"),
    (b"\na = " + b"[" * 100_000, 2, "12 levels deep"),
    (b"a = " + b"{a=" * 1000 + b"1" + b"}" * 1000, 1, "12 levels deep"),
    (b".".join([b"a"] * 50_000) + b" = 1", 1, "12 levels deep"),
    (b"", 1, "The file has no [town], and can't do without."),
    (b"services = 5", 1, "Services must be a list in square brackets, not 5."),
    (b'"\\u001b[2J" = 1', 1, 'has a key "\\u001b[2J"'),
    (b"[[services]]\nslug = '\xe2\x80\xae'", 2, 'Service "\\u202e"'),
]


@pytest.mark.parametrize(("source", "line", "reason"), HOSTILE, ids=[reason for *_, reason in HOSTILE])
def test_a_file_that_means_harm_gets_a_sentence(tmp_path: Path, source: bytes, line: int, reason: str):
    mistakes = mistakes_in(source, tmp_path / "town.toml")
    assert [each for each in mistakes if each.line == line and reason in each.reason], mistakes[:5]
    assert all(str(each).isprintable() and len(str(each)) < 500 for each in mistakes)


def test_a_file_that_is_not_there_or_not_a_file_gets_a_sentence(tmp_path: Path):
    assert "There is no such file" in str(check_town(tmp_path / "nothing.toml")[0])
    assert "is a folder" in str(check_town(tmp_path)[0])


def test_a_mistake_reads_as_file_line_and_reason(tmp_path: Path):
    assert str(mistakes_in(b"a = maybe", tmp_path / "alva.toml")[0]).startswith("alva.toml:1: This isn't a value")


def test_windows_line_ends_and_its_mark_at_the_start_are_welcome(tmp_path: Path):
    assert mistakes_in(b"\xef\xbb\xbf" + small_town().replace("\n", "\r\n").encode(), tmp_path / "town.toml") == []


def test_a_refusal_carries_every_mistake():
    refused = TownRefused([Mistake(3, "No.", "a.toml"), Mistake(9, "Neither.", "a.toml")])
    assert str(refused) == "a.toml:3: No.\na.toml:9: Neither."


TRIPPING = [
    "\n",
    "",
    "x",
    10**30,
    -1,
    20.0,
    1e300,
    True,
    [],
    ["x\n"],
    {},
    {"pt": "\n"},
    "00:00",
    "23:59:00",
    "24:00",
    "0d",
    "9999d",
]
TRIPPING += ["2199-12-31", "2100-02-29", "0001-01-01", "9999-12-31", "02-29", "GB", "UK", "Europe/Lisbon\n", "a@b.example\n"]


def mutated(data: st.DataObject, document: Any) -> Any:
    """With a few values replaced, taken out, or followed by a line break."""
    document = deepcopy(document)
    for _ in range(data.draw(st.integers(1, 3))):
        spot: Any = document
        while isinstance(spot, (dict, list)) and spot:
            key = data.draw(st.sampled_from(sorted(spot) if isinstance(spot, dict) else range(len(spot))))
            if isinstance(spot[key], (dict, list)) and data.draw(st.integers(0, 9)):
                spot = spot[key]
            elif isinstance(spot[key], str) and data.draw(st.booleans()):
                spot[key] += "\n"
                break
            else:
                spot[key] = data.draw(st.sampled_from(TRIPPING))
                break
    return document


def toml(value: Any) -> str:
    """A value as TOML writes it inside a line; of a document, the braces must go."""
    match value:
        case dict():
            return "{ " + ", ".join(f"{json.dumps(key)} = {toml(inner)}" for key, inner in value.items()) + " }"
        case list():
            return "[" + ", ".join(map(toml, value)) + "]"
        case _:
            return json.dumps(value)


@pytest.fixture(scope="module")
def empty_book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    url = f"sqlite:///{tmp_path_factory.mktemp('fuzz') / 'town.sqlite3'}"
    migrate(url)
    store = Store(url, b"for tests only")
    yield store
    store.close()


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_what_the_check_lets_pass_can_be_loaded_and_what_it_stops_is_stopped_in_a_sentence(
    empty_book: Store, data: st.DataObject
):
    path = Path(str(empty_book.engine.url.database)).with_name("town.toml")
    path.write_text("\n".join(f"{key} = {toml(value)}" for key, value in mutated(data, SMALL).items()), encoding="utf-8")
    try:
        checked = checked_town(path)
    except TownRefused as refused:
        assert str(refused)  # noqa: PT017
    else:
        assert write(empty_book, apply_town, checked, NOW, dry_run=True).changes


def test_every_pattern_of_the_schema_is_about_the_whole_text():
    """So that an editor, which searches for a pattern, and the loader, which wants all of the text to fit, agree."""
    patterns = re.findall(r'"pattern": "(.*)"', SCHEMA_PATH.read_text(encoding="utf-8"))
    assert len(patterns) > 10
    assert all(re.fullmatch(r"\^.*\$", part) for pattern in patterns for part in re.split(r"(?<=\$)\|(?=\^)", pattern))


def test_every_icon_that_a_town_may_choose_is_drawn():
    drawn = re.findall(r'id="i-([\w-]+)"', (SCHEMA_PATH.parents[2] / "assets" / "icons.svg").read_text(encoding="utf-8"))
    choices = json.loads(SCHEMA_PATH.read_text(encoding="utf-8"))["$defs"]["icon"]["enum"]
    assert len(choices) > 20
    assert set(choices) <= set(drawn)


JUNK = st.sampled_from(
    [None, True, 0, -1, 3.5, float("inf"), "", "x", "\x1b", [], [[]], {}, {"pt": 1}, ["x", "x"], "2026-13-45"]
).map(deepcopy)


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_whatever_stands_in_the_place_of_anything_is_objected_to_and_never_trips_a_check(data: st.DataObject):
    document = deepcopy(DOCUMENT)
    for _ in range(data.draw(st.integers(1, 4))):
        spot: Any = document
        while isinstance(spot, (dict, list)) and spot:
            key = data.draw(st.sampled_from(sorted(spot) if isinstance(spot, dict) else range(len(spot))))
            if data.draw(st.integers(0, 2)) == 0 or not isinstance(spot[key], (dict, list)):
                spot[key] = data.draw(JUNK)
                break
            spot = spot[key]
    objections, sound = schema_objections(document)
    for check in (name_objections, time_objections, offer_objections):
        objections += check(document, sound)
    assert all(isinstance(reason, str) and reason.endswith((".", "?")) for _, reason in objections)


DOCUMENT = read_town_file(DEMO).document
DOCUMENT["services"] = DOCUMENT["services"][:3]
SMALL = DOCUMENT | {"services": DOCUMENT["services"][:2]}
