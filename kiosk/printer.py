"""The printer of a kiosk behind one port. It prints a picture, so that it needs no fonts and knows no language.

Printed means: the printer answered, after the last byte and the cut, that it has worked through them (GS r), and reported no trouble until
then. Not known is what no printer says: whether the paper was white, or whether somebody took the ticket. A printer that answers nothing
is told so in its address (`?status=none`); then printed means only that everything was handed over and nobody hung up.

Nothing here tries again by itself: whoever does not know how much came out would print a second ticket.
"""

from __future__ import annotations

import logging
import shutil
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from itertools import cycle
from os import environ
from pathlib import Path
from time import monotonic
from typing import Protocol
from urllib.parse import parse_qsl, urlsplit

from PIL import Image

from kiosk.printed_ticket import DOTS_PER_MM, NARROW, WIDE
from kiosk.printer_errors import NotPrinted, PaperOut, PrinterGone, PrinterTrouble
from kiosk.printer_line import Host, Line, line_to
from kiosk.printer_status import QUESTIONS, Hearing, InRealTime, InTurn, OnItsOwn, is_paper_low, trouble_by_itself, trouble_in

__all__ = ["NotPrinted", "PaperOut", "Printer", "PrinterGone", "PrinterTrouble", "WrongPrinterAddress", "printer_at"]

PORT = 9100
WIDEST = 832  # 104 mm, the widest that receipt printers have
BEFORE_SECONDS = 2.0  # to reach it and to hear how it is
PRINTING_SECONDS = 12.0  # a slow printer makes 50 mm in a second
STILL_SECONDS = 3.0  # without taking one more byte
ASK_EVERY_SECONDS = 0.25
A_MOMENT, LONG_ENOUGH = 0.05, 0.3
HANDING_OVER_SECONDS = 1.0  # for a printer that answers nothing to hang up when it has read everything
GOODBYE_SECONDS = 0.5
BAND = 128  # lines of the picture in one command: small printers hold no more

# Epson's reference; python-escpos names only the first of them (RT_STATUS).
ASK_NOW = b"\x10\x04"  # DLE EOT n: how are you, answered at once, whatever is waiting
ASK_IN_TURN = b"\x1dr\x01"  # GS r 1: answered when everything sent before is done
TELL, TELL_NOTHING = b"\x1da\x0e", b"\x1da\x00"  # GS a: say by yourself when you go offline, have an error or no paper
FORGET = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"  # DLE DC4 8: what is still waiting is not to be printed
FORGOTTEN = b"7%"  # and its answer
# What would be a command wherever it stands, even in a picture, for DLE EOT, DLE ENQ and DLE DC4 are obeyed as they arrive.
HEEDED_ANYWHERE = (b"\x10\x04", b"\x10\x05", b"\x10\x14")


class WrongPrinterAddress(ValueError):
    """With a sentence for the technician."""


class Printer(Protocol):
    @property
    def width(self) -> int:
        """Dots that fit beside each other, at 203 dpi."""
        ...

    def print_image(self, image: Image.Image) -> None:
        """Print and cut once. `image` is black on white (mode "1") and no wider than `width`.

        Returns when the printer took it. Raises PrinterGone, PaperOut or PrinterTrouble, each within a quarter of a minute and none
        with anything tried again; `begun` says whether a part may have come out.
        """
        ...

    def is_paper_low(self) -> bool:
        """Prints nothing. Raises as `print_image` does when nothing could be printed now. False where it can't be known."""
        ...


def printer_at(address: str) -> Printer | None:
    """`escpos://192.0.2.7:9100` or `escpos:///dev/usb/lp0`, with `?width=384` for 58 mm paper and `?status=none` for a printer that
    answers nothing. None when there is no address. Raises WrongPrinterAddress."""
    if not address:
        return None
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise _wrong(address, str(error)) from None
    if parts.scheme != "escpos" or parts.username is not None or parts.fragment:
        raise _wrong(address, "it begins with escpos://, and no name or password belongs in it")
    where = _where(address, parts.hostname, port, parts.path)
    said = dict(parse_qsl(parts.query, keep_blank_values=True))
    width = said.pop("width", str(WIDE))
    if not (width.isascii() and width.isdigit() and NARROW <= int(width) <= WIDEST and int(width) % DOTS_PER_MM == 0):
        raise _wrong(address, f"width is a number of dots from {NARROW} to {WIDEST} in steps of {DOTS_PER_MM}")
    status = said.pop("status", "asked")
    if status not in ("asked", "none"):
        raise _wrong(address, "status is none, or left out")
    if said:
        raise _wrong(address, f"{', '.join(said)} is not known; width and status are")
    return EscposPrinter(where, int(width), answers=status == "asked")


