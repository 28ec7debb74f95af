"""`python -m portal check`: is this installation sound, or is this town file right? Looks, and changes nothing."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from redis import Redis, RedisError
from sqlalchemy import make_url
from sqlmodel import Session

from booking.outbox import parked
from booking.settings import Settings, SettingsError, settings
from booking.store import Store, read
from booking.town import check_town, digest_of
from portal import build
from portal.commands import Refused, loaded_digest

OLDEST_POSTGRESQL = 15
PATIENCE = 3  # seconds for Redis to answer


def check(arguments: Namespace) -> int:
    """Every part of the installation, or every mistake of a town file, in one line each; exit code 1 when there is one."""
    return _check_file(arguments.town) if arguments.town else _check_installation()


def _check_file(town: Path) -> int:
    mistakes = check_town(town)
    print("\n".join(map(str, mistakes)) or "The town file is right.")
    return int(bool(mistakes))


def _check_installation() -> int:
    sound = True
    for part, trouble in _parts():
        print(f"NO  {part}: {trouble}" if trouble else f"ok  {part}", flush=True)
        sound = sound and not trouble
    return int(not sound)


def _parts() -> Iterator[tuple[str, str]]:
    """Each part of the installation and what is wrong with it, "" when nothing is."""
    try:
        chosen = settings()
    except SettingsError as refusal:
        # Whatever else there is to look at, these settings would say where.
        yield "settings", str(refusal)
        return
    yield "settings", ""
    loaded, trouble = _database(chosen)
    yield "database", trouble
    if chosen.redis_url:
        yield "redis", _redis_trouble(chosen)
    yield "town file", _town_trouble(chosen, loaded)
    yield "pages", _pages_trouble(loaded)
    yield "address", _address_trouble(chosen)
    if chosen.public_url.startswith("https:"):
        yield "proxies", _proxies_trouble(chosen)
    yield "letters", _post_trouble(chosen) or (_parked_trouble(chosen) if loaded else "")


def _database(chosen: Settings) -> tuple[str, str]:
    """The digest of the town that is loaded, "" when there is none to be seen, and what is wrong with the database."""
    if is_not_there_yet(chosen):
        return "", "there is none yet: python -m portal migrate"
    # No secret: asking for it would make one.
    with closing(Store(chosen.database, b"")) as store:
        try:
            digest = loaded_digest(store)
            trouble = read(store, _version_trouble)
        except Refused as refusal:
            return "", str(refusal)
    if not digest:
        return "", "no town is loaded yet: python -m portal load TOWN.toml"
    return digest, trouble


def is_not_there_yet(chosen: Settings) -> bool:
    """SQLite makes an empty file of whatever it is asked to open, so it isn't asked."""
    url = make_url(chosen.database)
    file = Path(str(url.database))
    return url.drivername == "sqlite" and not (file.is_file() and file.stat().st_size)


def _version_trouble(session: Session) -> str:
    dialect = session.connection().dialect
    version = dialect.server_version_info or ()
    if dialect.name == "sqlite" or version >= (OLDEST_POSTGRESQL,):
        return ""
    return f"PostgreSQL {'.'.join(map(str, version))} is too old: install {OLDEST_POSTGRESQL} or newer"


def _redis_trouble(chosen: Settings) -> str:
    try:
        with Redis.from_url(chosen.redis_url, socket_connect_timeout=PATIENCE, socket_timeout=PATIENCE) as redis:
            redis.ping()
    except (RedisError, ValueError) as error:
        return f"it does not answer: is it running where ATRIO_REDIS_URL says? ({error})"
    return ""


def _town_trouble(chosen: Settings, loaded: str) -> str:
    if mistakes := check_town(chosen.town):
        return f"{mistakes[0]} (all of them: python -m portal check {chosen.town})"
    if "town" in chosen.model_fields_set and loaded and digest_of(chosen.town) != loaded:
        return f"it says something else than what is loaded: python -m portal load {chosen.town}"
    return ""


def _pages_trouble(loaded: str) -> str:
    if not build.is_whole():
        return "they are not drawn yet, or not all of them: python -m portal build"
    if loaded and not build.is_current(loaded):
        return "they are older than the town or the program: python -m portal build, then restart"
    return ""


def _post_trouble(chosen: Settings) -> str:
    if chosen.smtp_url or chosen.is_demo:
        return ""
    return "ATRIO_SMTP_URL is not set: they are written into a folder and reach nobody, so nobody can confirm a booking"


def _parked_trouble(chosen: Settings) -> str:
    with closing(Store(chosen.database, b"")) as store:
        letters = read(store, parked)
    return f"{len(letters)} could not be delivered: python -m portal letters" if letters else ""


def _proxies_trouble(chosen: Settings) -> str:
    """TLS ends before us, so somebody passes requests on."""
    if chosen.proxies:
        return ""
    return "ATRIO_TRUSTED_PROXIES is not set: the rate limits take everybody behind the reverse proxy for one visitor"


def _address_trouble(chosen: Settings) -> str:
    if chosen.public_url or chosen.is_demo:
        return ""
    return "ATRIO_PUBLIC_URL is not set: links in letters would lead to this machine"
