"""Every setting of an installation: environment variables `ATRIO_*`, or lines of a `.env` file in the working directory.

A value that can't be used is refused at once, in one sentence that names the variable and says what it must be.
"""

import os
import secrets
from collections.abc import Iterable
from difflib import get_close_matches
from functools import cache, cached_property
from io import StringIO
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Literal
from urllib.parse import SplitResult, urlsplit

from dotenv.parser import parse_stream
from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

# Another file than `.env`, for tests and for a second installation from one checkout.
ENV_FILE = Path(os.environ.get("ATRIO_ENV_FILE", ".env"))
DEMO_TOWN = Path(__file__).parent / "demo" / "vila-clara.toml"
SECRET_FILE = "secret"  # in the data folder
# Names in the environment that are this project's own, though no setting of an installation.
NO_SETTINGS = ("ATRIO_ENV_FILE", "ATRIO_PICTURES", "ATRIO_TEST_")

MUST_BE = {
    "port": "a number from 1 to 65535",
    "listen": "an IP address of this machine: 127.0.0.1 for this machine alone, 0.0.0.0 for everybody who can reach it",
    "public_url": "an address such as https://portal.example.org, without a path",
    "data": "the path of a folder",
    "database_url": "sqlite:////path/to/file or postgresql+psycopg://user@host:port/name",
    "redis_url": "redis://host:port/number, rediss://... or unix://...",
    "workers": "a number from 1 to 64, and ATRIO_REDIS_URL must be set when it is more than 1",
    "town": "the path of a town file that exists",
    "secret": "at least 32 characters that nobody can guess",
    "smtp_url": "smtp://user:password@host:port or smtps://...",
    "sms_url": "https://token@gateway.example/path (http:// only on this machine)",
    "oidc_issuer": "an https:// address (http:// only on this machine)",
    "oidc_acr": "level=word pairs with commas between, such as substantial=urn:example:2,high=urn:example:3",
    "oidc_name": "what people call the identity provider, at most 60 characters",
    "oidc_client_id": "the name the identity provider knows this portal by",
    "oidc_client_secret": "the secret the identity provider gave",
    "staff_oidc_issuer": "an https:// address (http:// only on this machine)",
    "staff_oidc_name": "what staff call their identity provider, at most 60 characters",
    "staff_oidc_client_id": "the name the staff's identity provider knows this portal by",
    "staff_oidc_client_secret": "the secret the staff's identity provider gave",
    "staff_oidc_acr": "words of that provider (acr) with commas between, each of which is sure enough",
    "staff_passwords": "on or off",
    "demo": (
        "0, 1 (so by default with the demo town) or force; 1 is refused when ATRIO_PUBLIC_URL or ATRIO_LISTEN is not this "
        "machine alone, because anybody could sign in by a click"
    ),
    "demo_day": "on or off; on only in demo mode",
    "limits": "on or off; off only in demo mode",
    "logs": "json or plain",
    "metrics_token": "at least 16 characters that nobody can guess",
    "trusted_proxies": "addresses or networks, with commas between them, such as 127.0.0.1, 10.0.0.0/8",
    "exempt_networks": "addresses or networks, with commas between them, such as 192.0.2.10, 2001:db8::/48",
}
Network = IPv4Network | IPv6Network
NOT_SHOWN = {
    *("secret", "metrics_token", "oidc_client_secret", "staff_oidc_client_secret"),
    *("smtp_url", "sms_url", "database_url", "redis_url"),
}


