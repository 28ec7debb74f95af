"""A log says what happened, never whose: no tokens, no codes, no lines that somebody else wrote."""

import io
import json
import logging
import os
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator

import pytest
from granian.log import LogLevels, configure_logging
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from booking.appointments import book_at_once
from booking.promises import Appointment
from booking.store import Store, transaction, write
from portal import logs
from portal.commands import GRANIAN_LOGS
from portal.logs import LONGEST, LONGEST_TRACE, keep_secrets, keyed, scrubbed, start_logging
from tests.booking.towns import ANA, NINE, NOW, PERMIT, found, key

TOKEN = "0f8fad5b-d9cb-469f-a165-70867728950e"
CODE = "6YSB-B1J2-W9SK-9RK5"


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    before = logging.getLogRecordFactory()
    keep_secrets()
    yield caplog
    logging.setLogRecordFactory(before)


def test_tokens_and_access_codes_are_taken_out():
    assert scrubbed(f"GET /_event/?token={TOKEN} #VC-7APH-WWJR.{CODE}") == "GET /_event/?token=(token) #VC-7APH-WWJR.(code)"
    assert CODE.replace("-", "") not in scrubbed(f"key {CODE.replace('-', '')}")


def test_nobody_writes_a_line_of_their_own():
    assert scrubbed("asked for\nFORGED \r\x1b[2J\u202e") == "asked for | FORGED \\x0d\\x1b[2J\\x202e"


def test_a_trace_is_scrubbed_too_and_keeps_its_end(lines: pytest.LogCaptureFixture):
    try:
        raise ValueError(f"{TOKEN} {'x' * 50_000}\nFORGED {CODE} the end")
    except ValueError:
        logging.getLogger("atrio").exception("It broke for %s", TOKEN)
    written = logging.Formatter().format(lines.records[0])
    assert TOKEN not in written
    assert CODE not in written
    assert "test_logs.py" in written
    assert written.endswith("the end | ")
    assert len(written) < LONGEST + LONGEST_TRACE
    assert written.count("\n") == 1


PERSONAL = [
    "ana@example.org",
    "Ana.Lopes+town@balcao.camara.example",
    "ana%40example.org",
    "josé@exemplo.pt",
    "+351912345678",
    "+351 912 345 678",
    "%2B351912345678",
    "00351 912-345-678",
    "912345678",
    "(030) 1234 567",
    "12 34 56 78",
    "٩١٢٣٤٥٦٧٨",
    "atrio:hunter2",
    "kQ3vXy-7aZ_bC9dE1fG2hJ4kL5mN6pQ8",
    TOKEN,
    CODE,
]


def around(secret: str) -> list[str]:
    if secret == "atrio:hunter2":
        return [f"connecting to postgresql+psycopg://{secret}@localhost/atrio failed"]
    return [f"refused: {secret}", f"to={secret}, twice", f"tel:{secret}\nnext", f"('{secret}')"]


@pytest.mark.parametrize("secret", PERSONAL)
def test_addresses_numbers_and_secrets_are_taken_out_wherever_they_stand(secret: str):
    for said in around(secret):
        assert secret not in scrubbed(said), said


@pytest.mark.parametrize("secret", PERSONAL)
def test_they_would_be_read_if_nothing_were_taken_out(secret: str, monkeypatch: pytest.MonkeyPatch):
    """Control."""
    monkeypatch.setattr(logs, "_SHOWN_AS", ())
    monkeypatch.setattr(logs, "_NUMBER", logs.re.compile("(?P<instant>$.)"))
    assert all(secret in scrubbed(said) for said in around(secret))


@pytest.mark.parametrize(
    "said",
    [
        "at 2027-03-01 08:00:00.123456+00:00, then 2027-03-01T08:00:00Z",
        "http://127.0.0.1:8000/readyz answered 503 in 12 ms",
        "process 4194304, letter 1234567, 0x7f1234567890",
        "portal___appointments___details_state____details_state",
        "VC-7APH-WWJR was moved",
    ],
)
def test_what_a_technician_needs_stays(said: str):
    assert scrubbed(said) == said


