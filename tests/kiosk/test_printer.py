"""The printer's port against a printer that speaks ESC/POS over a real connection."""

import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep

import pytest
from PIL import Image, ImageChops

from kiosk import printer
from kiosk.printed_ticket import drawn
from kiosk.printer import NotPrinted, PaperOut, Printer, PrinterGone, PrinterTrouble, WrongPrinterAddress, printer_at
from kiosk.printer_status import Hearing, InRealTime, InTurn, OnItsOwn
from tests.kiosk.fake_printer import FakePrinter, on_a_cable, on_the_network
from tests.kiosk.tickets import TICKETS

TICKET = drawn(TICKETS["pt"])


USUAL = (printer.BEFORE_SECONDS, printer.PRINTING_SECONDS, printer.GOODBYE_SECONDS)


@pytest.fixture(autouse=True)
def shorter_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kiosk.printer.BEFORE_SECONDS", 1.0)
    monkeypatch.setattr("kiosk.printer.STILL_SECONDS", 1.0)


@pytest.fixture
def fake() -> Iterator[FakePrinter]:
    with on_the_network(FakePrinter()) as answering:
        yield answering


def printer_of(fake: FakePrinter, asked: str = "") -> Printer:
    found = printer_at(fake.address + asked)
    assert found is not None
    return found


def same(one: Image.Image, other: Image.Image) -> bool:
    return one.size == other.size and ImageChops.logical_xor(one, other).getbbox() is None


def until_hung_up(fake: FakePrinter) -> None:
    by = monotonic() + 2
    while fake.is_called and monotonic() < by:
        sleep(0.01)
    assert not fake.is_called


def refused(fake: FakePrinter, error: type[Exception], says: str, seconds: float, asked: str = "") -> bool:
    """Whether something was sent to be printed."""
    called, began = printer_of(fake, asked), monotonic()
    with pytest.raises(error, match=says) as raised:
        called.print_image(TICKET)
    assert monotonic() - began < seconds
    return raised.value.begun


@pytest.mark.parametrize("language", TICKETS)
def test_what_comes_out_is_what_was_drawn_once_and_cut_once(fake: FakePrinter, language: str) -> None:
    picture = drawn(TICKETS[language])
    printer_of(fake).print_image(picture)
    (printed,) = fake.printed
    assert same(printed, picture)
    assert fake.cuts == fake.calls == 1
    assert fake.unknown == b""
    until_hung_up(fake)


def test_narrow_paper_gets_a_narrow_ticket(fake: FakePrinter) -> None:
    narrow = printer_of(fake, "?width=384")
    picture = drawn(TICKETS["ar"], narrow.width)
    narrow.print_image(picture)
    assert same(fake.printed[0], picture)


def test_a_ticket_that_is_too_wide_is_refused_before_anybody_is_called(fake: FakePrinter) -> None:
    with pytest.raises(ValueError, match="576 dots wide, on paper of 384"):
        printer_of(fake, "?width=384").print_image(TICKET)
    assert fake.calls == 0


def test_a_second_ticket_is_a_second_ticket(fake: FakePrinter) -> None:
    for _ in range(2):
        printer_of(fake).print_image(TICKET)
    assert [same(each, TICKET) for each in fake.printed] == [True, True]
    assert fake.cuts == 2


def test_a_printer_on_a_cable_prints_the_same() -> None:
    with on_a_cable(FakePrinter()) as fake:
        printer_of(fake).print_image(TICKET)
        assert same(fake.printed[0], TICKET)
        assert fake.cuts == 1
        fake.lines_left = 0
        assert not refused(fake, PaperOut, "paper is at an end", 2.5)
        assert fake.cuts == 1


