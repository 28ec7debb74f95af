"""What may stand in a log: what happened, never whose. A client's token in the log would open that client's page to its reader.

One line per event, of this program and of the libraries it uses: JSON for machines, plain for people at a terminal. Our own
events carry their values by name (`keyed("atrio").warning("late", letter=3)`); every value is scrubbed like every message.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import MutableMapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, TextIO

import structlog
from structlog.stdlib import ProcessorFormatter

LONGEST = 2_000
LONGEST_TRACE = 8_000
TORN = 200  # longer than anything that is taken out
JSON, PLAIN = "json", "plain"
Event = MutableMapping[str, Any]

_CODE = re.compile(r"\b(?:[0-9A-Z]{4}-?){3}[0-9A-Z]{4}\b")
_TOKEN = re.compile(r"\b[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}\b", re.I)
# A tab's key to its draft. Names in the code that are as long lack a capital, a small letter or a digit.
_KEY = re.compile(r"(?<![\w-])(?=[\w-]*[A-Z])(?=[\w-]*[a-z])(?=[\w-]*[0-9])[A-Za-z0-9_-]{32,}(?![\w-])")
_PASSWORD = re.compile(r"(?<=://)[^\s/@]{1,200}(?=@)")
_EMAIL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}(?:@|%40)[\w-]+(?:\.[\w-]+)+")
_INSTANT = r"(?<![\w.])(?:19|20)\d\d-[01]\d-[0-3]\d(?!\d)(?:[T ][0-2]\d(?::[0-5]\d){1,2}(?:\.\d+)?)?"
_APART = r"[\s.\-/()]{0,3}"
# Eight digits and more, grouped as people group them; after a plus six are enough. A day and its hour are no number.
_NUMBER = re.compile(
    rf"(?P<instant>{_INSTANT})|(?<![\w.])(?:(?:\+|%2B){_APART}\d(?:{_APART}\d){{5,14}}|\d(?:{_APART}\d){{7,14}})(?!\w)", re.I
)
# PostgreSQL quotes the row that it refuses, pydantic what was typed.
_QUOTED = re.compile(r"(?P<who>DETAIL:|input_value=) ?(?:.*?(?=, input_type=)|.*)")
_SHOWN_AS = ((_PASSWORD, "(secret)"), (_EMAIL, "(address)"), (_TOKEN, "(token)"), (_CODE, "(code)"), (_KEY, "(key)"))

log = logging.getLogger("atrio")
keyed = structlog.stdlib.get_logger


def start_logging(process: str, style: str = "", stream: TextIO | None = None) -> None:
    """From here on every logger of this process writes one scrubbed line per event, on standard error.

    `process` is "serve", "web" or "worker"; `style` JSON or PLAIN, by default plain exactly on a terminal.
    """
    handler = logging.StreamHandler(stream)
    is_terminal = handler.stream.isatty()
    handler.setFormatter(_formatter(process, style or (PLAIN if is_terminal else JSON), is_terminal))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    log.setLevel(logging.INFO)
    logging.captureWarnings(True)
    sys.excepthook = _fallen
    keep_secrets()


def keep_secrets() -> None:
    """From here on no logger of this process writes what `scrubbed` takes out, nor more than a screenful of what somebody sent."""
    make = logging.getLogRecordFactory()
    if getattr(make, "keeps_secrets", False):
        return

    def made(*args, **kwargs) -> logging.LogRecord:
        record = make(*args, **kwargs)
        if isinstance(record.msg, dict):
            record.msg = {str(name): _scrubbed_value(name, value) for name, value in record.msg.items()}
        else:
            record.msg, record.args = scrubbed(record.getMessage()), ()
        if record.exc_info:
            trace = "".join(traceback.format_exception(*record.exc_info))
            record.exc_text, record.exc_info = scrubbed(trace, LONGEST_TRACE), None
        return record

    made.keeps_secrets = True  # pyright: ignore[reportFunctionMemberAccess]
    logging.setLogRecordFactory(made)


def scrubbed(message: str, longest: int = LONGEST) -> str:
    """Without tokens, codes, addresses and numbers of people, on one line, with nothing that plays tricks on a terminal, cut
    where no honest message goes on.
    """
    unquoted = _QUOTED.sub(r"\g<who> (left out)", message)
    if len(unquoted) <= longest:
        return _plain(unquoted)
    # What the cut tears apart is not known for what it is, so a little more is looked at than is shown.
    kept = longest // 2 + TORN
    return f"{_plain(unquoted[:kept])[:-TORN]} ... {_plain(unquoted[-kept:])[TORN:]}"


def _plain(text: str) -> str:
    for secret, shown in _SHOWN_AS:
        text = secret.sub(shown, text)
    text = _NUMBER.sub(lambda found: found["instant"] or "(number)", text).replace("\n", " | ")
    return "".join(sign if sign.isprintable() else f"\\x{ord(sign):02x}" for sign in text)


def from_the_browser(exception: Exception) -> None:
    """What a page reports of itself. Anybody can send anything, so it is noted, not believed."""
    log.info("A page reported: %s", scrubbed(str(exception))[:200])


def _scrubbed_value(name: str, value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    return scrubbed(str(value), LONGEST_TRACE if name == "exception" else LONGEST)


def _fallen(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """What nobody caught."""
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
    else:
        log.critical("The process fell", exc_info=(kind, error, trace))


def _formatter(process: str, style: str, has_colours: bool) -> ProcessorFormatter:
    def head(_logger: Any, _method: str, event: Event) -> Event:
        record: logging.LogRecord = event["_record"]
        said = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        first = {"timestamp": said, "level": record.levelname.lower(), "event": event.pop("event", "")}
        last = {"logger": record.name, "process": process, "pid": record.process}
        return first | {name: value for name, value in event.items() if name not in first} | last

    writer = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if style == JSON
        else structlog.dev.ConsoleRenderer(colors=has_colours, pad_event_to=0, pad_level=False)
    )
    return ProcessorFormatter(
        foreign_pre_chain=[_with_trace], processors=[head, ProcessorFormatter.remove_processors_meta, _trace_last, writer]
    )


def _with_trace(_logger: Any, _method: str, event: Event) -> Event:
    """The trace of a library's event stands, scrubbed, on the record."""
    trace = event["_record"].exc_text
    return {**event, "exception": trace} if trace else event


def _trace_last(_logger: Any, _method: str, event: Event) -> Event:
    trace = event.pop("exception", None)
    return {**event, "trace": trace} if trace else event


structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        structlog.processors.format_exc_info,
        ProcessorFormatter.wrap_for_formatter,
    ],
    wrapper_class=structlog.stdlib.BoundLogger,
    logger_factory=structlog.stdlib.LoggerFactory(),
)