def test_what_the_cut_tears_apart_is_not_shown_by_halves():
    for before in range(LONGEST // 2 - 30, LONGEST // 2 + 30):
        for secret in ("ana.lopes@example.org", "+351 912 345 678", CODE):
            cut = scrubbed(f"{'x ' * (before // 2)}{'x' * (before % 2)} {secret} {'y ' * LONGEST}")
            assert not any(part in cut for part in ("ana", "912", "6YSB"))
            assert len(cut) < LONGEST + 20


def test_a_row_that_the_database_quotes_in_its_refusal_is_left_out(store: Store, lines: pytest.LogCaptureFixture):
    """PostgreSQL repeats the whole row, name and all."""
    found(store)
    write(store, book_at_once, NOW, PERMIT, NINE, ANA, once=key("a"))
    with pytest.raises(IntegrityError) as refused, transaction(store) as session:
        session.exec(select(Appointment)).one().location = None
    assert store.is_sqlite or "Ana Lopes" in str(refused.value)
    logging.getLogger("atrio").error("It broke", exc_info=refused.value)
    written = logging.Formatter().format(lines.records[0])
    assert "Ana" not in written
    assert "IntegrityError" in written


# Lines as they are written


Written = Callable[[], list[str]]


@pytest.fixture
def start() -> Iterator[Callable[..., Written]]:
    """Called, it begins to log into a text of this test's own; answers what reads its lines."""
    root, before = logging.getLogger(), (logging.getLogRecordFactory(), sys.excepthook)
    handlers, level = root.handlers[:], root.level

    def started(process: str = "web", style: str = "json") -> Written:
        stream = io.StringIO()
        start_logging(process, style, stream)
        return lambda: stream.getvalue().splitlines()

    yield started
    logging.captureWarnings(False)
    logging.setLogRecordFactory(before[0])
    sys.excepthook = before[1]
    root.handlers[:] = handlers
    root.setLevel(level)


def test_an_event_is_one_line_of_json_with_its_values_by_name(start: Callable[..., Written]):
    written = start("worker")
    keyed("atrio.worker").warning("a letter was not delivered", letter=3, to="ana@example.org", seconds=1.5, why=None)
    [line] = map(json.loads, written())
    assert line.pop("timestamp").endswith("+00:00")
    assert line == {
        "level": "warning",
        "event": "a letter was not delivered",
        "letter": 3,
        "to": "(address)",
        "seconds": 1.5,
        "why": None,
        "logger": "atrio.worker",
        "process": "worker",
        "pid": os.getpid(),
    }


def test_a_value_can_not_pass_for_what_the_log_itself_says(start: Callable[..., Written]):
    written = start()
    keyed("atrio").warning("said", level="info", process="worker", logger="else", timestamp="never")
    [line] = map(json.loads, written())
    assert (line["level"], line["process"], line["logger"]) == ("warning", "web", "atrio")
    assert line["timestamp"] != "never"


def test_libraries_the_server_and_python_itself_log_the_same_way(start: Callable[..., Written]):
    written = start()
    configure_logging(LogLevels.warning, GRANIAN_LOGS)
    logging.getLogger("_granian").warning("Unexpected exit from worker-1")
    logging.getLogger("httpx").info('HTTP Request: POST https://gateway.example/send "200 OK"')
    logging.getLogger("asyncio").error("Task exception for %s", "ana@example.org")
    warnings.warn("old", DeprecationWarning, stacklevel=1)
    said = [(line["logger"], line["event"]) for line in map(json.loads, written())]
    assert said[0] == ("_granian", "Unexpected exit from worker-1")
    assert said[1] == ("asyncio", "Task exception for (address)")
    assert [logger for logger, _ in said[2:]] == ["py.warnings"]


@pytest.mark.parametrize("style", ["json", "plain"])
def test_a_trace_is_part_of_its_line(start: Callable[..., Written], style: str):
    written = start(style=style)
    try:
        raise ValueError(f"ana@example.org\nFORGED {TOKEN}")
    except ValueError as error:
        logging.getLogger("reflex.app").exception("It broke")
        keyed("atrio").error("It broke", exc_info=error)
        sys.excepthook(ValueError, error, error.__traceback__)
    assert len(written()) == 3
    for line in written():
        assert "test_logs.py" in line
        assert "FORGED (token)" in line
        assert "(address)" in line


def test_plain_lines_are_for_people(start: Callable[..., Written]):
    written = start(style="plain")
    keyed("atrio").warning("the worker ended: starting another", code=-9)
    [line] = written()
    assert "[warning] the worker ended: starting another [atrio]" in line
    assert "code=-9" in line
    assert "{" not in line


SPEAKING = "from portal.logs import log, start_logging; start_logging('web'{}); log.warning('ana@example.org')"


@pytest.mark.parametrize(("chosen", "is_json"), [("", True), (", 'plain'", False)])
def test_what_is_not_written_to_a_terminal_is_json_unless_somebody_says_otherwise(chosen: str, is_json: bool):
    said = subprocess.run(
        [sys.executable, "-c", SPEAKING.format(chosen)], capture_output=True, text=True, check=True, cwd=logs.__file__[:-14]
    )
    assert said.stderr.startswith("{") is is_json
    assert "(address)" in said.stderr
    assert said.stdout == ""
