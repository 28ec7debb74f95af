"""What may stand in a log: what happened, never whose. A client's token in the log would open that client's page to its reader."""

from __future__ import annotations

import logging
import re
import traceback

LONGEST = 2_000
LONGEST_TRACE = 8_000
_CODE = re.compile(r"\b(?:[0-9A-Z]{4}-?){3}[0-9A-Z]{4}\b")
_TOKEN = re.compile(r"\b[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}\b", re.I)
log = logging.getLogger("atrio")


def keep_secrets() -> None:
    """From here on no logger of this process writes a client's token, nor more than a screenful of what somebody sent."""
    make = logging.getLogRecordFactory()
    if getattr(make, "keeps_secrets", False):
        return

    def made(*args, **kwargs) -> logging.LogRecord:
        record = make(*args, **kwargs)
        record.msg, record.args = scrubbed(record.getMessage()), ()
        if record.exc_info:
            trace = "".join(traceback.format_exception(*record.exc_info))
            record.exc_text, record.exc_info = scrubbed(trace, LONGEST_TRACE), None
        return record

    made.keeps_secrets = True  # pyright: ignore[reportFunctionMemberAccess]
    logging.setLogRecordFactory(made)


def scrubbed(message: str, longest: int = LONGEST) -> str:
    """Without tokens and codes, on one line, with nothing that plays tricks on a terminal, cut where no honest message goes on."""
    short = message if len(message) <= longest else f"{message[: longest // 2]} ... {message[-longest // 2 :]}"
    plain = _CODE.sub("(code)", _TOKEN.sub("(token)", short)).replace("\n", " | ")
    return "".join(sign if sign.isprintable() else f"\\x{ord(sign):02x}" for sign in plain)


def from_the_browser(exception: Exception) -> None:
    """What a page reports of itself. Anybody can send anything, so it is noted, not believed."""
    log.info("A page reported: %s", scrubbed(str(exception))[:200])
