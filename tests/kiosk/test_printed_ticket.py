"""The picture of a ticket: read by a camera, in every language's script, whole on the paper however long its words are."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from kiosk.printed_ticket import DOTS_PER_MM, FORM, LONGEST, NARROW, QR_MM, WIDE, PrintedTicket, drawn
from tests.kiosk.tickets import TICKETS

WIDTHS = (NARROW, 512, WIDE)
MARGIN = 3 * DOTS_PER_MM
UNASSIGNED = "\u0378"  # no font has it
LONG = {
    "pt": "Licenciamento de ocupação temporária da via pública com andaimes, tapumes e contentores de resíduos de construção",
    "es": "Autorización de ocupación temporal de la vía pública con andamios, vallas y contenedores de residuos de construcción",
    "en": "Licence for the temporary occupation of a public street with scaffolding, hoardings and containers for building waste",
    "ar": "ترخيص الإشغال المؤقت للطريق العام بالسقالات والحواجز وحاويات مخلفات البناء والهدم والترميم في وسط المدينة القديمة",
}


def dark(image: Image.Image) -> Any:
    return np.asarray(image.convert("L")) == 0


def under_the_camera(image: Image.Image) -> tuple[str, float]:
    """What the code says, and its side in dots."""
    pixels = np.where(dark(image), 0, 255).astype(np.uint8)
    for nearer in (1, 2, 3):
        seen = cv2.resize(pixels, None, fx=nearer, fy=nearer, interpolation=cv2.INTER_NEAREST)
        said, corners, _ = cv2.QRCodeDetectorAruco().detectAndDecode(seen)
        if said:
            return said, float(np.linalg.norm(corners[0][1] - corners[0][0])) / nearer
    return "", 0


def lines_of(picture: np.ndarray) -> list[np.ndarray]:
    """Rows with ink that have no white one between them: lines of words, and the code."""
    rows = np.flatnonzero(picture.any(axis=1))
    return np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1)


def ink_beside_the_words(image: Image.Image) -> int:
    """Dots in the margins, below the azulejo, where nothing may be; a letter may lean out of its box by a dot or two."""
    below = dark(image)[11 * DOTS_PER_MM :]
    return int(below[:, : MARGIN - 4].sum() + below[:, 4 - MARGIN :].sum())


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", TICKETS)
def test_a_camera_reads_the_link_off_the_paper(language: str, width: int) -> None:
    ticket = TICKETS[language]
    picture = drawn(ticket, width)
    assert (picture.mode, picture.width) == ("1", width)
    said, side = under_the_camera(picture)
    assert said == ticket.url
    assert side >= QR_MM * DOTS_PER_MM - 2


def test_a_code_has_white_around_it_to_be_found_by() -> None:
    picture = drawn(replace(TICKETS["en"], above_code="", drawn="", footnotes=(), bring=()), NARROW)
    rows = dark(picture).any(axis=1)
    code = max(lines_of(dark(picture)), key=len)
    module = len(code) / 37
    columns = np.flatnonzero(dark(picture)[code[0] : code[-1] + 1].any(axis=0))
    assert min(columns[0], NARROW - 1 - columns[-1]) >= 4 * module
    assert not rows[int(code[0] - 4 * module) : code[0]].any()
    assert not rows[code[-1] + 1 : int(code[-1] + 1 + 4 * module)].any()


def test_the_same_ticket_is_the_same_picture() -> None:
    assert drawn(TICKETS["ar"]).tobytes() == drawn(TICKETS["ar"]).tobytes()


@pytest.mark.parametrize("language", TICKETS)
def test_the_number_is_by_far_the_tallest_of_all_words(language: str) -> None:
    above_the_code = dark(drawn(TICKETS[language]))[10 * DOTS_PER_MM : 80 * DOTS_PER_MM]
    tall = sorted(len(group) for group in lines_of(above_the_code))
    assert tall[-1] > 14 * DOTS_PER_MM
    assert tall[-1] > 2.5 * tall[-2]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", TICKETS)
def test_long_words_stay_on_the_paper(language: str, width: int) -> None:
    long = LONG[language]
    ticket = replace(
        TICKETS[language],
        number="AB 10 047",
        service=long,
        place=long,
        wait=long,
        above_code=long,
        bring=(long,) * 2,
        footnotes=(long, "x" * 90),
        drawn="https://balcao.vila-clara.example/" + "caminho-" * 12,
    )
    picture = drawn(ticket, width)
    assert ink_beside_the_words(picture) == 0
    assert picture.height <= LONGEST
    assert under_the_camera(picture)[0] == ticket.url
    shorter = long.rpartition(" ")[0]
    for less in ({"service": shorter}, {"bring": (long, shorter)}, {"footnotes": (long, "x" * 80)}):
        assert dark(picture).sum() > dark(drawn(replace(ticket, **less), width)).sum(), "the last word is on the paper"


def test_ink_in_the_margin_would_be_seen() -> None:
    picture = drawn(TICKETS["en"])
    picture.paste(0, (2, 400, 12, 410))
    assert ink_beside_the_words(picture) == 100


@pytest.mark.parametrize("width", WIDTHS)
def test_a_list_without_end_ends(width: int) -> None:
    ticket = replace(TICKETS["pt"], bring=tuple(f"{n}: {LONG['pt']}" for n in range(60)))
    picture = drawn(ticket, width)
    assert LONGEST * 0.85 < picture.height <= LONGEST
    assert under_the_camera(picture)[0] == ticket.url


def in_the_place_of_the_service(words: str) -> bytes:
    return drawn(replace(TICKETS["ar"], service=words)).tobytes()


def test_arabic_letters_join_as_they_are_written_by_hand() -> None:
    """A zero width non-joiner between the letters shows them as they stand without their neighbours."""
    joining, never_joining = "مواقف السيارات", "دار ورود"
    assert in_the_place_of_the_service(joining) != in_the_place_of_the_service("\u200c".join(joining))
    assert in_the_place_of_the_service(never_joining[:3]) == in_the_place_of_the_service("\u200c".join(never_joining[:3]))


def test_arabic_runs_from_right_to_left_and_its_codes_do_not() -> None:
    dark_parts = {language: dark(drawn(replace(TICKETS[language], footnotes=(), drawn=""))) for language in ("pt", "ar")}
    ink = {
        language: (part[1150:, MARGIN : 2 * MARGIN].sum(), part[1150:, -2 * MARGIN : -MARGIN].sum())
        for language, part in dark_parts.items()
    }
    assert ink["pt"][0] > ink["pt"][1]
    assert ink["ar"][0] < ink["ar"][1]
    isolated, bare = "للأسئلة: \u2066259 000 100\u2069", "للأسئلة: 259 000 100"
    assert in_the_place_of_the_service(isolated) != in_the_place_of_the_service(bare)


@pytest.mark.parametrize("language", TICKETS)
def test_every_letter_has_a_shape(language: str) -> None:
    words = [value for value in vars(TICKETS[language]).values() if isinstance(value, str)]
    words += [*TICKETS[language].bring, *TICKETS[language].footnotes]
    letters = sorted({letter for word in words for letter in word if letter.isprintable() and not letter.isspace()})
    assert len(letters) > 20
    empty_box = in_the_place_of_the_service(UNASSIGNED)
    nothing = in_the_place_of_the_service("")
    for letter in letters:
        assert in_the_place_of_the_service(letter) not in (empty_box, nothing), letter


@pytest.mark.parametrize("language", TICKETS)
def test_words_are_set_in_our_own_letters(language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a font is missing, the typesetter takes another one without a word."""
    in_ours = drawn(TICKETS[language]).tobytes()
    monkeypatch.setattr("kiosk.printed_ticket.FONTS", tmp_path)
    assert drawn(TICKETS[language]).tobytes() != in_ours


