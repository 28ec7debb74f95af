"""The programs that stand beside several processes: Redis, and a reverse proxy set up as deploy/ says. Real ones, as the machine has them.

`python -m tests.neighbours` says which are missing, when any are.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.serving import free_port, wait_for

DEPLOY = Path(__file__).parents[1] / "deploy"
# Debian keeps what only root starts out of other people's way.
PLACES = f"{os.environ.get('PATH', '')}{os.pathsep}/usr/sbin{os.pathsep}/usr/local/sbin"


def program(name: str) -> str | None:
    return shutil.which(name, path=PLACES)


def proxies() -> list[str]:
    """Those that can run here; without nginx little can be tried, Caddy may be missing."""
    return [name for name in ("nginx", "caddy") if program(name)]


def why_not() -> str:
    """In a sentence why several processes can't be tried here, "" when they can."""
    missing = [name for name in ("redis-server", "nginx", "openssl") if not program(name)]
    return f"There is no {' and no '.join(missing)} here, so nothing was tested on several processes." if missing else ""


class Redis:
    """Remembers nothing from one start to the next, as one that lost its machine."""

    def __init__(self, folder: Path):
        self._folder, self.port = folder, free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen | None = None

    def start(self) -> None:
        settings = (
            "--port",
            str(self.port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "no",
            "--dir",
            str(self._folder),
        )
        self._process = _started("redis-server", *settings, log=self._folder / "redis.log")
        wait_for(self.port)

    def kill(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()


@contextmanager
def behind(proxy: str, folder: Path, port: int, upstreams: Sequence[int]) -> Iterator[None]:
    """deploy/'s example of this proxy answers at https://localhost:`port` for the processes on these ports."""
    prepare = {"nginx": _nginx, "caddy": _caddy}[proxy]
    process = _started(*prepare(folder, port, upstreams), log=folder / f"{proxy}.log")
    try:
        wait_for(port)
        yield
    finally:
        process.terminate()
        process.wait(10)


def _nginx(folder: Path, port: int, upstreams: Sequence[int]) -> Sequence[str]:
    certificate, key = folder / "localhost.crt", folder / "localhost.key"
    _make_certificate(certificate, key)
    site = _at_our_ports("nginx.conf", upstreams)
    site = site.replace("listen 443", f"listen 127.0.0.1:{port}").replace("listen 80", f"listen 127.0.0.1:{free_port()}")
    site = site.replace("/etc/ssl/portal.example.org.crt", str(certificate)).replace(
        "/etc/ssl/portal.example.org.key", str(key)
    )
    (folder / "atrio.conf").write_text(site.replace("portal.example.org", "localhost"))
    temporary = "".join(f"{kind}_temp_path {folder / kind}; " for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"daemon off; {user} pid {folder / 'nginx.pid'}; worker_processes 1; error_log stderr; events {{}}\n"
        f"http {{ access_log off; {temporary} include {folder / 'atrio.conf'}; }}\n"
    )
    return "nginx", "-c", str(folder / "nginx.conf"), "-p", str(folder)


def _caddy(folder: Path, port: int, upstreams: Sequence[int]) -> Sequence[str]:
    site = _at_our_ports("Caddyfile", upstreams).replace("portal.example.org {", f"https://localhost:{port} {{")
    # Its own certificates, which this machine needn't trust; nothing outside the folder.
    ours = f"{{\n\tadmin off\n\tlocal_certs\n\tskip_install_trust\n\tauto_https disable_redirects\n\tstorage file_system {folder}\n}}\n"
    (folder / "Caddyfile").write_text(ours + site)
    return "caddy", "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")


def _at_our_ports(example: str, upstreams: Sequence[int]) -> str:
    """The example with these ports in place of its own; an example that has others is not understood."""
    text = (DEPLOY / example).read_text()
    assert sorted(set(re.findall(r"127\.0\.0\.1:(\d+)", text))) == ["8001", "8002"]
    for written, real in zip(("8001", "8002"), upstreams, strict=True):
        text = text.replace(f"127.0.0.1:{written}", f"127.0.0.1:{real}")
    return text


def _make_certificate(certificate: Path, key: Path) -> None:
    wishes = (
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "1",
        "-subj",
        "/CN=localhost",
    )
    openssl = program("openssl")
    assert openssl
    subprocess.run([openssl, "req", *wishes, "-keyout", key, "-out", certificate], check=True, capture_output=True)


def _started(name: str, *arguments: str, log: Path) -> subprocess.Popen:
    found = program(name)
    assert found, f"No {name} here"
    with log.open("a") as out:
        return subprocess.Popen([found, *arguments], stdout=out, stderr=out)


def main() -> int:
    if missing := why_not():
        print(missing)
    return int(bool(missing))


if __name__ == "__main__":
    sys.exit(main())
