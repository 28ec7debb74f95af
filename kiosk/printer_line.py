"""Bytes to and from a printer over the network or a device file. No wait is longer than until `by`, an instant of `monotonic`."""

from __future__ import annotations

import errno
import os
import select
import socket
import stat
import struct
import tty
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

from kiosk.printer_errors import PrinterGone, PrinterTrouble

CHUNK = 4096
A_MOMENT = 0.01


@dataclass(frozen=True)
class Host:
    name: str
    port: int


@dataclass
class Line:
    """`connection` is None for a device file, whose reads may be empty without anything being over."""

    number: int
    connection: socket.socket | None = None

    def wait(self, by: float, *, to_send: bool = False) -> bool:
        """False when nothing came, and nothing can be sent if that was asked for, in time."""
        poll = select.poll()
        poll.register(self.number, select.POLLIN | (select.POLLOUT if to_send else 0))
        return bool(poll.poll(max(0, by - monotonic()) * 1000))

    def send(self, content: bytes | memoryview) -> int:
        """How much of it was taken: nothing while the printer is busy."""
        with _gone():
            try:
                return os.write(self.number, content[:CHUNK])
            except BlockingIOError:
                return 0

    def receive(self) -> bytes:
        """What has come, b"" when nothing has."""
        with _gone():
            try:
                heard = os.read(self.number, CHUNK)
            except BlockingIOError:
                return b""
        if not heard and self.connection:
            raise PrinterGone("it hung up")
        if not heard:
            sleep(A_MOMENT)
        return heard

    def hand_over(self, by: float) -> None:
        """Wait until what was sent has left this machine, as far as that can be known."""
        if self.connection is None:
            poll = select.poll()
            poll.register(self.number, select.POLLOUT)
            if not poll.poll(max(0, by - monotonic()) * 1000):
                raise PrinterTrouble("it takes nothing more")
            return
        # Closed with an unread answer, a connection would be reset, and what is under way lost.
        with _gone():
            self.connection.shutdown(socket.SHUT_WR)
            while self.wait(by):
                try:
                    if not os.read(self.number, CHUNK):
                        return
                except BlockingIOError:
                    continue

    def drop_the_rest(self) -> None:
        """What a printer that takes nothing has not taken would reach it later, when this is closed and long forgotten."""
        if self.connection:
            at_once = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)


@contextmanager
def line_to(where: Host | Path, by: float) -> Iterator[Line]:
    """Raises PrinterGone, or PrinterTrouble when somebody else has the device."""
    if isinstance(where, Path):
        yield from _device(where)
    else:
        yield from _connection(where, by)


def _device(path: Path) -> Iterator[Line]:
    try:
        number = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY)
    except OSError as error:
        if error.errno == errno.EBUSY:
            raise PrinterTrouble("somebody else is printing on it") from None
        raise PrinterGone(f"its device can't be opened: {error.strerror}") from None
    try:
        if not stat.S_ISCHR(os.fstat(number).st_mode):
            raise PrinterGone("there is a file in the place of its device")
        if os.isatty(number):
            tty.setraw(number)
        yield Line(number)
    finally:
        os.close(number)


def _connection(where: Host, by: float) -> Iterator[Line]:
    connection = _connected(where, by)
    with connection:
        connection.setblocking(False)
        yield Line(connection.fileno(), connection)


def _connected(where: Host, by: float) -> socket.socket:
    reason = "its name is not known"
    for family, kind, protocol, _, address in _addresses(where, by):
        connection = socket.socket(family, kind, protocol)
        try:
            # What waits in this machine can't be called back, and hides that the printer takes nothing more.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, CHUNK)
            connection.settimeout(max(0.001, by - monotonic()))
            connection.connect(address)
            return connection
        except OSError as error:
            connection.close()
            reason = error.strerror or "no answer in time"
    raise PrinterGone(f"it can't be reached: {reason}")


def _addresses(where: Host, by: float) -> list[tuple]:
    """Looking up a name knows no time-out of its own, so somebody else does it and is not waited for."""
    pool = ThreadPoolExecutor(1)
    try:
        asked = pool.submit(socket.getaddrinfo, where.name, where.port, type=socket.SOCK_STREAM)
        return asked.result(max(0, by - monotonic()))
    except (OSError, TimeoutError):
        return []
    finally:
        pool.shutdown(wait=False)


@contextmanager
def _gone() -> Iterator[None]:
    try:
        yield
    except BlockingIOError:
        raise
    except OSError as error:
        raise PrinterGone(f"it is gone: {error.strerror}") from None