def test_words_are_never_instructions() -> None:
    for words in ("#panic()", "*a* _b_ $c$ `d` \\ <e> @f // g", '" + sys.inputs', "{}[]()"):
        assert drawn(replace(TICKETS["pt"], service=words)).height > 0


def test_what_is_not_said_takes_no_room() -> None:
    full = TICKETS["pt"]
    short = PrintedTicket(
        **vars(full) | {"house": "", "place": "", "above_code": "", "bring": (), "footnotes": (), "drawn": ""}
    )
    assert drawn(short).height < drawn(full).height - 600
    assert under_the_camera(drawn(short))[0] == full.url


@pytest.mark.parametrize("width", [0, 376, 577])
def test_a_width_that_no_printer_has_is_refused(width: int) -> None:
    with pytest.raises(ValueError, match="in steps of 8"):
        drawn(TICKETS["pt"], width)


def test_the_azulejo_is_the_one_on_the_screens() -> None:
    tokens = (Path(__file__).parents[2] / "assets" / "tokens.css").read_text()
    on_screen = re.findall(r"--azulejo-[ab]: url\(\"data:[^\"]* d='([^']+)'", tokens)
    on_paper = re.findall(r'#let (?:court|arches) = "([^"]+)"', FORM.read_text())
    assert len(on_paper) == 2
    assert on_paper == on_screen
