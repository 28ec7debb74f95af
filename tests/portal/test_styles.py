"""The style sheets keep the house's rules: tokens only, logical sides only, every file they ask for is there."""

import re
import unicodedata
from pathlib import Path

import pytest

from locales.catalogue import LANGUAGES, catalogue
from portal.ui.frame import STYLESHEETS

ASSETS = Path("assets")
SIDES = re.compile(
    r"(?<![\w-])(left|right|(margin|padding|border)-(left|right|top|bottom)|width|height|min-width|max-width)\s*:"
)
COLOUR = re.compile(r"#[0-9a-f]{3,8}\b|\brgb\(|\bhsl\(")


def rules(sheet: str) -> str:
    """What a browser applies: without comments and the conditions of media queries."""
    text = re.sub(r"/\*.*?\*/", "", (ASSETS / sheet.lstrip("/")).read_text(), flags=re.S)
    return re.sub(r"@(media|container)[^{]*", "", text)


def on_screen(sheet: str) -> str:
    """Without the rules for paper, printed or shown, and for the code that a camera reads, which are black on white everywhere."""
    return "\n".join(
        line
        for line in rules(sheet).splitlines()
        if not line.lstrip().startswith((".qr", ".ticket", ".done { background: none", "a { color: #000"))
    )


@pytest.mark.parametrize("sheet", STYLESHEETS)
def test_sides_are_logical_so_that_arabic_mirrors_by_itself(sheet):
    assert SIDES.findall(rules(sheet)) == []


def test_the_look_out_for_sides_sees_them():
    assert SIDES.search("a { margin-left: 1px }")
    assert SIDES.search("a { width: 1px }")
    assert not SIDES.search("a { margin-inline-start: 1px; stroke-width: 2; border-inline-start-width: 1px }")


@pytest.mark.parametrize("sheet", [sheet for sheet in STYLESHEETS if sheet != "/tokens.css"])
def test_colours_come_from_the_tokens(sheet):
    assert COLOUR.findall(on_screen(sheet)) == []


def test_the_look_out_for_colours_sees_them():
    assert COLOUR.search("a { color: #fff }")
    assert not COLOUR.search("a { color: var(--ink) }")


@pytest.mark.parametrize("sheet", STYLESHEETS)
def test_every_token_that_is_used_is_defined(sheet):
    defined = set(re.findall(r"(--[\w-]+)\s*:", "".join(rules(each) for each in STYLESHEETS)))
    used_without_fallback = set(re.findall(r"var\((--[\w-]+)\)", rules(sheet)))
    assert used_without_fallback - defined == set()


def test_every_font_that_is_asked_for_is_there():
    fonts = re.findall(r"url\((/fonts/[^)]+)\)", rules("/tokens.css"))
    assert fonts
    assert [font for font in fonts if not (ASSETS / font.lstrip("/")).is_file()] == []


def letters(face: str) -> set[int]:
    """The code points of a face's `unicode-range`."""
    spans = re.findall(r"U\+([0-9A-F]+)(?:-([0-9A-F]+))?", face)
    return {point for first, last in spans for point in range(int(first, 16), int(last or first, 16) + 1)}


def is_drawn(letter: str) -> bool:
    """Line ends and the marks that isolate a direction have no shape."""
    return not unicodedata.category(letter).startswith("C")


def test_every_letter_that_the_house_writes_is_in_a_font_and_portuguese_needs_one_file_only():
    faces = [face for face in re.findall(r"@font-face \{[^}]*\}", rules("/tokens.css")) if "weight: 400" in face]
    everywhere = {point for face in faces for point in letters(face)}
    for language in LANGUAGES:
        written = {
            letter for message in catalogue(language) if message.id for letter in str(message.string) if is_drawn(letter)
        }
        at_hand = letters(faces[0]) if language in {"pt", "es", "en"} else everywhere
        assert {letter for letter in written if ord(letter) not in at_hand} == set(), language
    assert ord("字") not in everywhere
