"""A ticket on paper, drawn dot by dot, so that any printer prints any script as it should stand.

Words come in as words of the visitor's language; nothing here knows the line, the book or the town.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Any

import typst
from PIL import Image
from qrcode import QRCode
from qrcode.constants import ERROR_CORRECT_M

DOTS_PER_MM = 8  # 203.2 dpi, as receipt printers have
WIDE, NARROW = 576, 384  # what can be printed on of 80 mm and of 58 mm paper, in dots
QR_MM = 35  # the code itself; a phone reads it at arm's length, also when the print is faint
QUIET = 4  # modules of white around it, ISO/IEC 18004
# Thermal dots run into each other a little: half-covered ones stay white.
DARK = 112

LONGEST = 400 * DOTS_PER_MM  # a long list of what to bring ends earlier: a slow printer makes 50 mm in a second
MORE = "…"

HERE = Path(__file__).parent
FORM = HERE / "printed_ticket.typ"
FONTS = HERE.parent / "portal" / "papers" / "fonts"


@dataclass(frozen=True)
class PrintedTicket:
    """What a ticket says, from top to bottom. "" leaves a line out, an empty `bring` its whole part.

    `number` is such as "B 047". `url` is what the QR code says. `language` is a language code and `direction` "ltr" or "rtl".
    Telephone numbers and codes inside Arabic must be isolated by whoever words the line (U+2066 ... U+2069, UAX 9).
    """

    town: str
    house: str
    above_number: str
    number: str
    service: str
    place: str
    wait: str
    above_code: str
    url: str
    above_bring: str
    bring: tuple[str, ...]
    footnotes: tuple[str, ...]
    drawn: str
    language: str
    direction: str


def drawn(ticket: PrintedTicket, width: int = WIDE) -> Image.Image:
    """Black on white (mode "1"), `width` dots wide and as long as the words need, within reason. The same ticket is the same picture.

    `width` is of the part that can be printed on, at 203 dpi, a multiple of 8 from NARROW up.
    """
    if width < NARROW or width % DOTS_PER_MM:
        raise ValueError(f"{width} dots: from {NARROW} up, in steps of {DOTS_PER_MM}")
    code = _qr(ticket.url, width)
    above, below = _set(ticket, width)
    room = LONGEST - above.height - code.height
    if below.height > room:
        below = _as_much_as_fits(ticket, width, room)
    return _one_above_the_other(width, above, code, below)


def _as_much_as_fits(ticket: PrintedTicket, width: int, room: int) -> Image.Image:
    """With fewer lines of what to bring, and a sign that there are more: the page behind the QR code has them all."""
    parts = [_set(replace(ticket, bring=(*ticket.bring[:1], MORE)), width)[1]]
    fewest, most = 1, len(ticket.bring)
    while most - fewest > 1:
        between = (fewest + most) // 2
        part = _set(replace(ticket, bring=(*ticket.bring[:between], MORE)), width)[1]
        if part.height > room:
            most = between
        else:
            fewest = between
            parts.append(part)
    return parts[-1]


def _set(ticket: PrintedTicket, width: int) -> list[Image.Image]:
    """Two pictures: what stands above the QR code, and what below."""
    words = asdict(ticket) | {"millimetres": width // DOTS_PER_MM}
    pages: Any = typst.compile(
        str(FORM),
        font_paths=[str(FONTS)],
        ignore_system_fonts=True,
        format="png",
        ppi=DOTS_PER_MM * 25.4,
        sys_inputs={"ticket": json.dumps(words)},
    )
    return [_in_one_ink(page) for page in pages]


def _in_one_ink(page: bytes) -> Image.Image:
    dark = [0 if grey <= DARK else 255 for grey in range(256)]
    return Image.open(BytesIO(page)).convert("L").point(dark).convert("1")


def _qr(url: str, width: int) -> Image.Image:
    """Every module is the same whole number of dots, and the code no smaller than QR_MM unless the paper is too narrow for it. A white
    line where there is nothing to say.
    """
    if not url:
        return Image.new("1", (width, 1), 1)
    code = QRCode(error_correction=ERROR_CORRECT_M, border=QUIET)
    code.add_data(url)
    modules = code.get_matrix()
    side = len(modules)
    wanted = -(-QR_MM * DOTS_PER_MM // (side - 2 * QUIET))
    dots = max(1, min(wanted, width // side))
    small = Image.new("1", (side, side), 1)
    small.putdata([0 if is_dark else 1 for row in modules for is_dark in row])
    return small.resize((side * dots, side * dots), Image.Resampling.NEAREST)


def _one_above_the_other(width: int, *parts: Image.Image) -> Image.Image:
    whole = Image.new("1", (width, sum(part.height for part in parts)), 1)
    top = 0
    for part in parts:
        whole.paste(part, ((width - part.width) // 2, top))
        top += part.height
    return whole
