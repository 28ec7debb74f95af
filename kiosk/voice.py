"""What the house says aloud. Each phrase becomes a WAV file in ATRIO_DATA/voice, made once, by eSpeak NG in a process of its own
(espeak.py): a call in the hall, or the sentences of a kiosk's screen.

Nothing is said about anybody: whoever knows a file's name can fetch it, and files are kept while there is room.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import os
import re
import secrets
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from booking.settings import data_folder, settings, signing_secret
from locales.catalogue import LANGUAGES, locale, use_language

PROGRAM = Path(__file__).with_name("espeak.py")
ADDRESS = "/voice/"
PACE = 150  # words a minute: slower than its 175, for halls that echo
LONGEST = 600  # characters of one phrase
PATIENCE = 5.0  # seconds for one phrase
REST = 60.0  # seconds in which a phrase that couldn't be said isn't tried again
AT_ONCE, MOST_UNDER_WAY = 2, 100
ROOM = 64 * 2**20  # bytes for all files together
_NAME = re.compile(r"[0-9a-f]{32}\.wav")
_TICKET = re.compile(r"\b([A-Z]) (?=\d{3})0*(\d+)\b")
_UNSPEAKABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")

log = logging.getLogger("atrio")


def spoken(words: str, language: str) -> str | None:
    """The name of the WAV file that says `words`, made now unless it is there. Takes two PATIENCE at most.

    None when the language (such as "pt") has no voice, there is nothing to say, it is more than LONGEST characters, or it failed.
    """
    try:
        return saying(words, language).result(2 * PATIENCE)
    except TimeoutError:
        return None


async def aloud(sentences: Sequence[str], language: str, within: float = 2 * PATIENCE) -> list[str]:
    """The addresses of the files that say these sentences, in their order; of long ones several. Left out is what can't be said, or
    isn't made `within` so many seconds: it is made all the same, for the next time.
    """
    parts = [part for sentence in sentences for part in textwrap.wrap(_speakable(sentence), LONGEST)]
    making = [asyncio.wrap_future(saying(part, language)) for part in parts]
    if making:
        await asyncio.wait(making, timeout=within)
    return [address_of(name) for each in making if each.done() and (name := each.result())]


def saying(words: str, language: str) -> Future[str | None]:
    """As `spoken`, for whoever doesn't wait: begins it, and looks at no disk itself. The same phrase twice at once is one and the same."""
    phrase = (language, _speakable(words))
    with _lock:
        if under_way := _under_way.get(phrase):
            return under_way
        if not _is_worth_trying(phrase):
            return _nothing()
        making = _under_way[phrase] = _mouths().submit(_said, phrase)
    making.add_done_callback(lambda _done: _under_way.pop(phrase, None))
    return making


def kept(name: str) -> Path | None:
    """The file of this name, when something was said that has it."""
    if not _NAME.fullmatch(name):
        return None
    file = _folder() / name
    try:
        os.utime(file)  # what is asked for is the last to go
    except OSError:
        return None
    return file


def address_of(name: str) -> str:
    return ADDRESS + name


Phrase = tuple[str, str]  # its language, and what is said
_lock = threading.Lock()
_under_way: dict[Phrase, Future[str | None]] = {}
_failed_at: dict[Phrase, float] = {}


@cache
def _mouths() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(AT_ONCE, "voice")


def _is_worth_trying(phrase: Phrase) -> bool:
    _language, words = phrase
    rested = time.monotonic() - _failed_at.get(phrase, float("-inf")) > REST
    return 0 < len(words) <= LONGEST and rested and len(_under_way) < MOST_UNDER_WAY


def _nothing() -> Future[str | None]:
    nothing: Future[str | None] = Future()
    nothing.set_result(None)
    return nothing


def _said(phrase: Phrase) -> str | None:
    language, words = phrase
    voice = voice_of(language)
    if voice is None:
        return None
    try:
        name = _name(voice, words)
        if kept(name) is None:
            _keep(_wav(voice, words), name)
            _make_room()
        return name
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        _failed(phrase, error)
        return None


def _failed(phrase: Phrase, error: Exception) -> None:
    if len(_failed_at) >= MOST_UNDER_WAY:
        _failed_at.clear()
    _failed_at[phrase] = time.monotonic()
    reason = f"exit code {error.returncode}" if isinstance(error, subprocess.CalledProcessError) else type(error).__name__
    log.warning("A phrase could not be said in %s: %s", phrase[0], reason)


def _speakable(words: str) -> str:
    """On one line. A ticket's number is said as letter and number, with a pause between: "B 047" is "B, 47". The zeros are there to be
    read in columns; "forty-seven" is what people listen for, and are called by elsewhere.
    """
    return " ".join(_TICKET.sub(r"\1, \2", _UNSPEAKABLE.sub(" ", words)).split())


def _wav(voice: str, words: str) -> bytes:
    """Raises SubprocessError when it fails or takes too long: by then that process has ended."""
    command = [sys.executable, "-I", "-B", str(PROGRAM), voice, str(PACE)]
    unrelated = {name: value for name, value in os.environ.items() if not name.startswith("ATRIO_")}
    said = subprocess.run(command, input=words.encode(), capture_output=True, timeout=PATIENCE, check=True, env=unrelated)
    if not said.stdout.startswith(b"RIFF"):
        raise ValueError("no WAV")
    return said.stdout


def _name(voice: str, words: str) -> str:
    """Keyed, so that nobody can find out by trying what was said here."""
    said = f"{version('espeakng-loader')} {voice} {PACE} {words}"
    return hmac.digest(signing_secret(settings()), b"voice" + said.encode(), "sha256").hex()[:32] + ".wav"


def _keep(wav: bytes, name: str) -> None:
    """Whole or not at all, also for another process that says the same at that moment."""
    draft = _folder() / f"{name}.{secrets.token_hex(4)}"
    try:
        draft.write_bytes(wav)
        draft.replace(_folder() / name)
    finally:
        draft.unlink(missing_ok=True)


def _make_room() -> None:
    """Take away what was asked for longest ago, and drafts that a fallen process left."""
    taken = 0
    for _asked_for, size, file in sorted(_files(), reverse=True):
        taken += size
        if taken > ROOM:
            file.unlink(missing_ok=True)


def _files() -> Iterator[tuple[int, int, Path]]:
    """When each was last asked for, and its bytes."""
    for file in _folder().iterdir():
        with suppress(FileNotFoundError):  # another process makes room too
            facts = file.stat()
            yield facts.st_mtime_ns, facts.st_size, file


def _folder() -> Path:
    folder = data_folder(settings()) / "voice"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


@cache
def voice_of(language: str) -> str | None:
    """The voice of a language's region, such as "roa/pt" for Portugal, else of the language; None for neither."""
    if language not in LANGUAGES:
        return None
    with use_language(language):
        region = str(locale()).replace("_", "-").lower()
    voices = _voices()
    return voices.get(region) or voices.get(region.partition("-")[0])


@cache
def _voices() -> dict[str, str]:
    """The voice of each language that eSpeak NG knows. Its files say `language en-gb 2`: of several, the lowest number is preferred."""
    spec = find_spec("espeakng_loader")
    folder = Path(spec.origin).parent / "espeak-ng-data" / "lang" if spec and spec.origin else Path("/nowhere")
    found = sorted(
        (int(priority or 5), str(file.relative_to(folder)), language.lower())
        for file in folder.rglob("*")
        if file.is_file()
        for language, priority in re.findall(r"^language +(\S+) *(\d*)", file.read_text("utf-8", "replace"), re.M)
    )
    return {language: voice for _priority, voice, language in reversed(found)}
