"""A receipt printer that speaks ESC/POS at a real address: it keeps what it prints as pictures, and may run into every trouble."""

from __future__ import annotations

import os
import pty
import select
import socket
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Thread

from PIL import Image

DLE_EOT, DLE_DC4_CLEAR = b"\x10\x04", b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"
LONGEST_LIVE = len(DLE_DC4_CLEAR)


@dataclass
class FakePrinter:
    """Set the first group before or while it prints. `lines_left` of paper, None without end. `buffer` in bytes: what arrives beyond it
    is not read while nothing can be printed, as a real one does."""

    lines_left: int | None = None
    cover_is_open: bool = False
    is_offline: bool = False
    cutter_is_stuck: bool = False
    paper_is_low: bool = False
    answers_now: bool = True  # DLE EOT
    answers_in_turn: bool = True  # GS r
    tells: bool = True  # GS a
    reads: bool = True
    hangs_up_after: int | None = None  # bytes
    freezes_after: int | None = None  # lines
    buffer: int = 16_384

    address: str = ""
    printed: list[Image.Image] = field(default_factory=list)
    cuts: int = 0
    lines: int = 0
    calls: int = 0  # connections
    is_called: bool = False  # somebody is connected
    asked_now: int = 0
    unknown: bytes = b""

    _heard: int = 0
    _live: bytes = b""
    _waiting: bytearray = field(default_factory=bytearray)
    _rows: bytearray = field(default_factory=bytearray)
    _row: int = 0  # bytes in a row of the picture that is being printed
    _rows_due: int = 0
    _is_telling: bool = False
    _told: bytes = b""

    @property
    def is_at_an_end(self) -> bool:
        return self.lines_left == 0

    @property
    def is_stopped(self) -> bool:
        return self.is_at_an_end or self.cover_is_open or self.is_offline or self.cutter_is_stuck

    @property
    def is_frozen(self) -> bool:
        return self.freezes_after is not None and self.lines >= self.freezes_after

    @property
    def has_room(self) -> bool:
        return self.reads and len(self._waiting) < self.buffer

    @property
    def begun(self) -> int:
        """Lines that hang out of it, not cut off yet."""
        return len(self._rows) // self._row if self._row else 0

    def take(self, content: bytes) -> bytes:
        """The answers to this and to all that can be done now."""
        said = b""
        if self.is_frozen:
            self._waiting += content
            return said
        for byte in content:
            self._live = (self._live + bytes([byte]))[-LONGEST_LIVE:]
            if self._live[-3:-1] == DLE_EOT and self.answers_now:
                said += bytes([self._state_now(byte)])
                self.asked_now += 1
            if self._live == DLE_DC4_CLEAR:
                self._waiting.clear()
                self._rows_due = 0
                said += b"7%\x00"
                continue
            self._waiting.append(byte)
        return said + self.go_on()

    def go_on(self) -> bytes:
        said = b""
        while self._waiting and not self.is_stopped and not self.is_frozen:
            done = self._print_row() if self._rows_due else self._obey()
            if done is None:
                break
            said += done
        return said + self._tidings()

    def _print_row(self) -> bytes | None:
        if len(self._waiting) < self._row:
            return None
        self._rows += self._cut_off(self._row)
        self._rows_due -= 1
        self.lines += 1
        if self.lines_left:
            self.lines_left -= 1
        return b""

    def _obey(self) -> bytes | None:
        """None when the command has not come whole yet."""
        waiting = bytes(self._waiting[:8])
        if waiting.startswith(b"\x1b@"):
            self._cut_off(2)
        elif waiting.startswith(DLE_EOT) and len(waiting) >= 3:
            self._cut_off(3)
        elif waiting.startswith(b"\x1da") and len(waiting) >= 3:
            self._is_telling, self._told = waiting[2] != 0, b""
            self._cut_off(3)
        elif waiting.startswith(b"\x1dr") and len(waiting) >= 3:
            self._cut_off(3)
            return bytes([0x03 * self.paper_is_low]) if self.answers_in_turn else b""
        elif waiting.startswith(b"\x1dv0") and len(waiting) >= 8:
            self._row, self._rows_due = int.from_bytes(waiting[4:6], "little"), int.from_bytes(waiting[6:8], "little")
            self._cut_off(8)
        elif waiting.startswith(b"\x1dVB") and len(waiting) >= 4:
            self._cut_off(4)
            self.cuts += 1
            if self._rows:
                size = (self._row * 8, self.begun)
                self.printed.append(Image.frombytes("1", size, bytes(self._rows), "raw", "1;I"))
            self._rows.clear()
        elif waiting[:1] in (b"\x10", b"\x1b", b"\x1d") and len(waiting) < 8:
            return None
        else:
            self.unknown += self._cut_off(1)
        return b""

    def _cut_off(self, count: int) -> bytes:
        taken = bytes(self._waiting[:count])
        del self._waiting[:count]
        return taken

    def _state_now(self, question: int) -> int:
        """Epson's reference, DLE EOT."""
        end, low = self.is_at_an_end, self.paper_is_low
        return 0x12 | {
            1: 0x08 * self.is_stopped,
            2: 0x04 * self.cover_is_open | 0x20 * end | 0x40 * self.cutter_is_stuck,
            3: 0x08 * self.cutter_is_stuck,
            4: 0x0C * low | 0x60 * end,
        }.get(question, 0)

    def _tidings(self) -> bytes:
        """Epson's reference, GS a: once when asked for, and at each change."""
        state = bytes(
            [
                0x10 | 0x08 * self.is_stopped | 0x20 * self.cover_is_open,
                0x08 * self.cutter_is_stuck,
                0x03 * self.paper_is_low | 0x0C * self.is_at_an_end,
                0x0F,
            ]
        )
        if not (self.tells and self._is_telling) or state == self._told:
            return b""
        self._told = state
        return state

    def _serve(self, line: int, over: Event) -> None:
        """One conversation, until the other side or this one hangs up."""
        while not over.is_set():
            if not self.has_room or not select.select([line], [], [], 0.02)[0]:
                over.wait(0.02 * (not self.has_room))
                if not self.is_frozen and self.reads and (said := self.go_on()):
                    os.write(line, said)
                if not self.has_room and _is_over(line):
                    return
                continue
            content = os.read(line, 1024)
            self._heard += len(content)
            if not content or (self.hangs_up_after is not None and self._heard >= self.hangs_up_after):
                return
            if said := self.take(content):
                os.write(line, said)


