"""The file of a backup: a zip that holds a whole town, the same for SQLite and PostgreSQL, readable in twenty years.

    manifest.json          what it is: format, revision of the tables, when it was made, and of each table columns, rows, SHA-256
    tables/<name>.jsonl    one row a line, a JSON array in the order of the manifest's columns
    secret                 what access codes are made with, unless it was left out

Instants are written in UTC, times of a clock on the wall as they are, both by ISO 8601 without an offset. Nothing is believed:
whoever reads gets a row only after the checks above it, and Broken as soon as one fails.
"""

import hashlib
import hmac
import json
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

MANIFEST, SECRET = "manifest.json", "secret"
LONGEST_MANIFEST = 1_000_000  # bytes
UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError, RuntimeError, ValueError)


class Broken(Exception):
    """It isn't a backup, or not a whole one; the message is the end of a sentence that names the file."""


class Part(BaseModel):
    """One table. `last_number`: the highest number given to one of its rows, ever; 0 when it doesn't number them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z_]+$")
    columns: tuple[str, ...]
    rows: int = Field(ge=0)
    last_number: int = Field(ge=0)
    sha256: str


class Manifest(BaseModel):
    """`secret_mark` proves a secret to be the one this town's access codes were made with, without saying it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal[1] = 1
    made_at: datetime
    made_from: Literal["sqlite", "postgresql"]
    revision: str
    secret_mark: str
    holds_secret: bool
    tables: tuple[Part, ...]

    @property
    def rows(self) -> int:
        return sum(part.rows for part in self.tables)


def mark_of(secret: bytes | None) -> str:
    return hmac.digest(secret, b"atrio backup", "sha256").hex() if secret else ""


def write_table(archive: zipfile.ZipFile, name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> dict[str, Any]:
    """Write the rows; answers what a Part says of them, without `last_number`."""
    digest, count = hashlib.sha256(), 0
    with archive.open(_place(name), "w", force_zip64=True) as file:
        for count, row in enumerate(rows, 1):  # noqa: B007
            line = json.dumps(list(row), ensure_ascii=False, separators=(",", ":"), default=_written).encode() + b"\n"
            digest.update(line)
            file.write(line)
    return {"name": name, "columns": tuple(columns), "rows": count, "sha256": digest.hexdigest()}


def _written(value: Any) -> str:
    if isinstance(value, datetime):
        return _without_offset(value).isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a backup")


def _without_offset(value: datetime) -> datetime:
    offset = value.utcoffset()
    return value.replace(tzinfo=None) - offset if offset is not None else value


class Backup:
    """A backup that is open for reading. Raises Broken, also from every method."""

    def __init__(self, file: Path):
        with _broken():
            self._archive = zipfile.ZipFile(file)
            self.manifest = self._read_manifest()
        if sorted(self._archive.namelist()) != sorted(self._places()):
            raise Broken("it doesn't hold what its manifest says")

    def __enter__(self) -> "Backup":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._archive.close()

    def check(self) -> None:
        """Read all of it once."""
        self.secret()
        for part in self.manifest.tables:
            for _ in self.rows(part):
                pass

    def rows(self, part: Part) -> Iterator[list[Any]]:
        """The rows of a table, as JSON has them. Only when the last was handed out is it sure that all were right."""
        digest, count = hashlib.sha256(), 0
        with _broken(), self._archive.open(_place(part.name)) as file:
            for count, line in enumerate(file, 1):  # noqa: B007
                digest.update(line)
                yield _row(line, len(part.columns))
        if count != part.rows or digest.hexdigest() != part.sha256:
            raise Broken(f"the rows of {part.name!r} are not those that were written")

    def secret(self) -> bytes | None:
        """What access codes are made with, when it is in the file."""
        if not self.manifest.holds_secret:
            return None
        with _broken():
            secret = self._archive.read(SECRET)
        if not hmac.compare_digest(mark_of(secret), self.manifest.secret_mark):
            raise Broken("the secret is not the one that was written")
        return secret

    def _read_manifest(self) -> Manifest:
        with self._archive.open(MANIFEST) as file:
            written = file.read(LONGEST_MANIFEST)
        try:
            return Manifest.model_validate_json(written)
        except ValidationError as error:
            if error.errors()[0]["loc"] == ("format",):
                raise Broken("it was made by a later version of this program") from None
            raise Broken("its manifest can't be read") from None

    def _places(self) -> list[str]:
        secret = [SECRET] if self.manifest.holds_secret else []
        return [MANIFEST, *secret, *(_place(part.name) for part in self.manifest.tables)]


def _row(line: bytes, length: int) -> list[Any]:
    row = json.loads(line)
    if not isinstance(row, list) or len(row) != length:
        raise ValueError
    return row


def _place(table: str) -> str:
    return f"tables/{table}.jsonl"


@contextmanager
def _broken() -> Iterator[None]:
    """Whatever a damaged zip or line makes the library say."""
    try:
        yield
    except UNREADABLE:
        raise Broken("it is damaged, cut off, or no backup of this program") from None