@pytest.mark.parametrize(
    ("state", "error", "says"),
    [
        ({"lines_left": 0}, PaperOut, "paper is at an end"),
        ({"cover_is_open": True}, PrinterTrouble, "cover is open"),
        ({"cover_is_open": True, "lines_left": 0}, PrinterTrouble, "cover is open"),
        ({"is_offline": True}, PrinterTrouble, "offline"),
        ({"cutter_is_stuck": True}, PrinterTrouble, "cutter is stuck"),
        ({"answers_now": False}, PrinterTrouble, "doesn't answer"),
        ({"answers_in_turn": False}, PrinterTrouble, "doesn't say when it is done"),
        ({"reads": False}, PrinterTrouble, "doesn't answer"),
        ({"hangs_up_after": 1}, PrinterGone, "hung up|gone"),
    ],
)
def test_nothing_is_sent_to_a_printer_that_can_not_print(
    fake: FakePrinter, state: dict[str, int], error: type[Exception], says: str
) -> None:
    for name, value in state.items():
        setattr(fake, name, value)
    assert not refused(fake, error, says, 2.5)
    until_hung_up(fake)
    assert (fake.lines, fake.cuts, fake.calls) == (0, 0, 1)


def test_without_asking_first_something_would_be_sent(fake: FakePrinter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kiosk.printer.Talk.ask_whether_ready", lambda talk, by: talk.known)
    fake.lines_left, fake.buffer = 0, 1_000_000
    assert refused(fake, PaperOut, "paper", 2.5)


def test_nobody_waits_longer_than_a_quarter_of_a_minute() -> None:
    assert sum(USUAL) < 15


def test_the_same_printer_prints_once_its_trouble_is_over(fake: FakePrinter) -> None:
    fake.lines_left = 0
    assert not refused(fake, PaperOut, "paper", 2.5)
    fake.lines_left = None
    sleep(0.1)
    assert fake.lines == 0
    printer_of(fake).print_image(TICKET)
    assert same(fake.printed[0], TICKET)
    assert fake.cuts == 1


@pytest.mark.parametrize("tells", [True, False])
@pytest.mark.parametrize("buffer", [2_048, 1_000_000])
def test_paper_that_ends_midway_is_paper_out_and_the_rest_never_comes(fake: FakePrinter, tells: bool, buffer: int) -> None:
    """A printer with little memory can't be asked while it takes nothing, and one that says nothing by itself has only stopped."""
    fake.lines_left, fake.tells, fake.buffer = 200, tells, buffer
    is_known = tells or buffer > 2_048
    assert refused(fake, PaperOut if is_known else PrinterTrouble, "paper|nothing more", 2.5 if is_known else 5)
    until_hung_up(fake)
    came_out, fake.lines_left = fake.lines, None
    # On the new paper the next ticket comes whole, below what was left in the printer and without any other cut.
    printer_of(fake).print_image(TICKET)
    assert fake.cuts == 1
    (printed,) = fake.printed
    left = printed.height - TICKET.height
    assert same(printed.crop((0, left, 576, printed.height)), TICKET)
    assert came_out == 200
    assert left <= came_out + 128


def test_without_calling_it_off_the_rest_would_come(fake: FakePrinter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kiosk.printer.Talk.call_off", lambda talk: None)
    fake.lines_left, fake.buffer, fake.tells = 200, 1_000_000, False
    assert refused(fake, PaperOut, "paper", 2.5)
    fake.lines_left = None
    with socket.create_connection(("127.0.0.1", int(fake.address.rpartition(":")[2]))):
        sleep(0.3)
    assert fake.cuts == 1


def test_paper_that_ends_at_the_cut_is_not_a_ticket(fake: FakePrinter) -> None:
    fake.lines_left, fake.tells = TICKET.height, False
    assert refused(fake, PaperOut, "paper", 2.5)
    assert fake.cuts == 0


def test_a_printer_that_hangs_up_midway_is_gone_and_is_not_called_again(fake: FakePrinter) -> None:
    fake.hangs_up_after = 20_000
    assert refused(fake, PrinterGone, "hung up|gone", 2.5)
    assert (fake.calls, fake.cuts) == (1, 0)


def test_a_printer_that_freezes_midway_is_given_up(fake: FakePrinter) -> None:
    fake.freezes_after, fake.buffer = 400, 4_096
    assert refused(fake, PrinterTrouble, "takes nothing more", 6)
    assert (fake.calls, fake.cuts) == (1, 0)


def test_a_printer_that_never_says_that_it_is_done_is_given_up(fake: FakePrinter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kiosk.printer.PRINTING_SECONDS", 1.5)
    fake.freezes_after, fake.buffer = TICKET.height - 10, 1_000_000
    assert refused(fake, PrinterTrouble, "doesn't say that it is done|takes nothing more", 4)


def test_nobody_at_the_address_is_gone_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    assert not refused(FakePrinter(address=f"escpos://127.0.0.1:{port}"), PrinterGone, "can't be reached", 2.5)


def test_an_address_that_swallows_everything_is_gone_in_time() -> None:
    """A queue that is full drops what comes, as a machine that is off."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen(0)
        waiting = [socket.socket() for _ in range(3)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(door.getsockname())
        fake = FakePrinter(address=f"escpos://127.0.0.1:{door.getsockname()[1]}")
        assert not refused(fake, PrinterGone, "no answer in time", 2.5)
        for each in waiting:
            each.close()


def test_a_name_that_nobody_looks_up_in_time_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kiosk.printer_line.socket.getaddrinfo", lambda *_, **__: sleep(3))
    assert not refused(FakePrinter(address="escpos://printer.example"), PrinterGone, "not known", 2.5)


def test_a_device_that_is_not_there_is_gone_and_a_file_is_none(tmp_path: Path) -> None:
    assert not refused(FakePrinter(address="escpos:///dev/usb/lp99"), PrinterGone, "can't be opened", 1)
    with tempfile.NamedTemporaryFile(dir="/dev/shm") as file:
        assert not refused(FakePrinter(address=f"escpos://{file.name}"), PrinterGone, "a file in the place", 1)


def test_a_printer_that_answers_nothing_prints_when_its_address_says_so(fake: FakePrinter) -> None:
    fake.answers_now = fake.answers_in_turn = fake.tells = False
    printer_of(fake, "?status=none").print_image(TICKET)
    until_hung_up(fake)
    assert same(fake.printed[0], TICKET)
    assert (fake.cuts, fake.calls, fake.asked_now) == (1, 1, 0)


def test_a_printer_that_answers_nothing_and_hangs_up_is_gone_all_the_same(fake: FakePrinter) -> None:
    fake.hangs_up_after = 20_000
    assert refused(fake, PrinterGone, "hung up|gone", 4, "?status=none")


def test_low_paper_is_known_without_printing_and_prints(fake: FakePrinter) -> None:
    assert not printer_of(fake).is_paper_low()
    fake.paper_is_low = True
    assert printer_of(fake).is_paper_low()
    assert (fake.lines, fake.cuts) == (0, 0)
    printer_of(fake).print_image(TICKET)
    assert fake.cuts == 1
    fake.lines_left = 0
    with pytest.raises(PaperOut):
        printer_of(fake).is_paper_low()


@pytest.mark.parametrize("is_told_apart", [True, False])
def test_an_answer_to_an_earlier_ticket_is_none_to_this_one(monkeypatch: pytest.MonkeyPatch, is_told_apart: bool) -> None:
    """What a printer on a cable still had to say lies there when the next ticket begins; heard as if it were about this one, a ticket
    would count that never came."""
    monkeypatch.setattr("kiosk.printer.PRINTING_SECONDS", 1.5)
    if not is_told_apart:
        once_done = property(
            lambda talk: talk.known.get("done", False), lambda talk, done: talk.known.update(done=done) if done else None
        )
        monkeypatch.setattr(printer.Talk, "is_done", once_done)
    with on_a_cable(FakePrinter(freezes_after=100, buffer=1_000_000)) as fake:
        called = printer_of(fake)
        Path(fake.address.removeprefix("escpos://")).write_bytes(b"\x1dr\x01" * 3)
        sleep(0.1)
        try:
            called.print_image(TICKET)
        except PrinterTrouble:
            assert is_told_apart
        else:
            assert not is_told_apart
        assert fake.cuts == 0


def dotted(pattern: bytes) -> Image.Image:
    return Image.frombytes("1", (576, 8), (pattern + bytes(72))[:72] * 8, "raw", "1;I")


@pytest.mark.parametrize("command", [b"\x10\x04\x01", b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"])
def test_a_picture_is_never_a_command(fake: FakePrinter, command: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    printer_of(fake).print_image(dotted(command))
    (printed,) = fake.printed
    more = ImageChops.logical_xor(printed, dotted(command))
    assert sum(more.histogram()[1:]) == 8, "one dot in each line"
    asked = fake.asked_now
    # Sent as it stands, it would be obeyed: answered in the middle of the picture, or the picture forgotten.
    monkeypatch.setattr("kiosk.printer._harmless", lambda image: image)
    monkeypatch.setattr("kiosk.printer.PRINTING_SECONDS", 1)
    with suppress(NotPrinted):
        printer_of(fake).print_image(dotted(command))
    is_as_drawn = len(fake.printed) == 2 and same(fake.printed[1], dotted(command))
    assert not is_as_drawn or fake.asked_now > 2 * asked


def test_answers_are_told_apart_however_they_come() -> None:
    heard = b"\x12" + b"\x11" + b"\x14\x00\x00\x0f" + b"\x00" + b"\x1a" + b"\x0c" + b"7%\x00" + b"\x10\x92"
    hearing = Hearing()
    found = [answer for byte in heard for answer in hearing.answers(bytes([byte]))]
    whole = list(Hearing().answers(heard))
    assert found == whole == [InRealTime(0x12), OnItsOwn(0x14, 0, 0), InTurn(0), InRealTime(0x1A), InTurn(0x0C)]


def test_printing_leaves_logs_and_folders_as_they_were() -> None:
    code = (
        "import logging, tempfile, os; from pathlib import Path; from PIL import Image; from kiosk import printer\n"
        "before = set(os.listdir(tempfile.gettempdir()))\n"
        "printer._job(Image.new('1', (576, 300)))\n"
        "assert not logging.getLogger().handlers\n"
        "assert set(os.listdir(tempfile.gettempdir())) == before\n"
    )
    with tempfile.TemporaryDirectory() as own:
        done = subprocess.run([sys.executable, "-c", code], env={"TMPDIR": own}, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("192.0.2.7:9100", "begins with escpos://"),
        ("http://192.0.2.7", "begins with escpos://"),
        ("escpos://me:secret@192.0.2.7", "no name or password"),
        ("escpos://", "after escpos:// comes"),
        ("escpos://192.0.2.7/dev/lp0", "after escpos:// comes"),
        ("escpos:///etc/passwd", "after escpos:// comes"),
        ("escpos:///dev/../etc/passwd", "after escpos:// comes"),
        ("escpos://192.0.2.7:99999", "[Pp]ort"),
        ("escpos://192.0.2.7:nine", "[Pp]ort"),
        ("escpos://192.0.2.7?width=80", "width is a number of dots"),
        ("escpos://192.0.2.7?width=577", "width is a number of dots"),
        ("escpos://192.0.2.7?width=", "width is a number of dots"),
        ("escpos://192.0.2.7?status=yes", "status is none"),
        ("escpos://192.0.2.7?paper=80", "paper is not known"),
        ("escpos://[::1", "no address of a printer"),
    ],
)
def test_a_wrong_address_is_refused_with_a_sentence(address: str, says: str) -> None:
    with pytest.raises(WrongPrinterAddress, match=says):
        printer_at(address)


def test_no_address_is_no_printer_and_a_right_one_is_read_whole() -> None:
    assert printer_at("") is None
    found = printer_at("escpos://[2001:db8::7]:9101?width=512&status=none")
    assert repr(found) == "EscposPrinter(where=Host(name='2001:db8::7', port=9101), width=512, answers=False)"
    assert "port=9100" in repr(printer_at("escpos://printer.hall.example"))
    assert "/dev/usb/lp0" in repr(printer_at("escpos:///dev/usb/lp0"))