def _where(address: str, host: str | None, port: int | None, path: str) -> Host | Path:
    if host and path in ("", "/"):
        return Host(host, port or PORT)
    if not host and port is None and path.startswith("/dev/") and ".." not in path:
        return Path(path)
    raise _wrong(address, "after escpos:// comes host:port, or a device such as /dev/usb/lp0")


def _wrong(address: str, reason: str) -> WrongPrinterAddress:
    return WrongPrinterAddress(f"{address!r} is no address of a printer: {reason}.")


@dataclass(frozen=True)
class EscposPrinter:
    """ESC/POS over the network or a device file. `answers` is False for a printer that never does."""

    where: Host | Path
    width: int = WIDE
    answers: bool = True

    def print_image(self, image: Image.Image) -> None:
        if image.mode != "1" or not 0 < image.width <= self.width:
            raise ValueError(f"a picture of mode {image.mode!r}, {image.width} dots wide, on paper of {self.width}")
        job = _job(image)
        before = monotonic() + BEFORE_SECONDS
        with line_to(self.where, before) as line:
            talk = Talk(line)
            if self.answers:
                talk.ask_whether_ready(before)
            by = monotonic() + PRINTING_SECONDS
            try:
                if self.answers:
                    talk.hand(job + ASK_IN_TURN, by)
                    talk.is_done = False  # what was heard until here can't be the answer
                    talk.wait_until_done(by)
                else:
                    talk.hand(job, by)
                    line.hand_over(monotonic() + HANDING_OVER_SECONDS)
            except NotPrinted as trouble:
                trouble.begun = True
                talk.call_off()
                raise

    def is_paper_low(self) -> bool:
        before = monotonic() + BEFORE_SECONDS
        with line_to(self.where, before) as line:
            return self.answers and is_paper_low(Talk(line).ask_whether_ready(before)[4])


