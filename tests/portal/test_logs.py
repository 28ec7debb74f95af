"""A log says what happened, never whose: no tokens, no codes, no lines that somebody else wrote."""

import logging
from collections.abc import Iterator

import pytest

from portal.logs import LONGEST, LONGEST_TRACE, keep_secrets, scrubbed

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
