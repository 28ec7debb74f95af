"""What an ESC/POS printer answers, byte by byte, and what is wrong according to it.

Source: Epson's ESC/POS reference, "DLE EOT", "GS a" and "GS r". Three kinds of answer come over one line in any order and are told
apart by their fixed bits: to a question in real time, on its own when its state changes, and to a question that waited its turn
behind everything printed before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from kiosk.printer_errors import NotPrinted, PaperOut, PrinterTrouble

BLOCK, LONGEST_BLOCK = 0x37, 80  # answers of more bytes, up to a NUL; none is asked for here but comes all the same
QUESTIONS = (1, 2, 3, 4)  # DLE EOT n: printer, why offline, error, paper


@dataclass(frozen=True)
class InRealTime:
    bits: int


@dataclass(frozen=True)
class OnItsOwn:
    """Four bytes (GS a): printer, error, paper, and one that is of no use here."""

    printer: int
    error: int
    paper: int


@dataclass(frozen=True)
class InTurn:
    """The printer has processed everything that was sent before GS r."""

    paper: int


Answer = InRealTime | OnItsOwn | InTurn


@dataclass
class Hearing:
    """Bytes as they come, put together to answers; what is none is passed over."""

    rest: bytearray = field(default_factory=bytearray)

    def answers(self, heard: bytes) -> Iterator[Answer]:
        self.rest += heard
        while self.rest:
            first = self.rest[0]
            if first & 0x93 == 0x12:
                yield InRealTime(self._taken(1)[0])
            elif first & 0x93 == 0x10:
                if any(byte & 0x90 for byte in self.rest[1:4]):
                    self._taken(1)
                elif len(self.rest) < 4:
                    return
                else:
                    yield OnItsOwn(*self._taken(4)[:3])
            elif first == BLOCK:
                if 0 not in self.rest and len(self.rest) < LONGEST_BLOCK:
                    return
                self._taken(self.rest.find(0) + 1 or 1)
            elif first & 0x90 == 0:
                yield InTurn(self._taken(1)[0])
            else:
                self._taken(1)

    def _taken(self, count: int) -> bytes:
        taken = bytes(self.rest[:count])
        del self.rest[:count]
        return taken


def trouble_in(answers: dict[int, int]) -> NotPrinted | None:
    """The most telling of what is wrong by the answers to DLE EOT, by question. An open cover looks like missing paper too,
    and either makes it offline."""
    why, error, paper = answers.get(2, 0), answers.get(3, 0), answers.get(4, 0)
    if why & 0x04:
        return PrinterTrouble("its cover is open")
    if why & 0x20 or paper & 0x60:
        return PaperOut()
    if error & 0x08:
        return PrinterTrouble("its cutter is stuck")
    if why & 0x40 or error & 0x64:
        return PrinterTrouble("it reports an error")
    if answers.get(1, 0) & 0x08:
        return PrinterTrouble("it is offline")
    return None


def trouble_by_itself(state: OnItsOwn) -> NotPrinted | None:
    if state.printer & 0x20:
        return PrinterTrouble("its cover is open")
    if state.paper & 0x0C:
        return PaperOut()
    if state.error & 0x08:
        return PrinterTrouble("its cutter is stuck")
    if state.error & 0x64:
        return PrinterTrouble("it reports an error")
    if state.printer & 0x08:
        return PrinterTrouble("it is offline")
    return None


def is_paper_low(answer: int) -> bool:
    """By the answer to DLE EOT 4, from printers that have a sensor for it."""
    return bool(answer & 0x0C)