def _is_over(line: int) -> bool:
    """The other side hung up, though not everything is read."""
    poll = select.poll()
    poll.register(line, select.POLLRDHUP)
    return bool(poll.poll(0))


@contextmanager
def on_the_network(printer: FakePrinter) -> Iterator[FakePrinter]:
    over = Event()
    with socket.create_server(("127.0.0.1", 0)) as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        door.settimeout(0.05)
        printer.address = f"escpos://127.0.0.1:{door.getsockname()[1]}"
        serving = Thread(target=_answer_calls, args=(printer, door, over))
        serving.start()
        try:
            yield printer
        finally:
            over.set()
            serving.join()


def _answer_calls(printer: FakePrinter, door: socket.socket, over: Event) -> None:
    while not over.is_set():
        try:
            connection, _ = door.accept()
        except TimeoutError:
            continue
        with connection:
            printer.calls += 1
            printer.is_called = True
            try:
                printer._serve(connection.fileno(), over)
            except OSError:
                pass
            finally:
                printer.is_called = False


@contextmanager
def on_a_cable(printer: FakePrinter) -> Iterator[FakePrinter]:
    """Behind a device file, as a printer on USB."""
    over = Event()
    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    printer.address = f"escpos://{os.ttyname(theirs)}"
    serving = Thread(target=printer._serve, args=(ours, over))
    serving.start()
    try:
        yield printer
    finally:
        over.set()
        serving.join()
        os.close(ours)
        os.close(theirs)