class SettingsError(ValueError):
    """A setting can't be used. The message is one sentence for the person who runs the installation."""


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix="ATRIO_", env_file=ENV_FILE, env_ignore_empty=True, extra="ignore", frozen=True
    )

    port: int = Field(default=8000, ge=1, le=65535)
    listen: str = "127.0.0.1"
    public_url: str = ""
    data: Path = Path(".data")
    database_url: str = ""
    redis_url: str = ""
    workers: int = Field(default=1, ge=1, le=64)
    town: Path = DEMO_TOWN
    secret: str = ""
    smtp_url: str = ""
    sms_url: str = ""
    oidc_issuer: str = ""
    oidc_acr: str = Field(
        default="", max_length=2000, pattern=r"^$|^(low|substantial|high)=[^\s,]+(,(low|substantial|high)=[^\s,]+)*$"
    )
    oidc_name: str = Field(default="", max_length=60)
    oidc_client_id: str = ""
    oidc_client_secret: str = ""
    staff_oidc_issuer: str = ""
    staff_oidc_name: str = Field(default="", max_length=60)
    staff_oidc_client_id: str = ""
    staff_oidc_client_secret: str = ""
    staff_oidc_acr: str = Field(default="", max_length=2000)
    staff_passwords: Literal["on", "off"] = "on"
    demo: Literal["", "0", "1", "force"] = ""
    demo_day: Literal["", "on", "off"] = ""
    limits: Literal["on", "off"] = "on"
    trusted_proxies: str = ""
    exempt_networks: str = ""
    logs: Literal["", "json", "plain"] = ""
    metrics_token: str = ""

    @property
    def is_demo(self) -> bool:
        """Sign-in by a click, for trying it out: by default exactly when the demo town is the town."""
        return self.demo in ("1", "force") if self.demo else self.town.resolve() == DEMO_TOWN.resolve()

    @cached_property
    def proxies(self) -> tuple[Network, ...]:
        """Who is believed when they say, in X-Forwarded-For, for whom they ask."""
        return _networks(self.trusted_proxies)

    @cached_property
    def exempt(self) -> tuple[Network, ...]:
        """The town's own lines, for which the limits for networks don't count."""
        return _networks(self.exempt_networks)

    @property
    def _is_for_this_machine_alone(self) -> bool:
        return is_loopback(self.listen) and is_loopback(urlsplit(self.address).hostname or "")

    @property
    def address(self) -> str:
        """Where people reach the portal, without a slash at the end."""
        return self.public_url or f"http://localhost:{self.port}"

    @property
    def origins(self) -> list[str]:
        """Every origin a browser may send when it talks to this portal."""
        return list(
            dict.fromkeys([self.address, *(f"http://{name}:{self.port}" for name in ("localhost", "127.0.0.1", "[::1]"))])
        )

    @property
    def database(self) -> str:
        """The database's address; by default a SQLite file in the data folder."""
        return self.database_url or f"sqlite:///{(self.data / 'atrio.sqlite3').resolve()}"

    @field_validator("public_url")
    @classmethod
    def _is_an_origin(cls, value: str) -> str:
        parts = _parts(value.rstrip("/"))
        if value and (
            parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query or parts.fragment
        ):
            raise ValueError
        return value.rstrip("/")

    @field_validator("listen")
    @classmethod
    def _is_an_ip_address(cls, value: str) -> str:
        return str(ip_address(value))

    @field_validator("database_url")
    @classmethod
    def _is_a_database_we_know(cls, value: str) -> str:
        for short in ("postgres://", "postgresql://"):
            if value.startswith(short):
                value = "postgresql+psycopg://" + value.removeprefix(short)
        if value and not _is_known(_database(value)):
            raise ValueError
        return value

    @field_validator("redis_url", "smtp_url", "sms_url", "oidc_issuer", "staff_oidc_issuer")
    @classmethod
    def _has_a_scheme_we_know(cls, value: str, field) -> str:
        schemes = {"redis_url": ("redis", "rediss", "unix"), "smtp_url": ("smtp", "smtps")}
        parts = _parts(value)
        if value and parts.scheme not in schemes.get(field.field_name, ("https", "http")):
            raise ValueError
        if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
            raise ValueError
        return value

    @field_validator("town")
    @classmethod
    def _exists(cls, value: Path) -> Path:
        if value != DEMO_TOWN and not value.is_file():
            raise ValueError
        return value

    @field_validator("trusted_proxies", "exempt_networks")
    @classmethod
    def _are_networks(cls, value: str) -> str:
        _networks(value)
        return value

    @field_validator("secret")
    @classmethod
    def _is_long_enough(cls, value: str) -> str:
        if value and len(value) < 32:
            raise ValueError
        return value

    @field_validator("metrics_token")
    @classmethod
    def _is_no_password(cls, value: str) -> str:
        if value and len(value) < 16:
            raise ValueError
        return value

    @model_validator(mode="after")
    def _go_together(self) -> "Settings":
        if self.workers > 1 and not self.redis_url:
            raise ValueError("workers")
        if self.is_demo and self.demo != "force" and not self._is_for_this_machine_alone:
            raise ValueError("demo")
        if self.limits == "off" and not self.is_demo:
            raise ValueError("limits")
        if self.demo_day == "on" and not self.is_demo:
            raise ValueError("demo_day")
        return self


@cache
def settings() -> Settings:
    """The settings of this process, read once. Raises SettingsError."""
    return read_settings()


def read_settings(env_file: Path = ENV_FILE) -> Settings:
    """Read the environment and `env_file`; the environment wins. Raises SettingsError with one sentence."""
    _check_names(os.environ)
    _check_lines(env_file)
    try:
        return Settings(_env_file=env_file, _env_file_encoding="utf-8-sig")  # type: ignore[call-arg]
    except ValidationError as error:
        raise SettingsError(_sentence(error)) from None


