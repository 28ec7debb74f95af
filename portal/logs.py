"""What may stand in a log: what happened, never whose. A client's token in the log would open that client's page to its reader."""

from __future__ import annotations

import logging
import re

LONGEST = 2_000
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
        return record

    made.keeps_secrets = True  # pyright: ignore[reportFunctionMemberAccess]
    logging.setLogRecordFactory(made)


def scrubbed(message: str) -> str:
    """Without tokens, on one line, cut where no honest message goes on."""
    return _TOKEN.sub("(token)", message)[:LONGEST].replace("\n", " | ")


def from_the_browser(exception: Exception) -> None:
    """What a page reports of itself. Anybody can send anything, so it is noted, not believed."""
    log.info("A page reported: %s", scrubbed(str(exception))[:200])