@dataclass
class Talk:
    """One conversation with a printer. `asked` is the question in real time that is still open, 0 when none is; `is_done` that the answer
    came which waits its turn."""

    line: Line
    hearing: Hearing = field(default_factory=Hearing)
    known: dict[int, int] = field(default_factory=dict)
    asked: int = 0
    is_done: bool = False

    def ask_whether_ready(self, by: float) -> dict[int, int]:
        """The answers to QUESTIONS. A printer that doesn't say when it is done is found out here, before anything is printed."""
        self._pass_over(A_MOMENT)
        for question in QUESTIONS:
            self._ask(question, by)
            while self.asked:
                self._hear(by, else_say="it doesn't answer")
        if trouble := trouble_in(self.known):
            raise trouble
        self._ask_in_turn(by)
        return self.known

    def hand(self, content: bytes, by: float) -> None:
        rest, moved_at = memoryview(content), monotonic()
        while rest:
            until = min(by, moved_at + STILL_SECONDS)
            if not self.line.wait(until, to_send=True) or monotonic() >= until:
                raise PrinterTrouble("it takes nothing more")
            self._take_in()
            if taken := self.line.send(rest):
                rest, moved_at = rest[taken:], monotonic()

    def wait_until_done(self, by: float) -> None:
        questions, ask_at = cycle((2, 4, 3, 1)), monotonic() + ASK_EVERY_SECONDS
        while not self.is_done:
            if monotonic() >= by:
                raise PrinterTrouble("it doesn't say that it is done")
            if monotonic() >= ask_at:
                # One that answers nothing while it prints is not asked twice: the answers would be mixed up.
                if not self.asked:
                    self._ask(next(questions), by)
                ask_at = monotonic() + ASK_EVERY_SECONDS
            if self.line.wait(min(by, ask_at)):
                self._take_in()
            if not self.is_done and (trouble := trouble_in(self.known)):
                raise trouble

    def call_off(self) -> None:
        """So that no half of a ticket comes out when somebody puts new paper in. As far as the printer still listens."""
        by = monotonic() + GOODBYE_SECONDS
        with suppress(NotPrinted):
            is_heard = self.line.wait(by, to_send=True) and self.line.send(FORGET)
            while is_heard and self.line.wait(by) and FORGOTTEN not in self.line.receive():
                pass
        self.line.drop_the_rest()

    def _ask_in_turn(self, by: float) -> None:
        """A ticket that was broken off in the middle of a line may have left it waiting for dots, and it would take the question for some.
        So it gets them, white ones, which are nothing to a printer that waits for none, and is asked again."""
        self.hand(ASK_IN_TURN, by)
        half = (monotonic() + by) / 2
        while not self.is_done and self.line.wait(half):
            self._take_in()
        if not self.is_done:
            self.hand(bytes(BAND * WIDEST // 8) + ASK_IN_TURN, by)
        while not self.is_done:
            self._hear(by, else_say="it doesn't say when it is done")
        # What an earlier conversation asked may only be answered now, and must not pass for the answer to come.
        self._pass_over(A_MOMENT if monotonic() < half else LONG_ENOUGH)
        self.is_done = False

    def _ask(self, question: int, by: float) -> None:
        self.known.pop(question, None)
        self.asked = question
        self.hand(ASK_NOW + bytes([question]), by)

    def _hear(self, by: float, *, else_say: str) -> None:
        if monotonic() >= by or not self.line.wait(by):
            raise PrinterTrouble(else_say)
        self._take_in()

    def _take_in(self) -> None:
        for answer in self.hearing.answers(self.line.receive()):
            match answer:
                case InRealTime() if self.asked:
                    self.known[self.asked], self.asked = answer.bits, 0
                case OnItsOwn() if trouble := trouble_by_itself(answer):
                    raise trouble
                case InTurn() if answer.paper & 0x0C:
                    raise PaperOut
                case InTurn():
                    self.is_done = True

    def _pass_over(self, seconds: float) -> None:
        """Without losing where one answer ends and the next begins."""
        by = monotonic() + seconds
        while monotonic() < by and self.line.wait(by):
            for _ in self.hearing.answers(self.line.receive()):
                pass


def _job(image: Image.Image) -> bytes:
    """Everything that prints and cuts one picture."""
    escpos = _escpos()
    dummy = escpos(profile=_profile(image.width))
    dummy.hw("INIT")
    dummy._raw(TELL)
    dummy.image(_harmless(image), fragment_height=BAND)
    dummy.cut(feed=False)  # GS V 66: forward to the knife, then cut
    dummy._raw(TELL_NOTHING)
    return dummy.output


def _harmless(image: Image.Image) -> Image.Image:
    """The same picture, with one dot more wherever its bytes would be a command."""
    dots = image.tobytes("raw", "1;I")
    for command in HEEDED_ANYWHERE:
        dots = dots.replace(command, b"\x18" + command[1:])
    return Image.frombytes("1", image.size, dots, "raw", "1;I")


@cache
def _escpos():
    """Loaded by the first ticket, for it does more than one asks for: it sets up logging for the whole process, and writes its list
    of printers into a new folder in /tmp at each start and leaves it there."""
    logs = logging.getLogger()
    before = logs.handlers[:]
    from escpos import capabilities
    from escpos.printer import Dummy

    logs.handlers[:] = before
    if "ESCPOS_CAPABILITIES_PICKLE_DIR" not in environ:
        shutil.rmtree(capabilities.pickle_dir, ignore_errors=True)
    return Dummy


def _profile(width: int):
    """Its default one prints a complaint on standard output for each picture, as it doesn't know how wide the paper is."""
    from escpos.capabilities import Profile

    profile = Profile()
    profile.profile_data = profile.profile_data | {"media": {"width": {"pixels": width}}}
    return profile
