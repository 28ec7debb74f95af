"""Reads a town file: bytes on a disk, which may be anything, become a plain document with the line of everything."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from booking.town.positions import Layout, Place, layout, too_deep
from booking.town.syntax import syntax_mistake

MOST_BYTES = 4_000_000
MOST_LEVELS = 12

_TOO_DEEP = f"Things are nested here more than {MOST_LEVELS} levels deep, which no town file needs."


@dataclass(frozen=True, order=True)
class Mistake:
    """One thing that is wrong with a town file, as a plain sentence. `line` counts from 1; 0 means the file itself."""

    line: int
    reason: str
    file: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}" if self.line else f"{self.file}: {self.reason}"


class TownRefused(ValueError):
    """The town file has mistakes, so nothing was changed. Carries all of them, in the order of their lines."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        super().__init__("\n".join(map(str, mistakes)))
        self.mistakes = mistakes


@dataclass(frozen=True)
class TownFile:
    """A file that is sound TOML, town or not. Days and times in `document` are ISO texts."""

    path: Path
    source: bytes
    document: dict[str, Any]
    layout: Layout

    def mistake(self, place: Place, reason: str) -> Mistake:
        return Mistake(self.layout.line_of(place), reason, self.path.name)


def read_town_file(path: Path) -> TownFile:
    """Raises TownRefused when the file can't be read, or isn't TOML."""
    try:
        return _parsed(path, _bytes_of(path))
    except _Unreadable as why:
        raise TownRefused([Mistake(why.line, why.reason, path.name)]) from None


class _Unreadable(Exception):
    def __init__(self, line: int, reason: str) -> None:
        self.line, self.reason = line, reason


def _bytes_of(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            source = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise _Unreadable(0, f"There is no such file: {path}.") from None
    except IsADirectoryError:
        raise _Unreadable(0, f"{path} is a folder, not a town file.") from None
    except OSError as error:
        raise _Unreadable(0, f"{path} can't be read: {error.strerror}.") from None
    if len(source) > MOST_BYTES:
        raise _Unreadable(0, f"The file is larger than {MOST_BYTES // 1_000_000} MB, which is more than any town needs.")
    return source


def _parsed(path: Path, source: bytes) -> TownFile:
    text = _text_of(source)
    source = text.encode()
    if line := too_deep(source, MOST_LEVELS):
        raise _Unreadable(line, _TOO_DEEP)
    document = _document_of(text, source)
    return TownFile(path, source, _plain(document), layout(source))


def _text_of(source: bytes) -> str:
    """Text with plain line ends, and without the mark that some Windows editors put first."""
    try:
        text = source.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = source.count(b"\n", 0, error.start) + 1
        raise _Unreadable(line, "The file isn't UTF-8 text here: save it again with the encoding UTF-8.") from None
    if "\0" in text:
        raise _Unreadable(_line_at(text, text.index("\0")), "There is a NUL character here, so this isn't a text file.")
    return text


def _document_of(text: str, source: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _Unreadable(*syntax_mistake(str(error), source)) from None
    except RecursionError:  # thousands of brackets that are never closed, which the grammar doesn't see as nested
        raise _Unreadable(_line_of_most_brackets(text), _TOO_DEEP) from None
    except ValueError:  # Python refuses to read a number of more than 4300 digits
        long_number = re.search(r"[0-9_]{4000}", text)
        line = _line_at(text, long_number.start()) if long_number else 0
        raise _Unreadable(line, "This number has far too many digits.") from None


def _line_of_most_brackets(text: str) -> int:
    counts = [line.count("[") + line.count("{") for line in text.split("\n")]
    return counts.index(max(counts)) + 1


def _line_at(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def _plain(value: Any) -> Any:
    """The same, as JSON could say it: days and times as texts. No deeper than MOST_LEVELS, so it may call itself."""
    match value:
        case Mapping():
            return {key: _plain(inner) for key, inner in value.items()}
        case list():
            return [_plain(inner) for inner in value]
        case datetime() | date() | time():
            return value.isoformat()
        case _:
            return value