def signing_secret(chosen: Settings) -> bytes:
    """ATRIO_SECRET, or the secret kept in the data folder, made there (readable by its owner only) the first time."""
    if chosen.secret:
        return chosen.secret.encode()
    kept = data_folder(chosen) / SECRET_FILE
    try:
        if not kept.exists():
            _keep(secrets.token_urlsafe(48).encode(), kept)
        return kept.read_bytes()
    except OSError as error:
        raise SettingsError(
            f"ATRIO_DATA is {str(chosen.data)!r}, and the secret can't be kept or read there: {error.strerror}."
        ) from None


def installed_secret(chosen: Settings) -> bytes | None:
    """The secret that this installation has by now; none is made."""
    kept = chosen.data / SECRET_FILE
    if chosen.secret:
        return chosen.secret.encode()
    return kept.read_bytes() if kept.is_file() else None


def take_over_secret(chosen: Settings, secret: bytes) -> None:
    """Keep `secret` from now on, and one that was kept before beside it, under another name."""
    kept = data_folder(chosen) / SECRET_FILE
    if kept.is_file():
        kept.replace(kept.with_name(f"{SECRET_FILE}.before-{secrets.token_hex(4)}"))
    _keep(secret, kept)


def data_folder(chosen: Settings) -> Path:
    """The data folder, made when absent; nobody else on the machine may look inside. Raises SettingsError."""
    try:
        chosen.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"ATRIO_DATA is {str(chosen.data)!r}, and that folder can't be made: {error.strerror}.") from None
    return chosen.data


def is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _keep(secret: bytes, path: Path) -> None:
    """Two processes may start at once: the file appears whole or not at all, and the first one wins."""
    draft = path.with_name(f"{SECRET_FILE}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secret)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _networks(written: str) -> tuple[Network, ...]:
    """Addresses and networks with commas between them. Raises ValueError, also for what stands between two commas and is none."""
    return tuple(ip_network(each.strip()) for each in written.split(",")) if written.strip() else ()


def _parts(address: str) -> SplitResult:
    """The parts of an address whose port is a port. Raises ValueError."""
    parts = urlsplit(address)
    _ = parts.port  # looked at only when it is asked for
    return parts


def _database(address: str) -> URL:
    try:
        return make_url(address)
    except ArgumentError:
        raise ValueError from None


def _is_known(database: URL) -> bool:
    """A SQLite file, or PostgreSQL by the driver that is installed. SQLite in memory would be another book for each process."""
    if database.drivername == "sqlite":
        return database.database not in (None, "", ":memory:") and not database.host and not database.query
    return database.drivername == "postgresql+psycopg"


def _check_names(environment: Iterable[str]) -> None:
    for name in environment:
        if name.startswith("ATRIO_") and not name.startswith(NO_SETTINGS) and name not in _names():
            raise SettingsError(f"In the environment: {_unknown(name)}")


def _names() -> list[str]:
    return [f"ATRIO_{name.upper()}" for name in Settings.model_fields]


def _unknown(name: str) -> str:
    near = get_close_matches(name, _names(), 1)
    return f"{name} isn't a setting{f'; did you mean {near[0]}?' if near else '.'}"


def _check_lines(env_file: Path) -> None:
    if not env_file.is_file():
        return
    for line in parse_stream(StringIO(_text_of(env_file))):
        where = f"{env_file}, line {line.original.line}"
        if line.error:
            # Only the name: what follows may be a secret.
            begins = line.original.string.strip().partition("=")[0]
            raise SettingsError(f"{where}: this is not NAME=value; it begins {begins!r}.")
        if line.key and line.key.startswith("ATRIO_") and line.key not in _names():
            raise SettingsError(f"{where}: {_unknown(line.key)}")


def _text_of(env_file: Path) -> str:
    try:
        return env_file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise SettingsError(f"{env_file} isn't written in UTF-8: save it again in that encoding.") from None
    except OSError as error:
        raise SettingsError(f"{env_file} can't be read: {error.strerror}.") from None


def _sentence(error: ValidationError) -> str:
    first = error.errors()[0]
    field = str(first["loc"][0]) if first["loc"] else first["msg"].removeprefix("Value error, ")
    value = "" if field in NOT_SHOWN or not first["loc"] else f" is {str(first['input'])!r}, but it"
    return f"ATRIO_{field.upper()}{value} must be {MUST_BE[field]}."
